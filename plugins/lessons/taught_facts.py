"""A brief's facts as cards and worksheets use them: which of them are pairs, which ask, which have a gap that is sure.

A gap is sure where it can be guessed and one answer fits: the brief starred it, or it is a number, what something is
called, who did something, or what "is the …". "Ice is cold" has none: any other word would fit as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from aigc_plugins.lessons.number_words import CHINESE, ENGLISH
from aigc_plugins.lessons.quiz_material import BLANK, ENDS, GAP, PAIRS, STARRED, QuizFact, quiz_fact, with_equals
from aigc_plugins.lessons.sure_gaps import HAN, WORD, cuts_a_word, gives_away, sure_gap

LEAST_TOLD = 3  # characters that are no number, 七十五
COUNTS = frozenset((*ENGLISH, *CHINESE))
MOST_SIGNS = 2  # of a sign that has a name: +, π, ≤
FactKind: TypeAlias = Literal["pair", "question", "sentence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtFact:
    """This is one fact: `left` and `answer` of a pair, or of a question; the sentence with a `gap`, empty where none is
    sure. `material` is the fact as a quiz has it."""

    kind: FactKind
    left: str
    answer: str
    gap: str
    material: QuizFact

    @property
    def sums(self) -> bool:
        """Say whether it is an expression and its value, "4 + 5 = 9"."""
        named = len(self.left) <= MOST_SIGNS and not re.search(r"\d", self.left) and bool(_words(self.answer))
        return self.kind == "pair" and _is_sum(self.left) and not _in_words(self.answer) and not named


def told_language(facts: Sequence[str], language: str | None) -> str:
    """Return the language that questions about facts are in: the one that is said, else zh where most of them are."""
    chinese = sum(bool(HAN.search(_left(fact) or fact)) for fact in facts)
    return language or ("zh" if 2 * chinese > len(facts) else "en")


def taught_facts(facts: Sequence[str], relation: str | None = None, language: str | None = None) -> list[TaughtFact]:
    """Return the facts from which something can be made, each once."""
    found: list[TaughtFact] = []
    for one in each_taught(facts, relation, language):
        if one and all(one.material["statement"] != other.material["statement"] for other in found):
            found.append(one)
    return found


def each_taught(
    facts: Sequence[str], relation: str | None = None, language: str | None = None
) -> list[TaughtFact | None]:
    """Return what is made of each fact, None for one from which nothing can be.

    Of two that leave the same gap, and fill it in differently, neither has one: both answers would fit. Where nobody
    starred it, a gap has whole words, as far as the other facts show.
    """
    told = told_language(facts, language)
    made = [_taught(fact, relation, told) for fact in with_equals(facts)]
    fits: dict[str, set[str]] = {}
    for one in made:
        if one and one.gap:
            fits.setdefault(one.gap.casefold(), set()).add(one.answer.casefold())
    known = [STARRED.sub(r"\2", fact) for fact in facts]
    return [
        replace(one, gap="") if one and (len(fits.get(one.gap.casefold(), ())) > 1 or _cut(one, fact, known)) else one
        for one, fact in zip(made, facts, strict=True)
    ]


def _cut(one: TaughtFact, fact: str, known: Sequence[str]) -> bool:
    """Tell whether the gap of a sentence that nobody starred cuts a word of other facts."""
    found = one.kind == "sentence" and one.gap and "=" not in fact and not STARRED.search(fact)
    return bool(found) and cuts_a_word(one.gap, one.answer, "\n".join(other for other in known if other != fact))


def to_ask(facts: Sequence[str], relation: str | None = None, language: str | None = None) -> list[QuizFact]:
    """Return the sentences with a sure gap, for which a model may write a question."""
    return [one.material for one in taught_facts(facts, relation, language) if one.kind == "sentence" and one.gap]


def _taught(fact: str, relation: str | None, language: str) -> TaughtFact | None:
    left = _left(fact)
    relation = None if left and _is_sum(left) else relation
    made = quiz_fact(fact, relation, language)
    if not left and not (made and made["question"]):
        made = made if made and STARRED.search(fact) and GAP not in fact else _sentence(fact)
        gap = "" if gives_away(made["rest"], made["answer"]) or made["rest"].count(GAP) != 1 else made["rest"]
        return TaughtFact(kind="sentence", left="", answer=made["answer"], gap=gap, material=made)
    if made is None:
        return None
    if len(BLANK.findall(left)) == 1:
        return TaughtFact(kind="sentence", left="", answer=made["answer"], gap=made["rest"], material=made)
    left = left or made["question"]
    kind: FactKind = "question" if left.endswith(ENDS) else "pair"
    turned = "→" if "→" in fact and "+" in left else "="  # 2 H2 + O2 → 2 H2O
    gap = made["rest"] if relation else f"{left} {turned} {GAP}"
    gap = "" if kind == "question" or gap.count(GAP) != 1 else gap
    return TaughtFact(kind=kind, left=left, answer=made["answer"], gap=gap, material=made)


def _sentence(fact: str) -> QuizFact:
    """Return a sentence that nobody starred as quiz material; where it has no sure gap, all of it is its answer."""
    text = fact.strip()
    text = text[:1].upper() + text[1:] if re.match(r"[a-z]{2,}(?= )", text) else text
    answer, start = sure_gap(text) or (text, 0)
    stop = "" if text.endswith((".", "!", "。", "！")) else "。" if HAN.search(text) else "."
    rest = f"{text[:start]}{GAP}{text[start + len(answer) :]}{stop}" if answer != text else text
    return {"statement": text + stop, "answer": answer, "question": "", "rest": rest}


def _is_sum(left: str) -> bool:
    alone = re.fullmatch(r"[A-Za-z]|(?:[A-Z][a-z]?\d*){1,6}", left)  # a symbol: H = hydrogen, H2O = water
    bare = re.sub(r"(?<=\d) of (?=\d)", " ", left)  # 3/4 of 16
    alone = alone or re.fullmatch(r"\d[\d.,]*\s?(?:[mgltLhsNJWVA]|°C|°F)", left)  # 1 m = 100 cm
    return not (left.endswith(ENDS) or alone or WORD.search(bare) or HAN.search(bare))


def _words(text: str) -> list[str]:
    return [word for word in (*WORD.findall(text), *HAN.findall(text)) if word.casefold() not in COUNTS]


def _in_words(answer: str) -> bool:
    """Tell whether what stands behind "=" tells something in words, as of 3/4 that it has three beats in a bar."""
    words = [word for word in WORD.findall(answer) if word.casefold() not in ENGLISH]
    return not re.search(r"\d", answer) and (len(words) > 1 or len(HAN.findall(answer)) > LEAST_TOLD)


def _left(fact: str) -> str:
    """Return the left side of a pair as it is written; nothing of a fact that is none."""
    for mark in PAIRS:
        sides = [side.strip() for side in mark.split(fact.strip(), maxsplit=1)]
        if len(sides) == 2 and all(sides):
            starred = STARRED.fullmatch(sides[0])
            return starred[2] if starred else sides[0].removesuffix("=").rstrip()
    return ""
