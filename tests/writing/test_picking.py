"""Picking among candidates: scorers decide, the floor holds, the fallback stands below it, and others are suggested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from aigc import Scoring, scorer
from aigc.content.mix import Mix, read_mixes, write_mixes
from aigc.errors import ContentTypeError, PluginError
from aigc.plugs.hookspecs import hookimpl
from aigc.project import Project
from aigc.testing import ScriptedGenerator, try_scorer
from aigc.types import Artifact, Ask, Brief, Candidate, Completion, Likelihood, Request, by_field

TASK = "{% extends 'base.j2' %}{% block system %}You write.{% endblock %}{% block task %}%s{% endblock %}"
LINES = """
aigc: 1
name: shop/lines
version: 1
summary: One line per fact.
brief:
  facts: {type: array, items: {type: string}}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, limit: {width: 20}}
    candidates: 4
    checks: [limits]
    fallback: "{{ item }}"
    repair: {attempts: 1}
    PICK
output:
  lines: {type: array, items: {type: string, limit: {width: 20}}, from: "{{ stages.lines }}"}
CHECKS
"""
SIX = "a" * 64


@scorer
def length(candidates: Sequence[Candidate], *, weight: float = 1.0) -> Sequence[float]:
    """Prefer long texts."""
    return [weight * len(one.text) for one in candidates]


@scorer
def times(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Prefer what came often."""
    return [one.times for one in candidates]


@scorer
def likely(candidates: Sequence[Candidate], *, adapter: str | None = None) -> Scoring:
    """Prefer what the model finds likely."""
    asked = [Ask(prompt=one.prompt, text=one.text, adapter=adapter) for one in candidates]
    found = yield asked
    again = yield asked[:1]
    assert again[0] == found[0]
    return [one.mean if one else -99.0 for one in found]


