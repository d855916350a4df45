"""Whole briefs are held out, with their near-twins."""

from __future__ import annotations

import random
import time

import pytest

from aigc.errors import UsageError
from aigc.training.sample import Sample
from aigc.training.split import FEW, MOST, split
from aigc.types import Message, Prompt

WORDS = [
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "jetty",
    "kiosk",
    "ledge",
    "mason",
]


def rows(*groups: tuple[str, str]) -> list[Sample]:
    return [
        Sample(where=str(at), prompt=asked(str(at)), answer="x", group=one, subject=two)
        for at, (one, two) in enumerate(groups)
    ]


def asked(text: str) -> Prompt:
    return Prompt(messages=(Message(role="user", content=text),))


def test_rows_of_one_prompt_stay_on_one_side_wherever_they_come_from() -> None:
    samples = [
        Sample(where=f"{file}:{number}", prompt=asked(f"Say {number}"), answer="x", group=f"{file} {number}")
        for file in "ab"
        for number in range(20)
    ]
    learnt, held = split(samples, share=0.2)
    assert len(held) == 8
    assert {place % 20 for place in held}.isdisjoint(place % 20 for place in learnt)


def test_plain_texts_that_begin_alike_stay_on_one_side() -> None:
    texts = [" ".join([word] * 50) + " " + end for word in WORDS for end in ("one", "two")]
    samples = [Sample(where=text, prompt=None, answer=text, group=text) for text in texts]
    learnt, held = split(samples, share=0.3)
    assert {texts[place].split()[0] for place in held}.isdisjoint(texts[place].split()[0] for place in learnt)


def subjects(count: int, seed: int = 0) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choice(WORDS) + str(draw.randrange(90)) for _ in range(9)) for _ in range(count)]


def test_rows_of_one_brief_stay_on_one_side() -> None:
    samples = rows(*((f"b{number % 10}", "") for number in range(60)))
    learnt, held = split(samples, share=0.3)
    assert sorted(learnt + held) == list(range(60)) and len(held) == 18
    assert not {samples[place].group for place in learnt} & {samples[place].group for place in held}


@pytest.mark.parametrize("many", [20, 2 * FEW])
def test_near_twins_stay_on_one_side(many: int) -> None:
    """A word more, other blanks and capitals, another order of the same words: few or many."""
    samples = []
    for number, text in enumerate(subjects(many)):
        for change in (text, f"{text} x", text.upper().replace(" ", "  "), " ".join(text.split()[::-1])):
            samples.append(Sample(where="", prompt=None, answer="", group=f"{number} {change}", subject=change))
    for seed in range(4):
        learnt, held = split(samples, share=0.4, seed=seed)
        assert held and not {place // 4 for place in learnt} & {place // 4 for place in held}


def test_a_twin_of_a_twin_stays_too() -> None:
    text = "a lamp of solid brass that dims in five steps and folds flat"
    chain = [text, f"{text} now", f"{text} now too", f"{text} now too, sir"]
    samples = rows(*((str(at), one) for at, one in enumerate(chain)), ("other", "a rug"), ("third", "six wool socks"))
    for seed in range(6):
        assert len({place < 4 for place in split(samples, share=0.5, seed=seed)[1]}) == 1


def test_the_same_samples_and_seed_give_the_same_split() -> None:
    samples = rows(*((one, one) for one in subjects(40)))
    assert split(samples) == split(samples) and split(samples) != split(samples, seed=1)


def test_at_least_one_and_at_most_so_many_groups_are_held_out() -> None:
    assert len(split(rows(("a", ""), ("b", "")))[1]) == 1
    assert len(split(rows(*((str(at), "") for at in range(900))))[1]) == MOST
    assert [len(part) for part in split(rows(("a", ""), ("b", "")), share=1.0)] == [1, 1]


def test_a_group_of_most_rows_is_learnt() -> None:
    samples = rows(*(("large", "") for _ in range(9)), ("small", ""))
    assert all(split(samples, seed=seed) == (list(range(9)), [9]) for seed in range(8))


def test_one_brief_alone_cannot_be_split() -> None:
    for samples in (rows(("a", ""), ("a", "")), rows(("a", "oak table"), ("b", "Oak  table"))):
        with pytest.raises(UsageError, match=r"all 2 rows are about one brief.*training needs another to hold out"):
            split(samples)
    with pytest.raises(UsageError, match="no rows"):
        split([])


def test_ten_thousand_rows_take_seconds() -> None:
    samples = rows(*((str(at), one) for at, one in enumerate(subjects(10_000))))
    begin = time.process_time()
    split(samples)
    assert time.process_time() - begin < 15
