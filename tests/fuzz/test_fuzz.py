"""Thousands of odd files and answers, thrown at the command line: each is refused in a sentence, fails its own row or
piece, or is taken. Nothing ends as what nobody thought of, and nothing takes long.

    pytest -m fuzz tests/fuzz        14,000 cases; a failure names its seed

`AIGC_FUZZ_CASES` says how many of each kind, 2,000 unless it is said.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from aigc.asking import Plan, read_plan, sample_values
from aigc.asking.plan_file import is_job_file
from aigc.cli import main
from aigc.content import ContentType, brief_values, input_schema, output_schema
from aigc.content.languages import language_of_text
from aigc.errors import AigcError
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief
from aigc.writing.pipeline import Pipeline
from aigc.writing.preview import preview

from .made_inputs import BUNDLED, FIELDS, LINE, PROMPT, answer, expression, rows_file, template, type_file, workbook

CHUNKS = 20
CASES = -(-int(os.environ.get("AIGC_FUZZ_CASES", "2000")) // CHUNKS)  # of each kind, in one chunk
SLOW = 10.0  # seconds of the processor; on a machine with more to do they take longer
ENDS = (0, 1, 2, 75)
UNTHOUGHT = re.compile(
    r"Error: unexpected |Traceback|--debug to see|\b(?:Type|Key|Index|Attribute|Assertion|Recursion|Memory|Overflow|"
    r"Unicode\w*|ZeroDivision|NotImplemented|Name|Lookup|Runtime|Value)Error\b(?! in your)"
)
ROWS = """\
id,product,fact,topic,keyword,benefits,facts,url,text,subject,grade,objectives
a,Mug,keeps coffee warm,Cold brew at home,cold brew,holds 350 ml; is blue,It is cold. It is brewed.,https://a.b,Once,Math,5,x
b,Cup,keeps tea warm,Tea at home,tea,holds 300 ml,It is tea.,https://a.b/c,Upon,Biology,6,y
"""


class Shop:
    """This is a project, and the command line in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.random = Random()
        self._project: Project | None = None
        self._told: list[str] = []
        self.write("aigc.yaml", b"")
        self.write("rows.csv", ROWS.encode())
        shutil.copytree(BUNDLED, folder / "templates")
        self.write("templates/t/line.yaml", LINE.encode())
        self.write("templates/t/fields.yaml", FIELDS.encode())
        self.write("templates/t/line.j2", PROMPT.encode())

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def run(self, *argv: str) -> int:
        """Run a command as a person would; whatever comes of it was thought of."""
        began, worked = time.monotonic(), time.process_time()
        code = main(argv)
        waited, spent = time.monotonic() - began, time.process_time() - worked
        told = "".join(self._capsys.readouterr())
        wrong = UNTHOUGHT.search(told)
        good = code in ENDS and not wrong and spent < SLOW and waited < 12 * SLOW
        assert good, f"exit {code} in {spent:.1f} s ({waited:.1f} s with others): {told[-1500:]}"
        return code

    @property
    def project(self) -> Project:
        return self._project or self.fresh()

    def fresh(self) -> Project:
        """The project with no template of before."""
        self._project = Project.open(self.folder)
        return self._project

    def pieces(self, made: ContentType, values: Mapping[str, Any]) -> Iterator[Artifact]:
        generator = ScriptedGenerator(lambda request, index: answer(self.random), likely=lambda request: -1.0)
        briefs = [Brief(id="a", values=brief_values(made, values, where="a"))]
        return Pipeline(generator, self.project.environment).write(made, briefs)

    def read(self, path: Path) -> None:
        """Read a file of rows as a job does."""
        with self.thought_of():
            plan = read_plan(path) if is_job_file(path.name) else Plan(type="t/line", briefs=str(path))
            self.tell(*plan.rows(self.project, self.project.content_type(plan.type)))

    def tell(self, *found: object) -> None:
        """Note what came of it: the reasons of failed pieces may tell of what nobody thought of."""
        self._told += [one.reason if isinstance(one, Artifact) else "" for one in found]

    @contextmanager
    def thought_of(self) -> Iterator[None]:
        """Allow errors of ours alone, and so much time."""
        self._told, worked = [], time.process_time()
        try:
            yield
        except AigcError as error:
            assert error.exit_code in ENDS, f"{type(error).__name__}: {error}"
            self._told.append(str(error))
        spent, told = time.process_time() - worked, "\n".join([*self._told, *self._capsys.readouterr()])
        assert spent < SLOW and not UNTHOUGHT.search(told), f"after {spent:.1f} s: {told[-1500:]}"


@pytest.fixture(scope="module")
def registry() -> Registry:
    language_of_text("What tells languages apart is read once, and takes its time.")
    return Registry.discover()