@scorer
def unlike(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Prefer what no other item has."""
    return [-float(one.text in one.beside) for one in candidates]


@scorer
def careless(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Forget one."""
    return [1.0] * (len(candidates) - 1)


Make = Callable[..., Project]


class Picky:
    """This is a plugin of scorers."""

    @hookimpl
    def aigc_scorers(self) -> Sequence[object]:
        return [length, times, likely, unlike, careless]


def shop(make_project: Make, pick: str, *, checks: str = "", **files: str) -> Project:
    text = LINES.replace("PICK", f"pick: {pick}").replace("CHECKS", checks)
    line = TASK.replace("%s", "{{ item }}")
    project = make_project({"templates/shop/lines.yaml": text, "templates/shop/line.j2": line, **files})
    project.registry.add(Picky(), "picky")
    return project


def words(*texts: str) -> Callable[[Request, int], str]:
    return lambda request, index: texts[index]


def write(project: Project, generator: ScriptedGenerator, *facts: str, **options: Any) -> Artifact:
    pipeline = project.pipeline(generator, **options)
    brief = Brief(id="1", values={"facts": list(facts)})
    return next(pipeline.write(project.content_type("shop/lines"), [brief]))


def offered(artifact: Artifact, place: str = "lines[0]") -> list[str]:
    return [one.text for one in by_field(artifact.suggestions).get(place, [])]


@pytest.mark.parametrize(
    ("pick", "first", "others"),
    [
        ("{by: [length], suggest: 5}", "longest of all", ["middling", "tiny"]),
        ("{by: [{length: {weight: -1}}], suggest: 1}", "tiny", ["middling"]),
        ("{by: [times]}", "tiny", []),
        ("{by: [length, {length: {weight: -1}}]}", "", []),
    ],
)
def test_a_scorer_of_ten_lines_decides(make_project: Make, pick: str, first: str, others: list[str]) -> None:
    project = shop(make_project, pick)
    if not first:
        with pytest.raises(ContentTypeError, match="'length' stands twice"):
            project.content_type("shop/lines")
        return
    artifact = write(project, ScriptedGenerator(words("tiny", "middling", "longest of all", "tiny")), "dry")
    assert (artifact.status, artifact.fields["lines"], offered(artifact)) == ("accepted", [first], others)


def test_below_the_floor_the_fallback_stands_and_nothing_is_asked_again(make_project: Make) -> None:
    project = shop(make_project, "{by: [length], floor: 15, suggest: 2}")
    generator = ScriptedGenerator(words("tiny", "middling", "longest of all", "far too long for the limit"))
    artifact = write(project, generator, "dry", "warm", keep_lines="taken")
    assert (artifact.status, artifact.fields["lines"]) == ("accepted", ["dry", "warm"])
    assert artifact.provenance.fallbacks == ("lines[0]", "lines[1]")
    assert not artifact.findings
    assert len(generator.requests) == 2
    assert offered(artifact) == offered(artifact, "lines[1]") == ["longest of all", "middling"]
    assert not artifact.lines, "no line was taken"


def test_the_taken_line_is_the_picked_one(make_project: Make) -> None:
    project = shop(make_project, "{by: [length]}")
    artifact = write(project, ScriptedGenerator(words("a", "abc", "ab", "a")), "dry", keep_lines="taken")
    assert [(line.text, line.candidate, line.fields) for line in artifact.lines] == [("abc", 1, ("lines[0]",))]


def test_an_item_without_a_plain_text_is_offered_in_place_of_what_is_no_items(make_project: Make) -> None:
    project = shop(make_project, "{by: [length], floor: 99, suggest: 2}")
    assert project.folder
    file = next(project.folder.rglob("lines.yaml"))
    text = file.read_text().replace("{{ item }}", "{{ item if item != 'damp' }}")
    file.write_text(text.replace("{{ stages.lines }}", "{{ ['first'] + stages.lines + ['last but one', 'last'] }}"))
    artifact = write(project, ScriptedGenerator(words("tiny", "middling", "tiny", "tiny")), "dry", "damp")
    assert artifact.fields["lines"] == ["first", "dry", "last but one", "last"]
    assert offered(artifact, "lines[3]") == offered(artifact, "lines[1]") == ["middling", "tiny"]
    told = {one.field: (one.item, one.instead) for one in artifact.suggestions}
    assert told == {"lines[1]": (0, False), "lines[3]": (1, True)}


def test_an_item_within_another_text_is_offered_in_place_of_that(make_project: Make) -> None:
    project = shop(make_project, "{by: [length], floor: 99, suggest: 2}")
    assert project.folder
    file = next(project.folder.rglob("lines.yaml"))
    lines = "{{ ['Rug'] + stages.lines[:1] + ['Rug: Damp', 'Damp and cold rug', 'last'] }}"
    file.write_text(file.read_text().replace("{{ stages.lines }}", lines))
    artifact = write(project, ScriptedGenerator(words("tiny", "middling", "tiny", "tiny")), "dry", "damp", "old")
    assert artifact.fields["lines"] == ["Rug", "dry", "Rug: Damp", "Damp and cold rug", "last"]
    assert offered(artifact, "lines[2]") == ["middling", "tiny"]
    told = {one.field: (one.item, one.instead) for one in artifact.suggestions}
    assert told == {"lines[1]": (0, False), "lines[2]": (1, False), "lines[4]": (2, True)}


def test_what_fails_its_checks_is_repaired_as_ever_and_never_suggested(make_project: Make) -> None:
    project = shop(make_project, "{by: [length], floor: 99, suggest: 5}")
    long = "far too long for the limit"
    generator = ScriptedGenerator(lambda request, index: long if request.about.attempt == 0 else "short"[: 3 + index])
    artifact = write(project, generator, "dry")
    assert [request.about.attempt for request in generator.requests] == [0, 1]
    assert offered(artifact) == ["short", "shor", "sho"]
    generator = ScriptedGenerator(lambda request, index: long)
    assert not write(project, generator, "dry").suggestions


def test_scorers_may_ask_how_likely_texts_are_each_once(make_project: Make) -> None:
    project = shop(make_project, "{by: [likely]}")
    generator = ScriptedGenerator(
        words("a", "bb", "a", "c"), likely=lambda request: {"bb": -0.5}.get(request.given, -2)
    )
    artifact = write(project, generator, "dry", "warm")
    assert artifact.fields["lines"] == ["bb", "bb"]
    given = [request for request in generator.requests if request.given is not None]
    assert [(request.given, request.prompt.messages[-1].content) for request in given] == [
        (text, fact) for fact in ("dry", "warm") for text in ("a", "bb", "c")
    ], "each once, and those of both facts at once"
    assert artifact.provenance.requests == 2 + 6
    assert artifact.provenance.usage.forced == 6


def test_a_scorer_sees_the_lines_that_lead_beside_its_own(make_project: Make) -> None:
    likely_first = Completion(request_id="", text="soft", mean_logprob=-0.5)
    answers: dict[str, list[str | Completion]] = {"dry": ["soft", "wool"], "warm": [likely_first, "wool"]}

    def answer(request: Request, index: int) -> str | Completion:
        return answers[request.prompt.messages[-1].content][index % 2]

    artifact = write(shop(make_project, "{by: [unlike]}"), ScriptedGenerator(answer), *answers)
    assert artifact.fields["lines"] == ["wool", "soft"], "the first sees the other's likeliest, that what was picked"


def test_a_generator_that_cannot_tell_is_no_fault(make_project: Make) -> None:
    artifact = write(shop(make_project, "{by: [likely]}"), ScriptedGenerator(words("a", "bb", "a", "c")), "dry")
    assert (artifact.status, artifact.fields["lines"]) == ("accepted", ["a"])


def test_a_scorer_that_breaks_fails_its_piece_by_name(make_project: Make) -> None:
    artifact = write(shop(make_project, "{by: [careless]}"), ScriptedGenerator(words("a", "bb", "a", "c")), "dry")
    assert artifact.status == "failed"
    assert "scorer 'careless' broke: TypeError: gave 2 numbers for 3 candidates" in artifact.reason


def mixed(make_project: Make, tmp_path: Any, mixes: Sequence[Mix], pick: str = "") -> Project:
    project = shop(make_project, pick or "{by: [length], mix: lines, suggest: 5}")
    write_mixes(tmp_path / "templates/shop/mixes/lines.yaml", mixes)
    return project


MIX = Mix(
    model="smollm2-135m", weights={"length": 2.0}, means={"length": 8.0}, scales={"length": 4.0}, bias=-0.5, floor=0.6
)


def test_a_mix_makes_numbers_a_probability_and_has_the_floor(make_project: Make, tmp_path: Any) -> None:
    project = mixed(make_project, tmp_path, [MIX])
    artifact = write(project, ScriptedGenerator(words("tiny", "middling", "longest of all", "tiny")), "dry")
    assert artifact.fields["lines"] == ["longest of all"]
    assert [(one.text, one.score) for one in artifact.suggestions] == [("middling", 0.3775), ("tiny", 0.0759)]
    artifact = write(project, ScriptedGenerator(words("tiny", "middling", "small", "tiny")), "dry")
    assert (artifact.fields["lines"], offered(artifact)) == (["dry"], ["middling", "small", "tiny"])


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "another"},
        {"model": "", "sha256": SIX},
        {"adapter": SIX},
        {"floor": None},
        {"floor_languages": ("zh",)},
    ],
)
def test_a_model_without_a_fitted_floor_accepts_nothing_by_itself(
    make_project: Make, tmp_path: Any, changed: Mapping[str, Any]
) -> None:
    from dataclasses import replace

    project = mixed(make_project, tmp_path, [replace(MIX, **changed)])
    artifact = write(project, ScriptedGenerator(words("tiny", "middling", "longest of all", "tiny")), "dry")
    assert artifact.fields["lines"] == ["dry"]
    assert offered(artifact)[0] == "longest of all", "ranked all the same"


