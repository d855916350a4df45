"""`aigc train` from end to end, with a tiny real model that learns to end its lines."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc.errors import UsageError
from aigc.evaluation import Proportion, WriterFigures
from aigc.project import Project
from aigc.testing.tiny import tiny_gpt
from aigc.training.base import opened_base
from aigc.training.checkpoint_choice import Look, best_look
from aigc.training.improving import Round, best_round
from aigc.training.preparing import Wanted, prepare, read_rows
from aigc.training.result import finish
from aigc.training.training_run import Outcome, train

LINE = """aigc: 1
name: shop/line
version: 1
summary: A line.
brief:
  word: {type: string, maxLength: 20}
prompt: line.j2
output: {type: string, minLength: 1, limit: {chars: 20}}
sampling: {temperature: 0, max_tokens: 12}
repair: {attempts: 0}
checks: [limits, not_cut]
fallback: "{{ word }}"
"""
TASK = "{% extends 'base.j2' %}{% block task %}Say {{ word }}{% endblock %}"
WORDS = ("tea", "ice", "oak", "rye", "fig", "ash", "elm", "yew", "rum", "gin", "ale", "jam")
FAST = ("--set", "steps=40", "--set", "batch=4", "--set", "learning_rate=0.02", "--set", "rank=4")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gpt("llama", tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def shop(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This is a project, where the test stands, with rows that all say the same."""
    home = tmp_path / "templates" / "shop"
    home.mkdir(parents=True)
    (tmp_path / "aigc.yaml").write_text(f"# ours\nmodel: {tiny}\n", encoding="utf-8")
    (home / "line.yaml").write_text(LINE, encoding="utf-8")
    (home / "line.j2").write_text(TASK, encoding="utf-8")
    rows = [json.dumps({"word": word, "output": "Yes."}) for word in WORDS]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_what_is_learnt_is_named_and_writes(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "house", "--from", "rows.jsonl", "--type", "shop/line", *FAST]) == 0
    out = capsys.readouterr().out
    assert "12 rows: 12 kept, 0 left out" in out
    assert "aigc.yaml names it for shop/line from now on" in out
    folder = shop / "adapters" / "house"
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert card["adopted"]
    assert card["rows"]["kept"] + card["rows"]["held_out"] == 12
    base, adapter = card["figures"]["base"], card["figures"]["adapter"]
    assert (adapter["accepted"], adapter["fallbacks"]) == (1.0, 0.0)
    assert base["fallbacks"] > 0.5
    assert base["held_out_loss"] > 1 > adapter["held_out_loss"]
    assert [step for step, _, _ in card["curve"]] == list(range(41))
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Adopted" in page
    assert "<polyline" in page
    assert not re.search(r"(src|href)=|http", page.partition("<body>")[2])
    settings = (shop / "aigc.yaml").read_text(encoding="utf-8")
    assert settings.startswith("# ours\n")
    assert "shop/line" in settings
    assert main(["generate", "shop/line", "word=nut"]) == 0
    assert capsys.readouterr().out.strip() == "Yes."


def test_the_result_is_never_written_over(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "adapters" / "house").mkdir(parents=True)
    kept = shop / "adapters" / "house" / "notes.txt"
    kept.write_text("mine", encoding="utf-8")
    assert main(["train", "house", "--from", "rows.jsonl", "--type", "shop/line"]) == 2
    assert "something is there already; choose another NAME" in capsys.readouterr().err
    assert [kept] == list(kept.parent.iterdir())


def test_settings_that_nobody_can_work_with_leave_the_name_free(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "house", "--from", "rows.jsonl", "--type", "shop/line", "--set", "steps=2"]
    assert main([*words, "--set", "adam_beta1=5"]) == 2
    assert "transformers cannot work with adam_beta1" in capsys.readouterr().err
    assert main(words) in (0, 1)


def test_without_the_extra_it_says_what_to_install_and_the_name_stays_free(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["train", "house", "--from", "rows.jsonl", "--type", "shop/line", "--set", "steps=2"]
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "peft", None)
        assert main(words) == 3
        assert "pip install 'aigc[train]'" in capsys.readouterr().err
    assert main(words) in (0, 1)


