"""`needs:` and `voices:` of a content type, as they are read and as they are met."""

from __future__ import annotations

import pytest

from aigc.content.demands import Demands, Voice
from aigc.errors import ContentTypeError, UsageError
from aigc.models.needs import Abilities, Needs, read_size, size_text

from .conftest import SIMPLE, STAGED, STAGED_TEMPLATES, Load

VOICES = """
needs: {parameters: 135m, languages: [en, zh]}
voices:
  copy: {summary: Written freely., needs: {parameters: 1b}}
  joined: {}
  facts:
"""


def spoken(stage: str = "[copy]") -> str:
    return STAGED.replace("    foreach: facts\n", f"    foreach: facts\n    voices: {stage}\n") + VOICES


def test_needs_are_read(load: Load) -> None:
    demands = load(spoken(), templates=STAGED_TEMPLATES).demands
    assert demands.needs == Needs(parameters=135_000_000, languages=("en", "zh"))
    assert list(demands.voices) == ["copy", "joined", "facts"]
    assert demands.voices["copy"] == Voice(summary="Written freely.", needs=Needs(parameters=10**9))
    assert demands.runs("lines", "copy") and demands.runs("title", "facts") and not demands.runs("lines", "facts")
    assert [needs.parameters for needs in demands.of("lines", "copy")] == [135_000_000, 10**9, 0]


def test_a_stage_has_needs_of_its_own(load: Load) -> None:
    whole = STAGED.replace("    prompt: title.j2\n", "    prompt: title.j2\n    needs: {parameters: 1.5b}\n")
    assert load(whole, templates=STAGED_TEMPLATES).demands.stages == {"title": Needs(parameters=1_500_000_000)}


def test_a_type_without_these_words_needs_nothing(load: Load) -> None:
    assert load(SIMPLE).demands == Demands()


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (SIMPLE + "needs: {parameters: lots}\n", "'lots' is no number of parameters; such as 135m, 1b or 1.5b"),
        (SIMPLE + "needs: {parameter: 1b}\n", "unknown key 'parameter'; did you mean 'parameters'?"),
        (SIMPLE + "needs: {languages: [English]}\n", "'English' is no language; two letters, such as en or zh"),
        (SIMPLE + "voices: {}\n", "there is no voice"),
        (SIMPLE + "voices: {Copy: {}}\n", "a voice's name is a word of expressions: 'Copy'"),
        (SIMPLE + "voices: {copy: {need: {}}}\n", "unknown key 'need'; did you mean 'needs'?"),
        (spoken("[coppy]"), "there is no voice 'coppy'; did you mean 'copy'?"),
        (spoken("[]"), "a stage of no voice is never run"),
    ],
)
def test_what_cannot_be_read_is_named(load: Load, rest: str, message: str) -> None:
    with pytest.raises(ContentTypeError) as refused:
        load(rest, templates=STAGED_TEMPLATES)
    assert message in str(refused.value)
    assert "line.yaml:" in str(refused.value)


def test_voice_is_a_name_of_expressions_and_templates_where_there_are_voices(load: Load) -> None:
    asks = SIMPLE.replace("{{ product |", "{{ voice |")
    template = {"line.j2": '{% extends "base.j2" %}{% block task %}{{ voice }} {{ product }}{% endblock %}'}
    assert load(asks + VOICES, templates=template).stages[0].fallback["text"].startswith("{{ voice")
    with pytest.raises(ContentTypeError, match="'voice', which no brief has"):
        load(asks)


def test_an_input_named_voice_is_refused_only_where_there_are_voices(load: Load) -> None:
    own = {"line.j2": "{{ voice }}"}
    whole = "aigc: 1\nname: shop/line\nsummary: One line.\nbrief: {voice: {type: string}}\nprompt: line.j2\n"
    whole += "output: {type: string}\n"
    assert "voice" in load(whole=whole, templates=own).brief
    with pytest.raises(ContentTypeError, match="'voice' already means something in templates"):
        load(whole=whole + VOICES, templates=own)


def test_the_first_voice_whose_needs_are_met_is_used() -> None:
    voices = {"copy": Voice(needs=Needs(parameters=10**9, languages=("en",))), "joined": Voice()}
    demands = Demands(voices=voices)
    assert demands.voice("", Abilities(name="small", parameters=135_000_000)) == "joined"
    assert demands.voice("", Abilities(name="round", parameters=999_885_952)) == "copy"
    assert demands.voice("", Abilities(name="served")) == "copy"
    assert demands.voice("", Abilities(name="chinese", parameters=2 * 10**9, languages=("zh",))) == "joined"
    assert demands.voice("copy", Abilities(name="small", parameters=135_000_000)) == "copy"
    assert Demands(voices={"copy": voices["copy"]}).voice("", Abilities(name="small", parameters=1)) == "copy"
    assert Demands().voice("copy", Abilities(name="small")) == ""


def test_a_voice_that_a_type_does_not_have_is_refused_unless_it_has_none() -> None:
    with pytest.raises(UsageError) as refused:
        Demands(voices={"copy": Voice()}).check_voice("cop", where="aigc.yaml:2", name="shop/line")
    assert str(refused.value) == "aigc.yaml:2: shop/line has no voice 'cop'; did you mean 'copy'?"
    Demands().check_voice("cop", where="aigc.yaml:2", name="shop/line")


def test_sizes_are_read_and_said_as_people_name_models() -> None:
    assert [read_size(text) for text in ("135m", "1b", "1.5B")] == [135_000_000, 10**9, 1_500_000_000]
    assert [size_text(one) for one in (135_000_000, 10**9, 1_540_000_000, 4_020)] == ["135M", "1B", "1.5B", "1M"]