def test_a_floor_of_a_language_holds_in_that(make_project: Make, tmp_path: Any) -> None:
    from dataclasses import replace

    project = mixed(make_project, tmp_path, [replace(MIX, floor_languages=("en", "zh"))])
    artifact = write(project, ScriptedGenerator(words("tiny", "middling", "longest of all", "tiny")), "dry")
    assert artifact.fields["lines"] == ["longest of all"]


def test_a_mix_is_read_as_it_was_written_and_strictly(tmp_path: Any) -> None:
    file = tmp_path / "mixes" / "lines.yaml"
    fitted = {"labels": 709, "precision": 0.96, "coverage": 0.31, "date": "2026-12-01"}
    other = Mix(
        sha256=SIX, adapter=SIX, weights={"length": 1}, means={"length": 0}, scales={"length": 1}, fitted=fitted
    )
    write_mixes(file, [MIX, other])
    assert read_mixes(file, ["length"]) == (MIX, other)
    with pytest.raises(ContentTypeError, match=r"lines.yaml:\d+: unknown key 'length'"):
        read_mixes(file, ["times"])
    with pytest.raises(ContentTypeError, match="no number for the scorer 'times'"):
        read_mixes(file, ["length", "times"])
    assert MIX.worth({"length": float("nan")}) == pytest.approx(0.3775, abs=1e-4)


