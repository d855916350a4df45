"""What a model wrote, as it leaves the writing room with the piece: taken or not, why, and where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Grammar, KeepLines, Line, Message, Prompt, Request, SamplingParams, ToolCall
from aigc.writing.line_log import request_digest

LINES = """
aigc: 1
name: shop/lines
summary: One line per fact, and a close that makes no line twice.
brief:
  facts: {type: array, items: {type: string}}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, limit: {chars: 12}}
    candidates: 2
    fallback: "{{ item | trim_to(chars=12) if item != 'nothing' else '' }}"
    repair: {attempts: 1}
  close:
    prompt: close.j2
    output: {title: {type: string}, lead: {type: string, limit: {chars: 12}}}
    repair: {attempts: 1}
output:
  lines: {type: array, items: {type: string, limit: {chars: 12}}, from: "{{ stages.lines }}"}
  lead: {type: string, from: "{{ 'Hello: ' ~ stages.close.lead }}"}
  title: {type: string, from: "{{ stages.close.title }}"}
checks: [{forbidden_words: {words: [cheap]}}]
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ item }}{% endblock %}"
CLOSE = TASK.replace("{{ item }}", "Close")


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    files = {"shop/lines.yaml": LINES, "shop/line.j2": TASK, "shop/close.j2": CLOSE}
    return make_project({f"templates/{name}": text for name, text in files.items()})


class Script(ScriptedGenerator):
    """This answers each text of a prompt from its list, one after the other."""

    def __init__(self, **answers: list[str]) -> None:
        self._answers = {name: iter(texts) for name, texts in answers.items()}
        super().__init__(self.answer)

    def answer(self, request: Request, index: int) -> str:
        return next(self._answers[request.prompt.messages[-1].content])


def write(project: Project, generator: ScriptedGenerator, keep_lines: KeepLines, *facts: str) -> Artifact:
    pipeline = project.pipeline(generator, keep_lines=keep_lines)
    briefs = [Brief(id="1", values={"facts": list(facts)})]
    (artifact,) = pipeline.write(project.content_type("shop/lines"), briefs)
    return artifact


def close(title: str = "Mug", lead: str = "Keeps warm") -> str:
    return json.dumps({"title": title, "lead": lead})


def told(line: Line) -> tuple[object, ...]:
    why = ", ".join(finding.message for finding in line.findings)
    return line.stage, line.item, line.attempt, line.candidate, line.text, why, line.taken, line.fields


LONG = "far too long for it"
TOO_LONG = f"has {len(LONG)} characters, at most 12"


def test_every_candidate_says_whether_it_was_taken_and_which_field_it_became(project: Project) -> None:
    artifact = write(project, Script(a=[LONG, "Tea"], b=[LONG, LONG, "Two", LONG], Close=[close()]), "all", "a", "b")
    assert artifact.fields["lines"] == ["Tea", "Two"]
    assert [told(line) for line in artifact.lines] == [
        ("lines", 0, 0, 0, LONG, TOO_LONG, False, ()),
        ("lines", 0, 0, 1, "Tea", "", True, ("lines[0]",)),
        ("lines", 1, 0, 0, LONG, TOO_LONG, False, ()),
        ("lines", 1, 0, 1, LONG, TOO_LONG, False, ()),
        ("lines", 1, 1, 0, "Two", "", True, ("lines[1]",)),
        ("lines", 1, 1, 1, LONG, TOO_LONG, False, ()),
        ("close", 0, 0, 0, close(), "", True, ("title", "lead")),
    ]
    assert {line.mean_logprob for line in artifact.lines} == {-1.0}
    assert artifact.lines[0].findings[0].check == "limits"


def test_only_taken_ones_are_kept_where_that_is_asked(project: Project) -> None:
    script = {"a": [LONG, "Tea"], "b": [LONG, LONG, "Two", LONG], "Close": [close()]}
    both = write(project, Script(**script), "all", "a", "b"), write(project, Script(**script), "taken", "a", "b")
    assert list(both[1].lines) == [line for line in both[0].lines if line.taken]
    assert write(project, Script(**script), "none", "a", "b").lines == ()


def test_a_fallback_is_no_line_of_a_model_and_what_is_left_out_is_not_taken(project: Project) -> None:
    script = Script(a=[LONG] * 4, nothing=[LONG] * 4, Close=[close()])
    artifact = write(project, script, "all", "a", "nothing")
    assert artifact.fields["lines"] == ["a"] and artifact.provenance.fallbacks == ("lines[0]",)
    lines = [line for line in artifact.lines if line.stage == "lines"]
    assert len(lines) == 8 and not any(line.taken or line.fields for line in lines)


