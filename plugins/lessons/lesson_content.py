"""What a lesson teaches, from its brief alone: facts, sums, pairs, and words with their meanings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aigc_plugins.lessons.taught_facts import TaughtFact, taught_facts
from aigc_plugins.lessons.told_questions import told_question
from aigc_plugins.rules.content_words import telling

MEANT = re.compile(r"\s*(?:=+|＝|：|:\s|\s[-–—]\s)\s*")
LEANING = re.compile(r"(?:This|These|That|Those|It|They|He|She|Its|Their|His|Her)\b|[这那它他她]")  # on what is before
DEFINED = re.compile(
    r"(?P<term>[\u3400-\u9fff]{2,8})[：:](?P<meaning>(?:用|把|指|是|以|对|通过|将)[^：:]{3,}?)。?|"
    r"(?P<name>[A-Z][a-z]+(?: [a-z]+){0,2}): "
    r"(?P<sense>(?:an?|the|to|when|saying|giving|using|something|someone) [^:]{6,}?)\.?"
)
LEAST_PAIRS = 3
NAMES = r"(?:叫做|叫作|称为|被称作|叫|\b(?:called|known as)\b)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTask:
    """This is something that a fact lets one ask, and what is right; `told` is the fact as it is taught, `left` the
    left side of a pair."""

    asked: str
    right: str
    told: str
    left: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonGoal:
    """This is an objective with what tests it; `done` where it is a piece of work, which the class does."""

    text: str
    tasks: tuple[LessonTask, ...]
    done: bool = False
    by_hand: str = ""  # what of hands_on it is, where the plan made it


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonContent:
    """This is what a lesson has to teach: `tasks` ask facts, `sums` and `pairs` are tasks of their kinds, `told` every
    fact as it is taught, `meanings` words with theirs, `looked_up` words without, and `taught` the facts as read."""

    told: tuple[str, ...]
    tasks: tuple[LessonTask, ...]
    sums: tuple[LessonTask, ...]
    pairs: tuple[LessonTask, ...]
    meanings: Mapping[str, str]
    looked_up: tuple[str, ...]
    taught: tuple[TaughtFact, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """Return the facts that are sentences: no pair that nothing joins."""
        return [fact for fact in self.told if " = " not in fact]

    @property
    def kind(self) -> str:
        """Return what decides how it is taught: sums, else facts, else words; none where there is nothing."""
        return "sums" if self.sums else "facts" if self.told else "words" if self.meanings else "none"


def lesson_content(
    facts: Sequence[str],
    vocabulary: Sequence[str] = (),
    relation: str | None = None,
    language: str = "en",
    written: Sequence[str] = (),
    topic: str = "",
) -> LessonContent:
    """Return what a brief gives to teach. `written` has a model's question for each of `to_ask`, in order; what the
    `topic` answers is not asked."""
    taught, waiting = taught_facts(facts, relation, language), iter(written)
    tasks: list[LessonTask] = []
    sums: list[LessonTask] = []
    pairs: list[LessonTask] = []
    told: list[str] = []
    for one in taught:
        question = next(waiting, "") if one.kind == "sentence" and one.gap else ""
        statement = _told(one, relation)
        if unanswered(one):
            continue
        task = LessonTask(asked=question or one.gap or one.left, right=one.answer, told=statement, left=one.left)
        if one.sums:
            sums.append(task)
            continue
        told.append(statement)
        given_away = bool(topic) and telling(one.answer) <= telling(topic) and bool(telling(one.answer))
        if (one.kind == "question" or one.gap) and not given_away and not LEANING.match(statement):
            (pairs if one.kind == "pair" else tasks).append(task)
    given = [MEANT.split(entry.strip(), maxsplit=1) for entry in vocabulary]
    meanings = {
        term: meaning
        for term, *right in given
        if (meaning := "".join(right).rstrip(".。 ") or _explained(term, told)) and term
    }
    for term, meaning in _defined(told).items():
        meanings.setdefault(term, meaning)
    return LessonContent(
        told=tuple(told),
        tasks=tuple(tasks),
        sums=tuple(sums),
        pairs=tuple(pairs),
        meanings=meanings,
        looked_up=tuple(term for term, *_ in given if term and term not in meanings),
        taught=tuple(one for one in taught if not unanswered(one)),
    )


def listed(terms: Sequence[str], texts: Mapping[str, Any]) -> str:
    """Return terms as a sentence lists them: "a, b and c"."""
    comma, last = map(str, texts["listed"])
    if any(re.search(r" and |[和与]", term) for term in terms):
        last = str(texts["paired_and"])  # 鼓和米粒、土电话: one 和 is enough
    return comma.join(terms[:-1]) + (last if len(terms) > 1 else "") + "".join(terms[-1:])


def unanswered(one: TaughtFact) -> bool:
    """Tell whether a fact is a question that nothing answers, which teaches nothing."""
    return one.kind == "sentence" and one.material["statement"].rstrip(".。 ").endswith(("?", "？"))


def quoted_list(terms: Sequence[str], texts: Mapping[str, Any]) -> str:
    """Return terms in quotation marks as a sentence lists them; in Chinese nothing stands between them."""
    quoted = [texts["quoted"].format(term) for term in terms]
    return listed(quoted, texts) if texts["space"] else "".join(quoted)


def _defined(told: Sequence[str]) -> dict[str, str]:
    """Return words that facts define behind a colon, where three and more do; nothing of fewer."""
    found = {
        one["term"] or one["name"]: one["meaning"] or one["sense"] for fact in told if (one := DEFINED.fullmatch(fact))
    }
    return found if len(found) >= LEAST_PAIRS else {}


def _told(one: TaughtFact, relation: str | None) -> str:
    """Return a fact as it is written on a board."""
    if one.kind == "sentence" or (one.kind == "pair" and relation and not one.sums):
        return one.material["statement"]
    return told_question(one.left, one.answer) if one.kind == "question" else f"{one.left} = {one.answer}"


def _explained(term: str, told: Sequence[str]) -> str:
    """Return the fact that says what a word means: what is called so, or what it is."""
    word = re.escape(term)
    shapes = (rf"{NAMES}\s?(?:an? |the )?{word}s?[.。]?$", rf"^(?:an? |the )?{word}s? (?:is|are|means) (?:an?|the) ")
    chinese = (rf"^{word}(?:是指|指的是|是)",)
    found = (fact for fact in told for shape in (*shapes, *chinese) if re.search(shape, fact, re.IGNORECASE))
    return next(found, "")
