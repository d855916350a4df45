"""Objectives of a lesson, and what on its exit ticket shows that each is reached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aigc_plugins.lessons.bloom import performed
from aigc_plugins.lessons.lesson_content import LessonContent, LessonTask
from aigc_plugins.rules.content_words import telling

SUMMING = re.compile(
    r"\b(?:add|subtract|multipl|divid|calculat|solv|work out|comput|find|use|round)|[加减乘除算解]|运用", re.IGNORECASE
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


def _tested(goal: str, share: Sequence[LessonTask], content: LessonContent, texts: Mapping[str, Any]) -> LessonGoal:
    sums = [one for one in share if one in content.sums]
    if sums:
        return LessonGoal(text=goal, tasks=tuple(sums[-MOST_ASKED:]))
    asked = [one for one in share if one.asked][:MOST_ASKED]
    done = performed(goal)
    if not done:
        told = " ".join(dict.fromkeys(one.told for one in share))
        itself = LessonTask(asked=goal, right=told or "–", told=told)
        asked = [itself, *asked[: MOST_ASKED - 1]]
    return LessonGoal(text=goal, tasks=tuple(asked), done=done)


def _shared(goals: Sequence[str], content: LessonContent, topic: str) -> list[list[LessonTask]]:
    """Return for each objective the facts that are about what it says; others go where sums or knowing is asked."""
    own = telling(topic)
    words = [telling(goal) - own for goal in goals]
    shares: list[list[LessonTask]] = [[] for _ in goals]
    alone = [LessonTask(asked="", right=fact, told=fact) for fact in content.told]
    known = {one.told for one in (*content.tasks, *content.pairs)}
    meant = [LessonTask(asked="", right=meaning, told=f"{term}: {meaning}") for term, meaning in content.meanings.items()]
    rest: list[LessonTask] = []
    for task in (*content.tasks, *content.pairs, *(one for one in alone if one.told not in known), *meant):
        near = [len(telling(task.told) & one) for one in words]
        if max(near):
            shares[near.index(max(near))].append(task)
        else:
            rest.append(task)
    knowing = [at for at, goal in enumerate(goals) if not performed(goal)] or list(range(len(goals)))
    empty = [at for at in knowing if not shares[at]] or (knowing if len(goals) == 1 else [])
    for turn, task in enumerate(rest if empty else ()):
        shares[empty[turn % len(empty)]].append(task)
    summing = next((at for at, goal in enumerate(goals) if SUMMING.search(goal)), 0)
    shares[summing] += content.sums
    return shares


def _own(content: LessonContent, topic: str, relation: str | None, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return objectives of forms that suit any topic, each of what the brief gives to teach."""
    forms, goals = texts["objectives"], []

    def add(form: str, tasks: Sequence[LessonTask], **given: str) -> None:
        goals.append(LessonGoal(text=forms[form].format(topic=topic, **given), tasks=tuple(tasks)))

    if content.sums:
        add("sums", content.sums[-MOST_ASKED:], first=content.sums[0].asked.partition(" =")[0])
    if content.pairs:
        shown = content.pairs[:MOST_NAMED]
        lefts = listed([one.left for one in shown], texts)
        form = "related" if relation else "pairs"
        add(form, shown[:MOST_ASKED], lefts=lefts, relation=_of(relation or "", texts))
    if content.meanings:
        terms = list(content.meanings)[:MOST_NAMED]
        asked = [_meaning(term, content, texts) for term in terms[:MOST_ASKED]]
        add("words" if len(terms) > 1 else "word", asked, terms=listed(terms, texts))
    plain = [fact for fact in content.told if fact not in {one.told for one in content.pairs}]
    if plain:
        many = min(MOST_FACTS, len(plain))
        form = "facts" if many > 1 else "fact"
        text = forms[form].format(topic=topic, many=texts["numbers"][many])
        every = texts["any"].format(many=texts["numbers"][many], facts=" ".join(plain))
        right = every if len(plain) > many else " ".join(plain)
        itself = LessonTask(asked=text, right=right, told="")
        goals.append(LessonGoal(text=text, tasks=(itself, *content.tasks[-1:])))
    if not goals:
        text = forms["none"].format(topic=topic)
        goals.append(LessonGoal(text=text, tasks=(LessonTask(asked=text, right="–", told=""),)))
    return goals


def listed(terms: Sequence[str], texts: Mapping[str, Any]) -> str:
    """Return terms as a sentence lists them: "a, b and c"."""
    comma, last = texts["listed"]
    return comma.join(terms[:-1]) + (last if len(terms) > 1 else "") + "".join(terms[-1:])


def _meaning(term: str, content: LessonContent, texts: Mapping[str, Any]) -> LessonTask:
    right = content.meanings[term]
    return LessonTask(asked=texts["meaning"].format(term=term), right=right, told=right)


def _of(relation: str, texts: Mapping[str, Any]) -> str:
    return relation if texts["language"] == "en" or relation.startswith("的") else f"的{relation}"


def _sentence(goal: str) -> str:
    text = goal.strip()
    stop = "" if text.endswith((".", "!", "?", "。", "！", "？")) else "。" if re.search(r"[\u3400-\u9fff]", text) else "."
    return text[:1].upper() + text[1:] + stop