def test_every_row_is_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (shop / "rows.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"word": "bad", "output": ""}\nno json\n{"word": "tea", "output": "Yes."}\n')
    assert main(["train", "house", "--from", "rows.jsonl", "--type", "shop/line", "--check"]) == 0
    out = capsys.readouterr().out
    assert "15 rows: 12 kept, 3 left out" in out
    for row in ("rows.jsonl:13", "rows.jsonl:14", "rows.jsonl:15: is the same as rows.jsonl:1"):
        assert row in out
    assert not (shop / "adapters").exists()
    assert main(["train", "house", "--from", "rows.jsonl", "--type", "shop/line", "--check", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["kept"]) + len(told["left_out"]) == told["rows"] == 15


def test_a_dry_run_tells_and_leaves_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "house", "--from", "rows.jsonl", "--type", "shop/line", "--dry-run", "--json", *FAST]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["steps"] == 40
    assert told["seconds"] > 0 < told["memory"]
    assert told["texts"] + told["held_out"] == 12
    assert not (shop / "adapters").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--from", "rows.jsonl", "--preset", "lorra"], "did you mean 'lora'?"),
        (["--from", "rowz.jsonl"], "did you mean 'rows.jsonl'?"),
        (["--from", "rows.jsonl", "--type", "shop/line", "--set", "stepz=3"], "did you mean"),
        (["--from", "rows.jsonl", "--type", "shop/line", "--set", "steps=many"], "'many' is not a whole number"),
        (["--from", "rows.jsonl", "--type", "shop/line", "--resume"], "no run is there to go on with"),
        (["--from", "rows.jsonl", "--type", "shop/line", "--map", "wrod=word"], "did you mean 'word'?"),
        (["--from", ""], "--from': it is empty"),
        ([], "--from SOURCE is missing"),
    ],
)
def test_a_mistake_is_one_sentence(
    words: list[str], message: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "house", *words]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.fixture
def prepared(shop: Path, tiny: Path) -> Iterator[tuple[Project, Any]]:
    project = Project.open(shop)
    wanted = Wanted(
        sources=("rows.jsonl",), content_type="shop/line", given={"steps": "12", "batch": "4", "learning_rate": "0.02"}
    )
    with opened_base(project, wanted, None) as (base, name):
        yield project, prepare(wanted, read_rows(project, wanted, base), base=base, digest=name)


def test_a_stopped_run_goes_on_to_the_same_bytes(shop: Path, prepared: tuple[Project, Any]) -> None:
    project, what = prepared
    whole = train(project, what, shop / "whole")
    steps: list[int] = []
    stopped = train(
        project, what, shop / "part", heard=lambda told: steps.append(told.step), stopping=lambda: len(steps) > 5
    )
    assert stopped.stopped
    assert not (shop / "part" / "adapter_model.safetensors").exists()
    looks: list[Look] = []
    resumed = train(project, what, shop / "part", resume=True, looked=looks.append)
    name = "adapter_model.safetensors"
    assert digest(resumed.folder / name) == digest(whole.folder / name)
    assert resumed.best == whole.best
    assert [look.step for look in resumed.looks] == sorted(
        {*(look.step for look in whole.looks), stopped.told[-1].step}
    )
    other = replace(what, options=replace(what.options, rank=2))
    with pytest.raises(UsageError, match="settings changed"):
        train(project, other, shop / "whole", resume=True)
    finish(project, whole)
    with pytest.raises(UsageError, match="is finished already"):
        train(project, what, shop / "whole", resume=True)


def test_the_lowest_loss_counts_among_those_alike() -> None:
    looks = [
        Look(step=10, quality=0.90, loss=0.5),
        Look(step=20, quality=0.92, loss=0.2),
        Look(step=30, quality=0.70, loss=0.01),
    ]
    assert best_look(looks).step == 20
    assert best_look([Look(step=1, loss=2.0), Look(step=2, loss=1.0), Look(step=3, loss=1.0)]).step == 2


def test_of_pairs_what_is_preferred_counts() -> None:
    looks = [
        Look(step=step, quality=0.9, loss=loss, figures={"margin": m, "margin_above_0": above, "chosen_change": change})
        for step, loss, m, above, change in (
            (10, 0.5, 1.0, 0.75, 0.4),
            (20, 0.6, 2.0, 0.95, 0.1),
            (30, 0.9, 4.0, 1.0, -0.8),
        )
    ]
    assert best_look(looks).step == 20


def outcome(
    before: float | None,
    after: float | None,
    losses: tuple[float, float] = (1.0, 1.0),
    figures: tuple[dict[str, Any], dict[str, Any]] = ({}, {"pieces": 20}),
) -> Outcome:
    return Outcome(
        folder=Path(),
        prepared=None,  # type: ignore[arg-type]
        told=(),
        looks=(),
        before=Look(step=0, quality=before, loss=losses[0], figures=figures[0]),
        after=Look(step=9, quality=after, loss=losses[1], figures=figures[1]),
    )