@pytest.mark.parametrize(
    ("pick", "message"),
    [
        ("{by: [lenght]}", "no scorer named 'lenght'"),
        ("{suggest: 3}", "pick needs scorers"),
        ("{by: [length], mix: liens}", "no mix 'liens'"),
        ("{by: [length], suggest: 50}", "at most 20"),
        ("{by: [length], ceiling: 3}", "unknown key 'ceiling'"),
        ("{by: [{length: {weight: heavy}}]}", "length.weight: 'heavy' is not a number"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_line(make_project: Make, pick: str, message: str) -> None:
    with pytest.raises(ContentTypeError, match=message) as caught:
        shop(make_project, pick).content_type("shop/lines")
    assert "lines.yaml:" in str(caught.value)


def test_a_floor_needs_a_fallback(make_project: Make, tmp_path: Any) -> None:
    project = shop(make_project, "{by: [length], floor: 3}")
    file = tmp_path / "templates/shop/lines.yaml"
    file.write_text(file.read_text().replace('fallback: "{{ item }}"', ""))
    with pytest.raises(ContentTypeError, match="below the floor stands a fallback"):
        project.content_type("shop/lines")


def test_the_digest_has_the_mix(make_project: Make, tmp_path: Any) -> None:
    from dataclasses import replace

    digest = mixed(make_project, tmp_path, [MIX]).content_type("shop/lines").digest
    assert mixed(make_project, tmp_path, [MIX]).content_type("shop/lines").digest == digest
    assert mixed(make_project, tmp_path, [replace(MIX, floor=0.7)]).content_type("shop/lines").digest != digest


def test_a_suggestion_that_makes_a_later_text_a_repetition_is_none(make_project: Make) -> None:
    whole = "checks: [no_near_duplicates: {field: lines}]"
    project = shop(make_project, "{by: [length], floor: 99, suggest: 5}", checks=whole)
    artifact = write(project, ScriptedGenerator(words("Warm Hands.", "Tough", "Tough", "Tough")), "dry", "warm hands")
    assert artifact.fields["lines"] == ["dry", "warm hands"]
    assert offered(artifact) == ["Tough"] and offered(artifact, "lines[1]") == ["Warm Hands.", "Tough"]


def test_what_the_whole_piece_rejects_is_neither_picked_nor_suggested(make_project: Make) -> None:
    project = shop(make_project, "{by: [length], suggest: 5}", checks="checks: [no_near_duplicates: {field: lines}]")
    generator = ScriptedGenerator(words("keep it dry", "dry", "warm", "warmer now"))
    artifact = write(project, generator, "x", "y")
    assert artifact.status == "accepted"
    assert len(set(artifact.fields["lines"])) == 2
    assert not set(artifact.fields["lines"]) & {one.text for one in artifact.suggestions}


PAGE = """
aigc: 1
name: shop/page
version: 1
summary: A page.
brief:
  topic: {type: string}
prompt: page.j2
candidates: 3
output:
  tone: {type: string, enum: [warm, dry]}
  title: {type: string, limit: {chars: 20}}
  lead: {type: string, limit: {chars: 40}}
fallback: {lead: "{{ topic }}"}
pick: {by: [length], floor: 5, suggest: 3}
"""


def page(make_project: Make, *leads: str, **settings: str) -> Artifact:
    task = TASK.replace("%s", "{{ topic }}")
    project = make_project({"templates/shop/page.yaml": PAGE, "templates/shop/page.j2": task, **settings})
    project.registry.add(Picky(), "picky")
    answer = [f'{{"tone": "dry", "title": "Title {at}", "lead": "{lead}"}}' for at, lead in enumerate(leads)]
    pipeline = project.pipeline(ScriptedGenerator(lambda request, index: answer[index]))
    return next(pipeline.write(project.content_type("shop/page"), [Brief(id="1", values={"topic": "Mugs"})]))


def test_of_several_fields_the_first_with_a_fallback_is_weighed_and_suggested(make_project: Make) -> None:
    artifact = page(make_project, "two", "fifteen", "three")
    assert artifact.fields == {"tone": "dry", "title": "Title 1", "lead": "fifteen"}
    assert [(one.field, one.text) for one in artifact.suggestions] == [("lead", "three"), ("lead", "two")]
    artifact = page(make_project, "two", "six", "four")
    assert artifact.fields == {"tone": "dry", "title": "Title 2", "lead": "Mugs"}, "the others are the best candidate's"
    assert artifact.provenance.fallbacks == ("lead",)


def test_what_the_policy_forbids_is_not_suggested(make_project: Make) -> None:
    yaml = {"aigc.yaml": "policy:\n- forbidden_words: {words: [three]}\n"}
    artifact = page(make_project, "two", "fifteen", "three", **yaml)
    assert [one.text for one in artifact.suggestions] == ["two"]


def test_a_suggestion_goes_the_way_of_the_text_in_its_place(make_project: Make) -> None:
    whole = "postprocess: [drop_final_punctuation]\nchecks: [forbidden_words: {words: [tiny]}]"
    project = shop(make_project, "{by: [length], suggest: 5}", checks=whole)
    artifact = write(project, ScriptedGenerator(words("longest.", "middle.", "tiny", "tiny")), "dry")
    assert artifact.fields["lines"] == ["longest"]
    assert offered(artifact) == ["middle"], "post-processed and checked with the whole piece"


def test_what_an_expression_joins_has_no_suggestions(make_project: Make, tmp_path: Any) -> None:
    project = shop(make_project, "{by: [length], suggest: 5}")
    file = tmp_path / "templates/shop/lines.yaml"
    file.write_text(file.read_text().replace("{{ stages.lines }}", "{{ [stages.lines | join(' and ')] }}"))
    artifact = write(project, ScriptedGenerator(words("some", "more", "a", "a")), "dry", "warm")
    assert artifact.fields["lines"] == ["some and some"] and not artifact.suggestions


def test_where_the_whole_piece_rejects_what_was_picked_the_next_best_stands(make_project: Make) -> None:
    text = LINES.replace("CHECKS", "checks: [forbidden_words: {words: [longest, middling]}]")
    for old, new in {
        "    foreach: facts\n": "",
        '    fallback: "{{ item }}"\n': "",
        "attempts: 1": "attempts: 0",
        "PICK": "pick: {by: [length], suggest: 5}",
        "{{ stages.lines }}": "{{ [stages.lines] }}",
    }.items():
        text = text.replace(old, new)
    line = TASK.replace("%s", "{{ facts }}")
    project = make_project({"templates/shop/lines.yaml": text, "templates/shop/line.j2": line})
    project.registry.add(Picky(), "picky")
    generator = ScriptedGenerator(words("tiny", "middling", "longest of all", "small"))
    artifact = write(project, generator, "dry")
    assert (artifact.status, artifact.fields["lines"]) == ("accepted", ["small"])
    assert offered(artifact) == ["tiny"]
    assert len(generator.requests) == 1


def test_a_scorer_can_be_tried_by_itself() -> None:
    assert try_scorer(length, ["a", "abc"], weight="2") == [2.0, 6.0]
    told = try_scorer(
        likely, ["a", "b"], likely=lambda ask: Likelihood(total=-3.0, tokens=2) if ask.text == "a" else None
    )
    assert told == [-1.5, -99.0]
    with pytest.raises(PluginError, match="gave 1 numbers for 2 candidates"):
        try_scorer(careless, ["a", "b"])
