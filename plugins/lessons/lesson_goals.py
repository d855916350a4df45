"""Objectives of a lesson, and what on its exit ticket shows that each is reached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aigc_plugins.lessons.bloom import performed
from aigc_plugins.lessons.lesson_content import LessonContent, LessonTask
from aigc_plugins.rules.content_words import content as content_words
from aigc_plugins.rules.content_words import telling

SUMMING = re.compile(
    r"\b(?:add|subtract|multipl|divid|calculat|solv|work out|comput|find|use|round)|[加减乘除算解]|运用", re.IGNORECASE
)
WHY = re.compile(r"\b(?:why|reasons?|causes?)\b|为什么|原因", re.IGNORECASE)
REASON = re.compile(
    r"\b(?:because|so that|in order to|therefore|since|why|reason|caused?)\b|因为|所以|因此|为了|为什么|由于|以便",
    re.IGNORECASE,
)
MOST_ASKED = 2  # questions of the ticket that ask facts of one objective
MOST_NAMED = 4  # things that an objective names
MOST_FACTS = 3  # that an objective asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonGoal:
    """This is an objective with what tests it; `done` where it is a piece of work, which the class does."""

    text: str
    tasks: tuple[LessonTask, ...]
    done: bool = False


def lesson_goals(
    given: Sequence[str], content: LessonContent, topic: str, relation: str | None, texts: Mapping[str, Any]
) -> list[LessonGoal]:
    """Return the objectives that a brief gives, word for word; where it gives none, those that its facts allow."""
    if not given:
        return _own(content, topic, relation, texts)
    goals = [_sentence(text) for text in given]
    shares = _shared(goals, content, topic)
    return [_tested(goal, share, content, texts) for goal, share in zip(goals, shares, strict=True)]


def untaught(given: Sequence[str], content: LessonContent, topic: str) -> list[str]:
    """Return the objectives of knowing something of which no fact speaks."""
    goals = [_sentence(text) for text in given]
    shares = _shared(goals, content, topic) if goals else []
    return [goal for goal, share in zip(goals, shares, strict=True) if not share and not performed(goal)]


def _tested(goal: str, share: Sequence[LessonTask], content: LessonContent, texts: Mapping[str, Any]) -> LessonGoal:
    sums = [one for one in share if one in content.sums]
    if sums:
        return LessonGoal(text=goal, tasks=tuple(sums[-MOST_ASKED:]))
    asked = [one for one in share if one.asked][:MOST_ASKED]
    done = performed(goal)
    if not done:
        told = texts["space"].join(dict.fromkeys(one.told for one in share))
        itself = LessonTask(asked=goal, right=told or texts["judged"], told=told)
        asked = [itself, *asked[: MOST_ASKED - 1]]
    return LessonGoal(text=goal, tasks=tuple(asked), done=done)


def _shared(goals: Sequence[str], content: LessonContent, topic: str) -> list[list[LessonTask]]:
    """Return for each objective the facts that are about what it says, and no other objective as much; the rest go to
    one of knowing that would have none, where it is the only one. Sums go where something is worked out."""
    own = content_words(topic)
    words = [content_words(goal) - own for goal in goals]
    shares: list[list[LessonTask]] = [[] for _ in goals]
    asked = {one.told: one for one in (*content.tasks, *content.pairs)}
    rest: list[LessonTask] = []
    for fact in content.told:
        near = [_near(fact, its) + _reasons(fact, goal) for its, goal in zip(words, goals, strict=True)]
        task = asked.get(fact) or LessonTask(asked="", right=fact, told=fact)
        best = max(near)
        (shares[near.index(best)] if best and near.count(best) == 1 else rest).append(task)
    for term, meaning in content.meanings.items():
        near = [int(term.casefold() in goal.casefold()) for goal in goals]
        if sum(near) == 1 and meaning not in content.told:
            shares[near.index(1)].append(LessonTask(asked="", right=meaning, told=f"{term}: {meaning}"))
    knowing = [at for at, goal in enumerate(goals) if not performed(goal)]
    empty = [at for at in knowing if not shares[at]]
    if len(goals) == 1:
        shares[0] += rest
    elif len(empty) == 1 or len(knowing) == 1:
        only = [LessonTask(asked="", right=one.told, told=one.told) for one in rest]  # told there, and not asked
        shares[(empty if len(empty) == 1 else knowing)[0]] += only
    if content.sums:
        shares[next((at for at, goal in enumerate(goals) if SUMMING.search(goal)), 0)] += content.sums
    return shares


def _near(fact: str, words: frozenset[str]) -> int:
    """Return how much a fact says of what an objective says: a telling word counts more than an everyday one."""
    return 2 * len(telling(fact) & words) + len(content_words(fact) & words)


def _reasons(fact: str, goal: str) -> int:
    return 3 * bool(WHY.search(goal) and REASON.search(fact))


def _own(content: LessonContent, topic: str, relation: str | None, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return objectives of forms that suit any topic, each of what the brief gives to teach."""
    forms, goals = texts["objectives"], []

    def add(form: str, tasks: Sequence[LessonTask], **given: str) -> None:
        goals.append(LessonGoal(text=forms[form].format(topic=topic, **given), tasks=tuple(tasks)))

    if content.sums:
        add("sums", content.sums[-MOST_ASKED:], first=content.sums[0].asked.partition(" =")[0])
    if content.pairs:
        shown = content.pairs[-MOST_NAMED:]
        lefts = listed([one.left for one in shown], texts)
        add("related" if relation else "pairs", shown, lefts=lefts, relation=_of(relation or "", texts))
    if content.meanings:
        terms = list(content.meanings)[:MOST_NAMED]
        add(
            "words" if len(terms) > 1 else "word",
            [_meaning(term, content, texts) for term in terms],
            terms=listed(terms, texts),
        )
    paired = {one.told for one in content.pairs}
    plain = [fact for fact in content.told if fact not in paired]
    if len(plain) > 1 or (plain and not goals):
        many = min(MOST_FACTS, len(plain))
        text = forms["facts" if many > 1 else "fact"].format(topic=topic, many=texts["numbers"][many])
        facts = texts["space"].join(plain)
        right = texts["any"].format(many=texts["numbers"][many], facts=facts) if len(plain) > many else facts
        meant = content.meanings.values()
        more = [one for one in content.tasks if one.told not in meant][-1:]
        goals.append(LessonGoal(text=text, tasks=(LessonTask(asked=text, right=right, told=""), *more)))
    if not goals:
        text = forms["none"].format(topic=topic)
        goals.append(LessonGoal(text=text, tasks=(LessonTask(asked=text, right=texts["judged"], told=""),)))
    return goals


def listed(terms: Sequence[str], texts: Mapping[str, Any]) -> str:
    """Return terms as a sentence lists them: "a, b and c"."""
    comma, last = map(str, texts["listed"])
    return comma.join(terms[:-1]) + (last if len(terms) > 1 else "") + "".join(terms[-1:])


def _meaning(term: str, content: LessonContent, texts: Mapping[str, Any]) -> LessonTask:
    right = content.meanings[term]
    return LessonTask(asked=texts["meaning"].format(term=term), right=right, told=right)


def _of(relation: str, texts: Mapping[str, Any]) -> str:
    return relation if texts["language"] == "en" or relation.startswith("的") else f"的{relation}"


def _sentence(goal: str) -> str:
    text = goal.strip()
    stop = (
        "" if text.endswith((".", "!", "?", "。", "！", "？")) else "。" if re.search(r"[\u3400-\u9fff]", text) else "."
    )
    return text[:1].upper() + text[1:] + stop
