"""Facts and question stems → multiple-choice items: wrong answers, their order, and where the right one stands.

Everything is drawn from a hash of the item's own words, so the same brief gives the same quiz.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from aigc_plugins.lessons.quiz_material import QuizFact, quiz_stem

OPTIONS = 4
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def quiz_items(
    facts: Sequence[QuizFact],
    stems: Sequence[str],
    wrong: Sequence[str] = (),
    pool: Sequence[str] | None = None,
    language: str = "en",
) -> list[dict[str, object]]:
    """Return the items `{stem, options, answer, feedback}`, four different options with the answer among them.

    `stems` belong to the facts that bring no question, in order. Wrong answers come from the other facts, the brief's
    `pool`, other numbers near a number, and `wrong`: lines of a model, `answer: wrong; wrong; wrong`. A fact without
    enough of them is left out.
    """
    asked = [fact for fact in facts if not fact["question"]]
    written = list(stems) if len(stems) == len(asked) else [quiz_stem(fact, language) for fact in asked]
    waiting = iter(written)
    ready = []
    for fact in facts:
        stem = fact["question"] or next(waiting)
        others = [*distractors(fact, facts, pool), *_model_answers(fact, wrong)]
        options = _different(fact["answer"], others)
        if len(options) == OPTIONS:
            ready.append((fact, stem, options))
    places = key_places([fact["statement"] for fact, _, _ in ready])
    return [
        {
            "stem": stem,
            "options": _arranged(options, place, fact["statement"]),
            "answer": fact["answer"],
            "feedback": fact["statement"],
        }
        for (fact, stem, options), place in zip(ready, places, strict=True)
    ]


def lacking_answers(facts: Sequence[QuizFact], pool: Sequence[str] | None = None) -> list[QuizFact]:
    """Return the facts for which `distractors` finds fewer than three wrong answers, so that a model is asked."""
    return [fact for fact in facts if len(_different(fact["answer"], distractors(fact, facts, pool))) < OPTIONS]


def distractors(fact: QuizFact, facts: Sequence[QuizFact], pool: Sequence[str] | None = None) -> list[str]:
    """Return wrong answers of the right one's kind: the pool's, the other facts', and for a number others near it."""
    answer = fact["answer"]
    others = [*(pool or ()), *(other["answer"] for other in facts)]
    same_kind = [other for other in others if _kind(other) == _kind(answer)]
    _draw(fact["statement"]).shuffle(same_kind)
    same_kind.sort(key=lambda other: _named(other) != _named(answer))  # a name goes with names
    return [*same_kind, *_near_numbers(answer)]


def key_places(statements: Sequence[str]) -> list[int]:
    """Return where the right answer stands in each item: every place equally often, in no order one could guess."""
    places = [at % OPTIONS for at in range(len(statements))]
    _draw("\n".join(statements)).shuffle(places)
    return places


def _arranged(options: Sequence[str], place: int, statement: str) -> list[str]:
    answer, *others = options
    _draw("options " + statement).shuffle(others)
    return [*others[:place], answer, *others[place:]]


def _different(answer: str, others: Sequence[str]) -> list[str]:
    """Return the answer and up to three others that nobody could take for it or for one another."""
    options = [answer]
    for other in others:
        if len(options) == OPTIONS:
            break
        if not any(_same(other, option) for option in options):
            options.append(other)
    return options


def _kind(answer: str) -> tuple[str, str]:
    """Return what must be alike for an option to be believable: numbers go with numbers of the same unit."""
    if NUMBER.match(answer):
        return "number", NUMBER.sub("", answer, count=1).strip()
    return "text", ""


def _named(answer: str) -> bool:
    return bool(re.match(r"(?:the |an? )?[A-Z]", answer))


def _near_numbers(answer: str) -> Iterator[str]:
    found = NUMBER.match(answer)
    if not found:
        return
    written = found.group().replace(",", "")
    number = Decimal(written)
    if re.fullmatch(r"1[5-9]\d\d|20\d\d", answer.strip()):  # a year
        changes = [number - 10, number + 7, number - 3, number + 15]
    elif number == number.to_integral_value() and number <= 12:
        changes = [number + 1, number - 1, number + 2, number + 3]
    else:
        changes = [number / 2, number * 2, number * Decimal("0.8"), number * Decimal("1.5")]
    digits = len(written.partition(".")[2])
    for change in changes:
        rounded = round(change, digits)
        if rounded > 0 and rounded != number:
            grouped = f"{rounded:,.{digits}f}" if "," in found.group() else f"{rounded:.{digits}f}"
            yield grouped + answer[found.end() :]


def _model_answers(fact: Mapping[str, str], wrong: Sequence[str]) -> list[str]:
    for line in wrong:
        answer, _, others = line.partition(": ")
        if _plain(answer) == _plain(fact["answer"]):
            return [other.strip() for other in re.split(r"[;,；，、]", others) if other.strip()]
    return []


def _same(one: str, other: str) -> bool:
    """Tell whether two answers are one: "Gutenberg" and "Johannes Gutenberg" are."""
    mine, theirs = _plain(one), _plain(other)
    if NUMBER.match(one) or not one.isascii():
        return mine == theirs
    words, others = set(mine.split()), set(theirs.split())
    return words <= others or others <= words


def _plain(text: str) -> str:
    return re.sub(r"^(?:the|a|an)\s+", "", " ".join(text.casefold().split())).rstrip(".。s")


def _draw(text: str) -> random.Random:
    return random.Random(hashlib.sha256(text.encode()).digest())