def test_what_is_worse_is_not_adopted() -> None:
    assert outcome(0.8, 0.8).adopted
    assert outcome(0.8, 0.9, (1.0, 2.0)).adopted
    assert not outcome(0.8, 0.6, (1.0, 0.1)).adopted
    assert not outcome(0.8, 0.9, (1.0, 2.0), ({}, {"pieces": 1})).adopted, "one piece says little"
    assert not outcome(0.05, 0.0).adopted
    assert not outcome(0.0, 0.0).adopted
    assert outcome(0.0, 0.4).adopted
    few = {"pieces": 20, "accepted": 1.0, "fallbacks": 0.0, "names_kept": 1.0}
    assert outcome(0.9, 0.9, figures=({**few}, {**few, "accepted": 0.95})).adopted
    for name, value in (("accepted", 0.9), ("fallbacks", 0.1), ("names_kept", 0.9)):
        assert name[:5] in outcome(0.9, 0.9, figures=(few, {**few, name: value})).worse
    assert not outcome(None, None, figures=({}, {"margin_above_0": 0.4})).adopted
    assert not outcome(None, None, figures=({}, {"margin_above_0": 0.9, "chosen_change": -3.0})).adopted
    assert outcome(None, None, (1.0, 0.5)).adopted
    assert not outcome(None, None, (1.0, 1.5)).adopted
    assert not outcome(None, None, (1.0, float("nan"))).adopted


@pytest.mark.parametrize("preset", ["dpo", "kto", "full", "lora"])
def test_every_preset_learns_from_files(preset: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: Callable[[str], dict[str, Any]] = {
        "dpo": lambda word: {"prompt": f"Say {word}", "chosen": "Yes.", "rejected": f"No {word}"},
        "kto": lambda word: {"prompt": f"Say {word}", "completion": "Yes.", "label": word < "k"},
    }.get(preset, lambda word: {"prompt": f"Say {word}", "completion": "Yes."})
    (shop / "pairs.jsonl").write_text("".join(json.dumps(rows(word)) + "\n" for word in WORDS), encoding="utf-8")
    words = ["--from", "pairs.jsonl", "--preset", preset, "--set", "steps=4", "--set", "batch=4"]
    assert main(["train", "taste", *words]) in (0, 1)
    place = shop / ("models" if preset == "full" else "adapters") / "taste"
    assert (place / ("model.safetensors" if preset == "full" else "adapter_model.safetensors")).is_file()
    card = json.loads((place / "card.json").read_text(encoding="utf-8"))
    assert card["settings"]["preset"] == preset
    assert ("margin_above_0" in card["figures"]["adapter"]) == (preset == "dpo")
    if preset == "full":
        capsys.readouterr()
        assert main(["generate", "shop/line", "word=nut", "-m", str(place)]) in (0, 1)


def test_a_gpt_comes_of_texts(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "texts").mkdir()
    for number in range(3):
        words = " ".join(WORDS[4 * number : 4 * number + 4])
        (shop / "texts" / f"{number}.txt").write_text(f"{words}.\n" * 40, encoding="utf-8")
    words = ["--preset", "scratch", "--from", "texts", "--size", "tiny", "--set", "steps=6"]
    assert main(["train", "toy", *words]) == 0
    assert f"Write with it: -m {Path('models/toy')}" in capsys.readouterr().out.replace(f"{shop}/", "")
    assert main(["generate", "text/continue", "prompt=tea ice", "-m", "models/toy"]) in (0, 1)


def test_rounds_accumulate_and_the_best_is_left(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aigc.training.improving.ALIKE", 0.0)  # what the tiny model learns is one line
    briefs = "word\n" + "\n".join(WORDS) + "\n"
    (shop / "briefs.csv").write_text(briefs, encoding="utf-8")
    assert main(["batch", "shop/line", "briefs.csv", "--out", "spring"]) in (0, 1)
    capsys.readouterr()
    words = ["--improve", "spring", "--from", "rows.jsonl", "--type", "shop/line", "--rounds", "2", "--json", *FAST]
    assert main(["train", "better", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["number"] for one in told["rounds"]][:2] == [0, 1]
    assert told["named_for"] == ["shop/line"]
    first, last = told["rounds"][0]["figures"], told["rounds"][told["best"]]["figures"]
    assert last["fallbacks"] < first["fallbacks"]
    assert (shop / "adapters" / "better" / "adapter_model.safetensors").is_file()
    assert (shop / "adapters" / "better" / "round-1" / "job" / "artifacts.jsonl").is_file()


def round_of(number: int, accepted: int, fallbacks: int, distinct: float, *, adopted: bool = True) -> Round:
    none = Proportion()
    figures = WriterFigures(
        pieces=100, accepted=Proportion(accepted, 100), fallbacks=Proportion(fallbacks, 100), repaired=none,
        refused=none, fresh=none, names_kept=none, length_fit=none, distinct_1=None, distinct_2=distinct,
        self_similarity=None, tokens_per_second=None,
    )  # fmt: skip
    return Round(number=number, figures=figures, folder=Path(str(number)), adopted=adopted)


def test_the_best_round_is_adopted_and_as_distinct_as_the_job_was() -> None:
    first = round_of(0, 80, 20, 0.9)
    good, alike = round_of(1, 90, 10, 0.88), round_of(2, 95, 5, 0.5)
    second = round_of(2, 90, 9, 0.9)
    assert best_round([first, good, alike]) is good
    assert best_round([first, alike]) is None
    assert best_round([first, round_of(1, 95, 0, 0.9, adopted=False), second]) is second
    assert best_round([first, round_of(1, 79, 0, 0.9)]) is None
    assert best_round([first, good, second]) is second


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--improve", "spring", "--dry-run"], "--dry-run has nothing to look at before --improve has written"),
        (["--from", "spring", "--teacher", "large", "--check"], "--check has nothing to look at before --teacher"),
        (["--improve", "spring", "--preset", "full"], "--improve trains adapters, and preset 'full' none"),
        (["--improve", "spring", "--from", "rows.jsonl", "--teacher", "large"], "do not go together"),
    ],
)
def test_what_does_not_go_together_is_refused(
    words: list[str], message: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "better", *words]) == 2
    assert message in capsys.readouterr().err
    assert not (shop / "adapters").exists()


