"""The bundled scorers: each gives a number per candidate, the greater the better, and asks what it says it asks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import UsageError
from aigc.testing import open_project, try_scorer
from aigc.types import Ask, Brief, Candidate, Draft, Likelihood, Message, Prompt
from aigc_plugins import scorers
from aigc_plugins.scorers import (
    apart,
    asks,
    backward,
    fit,
    judged,
    kept_words,
    length,
    likely,
    longer,
    named,
    novel,
    specific,
    times,
)
from aigc_plugins.scorers.candidate_reading import fact_of, other_facts

FACT = "holds 200 litres"
LIMIT = {"text": {"type": "string", "limit": {"width": 30}}}


def candidates(*texts: str, shots: Sequence[str] = (), item: Any = FACT, **changed: Any) -> list[Candidate]:
    """Make candidates for a fact of a rain barrel, as a stage with shots would have asked for them."""
    turns = [Message(role="system", content="You write.")]
    for shot in shots:
        turns += [Message(role="user", content="Fact: another"), Message(role="assistant", content=shot)]
    prompt = Prompt(messages=(*turns, Message(role="user", content=f"Fact: {FACT}")))
    language = changed.pop("language", "en")
    values = {"product": "Rain barrel", "facts": [FACT, "fits under a gutter"], "language": language}
    return [
        Candidate(
            text=text,
            draft=Draft(brief=Brief(id="1", values=values), fields={"text": text}, schema=LIMIT, item=item),
            prompt=prompt,
            **changed,
        )
        for text in texts
    ]


def asked_by(scorer: Any, texts: Sequence[Candidate], answer: Callable[[Ask], float], **options: Any) -> Any:
    asks: list[Ask] = []

    def tell(ask: Ask) -> Likelihood:
        asks.append(ask)
        return Likelihood(total=2 * answer(ask), tokens=2)

    return try_scorer(scorer, texts, likely=tell, **options), asks


def test_the_plugin_declares_them_all(tmp_path: Path) -> None:
    registry = open_project(tmp_path, only=[], plugins={"scorers": scorers}).registry
    assert registry.names("scorer") == [
        "apart", "asks", "backward", "fit", "judged", "kept_words", "length", "likely", "longer", "named", "novel",
        "specific", "times",
    ]  # fmt: skip


def test_likely_is_what_the_writer_gave_and_asks_nothing() -> None:
    known, unknown = candidates("a", mean_logprob=-1.5), candidates("b")
    numbers, asks = asked_by(likely, [*known, *unknown], lambda ask: 0.0)
    assert numbers[0] == -1.5
    assert math.isnan(numbers[1])
    assert not asks


def test_fit_asks_for_the_line_after_its_prompt_or_over_angles() -> None:
    (one,) = candidates("Catch 200 litres")
    numbers, asks = asked_by(fit, [one], lambda ask: -3.0)
    assert numbers == [-3.0]
    assert asks == [Ask(prompt=one.prompt, text="Catch 200 litres")]
    systems = {"Write an outcome.": -1.0, "Write a moment.": -2.0}
    answer = lambda ask: systems[ask.prompt.messages[0].content]  # noqa: E731
    assert asked_by(fit, [one], answer, angles=list(systems))[0] == [-1.0]
    assert asked_by(fit, [one], answer, angles=list(systems), take="mean")[0] == [-1.5]
    assert asked_by(fit, [one], lambda ask: -1.0, adapter="")[1][0].adapter == ""


def test_specific_holds_a_line_against_other_facts() -> None:
    mine, any_one = candidates("Catch 200 litres of rain", "Good to have")

    def answer(ask: Ask) -> float:
        return -1.0 if "200" in ask.text and "200" in ask.prompt.messages[-1].content else -2.0

    numbers, asks = asked_by(specific, [mine, any_one], answer)
    assert numbers == [1.0, 0.0]
    assert [ask.prompt.messages[-1].content for ask in asks[:3]] == [
        f"Fact: {FACT}", "Fact: fits under a gutter", "Fact: dishwasher safe",
    ]  # fmt: skip
    assert len(asks) == 2 * (1 + 1 + 4), "its own, the brief's other, the bank's four"
    assert len(asked_by(specific, [mine], answer, bank=["x"])[1]) == 3
    (lost,) = candidates("x", item="not in the prompt")
    assert math.isnan(asked_by(specific, [lost], answer)[0][0])


def test_backward_asks_for_the_fact_after_the_line_in_its_language() -> None:
    for language, word in (("en", "advertising"), ("zh", "广告语")):
        (one,) = candidates("Catch 200 litres", language=language)
        numbers, (ask,) = asked_by(backward, [one], lambda ask: -4.0)
        assert numbers == [-4.0]
        assert (ask.text, ask.adapter) == (FACT, "")
        assert word in ask.prompt.messages[0].content
        assert "Catch 200 litres" in ask.prompt.messages[0].content


def test_words_that_are_kept_and_new() -> None:
    texts = candidates("Holds all of 200 litres", "Catch 200 litres of rain", "A barrel")
    assert try_scorer(kept_words, texts) == pytest.approx([1.0, 2 / 3, 0.0])
    assert try_scorer(novel, texts) == pytest.approx([0.0, 0.5, 1.0])
    assert try_scorer(novel, texts, count="number") == [0.0, 2.0, 1.0]
    assert try_scorer(kept_words, candidates("200升雨水", item="容量200升", language="zh")) == pytest.approx([0.5])
    assert try_scorer(kept_words, candidates("x", item={"fact": "200 litres", "angle": "ease"})) == [0.0]
    assert try_scorer(kept_words, candidates("x"), fact="x") == [1.0]


def test_apart_is_the_distance_to_the_nearest_other_text() -> None:
    texts = candidates("Fits under a gutter", "Pour from either side", "Rain caught", shots=["Pour from either side"])
    near_fact, shot, far = try_scorer(apart, texts)
    assert near_fact < 0.1
    assert shot == 0
    assert far > 0.5
    assert try_scorer(apart, candidates("Rain caught"), lines=["Rain caught"]) == [0.0]
    same, near = try_scorer(apart, candidates("Rain caught", "Rain", beside=("Pours", "Rain caught")))
    assert same == 0 and near < 0.5, "another fact's line"


def test_other_facts_are_those_of_the_list_that_the_item_is_from() -> None:
    tap, gutter, lid = facts = ["brass tap", "fits under a gutter", "childproof lid"]
    brief = Brief(id="1", values={"sizes": ["S", "M"], "benefits": facts, "language": "en"})
    told: list[tuple[Any, list[str]]] = [
        (tap, [gutter, lid]),
        ([tap, lid], [gutter]),
        ({"fact": tap, "angle": "ease"}, [gutter, lid]),
        ("told by nobody", []),
    ]
    for item, others in told:
        (one,) = candidates("Fits under any gutter", item=item)
        listed = replace(one, draft=replace(one.draft, brief=brief))
        assert other_facts(listed, fact_of(listed)) == others
        assert (try_scorer(apart, [listed])[0] < 0.3) == bool(others)
    (one,) = candidates("Fits under any gutter", item=[tap, lid])
    assert other_facts(one, "") == [FACT, "fits under a gutter"]
    assert other_facts(one, "", ["x", "brass tap", ""]) == ["x"]


def test_times_and_length() -> None:
    assert try_scorer(times, candidates("a", times=3)) == [3.0]
    assert try_scorer(length, candidates("a" * 30, "a" * 15)) == [1.0, 0.5]
    assert try_scorer(length, ["three words here"]) == [3.0]


def test_longer_named_and_asks() -> None:
    assert try_scorer(longer, candidates("x" * 10, "x" * 5, item="y" * 10)) == [1.0, 0.5]
    assert math.isnan(try_scorer(longer, candidates("x", item=""))[0])
    texts = candidates("Rain barrel holds 200 litres", "Holds 200 litres")
    assert try_scorer(named, texts) == [2.0, 0.0]
    assert try_scorer(named, texts, name="Tin cup") == [0.0, 0.0]
    assert try_scorer(asks, candidates("Rain? Catch it", "Catch rain", "下雨？接住")) == [1.0, 0.0, 1.0]


def verdict(ask: Ask) -> float:
    """Say Yes to the editor's question, and No to the other, for lines of rain; the other way round for the rest."""
    good = "rain" in ask.prompt.messages[-1].content.splitlines()[2]
    says_yes = good == ("editor" in ask.prompt.messages[-1].content)
    return -0.5 if (ask.text == "Yes") == says_yes else -2.0


