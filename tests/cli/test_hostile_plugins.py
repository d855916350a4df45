"""The command line beside plugins that exit: they are set aside, and the rest goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_frame import in_python

RUDE = {
    "at import": "import sys; sys.exit(0)",
    "closing": "raise GeneratorExit",
    "declaring": "from aigc import hookimpl\n@hookimpl\ndef aigc_checks(): raise SystemExit(0)",
    "commands": "from aigc import hookimpl\n@hookimpl\ndef aigc_commands(cli): raise SystemExit(0)",
    "exiting hard": "import os; os._exit(0)",
    "environment": "import aigc\n@aigc.hookimpl\ndef aigc_environment(environment): environment.filters.clear()",
}


@pytest.mark.parametrize("rude", RUDE)
def test_a_plugin_that_exits_is_named_and_the_rest_goes_on(rude: str, tmp_path: Path) -> None:
    about = tmp_path / "rude-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: rude\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[aigc]\nrude = rude_plugin\n")
    (tmp_path / "rude_plugin.py").write_text(RUDE[rude])
    code = "from aigc.cli import main; print([main(['show', 'seo/meta', '--prompt', '--example']), main(['nothing'])])"
    code = code.replace(", '--example'", ", 'topic=Mugs', 'keyword=mug'")
    done = in_python(code, tmp_path)
    assert "[0, 2]" in done.stdout, done.stdout + done.stderr
    assert "Mugs" in done.stdout
    assert rude == "environment" or "plugin 'rude' failed to load, see `aigc plugins`" in done.stderr


REPLACES = """
import builtins, json, os, pathlib, time
import aigc

def replace():
    json.dumps = json.loads = os.replace = os.fsync = time.monotonic = None
    pathlib.Path.open = builtins.open = builtins.len = lambda *given, **named: 1 / 0

@aigc.hookimpl
def aigc_artifact(artifact):
    replace()

@aigc.hookimpl
def aigc_job(report):
    replace()

replace()
"""


def test_a_plugin_that_replaces_pythons_own_functions_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "rude.py").write_text(REPLACES)
    (tmp_path / "aigc.yaml").write_text("plugins: [rude.py]\n")
    (tmp_path / "rows.jsonl").write_text(
        '{"product": "Mug", "facts": ["Holds 350 ml", "Made of clay", "Weighs 300 g"]}'
    )
    asked = ["batch", "social/post", "rows.jsonl", "--out", "out", "--to", "csv"]
    done = in_python(f"from aigc.cli import main; print([main({asked}), main(['plugins'])])", tmp_path)
    assert "[0, 0]" in done.stdout, done.stdout + done.stderr
    for who in ("plugin 'rude.py'", "plugin 'rude.py' in aigc_artifact", "plugin 'rude.py' in aigc_job"):
        assert f"{who}: builtins." in done.stderr and "json.dumps" in done.stderr, done.stderr
    assert (tmp_path / "out" / "content.csv").is_file()


def test_what_a_plugin_does_at_the_end_changes_no_exit_code(tmp_path: Path) -> None:
    (tmp_path / "rude.py").write_text("import atexit, os\natexit.register(lambda: os._exit(0))\n")
    (tmp_path / "aigc.yaml").write_text("plugins: [rude.py]\n")
    done = in_python("import sys; from aigc.cli import main; sys.exit(main(['show', 'nothing']))", tmp_path)
    assert done.returncode == 2 and "rude.py" in done.stderr, done.stderr


FILTER = """
import builtins
import aigc

def spoiling(text):
    if "Jug" in text:
        builtins.isinstance = builtins.sorted = None
    return text

@aigc.hookimpl
def aigc_environment(environment):
    environment.filters["spoiling"] = spoiling
"""
LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 60}}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product | spoiling }}{% endblock %}"


def test_a_filter_that_spoils_what_fails_a_piece_fails_that_piece_alone(tmp_path: Path) -> None:
    files = {"rude.py": FILTER, "aigc.yaml": "plugins: [rude.py]\n", "rows.csv": "product\nJug\nMug\n"}
    for name, text in (files | {"templates/shop/line.yaml": LINE, "templates/shop/line.j2": TASK}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    code = "from aigc.testing import ScriptedGenerator, run_cli; "
    code += "ran = run_cli('batch', 'shop/line', 'rows.csv', '--out', 'out', generator=ScriptedGenerator(['A line']));"
    done = in_python(f"{code} print([ran.code], ran.out, ran.err)", tmp_path)
    assert "[1]" in done.stdout and "1 accepted, 1 failed" in done.stdout, done.stdout + done.stderr
    assert "builtins.isinstance, builtins.sorted of Python's own was replaced" in done.stdout + done.stderr


def test_a_damaged_distribution_is_passed_over(tmp_path: Path) -> None:
    about = tmp_path / "damaged-1.0.dist-info"
    about.mkdir()
    (about / "entry_points.txt").write_text("[aigc\nno = = :\nnonsense\n\x00")
    bare = tmp_path / "bare-1.0.dist-info"
    bare.mkdir()
    (bare / "entry_points.txt").write_text("[aigc]\nbare = no_such_module_at_all\n")
    done = in_python("from aigc.cli import main; print([main(['types']), main(['plugins'])])", tmp_path)
    assert "[0, 0]" in done.stdout and "seo/meta" in done.stdout, done.stdout + done.stderr


ODD = """
import logging, sys
import aigc
from aigc import Draft, check

class Unplaced(Exception):
    @property
    def __traceback__(self):
        sys.exit(0)

class Listening(logging.Handler):
    def emit(self, record):
        sys.exit(0)

logging.getLogger().addHandler(Listening())

@check
def odd(draft: Draft):
    "Break at jugs."
    if draft.brief.values["product"] == "Jug":
        raise Unplaced

@aigc.hookimpl
def aigc_checks():
    return [odd]

@aigc.hookimpl
def aigc_artifact(artifact):
    raise ValueError("this is logged")

@aigc.hookimpl
def aigc_commands(cli):
    @cli.command()
    def leave():
        "End the program."
        sys.exit(0)
"""


def test_no_system_exit_of_a_plugin_ends_the_program_with_its_code(tmp_path: Path) -> None:
    files = {"rude.py": ODD, "aigc.yaml": "plugins: [rude.py]\n", "rows.csv": "product\nJug\nMug\n"}
    line = LINE.replace("line.j2", "line.j2\nchecks: [odd]")
    plain = TASK.replace(" | spoiling", "")
    for name, text in (files | {"templates/shop/line.yaml": line, "templates/shop/line.j2": plain}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    code = "from aigc.testing import ScriptedGenerator as Scripted, run_cli; "
    code += "ran = run_cli('batch', 'shop/line', 'rows.csv', '--out', 'out', generator=Scripted(['A line'] * 9));"
    code += "left = run_cli('leave'); print([ran.code, left.code], ran.out, ran.err, left.err)"
    done = in_python(code, tmp_path)
    told = done.stdout + done.stderr
    assert "[1, 3]" in done.stdout and "1 accepted, 1 failed" in told, told
    assert "check 'odd' broke: Unplaced" in told and "Error: unexpected SystemExit: 0" in told, told
    assert "Listening (a handler of the log) broke" in told, told