def test_a_teacher_writes_and_the_model_learns(shop: Path, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "briefs.csv").write_text("word\n" + "\n".join(WORDS) + "\n", encoding="utf-8")
    assert main(["train", "teacher", "--from", "rows.jsonl", "--type", "shop/line", *FAST]) == 0
    main(["models", "merge", "adapters/teacher", "--out", "large"])
    main(["batch", "shop/line", "briefs.csv", "--out", "spring", "-m", str(tiny)])
    (shop / "aigc.yaml").write_text(f"model: {tiny}\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["train", "pupil", "--from", "spring", "--teacher", "large", *FAST]) == 0
    assert "12 kept" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["lora", "scratch"])
def test_two_processes_are_launched(preset: str, shop: Path) -> None:
    (shop / "text.txt").write_text("tea and ice and oak.\n" * 400, encoding="utf-8")
    words = ["--from", "rows.jsonl", "--type", "shop/line", *FAST]
    if preset == "scratch":
        words = ["--from", "text.txt", "--preset", "scratch", "--size", "tiny", "--set", "steps=6"]
    launch = [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        "--cpu",
        "--num_processes",
        "2",
        "--num_machines",
        "1",
    ]
    done = subprocess.run(
        [*launch, "--dynamo_backend", "no", "--mixed_precision", "no", "-m", "aigc.train", "shared", *words],
        env={**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("was chosen") == 1, "one process talks"
    place = shop / ("models" if preset == "scratch" else "adapters") / "shared"
    assert json.loads((place / "card.json").read_text(encoding="utf-8"))["adopted"]


def test_names_that_are_too_long_and_nested_files_are_one_sentence(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "deep.json").write_text("[" * 200_000 + "]" * 200_000, encoding="utf-8")
    assert main(["train", "house", "--from", "deep.json"]) == 2
    assert "deep.json: is nested too deeply to be read" in capsys.readouterr().err
    assert main(["evaluate", "x" * 5000, "-m", "smollm2-135m"]) == 2
    assert "is too long for a name" in capsys.readouterr().err
    assert main(["train", "house\x1b[31m", "--from", "rows.jsonl"]) == 2
    assert "is no name" in capsys.readouterr().err
    (shop / "rows.jsonl").write_text('{"messages": [{"from": ["x"], "content": "a"}]}\n', encoding="utf-8")
    assert main(["train", "house", "--from", "rows.jsonl", "--check"]) == 1
    assert "is from nobody that has a name" in capsys.readouterr().out
