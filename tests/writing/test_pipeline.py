"""The story, played with scripted answers: what is asked, what is kept, what is asked again, what the piece becomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest

from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Completion, Request
from aigc.writing.pipeline import Pipeline

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
    assert artifact.fields["title"] == "Mugs", "whatever a generator makes of the grammar"
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
    answers = {"lines/0/0": "Warm all day", "lines/1/0": "Warm all day", "lines/1/1": "Dry in rain"}
    generator = ScriptedGenerator(lambda request, index: answers["/".join(request.id.split("/")[1:])])
    (artifact,) = run(project, generator, "shop/lines", [brief(product="Mug", facts=["warm", "dry"])])
    assert artifact.fields["lines"] == ["Warm all day", "Dry in rain", "Order now"]
    assert len(generator.requests) == 3


def test_where_the_brief_is_rejected_no_line_is_written_again(make_project: Callable[..., Project]) -> None:
    strict = LINES.replace("  - no_near", "  - brief_filled_in\n  - no_placeholder\n  - no_near")
    project = make_project(FILES | {"templates/shop/lines.yaml": strict})
    generator = ScriptedGenerator(lambda request, index: "[Brand] keeps warm")
    (artifact,) = run(project, generator, "shop/lines", [brief(product="[Brand] Mug", facts=["warm", "dry"])])
    assert artifact.status == "rejected" and "placeholder '[Brand]'" in artifact.reason
    assert len(generator.requests) == 2, "one for each fact"
    (whole,) = run(project, generator, "shop/lines", [brief(product="Mug", facts=["warm", "dry"])])
    assert whole.status == "accepted" and len(generator.requests) > 4, "here another text would do"


def test_a_twin_that_stays_is_left_out_and_flagged(project: Project) -> None:
    generator = ScriptedGenerator(lambda request, index: "Warm all day")
    facts = ["warm all day", "warm all  day", "Warm all day"]
    (artifact,) = run(project, generator, "shop/lines", [brief(product="Mug", facts=facts)])
    assert artifact.fields["lines"] == ["Warm all day", "Order now"]
    assert artifact.status == "flagged"
    assert [f.severity for f in artifact.findings if f.check == "repair"] == ["warn", "warn"]
    asked = [request.id.rpartition("/")[0] for request in generator.requests]
    assert max(asked.count(name) for name in asked) == 2, "repair.attempts: 1, whoever asks"


def test_a_fallback_that_comes_out_empty_leaves_the_item_out_by_design(make_project: Callable[..., Project]) -> None:
    shy = LINES.replace("{{ item | trim_to(width=20) }}", "{{ item if item|length < 9 else '' }}")
    project = make_project(FILES | {"templates/shop/lines.yaml": shy})

    def answer(request: Request, index: int) -> str:
        return "far too long for the limit" if "never fits" in asked_for(request) else "Warm all day"

    facts = ["warm", "never fits in a line"]
    (artifact,) = run(project, ScriptedGenerator(answer), "shop/lines", [brief(product="Mug", facts=facts)])
    assert (artifact.status, artifact.fields["lines"]) == ("accepted", ["Warm all day", "Order now"])
    (found,) = [one for one in artifact.findings if one.check == "left_out"]
    assert (found.severity, found.field) == ("note", "lines[1]")
    assert found.message.startswith("'never fits in a line' is left out: "), "the fact, not its place alone"


def test_what_another_text_tells_is_not_left_out(make_project: Callable[..., Project]) -> None:
    shy = LINES.replace("{{ item | trim_to(width=20) }}", "").replace("Order now", "Never fits in line A")
    project = make_project(FILES | {"templates/shop/lines.yaml": shy})

    def answer(request: Request, index: int) -> str:
        return "far too long for the limit" if "never fits" in asked_for(request) else "Warm all day"

    facts = ["warm", "never fits in a line"]
    (artifact,) = run(project, ScriptedGenerator(answer), "shop/lines", [brief(product="Mug", facts=facts)])
    found = next(one for one in artifact.findings if one.field == "lines[1]")
    assert found.check == "repair" and "has no line of its own, another text tells it" in found.message


def test_a_stage_that_gives_nothing_rejects_the_piece(make_project: Callable[..., Project]) -> None:
    bare = LINES.replace('    fallback: "{{ item | trim_to(width=20) }}"\n', "").replace("minItems: 2, ", "")
    project = make_project(FILES | {"templates/shop/lines.yaml": bare})
    generator = ScriptedGenerator(lambda request, index: "far too long for the limit")
    (artifact,) = run(project, generator, "shop/lines", [brief(product="Mug", facts=["warm", "dry"])])
    assert artifact.status == "rejected"


def test_limits_hold_without_being_asked_for(make_project: Callable[..., Project]) -> None:
    project = make_project(FILES | {"templates/shop/page.yaml": PAGE.replace("checks:\n  - limits\n", "")})
    (artifact,) = run(project, ScriptedGenerator(lambda r, i: page("Mugs", "x" * 50)), "shop/page", [brief(topic="m")])
    assert artifact.status == "rejected"


PARTS = """
aigc: 1
name: shop/parts
summary: Parts.
brief:
  facts: {type: array, items: {type: string}, default: null}
stages:
  parts:
    foreach: facts
    prompt: part.j2
    output:
      heading: {type: string, limit: {chars: 20}}
      text: {type: string, limit: {chars: 90}}
    fallback: {heading: "{{ item }}"}
    repair: {attempts: 1}
output:
  parts:
    type: array
    items: {type: object, properties: {heading: {type: string}, text: {type: string}}}
    from: "{{ stages.parts }}"
  teaser: {type: string, limit: {chars: 200}, from: "{{ stages.parts | map(attribute='text') | join(' ') }}"}
