"""The story, played with scripted answers: what is asked, what is kept, what is asked again, what the piece becomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest

from aigc.pipeline import Pipeline
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Completion, Request

PAGE = """
aigc: 1
name: shop/page
version: 1
summary: A page.
brief:
  topic: {type: string}
prompt: page.j2
output:
  title: {type: string, limit: {chars: 20}}
  lead: {type: string, limit: {chars: 40}}
checks:
  - limits
repair: {attempts: 2}
"""
LINES = """
aigc: 1
name: shop/lines
version: 1
summary: One line per fact.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, limit: {width: 20}}
    checks: [limits]
    fallback: "{{ item | trim_to(width=20) }}"
    repair: {attempts: 1}
output:
  lines:
    {type: array, minItems: 2, items: {type: string, limit: {width: 20}}, from: "{{ stages.lines + ['Order now'] }}"}
checks:
  - limits
  - no_near_duplicates: {field: lines}
"""
TASK = "{% extends 'base.j2' %}{% block system %}You write.{% endblock %}{% block task %}%s{% endblock %}"
FILES = {
    "templates/shop/page.yaml": PAGE,
    "templates/shop/page.j2": TASK.replace("%s", "Topic: {{ topic }}"),
    "templates/shop/lines.yaml": LINES,
    "templates/shop/line.j2": TASK.replace("%s", "{{ product }}: {{ item }}"),
}
Write = Callable[..., list[Artifact]]


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project(FILES)


def brief(name: str = "1", **values: object) -> Brief:
    return Brief(id=name, values=values)


def run(project: Project, generator: ScriptedGenerator, name: str, briefs: Iterable[Brief]) -> list[Artifact]:
    pipeline = Pipeline(generator, project.environment, model="scripted", policy=project.policy())
    return list(pipeline.write(project.content_type(name), briefs))


def page(title: str, lead: str) -> str:
    return json.dumps({"title": title, "lead": lead})


def asked_for(request: Request) -> str:
    return request.prompt.messages[-1].content


def test_a_good_piece_is_accepted_as_written(project: Project) -> None:
    generator = ScriptedGenerator([page("Mugs", "Good mugs.")])
    (artifact,) = run(project, generator, "shop/page", [brief(topic="mugs")])
    assert (artifact.status, artifact.fields) == ("accepted", {"title": "Mugs", "lead": "Good mugs."})
    assert artifact.provenance.requests == 1
    assert [message.role for message in generator.requests[0].prompt.messages] == ["system", "user"]


def test_only_the_failing_field_is_written_again(project: Project) -> None:
    generator = ScriptedGenerator([page("Mugs", "x" * 50), page("Cups instead", "Short."), "unused"])
    (artifact,) = run(project, generator, "shop/page", [brief(topic="mugs")])
    assert artifact.fields["lead"] == "Short."
    kept = json.loads(generator.requests[1].grammar.source)["properties"]
    assert kept["title"] == {"const": "Mugs"}, "the grammar keeps the good field"
    assert artifact.provenance.repaired == ("lead",)
    assert generator.requests[0].sampling.seed != generator.requests[1].sampling.seed


def test_what_never_fits_is_rejected_with_its_reason(project: Project) -> None:
    generator = ScriptedGenerator(lambda request, index: page("Mugs", "word " * 12 + "end."))
    (artifact,) = run(project, generator, "shop/page", [brief(topic="mugs")])
    assert artifact.status == "rejected"
    assert artifact.reason.startswith("lead: ")
    assert len(generator.requests) == 3, "the first and two repairs"


def test_an_item_that_fails_falls_back_to_its_fact(project: Project) -> None:
    def answer(request: Request, index: int) -> str:
        return "far too long for the limit" if "dry" in asked_for(request) else "Warm all day"

    (artifact,) = run(project, ScriptedGenerator(answer), "shop/lines", [brief(product="Mug", facts=["dry", "warm"])])
    assert artifact.status == "accepted"
    assert artifact.fields["lines"] == ["dry", "Warm all day", "Order now"]
    assert artifact.provenance.fallbacks == ("lines[0]",)
    assert artifact.provenance.lines == 2, "what an expression composed is no stage's line"


def test_only_the_field_that_fell_back_is_said_to(make_project: Callable[..., Project]) -> None:
    project = make_project(FILES | {"templates/shop/page.yaml": PAGE + "fallback: {lead: Plain}\n"})
    (artifact,) = run(project, ScriptedGenerator(lambda r, i: page("Mugs", "x" * 50)), "shop/page", [brief(topic="m")])
    assert (artifact.status, artifact.fields["lead"]) == ("accepted", "Plain")
    assert artifact.provenance.fallbacks == ("lead",)


def test_a_finding_on_the_whole_leads_back_to_one_request(project: Project) -> None:
    answers = {"1/lines/0/0": "Warm all day", "1/lines/1/0": "Warm all day", "1/lines/1/1": "Dry in rain"}
    generator = ScriptedGenerator(lambda request, index: answers[request.id])
    (artifact,) = run(project, generator, "shop/lines", [brief(product="Mug", facts=["warm", "dry"])])
    assert artifact.fields["lines"] == ["Warm all day", "Dry in rain", "Order now"]
    assert len(generator.requests) == 3


def test_a_twin_that_stays_is_left_out_and_noted(project: Project) -> None:
    generator = ScriptedGenerator(lambda request, index: "Warm all day")
    facts = ["warm all day", "warm all  day", "Warm all day"]
    (artifact,) = run(project, generator, "shop/lines", [brief(product="Mug", facts=facts)])
    assert artifact.fields["lines"] == ["Warm all day", "Order now"]
    assert artifact.status == "accepted"
    assert [f.severity for f in artifact.findings if f.check == "repair"] == ["note", "note"]


def test_the_mildest_candidate_wins_then_the_likeliest(make_project: Callable[..., Project]) -> None:
    project = make_project(FILES | {"templates/shop/page.yaml": PAGE + "candidates: 3\n"})

    def answer(request: Request, index: int) -> Completion:
        text = [page("A", "x" * 50), page("B", "b"), page("C", "c")][index]
        return Completion(request_id=request.id, index=index, text=text, mean_logprob=[-0.1, -2.0, -1.0][index])

    (artifact,) = run(project, ScriptedGenerator(answer), "shop/page", [brief(topic="mugs")])
    assert artifact.fields["title"] == "C"


def test_an_engine_error_fails_that_piece_alone(project: Project) -> None:
    def answer(request: Request, index: int) -> str | Completion:
        if "bad" in asked_for(request):
            return Completion(
                request_id=request.id, text="", finish_reason="error", error="prompt of 9 tokens, at most 8"
            )
        return page("Mugs", "Good.")

    good, bad = sorted(
        run(project, ScriptedGenerator(answer), "shop/page", [brief("a", topic="good"), brief("b", topic="bad")]),
        key=lambda artifact: artifact.id,
    )
    assert good.status == "accepted"
    assert (bad.status, bad.reason) == ("failed", "prompt of 9 tokens, at most 8")


def test_unparseable_output_is_rejected_not_lost(project: Project) -> None:
    (artifact,) = run(project, ScriptedGenerator(lambda r, i: "no json"), "shop/page", [brief(topic="mugs")])
    assert artifact.status == "rejected"
    assert "was not written" in artifact.reason


def test_policy_cannot_be_loosened(make_project: Callable[..., Project]) -> None:
    policy = "policy:\n  - forbidden_words: {words: [mugs]}\n"
    project = make_project(FILES | {"aigc.yaml": policy})
    (artifact,) = run(project, ScriptedGenerator(lambda r, i: page("Mugs", "Good.")), "shop/page", [brief(topic="x")])
    assert artifact.status == "rejected"
    assert artifact.findings[0].check == "forbidden_words"


def test_many_pieces_share_a_batch_in_constant_memory(project: Project) -> None:
    taken = 0

    def briefs() -> Iterable[Brief]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield brief(str(number), topic=f"topic {number}")

    generator = ScriptedGenerator(lambda r, i: page("Mugs", "Good."), capacity=8, lump=8)
    pipeline = Pipeline(generator, project.environment)
    artifacts = pipeline.write(project.content_type("shop/page"), briefs())
    next(artifacts)
    assert taken <= 9, "briefs are taken only as the generator has room"
    assert sorted(int(a.id) for a in artifacts) == sorted(set(range(50)) - {0})


def test_the_text_of_a_brief_depends_on_nothing_else(project: Project) -> None:
    def seeds(briefs: list[Brief]) -> dict[str, int]:
        generator = ScriptedGenerator(lambda r, i: page("Mugs", "Good."))
        run(project, generator, "shop/page", briefs)
        return {asked_for(request): request.sampling.seed for request in generator.requests}

    one, two = brief("a", topic="one"), brief("b", topic="two")
    assert seeds([one, two]) == seeds([two, one]) == seeds([one]) | seeds([brief("z", topic="two")])


def test_closing_early_cancels_what_is_in_flight(project: Project) -> None:
    generator = ScriptedGenerator(lambda r, i: page("Mugs", "Good."), capacity=4, lump=1)
    artifacts = Pipeline(generator, project.environment).write(
        project.content_type("shop/page"), [brief(str(n), topic=f"{n}") for n in range(9)]
    )
    next(artifacts)
    artifacts.close()
    assert generator.step() == []
