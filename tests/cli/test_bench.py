from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from aigc.cli import main


def test_bench_prints_a_line_per_run_and_marks_the_median(tmp_path: Path) -> None:
    from aigc.cli.bench import command
    from aigc.testing.tiny import tiny_gpt

    model = str(tiny_gpt("llama", tmp_path / "tiny"))
    options = ["-m", model, "-o", "engine.device=cpu", "-o", "engine.threads=1", "--limit", "2", "--repeat", "3"]
    done = CliRunner().invoke(command, ["one", "ads", *options, "--json"], standalone_mode=False)
    assert done.exception is None, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["workload"] for line in lines] == ["one"] * 3 + ["ads"] * 3
    assert [sum(line["median"] for line in lines[at : at + 3]) for at in (0, 3)] == [1, 1]
    assert lines[0]["sampled"] == 64 and lines[0]["dtype"] == "float32"
    read = CliRunner().invoke(command, ["one", *options], standalone_mode=False)
    assert read.stdout.split()[0] == "workload" and "of best" in read.stdout


def test_an_unknown_workload_is_refused_before_anything_is_loaded(capsys: object) -> None:
    assert main(["bench", "rwa"]) == 2


def test_the_help_says_that_json_comes_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "--json Print one JSON line per run on stdout" in said and "one JSON value" not in said
