from __future__ import annotations

from pathlib import Path

import pytest

from aigc.content import MAIN
from aigc.content.describing import _BEYOND_GRAMMAR, _PLAIN_PARTS
from aigc.types import SamplingParams

from .conftest import BASE, FIELDS, SIMPLE, STAGED, STAGED_TEMPLATES, Load


def test_the_simple_form(load: Load) -> None:
    loaded = load(SIMPLE + "postprocess: [{shorten: {at: sentence}}]\nchecks: [whole]\n")
    (stage,) = loaded.stages
    assert (loaded.name, loaded.version, loaded.summary) == ("shop/line", 1, "One line about a product.")
    assert (loaded.composed, loaded.plugin, loaded.file.name) == (False, "sample", "line.yaml")
    assert list(loaded.brief) == ["product", "price", "facts", "language"]
    assert (stage.name, stage.single, list(stage.output)) == (MAIN, True, ["text"])
    assert stage.grammar is not None
    assert stage.grammar.kind == "regex"
    assert stage.fallback == {"text": "{{ product | trim_to(width=30) }}"}
    assert loaded.output == stage.output
    assert [bound.values for bound in loaded.postprocess] == [{"at": "sentence"}]
    assert [bound.severity for bound in loaded.checks] == ["warn"]
    assert (stage.postprocess, stage.checks) == ((), ())  # the content type's own, so that they run once
    assert loaded.exports == ("jsonl",)
    assert (stage.candidates, stage.attempts, stage.chat) == (1, 2, True)


def test_fields_and_settings(load: Load) -> None:
    loaded = load(FIELDS)
    (stage,) = loaded.stages
    assert stage.single is False
    assert stage.sampling == SamplingParams(
        temperature=0.2,
        top_p=0.9,
        top_k=40,
        min_p=0.1,
        repetition_penalty=1.1,
        stop=("\n\n",),
        max_tokens=stage.sampling.max_tokens,
    )
    assert (stage.candidates, stage.attempts) == (2, 5)
    assert stage.fallback == {"title": "About {{ product }}", "tags": '{{ ["new", "50% off"] }}'}
    contains = loaded.checks[1]
    assert (contains.name, contains.only, contains.severity) == ("contains", "title", "warn")
    assert contains.values == {"value": "{{ product }}"}
    assert contains.where.endswith("line.yaml:20")


def test_examples_are_shots_and_tests(load: Load) -> None:
    loaded = load(FIELDS)
    mug, jug = loaded.examples
    assert (mug.name, mug.shot, mug.brief, mug.output) == (
        "mug",
        True,
        {"product": "Mug"},
        {"title": "A mug", "tags": ["mug"]},
    )
    assert (jug.name, jug.shot, jug.brief) == ("example 2", False, {"product": "Jug", "price": 3})
    assert (jug.completion, jug.status, jug.findings) == ("Sure! {...}", "rejected", ("contains",))
    (shot,) = loaded.stages[0].shots
    assert shot.brief == {"product": "Mug", "price": None, "facts": None, "language": "en"}


def test_the_staged_form(load: Load) -> None:
    loaded = load(STAGED, templates=STAGED_TEMPLATES)
    lines, title = loaded.stages
    assert loaded.composed
    assert loaded.output["title"]["from"] == "stages.title.title"
    assert (lines.foreach, lines.candidates, lines.attempts) == ("facts", 3, 2)
    assert (lines.sampling.temperature, lines.sampling.max_tokens) == (0.9, 40)
    assert lines.checks[0].values == {"value": "{{ item }}"}
    assert [shot.item for shot in lines.shots] == ["holds 350 ml", "is blue"]
    assert [shot.brief for shot in lines.shots] == [{"product": "Mug", "language": "en"}, {}]
    assert (title.sampling.temperature, title.candidates, title.attempts, title.chat) == (0.5, 1, 0, False)
    assert title.shots == ()
    assert [bound.name for bound in loaded.checks] == ["whole"]


def test_max_tokens_follow_from_the_output(load: Load) -> None:
    def tokens(output: str, language: str = "[en]") -> int:
        whole = BASE.replace("[en, zh]", language) + f"prompt: line.j2\noutput: {output}\n"
        return load(whole=whole).stages[0].sampling.max_tokens

    assert tokens("{type: string, maxLength: 88}") == 16 + 62  # 124 characters with slack, half a token each
    assert tokens("{type: string, maxLength: 88}", "[en, zh]") == 16 + 186
    assert tokens("{type: string, limit: {width: 90}}", "[en, zh]") == 16 + 95
    assert tokens("{type: string}") == 16 + 256
    assert tokens("{n: {type: integer}, ok: {type: boolean}}") == 16 + 8 + 4 + 8 + 4
    assert tokens("{type: string, enum: [to buy, to learn]}") == 16 + 6
    assert tokens("{a: {type: array, maxItems: 4, items: {type: string, maxLength: 8}}}") == 16 + 4 * (10 + 3) + 2 + 4


def test_two_families_may_have_templates_of_one_name(load: Load) -> None:
    one = load(SIMPLE)
    other = load(SIMPLE, folder="other", templates={"line.j2": "Other: {{ product }}"})
    assert one.stages[0].template != other.stages[0].template
    assert one.digest != other.digest


def test_the_digest_covers_every_file_and_no_path(load: Load) -> None:
    child = '{% extends "frame.j2" %}{% block task %}{{ product }}{% include "parts/tail.j2" %}{% endblock %}'
    templates = {"line.j2": child, "frame.j2": '{% extends "base.j2" %}', "parts/tail.j2": "end"}
    first = load(SIMPLE, templates=templates)
    assert load(SIMPLE, templates=templates, folder="elsewhere").digest == first.digest
    assert load(SIMPLE + "version: 2\n", templates=templates).digest != first.digest
    for name in templates:
        assert load(SIMPLE, templates={**templates, name: templates[name] + " "}).digest != first.digest


def test_the_digest_covers_what_templates_read(load: Load) -> None:
    type_, named = SIMPLE + "reads: [bank/lines.jsonl]\n", "bank/lines.jsonl"
    first = load(type_, templates={named: "{}"})
    assert load(type_, templates={named: "{}"}, folder="elsewhere").digest == first.digest
    assert load(type_, templates={named: "[]"}).digest != first.digest
    assert first.demands.reads == (named,)


def test_a_shared_partial_may_stand_one_folder_up(load: Load, tmp_path: Path) -> None:
    (tmp_path / "tone.j2").write_text("Be brief.")
    loaded = load(SIMPLE, templates={"line.j2": '{{ product }} {% include "tone.j2" %}'})
    assert loaded.stages[0].single


@pytest.mark.parametrize(
    "pattern", [r"\(?=5", "[(?=]x", "^[a-z-]+$", r"a\.b\\c", "(?:a|b)+", r"\d{2}", "[^$^]", r"\$5"]
)
def test_patterns_a_grammar_can_keep_are_let_through(pattern: str) -> None:
    assert not _BEYOND_GRAMMAR.search(_PLAIN_PARTS.sub("x", pattern))


@pytest.mark.parametrize(
    "pattern", [r"\bmug\b", "a(?=b)", "(?<!a)b", r"(a)\1", "(?m)^a$", "a^b", "a$b", r"a\Z", "(?#no)a", "(?(1)b|c)"]
)
def test_patterns_a_grammar_cannot_keep_are_seen(pattern: str) -> None:
    assert _BEYOND_GRAMMAR.search(_PLAIN_PARTS.sub("x", pattern))
