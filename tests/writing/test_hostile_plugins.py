"""Whatever a plugin's function does to a piece, that piece alone fails, with the function's name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from aigc import check, postprocessor, scorer
from aigc.errors import PluginError
from aigc.plugs.extension import Extension
from aigc.project import Project
from aigc.testing import ScriptedGenerator, try_scorer
from aigc.types import Artifact, Ask, Brief, Candidate, Draft, Finding, Message, Prompt
from aigc.writing.duty import TRIES

LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 60}}
%s
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"


def for_jugs(act: Callable[[], Any]) -> Extension:
    """Return a check that acts when the product is a jug."""

    @check(name="odd")
    def odd(draft: Draft) -> Any:
        """Do as the test says."""
        return act() if draft.brief.values["product"] == "Jug" else []

    return odd


def changing(act: Callable[[Draft], Any]) -> Extension:
    @postprocessor(name="odd")
    def odd(draft: Draft) -> Any:
        """Do as the test says."""
        return act(draft) if draft.brief.values["product"] == "Jug" else draft

    return odd


def raises(error: BaseException) -> Callable[..., Any]:
    def act(*given: Any) -> Any:
        raise error

    return act


def without_end(*given: Any) -> Iterator[str]:
    while True:
        yield "bad"


def sleeps(*given: Any) -> None:
    time.sleep(30)


@pytest.fixture
def written(make_project: Callable[..., Project]) -> Callable[..., dict[str, Artifact]]:
    """Return a function that writes a mug, jugs and a cup, with one extension at work."""

    def write(extension: Extension, *, jugs: int = 1, **options: str) -> dict[str, Artifact]:
        line = f"{'checks' if extension.kind == 'check' else 'postprocess'}: [odd]"
        project = make_project({"templates/shop/line.yaml": LINE % line, "templates/shop/line.j2": TASK}, **options)
        project.registry._extensions[extension.kind, "odd"] = (extension, "test")
        generator = ScriptedGenerator(lambda request, index: "A line.")
        products = {"mug": "Mug", **{f"jug{at}": "Jug" for at in range(jugs)}, "cup": "Cup"}
        briefs = [Brief(id=name, values={"product": product}) for name, product in products.items()]
        pipeline = project.pipeline(generator)
        return {one.id: one for one in pipeline.write(project.content_type("shop/line"), briefs)}

    return write


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (raises(SystemExit(0)), "check 'odd' broke: SystemExit: 0"),
        (raises(GeneratorExit()), "check 'odd' broke: GeneratorExit"),
        (raises(BaseException("x")), "check 'odd' broke: BaseException: x"),
        (lambda: "told at once", "a check yields findings or messages"),
        (lambda: [Finding(message=7)], "a check yields findings or messages"),  # type: ignore[arg-type]
        (lambda: [7], "gave 7; a check yields findings or messages"),
    ],
)
def test_a_check_fails_its_piece_alone(act: Callable[[], Any], why: str, written: Any) -> None:
    pieces = written(for_jugs(act))
    assert [one.status for one in pieces.values() if one.id != "jug0"] == ["accepted", "accepted"]
    assert pieces["jug0"].status == "failed" and why in pieces["jug0"].reason
    assert "line.yaml:8" in pieces["jug0"].reason


@pytest.mark.parametrize("act", [without_end, lambda: ["bad"] * 1001])
def test_a_check_that_finds_no_end_refuses_the_text_and_breaks_nothing(act: Callable[[], Any], written: Any) -> None:
    pieces = written(for_jugs(act))
    assert pieces["jug0"].status == "rejected"
    told = [one.message for one in pieces["jug0"].findings]
    assert told == ["bad", "finds over 1000 things in one text"]


def test_what_a_check_says_at_length_is_cut(written: Any) -> None:
    pieces = written(for_jugs(lambda: ["Too long. " * 100_000]))
    (finding,) = pieces["jug0"].findings
    assert finding.message.startswith("Too long. Too") and len(finding.message) == 2001


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (raises(SystemExit(0)), "postprocessor 'odd' broke: SystemExit: 0"),
        (lambda draft: 7, "postprocessor 'odd' broke: TypeError: gave 7 instead of the draft"),
        (lambda draft: {"text": object()}, "which no file can hold"),
        (lambda draft: {"text": "fine", 7: "x"}, ""),
        (lambda draft: {"text": "fine", "more": {1, 2}}, "the output holds {1, 2}, which no file can hold"),
        (lambda draft: {"text": "fine", "more": 9**9999}, "which no file can hold"),
        (lambda draft: Draft(brief=draft.brief, fields={}, schema={}, assets=("x",)), "gave assets that are none"),  # type: ignore[arg-type]
    ],
)
def test_a_post_processor_fails_its_piece_alone(act: Callable[[Draft], Any], why: str, written: Any) -> None:
    pieces = written(changing(act))
    assert [one.status for one in pieces.values() if one.id != "jug0"] == ["accepted", "accepted"]
    assert pieces["jug0"].status in ("failed", "rejected") and why in pieces["jug0"].reason


def test_a_check_that_never_answers_is_broken_off_and_then_not_asked_again(written: Any) -> None:
    pieces = written(for_jugs(sleeps), jugs=TRIES + 3, **{"timeouts.plugin": "0.2"})
    reasons = [one.reason for name, one in pieces.items() if name.startswith("jug")]
    assert all("check 'odd' does not answer: it took longer than 0.2 s" in one for one in reasons[:TRIES])
    assert all("not asked again" in one for one in reasons[TRIES:]) and "not asked again" in pieces["cup"].reason
    assert pieces["mug"].status == "accepted"


def test_one_that_answers_in_between_is_asked_again(written: Any) -> None:
    pieces = written(for_jugs(sleeps), **{"timeouts.plugin": "0.2"})
    assert [pieces[name].status for name in ("mug", "jug0", "cup")] == ["accepted", "failed", "accepted"]


def test_a_piece_that_takes_too_long_by_itself_fails_alone(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigc.writing.piece.distinct", lambda found: time.sleep(30) if wanted() else list(found))
    left = [0, 1, 0]

    def wanted() -> int:
        return left.pop(0) if left else 0

    pieces = written(for_jugs(list), **{"timeouts.plugin": "0.05"})
    assert sorted(one.status for one in pieces.values()) == ["accepted", "accepted", "failed"]
    assert [one.reason for one in pieces.values() if one.status == "failed"] == ["takes longer than 0.5 s"]


def scoring(act: Callable[[Sequence[Candidate]], Any]) -> Extension:
    @scorer(name="odd")
    def odd(candidates: Sequence[Candidate]) -> Any:
        """Do as the test says."""
        return act(candidates)

    return odd


ASKED = Ask(prompt=Prompt(messages=(Message(role="user", content="x"),)), text="y")


def asks_for_ever(candidates: Sequence[Candidate]) -> Iterator[Any]:
    while True:
        yield [ASKED]


def asks_then_exits(candidates: Sequence[Candidate]) -> Iterator[Any]:
    yield [ASKED]
    raise SystemExit(0)


def asks_for_nonsense(candidates: Sequence[Candidate]) -> Iterator[Any]:
    yield ["nonsense"]


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (raises(SystemExit(0)), "scorer 'odd' broke: SystemExit: 0"),
        (asks_then_exits, "scorer 'odd' broke: SystemExit: 0"),
        (asks_for_ever, "scorer 'odd' broke: ValueError: asks over 1000 times"),
        (asks_for_nonsense, "scorer 'odd' broke: TypeError: asks for something that is no Ask"),
        (lambda candidates: [1.0], "gave 1 numbers for 2 candidates"),
        (lambda candidates: None, "scorer 'odd' broke: TypeError"),
    ],
)
def test_a_scorer_is_named(act: Callable[..., Any], why: str) -> None:
    with pytest.raises(PluginError, match=why):
        try_scorer(scoring(act), ["a", "b"])


@pytest.mark.parametrize("error", [SystemExit(0), GeneratorExit(), RuntimeError("oh")])
def test_a_filter_fails_its_piece_alone(error: BaseException, written: Any, make_project: Any) -> None:
    files = {"templates/shop/line.yaml": LINE % "", "templates/shop/line.j2": TASK.replace("product", "product | odd")}
    project = make_project(files)
    project.environment.filters["odd"] = lambda text: raises(error)() if text == "Jug" else text
    briefs = [Brief(id=name, values={"product": name}) for name in ("Mug", "Jug", "Cup")]
    pieces = project.pipeline(ScriptedGenerator(lambda request, index: "A line.")).write(
        project.content_type("shop/line"), briefs
    )
    found = {one.id: one for one in pieces}
    assert [found[name].status for name in ("Mug", "Cup")] == ["accepted", "accepted"]
    assert f"line.j2:1: {type(error).__name__}" in found["Jug"].reason


def test_a_check_changes_neither_the_piece_nor_what_other_checks_see(written: Any) -> None:
    @check(name="odd")
    def odd(draft: Draft) -> None:
        """Change what was handed over."""
        draft.fields["text"] = 7  # type: ignore[index]
        draft.brief.values.clear()  # type: ignore[attr-defined]

    pieces = written(odd)
    assert [one.status for one in pieces.values()] == ["accepted"] * 3
    assert {one.fields["text"] for one in pieces.values()} == {"A line."}
    assert pieces["jug0"].brief.values == {"product": "Jug"}


def test_a_post_processor_does_not_change_the_brief(written: Any) -> None:
    pieces = written(changing(lambda draft: draft.brief.values.clear() or draft))  # type: ignore[attr-defined]
    assert pieces["jug0"].status == "accepted" and pieces["jug0"].brief.values == {"product": "Jug"}


@pytest.mark.parametrize("large", ["x" * 10_000_000, [{"a": "b"}] * 200_000], ids=["text", "list"])
def test_a_post_processor_that_makes_too_much_fails_its_piece_alone(large: Any, written: Any) -> None:
    pieces = written(changing(lambda draft: {"text": "fine", "more": large}))
    assert [one.status for one in pieces.values() if one.id != "jug0"] == ["accepted", "accepted"]
    assert "postprocessor 'odd' broke: ValueError: made over 8 million characters" in pieces["jug0"].reason