checks:
  - no_near_duplicates: {field: parts.heading}
"""


def part(heading: str, text: str) -> str:
    return json.dumps({"heading": heading, "text": text})


def test_the_whole_pieces_repair_keeps_the_other_fields(make_project: Callable[..., Project]) -> None:
    project = make_project(
        FILES | {"templates/shop/parts.yaml": PARTS, "templates/shop/part.j2": TASK.replace("%s", "{{ item }}")}
    )
    again = {"parts/1/1": part("Dry", "never taken")}
    generator = ScriptedGenerator(
        lambda r, i: again.get("/".join(r.id.split("/")[1:]), part("Warm", f"All about {asked_for(r)}."))
    )
    (artifact,) = run(project, generator, "shop/parts", [brief(facts=["warm", "dry"])])
    assert artifact.fields["parts"] == [
        {"heading": "Warm", "text": "All about warm."},
        {"heading": "Dry", "text": "All about dry."},
    ]
    assert artifact.provenance.repaired == ("parts[1].heading",)
    assert artifact.provenance.lines == 4, "a text an expression joined counts once, where it stands first"
    stuck = ScriptedGenerator(lambda r, i: part("Warm", f"All about {asked_for(r)}."))
    (artifact,) = run(project, stuck, "shop/parts", [brief(facts=["warm", "dry"])])
    assert artifact.fields["parts"][1] == {"heading": "dry", "text": "All about dry."}
    assert artifact.provenance.fallbacks == ("parts[1].heading",)


def test_a_list_that_is_not_given_asks_nothing(make_project: Callable[..., Project]) -> None:
    project = make_project(
        FILES | {"templates/shop/parts.yaml": PARTS, "templates/shop/part.j2": TASK.replace("%s", "{{ item }}")}
    )
    generator = ScriptedGenerator([])
    (artifact,) = run(project, generator, "shop/parts", [brief(facts=None)])
    assert generator.requests == []
    assert artifact.fields["parts"] == []


def test_a_plugins_mistake_fails_that_piece_alone(project: Project) -> None:
    def breaks(value: str) -> str:
        raise RuntimeError("oh")

    project.environment.filters["trim_to"] = lambda value, **_: breaks(value) if value == "dry" else value
    generator = ScriptedGenerator(lambda request, index: "far too long for the limit")
    briefs = [brief("a", product="Mug", facts=["dry", "x"]), brief("b", product="Mug", facts=["warm", "soft"])]
    bad, good = sorted(run(project, generator, "shop/lines", briefs), key=lambda artifact: artifact.id)
    assert bad.status == "failed"
    assert bad.reason.endswith("lines.yaml:15: '{{ item | trim_to(width=20) }}': RuntimeError: oh")
    assert good.status == "accepted"


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


def broken(request: Request) -> Completion:
    return Completion(request_id=request.id, text="", finish_reason="error", error="the server answered 500: out")


def test_no_fallback_stands_in_where_the_generator_could_not_answer(project: Project) -> None:
    generator = ScriptedGenerator(lambda r, i: broken(r) if "dry" in asked_for(r) else "Warm all day")
    (artifact,) = run(project, generator, "shop/lines", [brief(product="Mug", facts=["warm", "dry"])])
    assert (artifact.status, artifact.reason) == ("failed", "the server answered 500: out")
    assert artifact.fields == {} and len(generator.requests) == 2


def test_where_a_repair_is_not_answered_the_fallback_says_so(project: Project) -> None:
    def answer(request: Request, index: int) -> str | Completion:
        return broken(request) if request.id.endswith("/1") else "far too long for the limit"

    (artifact,) = run(project, ScriptedGenerator(answer), "shop/lines", [brief(product="Mug", facts=["dry", "warm"])])
    assert (artifact.status, artifact.fields["lines"]) == ("flagged", ["dry", "warm", "Order now"])
    assert artifact.reason == "lines[0]: could not be written again: the server answered 500: out"


def test_unparseable_output_is_rejected_not_lost(project: Project) -> None:
    (artifact,) = run(project, ScriptedGenerator(lambda r, i: "no json"), "shop/page", [brief(topic="mugs")])
    assert artifact.status == "rejected"
    assert artifact.reason.startswith("title: ")


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
    pipeline, content_type = Pipeline(generator, project.environment), project.content_type("shop/page")
    artifacts = pipeline.write(content_type, [brief(str(n), topic=f"{n}") for n in range(9)])
    next(artifacts)
    artifacts.close()
    again = list(pipeline.write(content_type, [brief(str(n), topic=f"{n}") for n in range(9)]))
    assert [artifact.status for artifact in again] == ["accepted"] * 9, "late cancellations are not taken for answers"


def test_a_piece_whose_answer_comes_later_is_put_off_and_the_others_go_on(project: Project) -> None:
    def answer(request: Request, index: int) -> str | Completion:
        if "slow" not in request.prompt.messages[-1].content:
            return "Warm all day"
        return Completion(request_id=request.id, index=index, text="", finish_reason="deferred", error="send it")

    generator = ScriptedGenerator(answer, lump=1)
    pipeline = Pipeline(generator, project.environment)
    briefs = [brief("a", product="Mug", facts=["slow", "warm"]), brief("b", product="Tent", facts=["dry"])]
    (artifact,) = pipeline.write(project.content_type("shop/lines"), briefs)
    assert artifact.id == "b"
    assert list(pipeline.awaited) == ["send it"]
    asked = [request.prompt.messages[-1].content for request in generator.requests]
    assert asked.count("Mug: slow") == 1, "neither repaired nor asked again"
    assert "Mug: warm" in asked, "what can be had now is had"
