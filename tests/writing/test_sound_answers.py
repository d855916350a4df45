"""What a generator gives is such that it can be written down and added up, or its piece fails alone."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aigc.jobs import run_job
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Completion, Delta, Prompt, Request, SamplingParams, Usage
from aigc.writing.sound_answers import EACH, LEAST
from aigc.writing.sound_answers import sound_answers as bounded

TYPE = """
aigc: 1
name: shop/item
summary: An item.
brief: {product: {type: string}}
prompt: item.j2
output: {%s}
checks: [limits]
exports: [csv, jsonl]
repair: {attempts: 0}
"""
ASKED = Request(id="1", prompt=Prompt(messages=()), sampling=SamplingParams(max_tokens=16))
COUNTS = ({"prompt": 2**63}, {"cached": -1}, {"sampled": int(1e308)}, {"forced": 2**41})


def sound_answers(events: list[Completion | Delta], request: Request | None = None) -> list[Completion | Delta]:
    return list(bounded(events, lambda name: request))


def answer(**words: object) -> Completion:
    return Completion(**{"request_id": "1", "text": "Made to last", **words})  # type: ignore[arg-type]


@pytest.mark.parametrize("counts", COUNTS)
def test_counts_that_cannot_be_are_an_error(counts: dict[str, int]) -> None:
    (one,) = sound_answers([answer(usage=Usage(**counts), index=1)])
    assert isinstance(one, Completion)
    assert (one.finish_reason, one.error, one.text) == ("error", "the generator counted tokens that cannot be", "")
    assert (one.index, one.usage) == (1, Usage())


def test_texts_can_be_written() -> None:
    events = [
        answer(text="Hot \ud83d"),
        answer(text=None),
        answer(error="\ud800"),
        Delta(request_id="1", text="\udc00"),
    ]
    assert [event.text for event in sound_answers(events)] == ["Hot \ufffd", "", "Made to last", "\ufffd"]
    assert sound_answers([answer(), *events])[0] == answer(), "what is sound stays as it is"


def test_an_error_is_no_longer_than_anybody_reads() -> None:
    (one,) = sound_answers([answer(text="", finish_reason="error", error="no " * 100_000)])
    assert isinstance(one, Completion) and len(one.error) == 1001


@pytest.mark.parametrize("mean", [math.nan, math.inf])
def test_a_likelihood_is_a_number_or_none(mean: float) -> None:
    (one,) = sound_answers([answer(mean_logprob=mean)])
    assert isinstance(one, Completion)
    assert (one.text, one.mean_logprob) == ("Made to last", None)


def test_an_answer_is_no_longer_than_its_tokens_can_be() -> None:
    most = LEAST + 16 * EACH
    whole, long = answer(text="x" * most), answer(text="x" * (most + 1), usage=Usage(sampled=3), index=1)
    first, second = sound_answers([whole, long], ASKED)
    assert first == whole and sound_answers([long]) == [long]
    assert isinstance(second, Completion) and (second.finish_reason, second.text, second.index) == ("error", "", 1)
    assert second.error == "the generator answered 16 tokens with 8,193 characters" and second.usage == Usage(sampled=3)
    assert sound_answers([long], replace(ASKED, given="x" * 9000)) == [long], "which was given, not written"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Write three pieces with answers of the test's own for the second; return how each ended."""

    def run(odd: Completion | str, output: str = "type: string, limit: {chars: 40}") -> dict[str, str]:
        folder = tmp_path / "templates" / "shop"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "aigc.yaml").write_text("", encoding="utf-8")
        (folder / "item.yaml").write_text(TYPE % output, encoding="utf-8")
        (folder / "item.j2").write_text("{% block task %}{{ product }}{% endblock %}", encoding="utf-8")
        project = Project.open(tmp_path)

        def say(request: Request, index: int) -> str | Completion:
            given = odd if request.about and request.about.brief == "2" else "A plain good line"
            return given if isinstance(given, str) else Completion(request_id=request.id, text="x", usage=given.usage)

        briefs = [Brief(id=name, values={"product": "Mug"}) for name in ("1", "2", "3")]
        ended: dict[str, str] = {}
        report = run_job(
            project,
            ScriptedGenerator(say, capacity=2, lump=1),
            project.content_type("shop/item"),
            briefs,
            tmp_path / "out",
            exports=["csv", "jsonl"],
            heard=lambda one: ended.update({one.id: one.status}),
        )
        assert not report.problems
        assert sum(report.counts.values()) == report.briefs == 3
        return ended

    return run


@pytest.mark.parametrize("counts", COUNTS)
def test_one_answer_that_cannot_be_counted_fails_its_piece_alone(
    write: Callable[..., dict[str, str]], counts: dict[str, int]
) -> None:
    assert write(answer(usage=Usage(**counts))) == {"1": "accepted", "2": "failed", "3": "accepted"}


def test_half_a_character_of_an_answer_costs_no_export(write: Callable[..., dict[str, str]]) -> None:
    assert write("A line \ud83d")["2"] == "accepted"


def test_an_answer_of_megabytes_costs_its_piece_alone_and_no_time(write: Callable[..., dict[str, str]]) -> None:
    began = time.monotonic()
    assert write("Hot mug, good mug. " * 200_000) == {"1": "accepted", "2": "failed", "3": "accepted"}
    assert time.monotonic() - began < 10


CODES = "\x1b[2J\x9b31m\x07\u202e\u2066\x00\x7f"
JOINED = "👩\u200d🍳 می\u200cخواهم\tone\ntwo"  # a cook, and Persian: what joins their parts stays


@pytest.mark.parametrize("output", ["type: string", "line: {type: string}"])
@pytest.mark.parametrize("escaped", [True, False])
def test_no_control_character_is_in_an_accepted_piece(
    output: str, escaped: bool, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    task = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
    project = make_project({"templates/shop/item.yaml": TYPE % output, "templates/shop/item.j2": task})
    written = CODES + "Made" + CODES + " " + JOINED
    text = written if "line" not in output else json.dumps({"line": written}, ensure_ascii=escaped)
    content_type = project.content_type("shop/item")
    (piece,) = project.pipeline(ScriptedGenerator(lambda request, index: text)).write(
        content_type, [Brief(id="a", values={"product": "Mug"})]
    )
    assert piece.status == "accepted"
    assert [*piece.fields.values()] == [f"[2J31mMade[2J31m {JOINED}"]


def test_what_streams_has_none_either_and_a_given_text_is_as_it_was_given() -> None:
    (part,) = sound_answers([Delta(request_id="1", text=f"A{CODES}\r\nB")])
    assert part.text == "A[2J31m\nB"
    (answered,) = sound_answers([answer(text=CODES)], replace(ASKED, given=CODES))
    assert answered.text == CODES
