"""Objectives of a lesson, and what on its exit ticket shows that each is reached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aigc_plugins.lessons.bloom import performed, verbs_of
from aigc_plugins.lessons.fact_kinds import compared
from aigc_plugins.lessons.hands_on import HandsOn
from aigc_plugins.lessons.lesson_content import LessonContent, LessonGoal, LessonTask
from aigc_plugins.lessons.own_goals import asked_sums, of_compared, own_goals
from aigc_plugins.rules.content_words import content as content_words
from aigc_plugins.rules.content_words import stems_in, telling

SUMMING = re.compile(
    r"\b(?:add|subtract|multipl|divid|calculat|solv|work out|comput|find|use|round)|[加减乘除算解]|运用", re.IGNORECASE
)
WHY = re.compile(r"\b(?:why|reasons?|causes?)\b|为什么|原因", re.IGNORECASE)
REASON = re.compile(
    r"\b(?:because|so that|in order to|therefore|since|why|reason|caused?)\b|因为|所以|因此|为了|为什么|由于|以便",
    re.IGNORECASE,
)
COMPARING = re.compile(r"\b(?:compar|contrast|distinguish|differ|tell .* from)|比较|区分|区别|对比|不同", re.IGNORECASE)
MEANING = re.compile(r"\b(?:mean|meaning|define|definition)|意思|含义|词语|什么是|定义", re.IGNORECASE)
MOST_ASKED = 2  # questions of the ticket that ask facts of one objective


def lesson_goals(
    given: Sequence[str],
    content: LessonContent,
    topic: str,
    relation: str | None,
    texts: Mapping[str, Any],
    hands: HandsOn | None = None,
) -> list[LessonGoal]:
    """Return the objectives that a brief gives, word for word; where it gives none, those that its facts allow."""
    if not given:
        return own_goals(content, topic, relation, texts, hands)
    goals = [_sentence(text) for text in given]
    shares = _shared(goals, content, topic)
    sorts = [one.tasks for one in of_compared(content, topic, texts)]
    return [
        LessonGoal(text=goal, tasks=sorts[0])
        if sorts and _compares(goal, content, topic)
        else _tested(goal, share, content, texts)
        for goal, share in zip(goals, shares, strict=True)
    ]


def untaught(given: Sequence[str], content: LessonContent, topic: str) -> list[str]:
    """Return the objectives of knowing something of which no fact speaks."""
    goals = [_sentence(text) for text in given]
    shares = _shared(goals, content, topic) if goals else []
    told = frozenset[str]().union(*map(content_words, content.told)) if content.told else frozenset[str]()
    found = []
    for goal, share in zip(goals, shares, strict=True):
        words = content_words(_without_verb(goal)) - content_words(topic)
        unreasoned = WHY.search(goal) and share and not any(REASON.search(one.told) for one in share)
        strange = len(goals) > 1 and words and not words & told and not MEANING.search(goal) and not content.sums
        if not performed(goal) and (not share or strange or unreasoned):
            found.append(goal)
    return found


def _tested(goal: str, share: Sequence[LessonTask], content: LessonContent, texts: Mapping[str, Any]) -> LessonGoal:
    sums = [one for one in share if one in content.sums]
    if sums:
        return LessonGoal(text=goal, tasks=asked_sums(sums, content))
    asked = [one for one in share if one.asked][:MOST_ASKED]
    done = performed(goal)
    if not done:
        because = [one for one in share if WHY.search(goal) and REASON.search(one.told)]
        told = texts["space"].join(dict.fromkeys(one.told for one in because or share))
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
    groups = compared(content.sentences, topic)
    among = [end for ends in groups.values() for end in ends]
    sorting = next((at for at, goal in enumerate(goals) if _compares(goal, content, topic)), None)
    for fact in content.told:
        if sorting is not None and any(end in fact for end in among):
            shares[sorting].append(asked.get(fact) or LessonTask(asked="", right=fact, told=fact))
            continue
        near = [_near(fact, its) + _reasons(fact, goal) for its, goal in zip(words, goals, strict=True)]
        task = asked.get(fact) or LessonTask(asked="", right=fact, told=fact)
        best = max(near)
        nearest = [at for at, much in enumerate(near) if much == best]
        nearest = [at for at in nearest if not performed(goals[at])] or nearest
        (shares[nearest[0]] if best and len(nearest) == 1 else rest).append(task)
    for term, meaning in content.meanings.items():
        near = [int(term.casefold() in goal.casefold() and bool(MEANING.search(goal))) for goal in goals]
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


def _compares(goal: str, content: LessonContent, topic: str) -> bool:
    """Tell whether an objective is to compare what the facts let one compare."""
    groups = compared(content.sentences, topic)
    named = all(stems_in(name) & stems_in(goal) or name in goal for name in groups)
    return bool(groups) and named and bool(COMPARING.search(goal))


def _without_verb(goal: str) -> str:
    verb = next(iter(verbs_of(goal)), "")
    return goal[len(verb) :] if goal.casefold().startswith(verb) else goal.replace(verb, "", 1)


def _near(fact: str, words: frozenset[str]) -> int:
    """Return how much a fact says of what an objective says: a telling word counts more than an everyday one."""
    return 2 * len(telling(fact) & words) + len(content_words(fact) & words)


def _reasons(fact: str, goal: str) -> int:
    return 3 * bool(WHY.search(goal) and REASON.search(fact))


def _sentence(goal: str) -> str:
    text = goal.strip()
    stop = (
        "" if text.endswith((".", "!", "?", "。", "！", "？")) else "。" if re.search(r"[\u3400-\u9fff]", text) else "."
    )
    return text[:1].upper() + text[1:] + stop