def test_judged_is_the_log_odds_of_the_good_answers() -> None:
    numbers, asks = asked_by(judged, candidates("Catch the rain", "Never rusts"), verdict)
    assert numbers == pytest.approx([3.0, -3.0])
    assert all(ask.judge and ask.adapter == "" for ask in asks)
    assert {ask.text for ask in asks} == {"Yes", "No"}
    turns = asks[0].prompt.messages
    assert turns[-1].content.startswith(f"Product: Rain barrel\nFact: {FACT}\nLine: Catch the rain\nDoes the line")
    assert [turn.role for turn in turns] == ["system", *["user", "assistant"] * 4, "user"]
    assert len(asked_by(judged, candidates("x"), verdict, shots=1)[1][0].prompt.messages) == 4


def test_judged_asks_about_the_likeliest_alone() -> None:
    texts = [*candidates("Never rusts", mean_logprob=-1.0), *candidates("Catch the rain", mean_logprob=-2.0)]
    texts += candidates("Last rain", mean_logprob=-9.0)
    numbers, asks = asked_by(judged, texts, verdict, top=2)
    assert numbers == pytest.approx([-3.0, 3.0, -3.0]), "the one that was not asked about gets the least"
    assert len(asks) == 2 * 2 * 2
    assert len(asked_by(judged, texts, verdict, top=0)[1]) == 3 * 2 * 2


@pytest.mark.parametrize("scorer", [specific, backward])
def test_what_is_dear_is_asked_about_the_likeliest_alone(scorer: Any) -> None:
    texts = [*candidates("Catch the rain", mean_logprob=-1.0), *candidates("Last rain", mean_logprob=-9.0)]
    numbers, asks = asked_by(scorer, texts, lambda ask: -1.0, top=1)
    assert numbers[1] == numbers[0], "the one that was not asked about gets the least"
    assert len(asked_by(scorer, texts, lambda ask: -1.0, top=0)[1]) == 2 * len(asks)


def test_judged_takes_questions_of_ones_own_and_other_languages() -> None:
    _, asks = asked_by(judged, candidates("雨", language="zh"), lambda ask: -1.0, questions=["好不好？", "better"])
    assert {ask.text for ask in asks} == {"是", "否"}
    assert asks[0].prompt.messages[-1].content.endswith("好不好？")
    with pytest.raises(UsageError, match="did you mean 'questions'"):
        try_scorer(judged, ["x"], question="Is it good?")


def test_a_judge_that_cannot_be_asked_tells_nothing() -> None:
    numbers = try_scorer(judged, candidates("a", "b", "c"), top=2)
    assert all(map(math.isnan, numbers))