def test_a_field_that_stood_keeps_its_line_when_another_is_written_again(project: Project) -> None:
    artifact = write(project, Script(Close=[close("Mug", LONG), close("Other", "Warm")]), "all")
    first, second = artifact.lines
    assert (first.taken, first.fields, second.taken, second.fields) == (True, ("title",), True, ("lead",))


def test_a_line_that_the_whole_piece_refuses_is_told_so(project: Project) -> None:
    script = Script(a=["Cheap tea", "Cheap mug", "Good tea", "Fine tea"], Close=[close()])
    artifact = write(project, script, "all", "a")
    assert artifact.fields["lines"] == ["Good tea"]
    refused, other, taken, _, _ = artifact.lines
    ((finding,),) = [refused.findings]
    assert (finding.check, finding.severity, finding.field) == ("forbidden_words", "reject", "text")
    assert "heap" in finding.message and not refused.taken
    assert other.findings == () and (taken.attempt, taken.taken, taken.fields) == (1, True, ("lines[0]",))


def test_a_line_names_its_request_and_its_prompt(project: Project) -> None:
    script = Script(a=[LONG, LONG, "Tea", "Two"], Close=[close()])
    lines = write(project, script, "all", "a").lines
    asked = {(one.about.stage, one.about.attempt): one for one in script.requests if one.about}
    for line in lines:
        one = asked[line.stage, line.attempt]
        bare = replace(one, digest="", id="other", about=None)
        assert line.request == one.digest == request_digest(bare) and len(line.prompt) == 16
    assert len({line.request for line in lines}) == 3, "an attempt is another request"
    assert len({line.prompt for line in lines}) == 2, "of the same prompt"


def test_a_piece_that_fails_carries_what_was_written_so_far(project: Project) -> None:
    def breaks(request: Request, index: int) -> str:
        return "Tea" if "Close" not in request.prompt.messages[-1].content else "no JSON"

    artifact = write(project, ScriptedGenerator(breaks), "taken", "a")
    assert artifact.status in ("failed", "rejected")
    assert [(line.text, line.taken) for line in artifact.lines if line.stage == "lines"] == [("Tea", True)]


def test_without_lines_nothing_is_hashed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from aigc.writing import item

    monkeypatch.setattr(item, "LineLog", None)
    assert write(project, Script(a=["Tea", "Two"], Close=[close()]), "none", "a").status == "accepted"
    assert write(project, Script(a=["Tea", "Two"], Close=[close()]), "taken", "a").status == "failed"


def test_a_requests_digest_stays_what_it_was_for_answers_are_found_by_it() -> None:
    prompt = Prompt(messages=(Message(role="system", content="You write."), Message(role="user", content="杯子 “x”\n")))
    request = Request(
        id="1",
        prompt=prompt,
        sampling=SamplingParams(temperature=0.5, n=2, seed=7),
        grammar=Grammar(kind="json", source='{"type":"string"}'),
        adapter="lora/ads",
    )
    assert request_digest(request) == "df9f4e21539458103442adfad6a6d483"


def test_what_was_asked_before_there_were_newer_words_has_the_digest_that_it_had() -> None:
    """Jobs and folders of answers know requests by it."""
    prompt = Prompt(
        messages=(Message(role="system", content="Be brief."), Message(role="user", content='A mug, it\'s "blue"'))
    )
    plain = replace(prompt, messages=prompt.messages[1:], chat=False)
    asked = Request(id="1", prompt=prompt, sampling=SamplingParams(stop=("\n",), seed=3))
    assert request_digest(asked) == "6db4b9be084997e1166f7dcc6f7e3d8b"
    assert request_digest(Request(id="1", prompt=prompt, given="Yes")) == "bf468d4251acf06d3ad023df75804d70"
    assert request_digest(Request(id="1", prompt=plain, adapter="a")) == "16ab15b442299a8eb9223fa47e005925"
    first, *rest = prompt.messages
    called = replace(first, calls=(ToolCall(name="stock"),))
    others = [
        *[
            replace(asked, sampling=replace(asked.sampling, **more))
            for more in ({"frequency_penalty": 0.5}, {"logit_bias": ((5, 1.0),)}, {"logit_bias": ((5, 2.0),)})
        ],
        *[
            replace(asked, prompt=replace(prompt, **more))
            for more in (
                {"tools": ("{}",)},
                {"messages": (called, *rest)},
                {"messages": (replace(first, answers="a"), *rest)},
            )
        ],
    ]
    assert len({request_digest(one) for one in (asked, *others)}) == 7
    assert request_digest(replace(asked, urgent=True)) == request_digest(asked)