@pytest.fixture
def shop(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shop]:
    made = Shop(tmp_path / "shop", capsys)

    def generator(project: Project, progress: object = None, **again: bool) -> ScriptedGenerator:
        return ScriptedGenerator(lambda request, index: answer(made.random), likely=lambda request: -1.0)

    monkeypatch.setattr(Registry, "discover", lambda **which: registry)
    monkeypatch.setattr(Project, "generator", generator)
    monkeypatch.setattr("aigc.cli.batch.check_model", lambda project: None)
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.chdir(made.folder)
    yield made
    shutil.rmtree(tmp_path, ignore_errors=True)


def type_case(shop: Shop) -> None:
    """A content type that somebody wrote: its schemas, its prompts, and a piece."""
    folder, content = type_file(shop.random)
    odd = shop.write(f"templates/{folder}/odd.yaml", content)
    with shop.thought_of():
        made = shop.project.content_type(str(odd))
        input_schema(made), output_schema(made)
        for stage in made.stages:
            json.dumps(None if stage.grammar is None else stage.grammar.source)
        shop.tell(*shop.pieces(made, sample_values(shop.project, made)))
    odd.unlink()


def template_case(shop: Shop) -> None:
    """A template, and an expression for an input."""
    odd, told = template(shop.random), expression(shop.random)
    shop.write("templates/t/line.j2", odd.encode("utf-8", "replace"))
    try:
        with shop.thought_of():
            made = shop.fresh().content_type("t/line")
            shop.tell(*preview(made, shop.project.environment, Brief(id="a", values={"product": "Mug", "fact": "x"})))
    finally:
        shop.write("templates/t/line.j2", PROMPT.encode())
    with shop.thought_of():
        plan = Plan(type="t/line", briefs="rows.csv", literals={"fact": f"{{{{ {told} }}}}"})
        shop.tell(*plan.rows(shop.fresh(), shop.project.content_type("t/line")))


def rows_case(shop: Shop) -> None:
    """A file of rows, or a job file."""
    name, content = rows_file(shop.random)
    shop.read(shop.write(f"given/{name}", content))


def answers_case(shop: Shop) -> None:
    """What a model says, two answers or more to each request of a piece."""
    with shop.thought_of():
        made = shop.project.content_type(shop.random.choice(("t/line", "t/fields")))
        shop.tell(*shop.pieces(made, {"product": "Mug", "fact": "keeps coffee warm"}))


def workbook_case(shop: Shop) -> None:
    """An Excel file of rows."""
    shop.read(shop.write("given/rows.xlsx", workbook(shop.random)))


def command_case(shop: Shop) -> None:
    """One of the others by the command line, and all that it prints and writes."""
    name = shop.random.choice(("line", "fields"))
    kind = shop.random.randrange(4)
    if kind == 0:
        folder, content = type_file(shop.random)
        odd = shop.write(f"templates/{folder}/odd.yaml", content)
        shop.run("show", str(odd), *shop.random.choice((["--prompt"], ["--schema"], ["--grammar"], [])))
        odd.unlink()
    elif kind == 1:
        shop.run("batch", f"t/{name}", "rows.csv", "--out", f"told-{name}", "--fresh")
    elif kind == 2:
        given, content = rows_file(shop.random)
        path = str(shop.write(f"given/{given}", content))
        shop.run("batch", *(() if given.endswith("yaml") else (f"t/{name}",)), path, "--out", "read", "--dry-run")
    else:
        path = str(shop.write("given/rows.xlsx", workbook(shop.random)))
        shop.run("batch", f"t/{name}", path, "--out", f"read-{name}", "--fresh")


def picks_case(shop: Shop) -> None:
    """A sheet of suggestions that somebody filled in."""
    if not Path("picked").is_dir():
        state = shop.random.getstate()
        shop.random.seed("picked")
        shop.run("batch", "t/line", "rows.csv", "--out", "picked")
        shop.random.setstate(state)
    head = ("id", "field", "stands now", "suggestion 1", "suggestion 2", "pick", "base")
    path = shop.write("given/filled.xlsx", workbook(shop.random, head))
    shop.run("pick", "picked", "--from", str(path))


KINDS: Mapping[str, Callable[[Shop], None]] = {
    "types": type_case,
    "templates": template_case,
    "rows": rows_case,
    "answers": answers_case,
    "workbooks": workbook_case,
    "picks": picks_case,
    "commands": command_case,
}


def throw(shop: Shop, kind: str, cases: Sequence[int]) -> None:
    failed: list[str] = []
    for case in cases:
        shop.random.seed(f"{kind} {case}")
        try:
            KINDS[kind](shop)
        except BaseException as error:
            failed.append(f"{kind} {case}: {type(error).__name__}: {error}")
            if isinstance(error, KeyboardInterrupt) or len(failed) == 20:
                break
    assert not failed, "\n\n".join(failed)


@pytest.mark.fuzz
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_thrown_was_thought_of(shop: Shop, kind: str, chunk: int) -> None:
    throw(shop, kind, range(chunk * CASES, (chunk + 1) * CASES))


def test_what_is_changed_was_right(shop: Shop) -> None:
    for name in ("t/line", "t/fields"):
        assert shop.run("batch", name, "rows.csv", "--dry-run") == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_of_each(shop: Shop, kind: Any) -> None:
    throw(shop, kind, range(2))
