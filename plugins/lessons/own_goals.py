"""Objectives that the facts of a lesson bear, each by the kind of its facts, with what on the exit ticket tests it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from aigc_plugins.lessons.answer_slots import answer_slot
from aigc_plugins.lessons.dull_words import DULL
from aigc_plugins.lessons.fact_kinds import LEANING, compared, dated, inside, reasons, steps
from aigc_plugins.lessons.hands_on import HandsOn
from aigc_plugins.lessons.lesson_content import LessonContent, LessonGoal, LessonTask, listed, quoted_list
from aigc_plugins.lessons.lesson_works import (
    falsehoods,
    gapped,
    handout_of,
    key_words,
    known_text,
    ordered_lines,
    sorted_lines,
    topic_inside,
)
from aigc_plugins.lessons.noun_places import stands_as_noun
from aigc_plugins.lessons.quiz_material import GAP
from aigc_plugins.lessons.sorted_facts import sorted_facts
from aigc_plugins.lessons.told_rules import is_rule
from aigc_plugins.lessons.worksheets import mixed
from aigc_plugins.rules.content_words import content as said_of

HAN = re.compile(r"[\u3400-\u9fff]")
ARTICLE = re.compile(r"^(?:an?|the) ", re.IGNORECASE)
CAUSE = re.compile(r"(?P<en>[^,]+), so|(?:因为|由于)?(?P<zh>[^，]+)，(?:所以|因此)")
FOREIGN = re.compile(r"(?:un|une|le|la|les|des|du|el|los|las|una|unos|der|die|das|ein|eine|il|lo|gli|o|os) \S|l['’]\w")
MOST_GOALS = 3
MOST_ASKED = 2  # questions of the ticket that ask facts of one objective
MOST_NAMED = 4  # things that an objective names
MOST_WORDS = 3  # that are to be used in sentences of one's own
LEAST_WORDS = 2
LEAST_RULES = 3


def own_goals(
    content: LessonContent,
    topic: str,
    relation: str | None,
    texts: Mapping[str, Any],
    hands: HandsOn | None = None,
) -> list[LessonGoal]:
    """Return three objectives at the most, of what the facts are: sums, pairs, steps, events, things to compare,
    reasons, words; the rest is told in sentences of one's own, or true statements of it from false ones."""
    paired = {one.told for one in content.pairs}
    goals = [
        *_of_hands(hands, content, topic, texts),
        *_of_sums(content, texts),
        *_of_sorted(content, texts),
        *_of_pairs(content, relation, texts),
        *_of_order(content, topic, texts),
        *of_compared(content, topic, texts),
        *_of_reasons(content, topic, texts),
        *_of_terms(content, texts),
        *_of_words(content, texts),
    ]
    goals = [*goals, *_of_questions(content, topic, texts, goals)][:MOST_GOALS]
    spent = {task.told for goal in goals for task in goal.tasks} | paired
    if hands and hands.ordered and hands.deeds and len(goals) == 1:
        goals.append(_of_deeds(hands.deeds, topic, content, texts))
        spent |= set(hands.deeds)
    rest = [fact for fact in content.told if not any(fact in one.split("\n") for one in spent)]
    if rest and len(goals) < MOST_GOALS and (len(rest) > 1 or not goals):
        goals += _of_rest(rest, content, topic, texts, only=not goals)
    return goals or [_plain(content, topic, texts)]


def _of_hands(hands: HandsOn | None, content: LessonContent, topic: str, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of what the class does or tests with its hands, which the ticket does not ask."""
    kind = "deeds" if hands and hands.deeds else "trials" if hands and hands.tested else ""
    text = texts["objectives"][kind].format(topic=_named(topic, content)) if kind else ""
    return [LessonGoal(text=text, tasks=(), done=True, by_hand=kind)] if kind else []


def _of_deeds(deeds: Sequence[str], topic: str, content: LessonContent, texts: Mapping[str, Any]) -> LessonGoal:
    """Return an objective of telling the steps that the class takes."""
    text = texts["objectives"]["told_steps"].format(topic=_named(topic, content))
    middle = len(deeds) // 2
    at = sorted({middle - 1, len(deeds) - 2})
    tasks = [_task(texts["asked"]["after"].format(deeds[one]), deeds[one + 1], deeds) for one in at]
    return _goal(text, tasks)


def asked_sums(sums: Sequence[LessonTask], content: LessonContent) -> tuple[LessonTask, ...]:
    """Return the sums that the ticket asks: the last ones, and the first one, which the lesson works out on the board,
    only where there is no other."""
    return tuple([one for one in sums if one is not content.sums[0]][-MOST_ASKED:]) or tuple(sums[:1])


def _of_sums(content: LessonContent, texts: Mapping[str, Any]) -> list[LessonGoal]:
    if not content.sums:
        return []
    first = content.sums[0].asked.partition(" =")[0]
    return [_goal(texts["objectives"]["sums"].format(first=first), asked_sums(content.sums, content))]


def _of_sorted(content: LessonContent, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of sorting things into groups, for which the ticket asks which one does not belong."""
    found = sorted_facts(content.taught, content.told)
    if not found:
        return []
    tasks = []
    groups = list(found.groups.items())
    for (group, things), (other, its) in ((groups[0], groups[1]), (groups[-1], groups[0])):
        asked = mixed([*things[-MOST_WORDS:], its[-1]] if len(things) > 1 else [])
        right = texts["odd"].format(odd=its[-1], group=other, others=group)
        tasks.append(_task(texts["asked"]["odd"].format(things=texts["row"].join(asked)), right, found.told))
    text = texts["objectives"]["sorted"].format(heads=listed(list(found.groups), texts))
    return [_goal(text, tasks)]


def _of_pairs(content: LessonContent, relation: str | None, texts: Mapping[str, Any]) -> list[LessonGoal]:
    shown = content.pairs[-MOST_NAMED:]
    sorting = sorted_facts(content.taught, content.told)
    if not shown or (sorting and sorting.of_pairs):
        return []
    own = relation or ""
    its = own if texts["language"] == "en" or own.startswith("的") else f"的{own}"
    measures = all(re.match(r"\d", one.left) and re.match(r"\d", one.right) for one in shown)
    foreign = all(not HAN.search(one.left) and HAN.search(one.right) for one in shown)
    foreign = foreign or all(FOREIGN.match(one.left) for one in shown)
    kind = "related" if relation else "measures" if measures else "foreign" if foreign else "pairs"
    form = texts["objectives"][kind]
    return [_goal(form.format(lefts=listed([one.left for one in shown], texts), relation=its), shown)]


def _of_order(content: LessonContent, topic: str, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of putting steps or events in order, where the facts are so."""
    told, forms, asked = content.sentences, texts["objectives"], texts["asked"]
    if events := dated(told):
        order = list(events)
        work = ordered_lines("dated", order, again=True)
        facts = [fact for fact in told if any(one.rstrip(".。")[1:] in fact for one in order)]
        years = [one for one in content.tasks if one.told in facts and one.right.strip("年").isdecimal()]
        tasks = [_task(asked["dated"].format(lines=" ".join(work.lines)), work.key[0], facts), *years[-1:]]
        return [_goal(forms["dated"], tasks)]
    if order := steps(told):
        work = ordered_lines("steps", order, again=True)
        facts = [fact for fact in told if any(one.rstrip(".。")[1:] in fact for one in order)]
        middle = len(order) // 2
        tasks = [
            _task(asked["steps"].format(lines=" ".join(work.lines)), work.key[0], facts),
            _task(asked["after"].format(order[middle - 1]), order[middle], []),
        ]
        return [_goal(forms["steps"].format(topic=_named(topic, content)), tasks)]
    return []


def of_compared(content: LessonContent, topic: str, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of comparing, where the facts say several things of each of two."""
    groups = compared(content.sentences, topic)
    if not groups:
        return []
    work = sorted_lines(groups, content, topic, texts)
    heads = listed(work.heads, texts)
    quoted = quoted_list(list(groups), texts)
    every = [end for ends in groups.values() for end in ends]
    facts = [fact for fact in content.sentences if any(end in fact for end in every)]
    of = [[fact for fact in facts if fact.startswith(name)] for name in groups]
    such = max(product(*of), key=lambda each: len(frozenset.intersection(*map(said_of, each))))
    right = texts["right_as"].format(facts=texts["space"].join(such))
    asked = texts["asked"]["compared"].format(heads=quoted, lines=" ".join(work.lines))
    tasks = [
        _task(asked, texts["row"].join(work.key), facts),
        _task(texts["asked"]["differ"].format(heads=heads), right, []),
    ]
    return [_goal(texts["objectives"]["compared"].format(heads=heads), tasks)]


def _of_reasons(content: LessonContent, topic: str, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of telling why, of two facts at the most; of one where what happens begins with what may be
    a name and cannot stand behind another word."""
    known, forms = known_text(content, topic), texts["objectives"]
    found = reasons(content.sentences, known)
    sure = [one for one in found if one.effect][:MOST_ASKED]
    tasks = [_task(texts["asked"]["reason"].format(lead=one.lead), one.rest, [one.told]) for one in sure or found[:1]]
    if sure:
        return [_goal(forms["reasons"].format(effects=texts["and_why"].join(one.effect for one in sure)), tasks)]
    whole = [one for one in found[:1] if one.whole]
    if found and not whole and (cause := CAUSE.fullmatch(found[0].lead)) and not LEANING.match(found[0].lead):
        text = cause["zh"] or inside(cause["en"] or "", known)
        return [_goal(forms["follows"].format(cause=text), tasks)] if text else []
    return [_goal(forms["reason"].format(effects=one.whole), tasks) for one in whole]


def _of_words(content: LessonContent, texts: Mapping[str, Any]) -> list[LessonGoal]:
    terms = list(content.meanings)[:MOST_NAMED]
    if not terms:
        return []
    tasks = [
        LessonTask(asked=texts["meaning"].format(term=term), right=content.meanings[term], told=_said_in(term, content))
        for term in terms
    ]
    form = texts["objectives"]["words" if len(terms) > 1 else "word"]
    return [_goal(form.format(terms=quoted_list(terms, texts)), tasks)]


def _said_in(term: str, content: LessonContent) -> str:
    """Return the fact that tells what a word means, or what it means where none does."""
    meaning = content.meanings[term]
    return next((fact for fact in content.told if fact.startswith(term) and meaning in fact), meaning)


def _of_terms(content: LessonContent, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of naming what facts describe, where two and more tell what something is called."""
    of = {one.material["statement"]: one for one in content.taught if one.kind == "sentence" and one.gap}
    tasks = [task for task in content.tasks if task.told in of and answer_slot(of[task.told].material) == "term"]
    tasks = [task for task in tasks if not any(_same_term(task.right, term) for term in content.meanings)][:MOST_NAMED]
    if len(tasks) < LEAST_WORDS:
        return []
    terms = quoted_list([ARTICLE.sub("", task.right) for task in tasks], texts)
    return [_goal(texts["objectives"]["terms"].format(terms=terms), tasks)]


def _of_questions(
    content: LessonContent, topic: str, texts: Mapping[str, Any], goals: Sequence[LessonGoal]
) -> list[LessonGoal]:
    """Return an objective of answering the questions that the brief gives, but for what other goals ask."""
    given = {one.left for one in content.taught if one.kind == "question"}
    spent = {task.told for goal in goals for task in goal.tasks}
    tasks = [task for task in content.tasks if task.asked in given and task.told not in spent][:MOST_WORDS]
    return [_goal(texts["objectives"]["questions"].format(topic=_named(topic, content)), tasks)] if tasks else []


def _same_term(one: str, other: str) -> bool:
    return ARTICLE.sub("", one.casefold()) == other.casefold()


def _of_rest(
    rest: Sequence[str], content: LessonContent, topic: str, texts: Mapping[str, Any], *, only: bool
) -> list[LessonGoal]:
    """Return an objective for facts of no such kind, or two where there is no other: true and false told apart, their
    words in sentences."""
    forms, named = texts["objectives"], _named(topic, content)
    if len(rules := [fact for fact in rest if is_rule(fact) and not LEANING.match(fact)]) >= LEAST_RULES:
        goals = _of_rules(rules, named, texts)
        rest = [fact for fact in rest if fact not in rules]
        more = _of_rest(rest, content, topic, texts, only=False) if only and rest else []
        return [*goals, *(more or (_of_gaps(content, named, texts) if only else []))]
    sure = {one.answer: one for one in content.taught if one.kind == "sentence" and one.gap}
    bare = {re.sub(r"^(?:an?|the) ", "", word) for word in sure}
    words = {word: fact for word, fact in key_words(content, topic, terms=False).items() if fact in rest}
    words = {word: fact for word, fact in words.items() if word in bare}  # that the lesson surely is about
    goals = _of_truths(rest, content, named, texts)
    if goals and not only:
        return goals
    judged = {task.told for goal in goals for task in goal.tasks}
    rest = [fact for fact in rest if fact not in judged]  # which the ticket gives away
    words = {word: fact for word, fact in words.items() if fact in rest}
    if len(words) >= LEAST_WORDS:
        plain = [word for word in words if word not in sure]
        few = {word: words[word] for word in [*plain, *(word for word in words if word in sure)][-MOST_WORDS:]}
        quoted, facts = quoted_list(list(few), texts), list(few.values())
        asked = texts["asked"]["write"].format(words=quoted, topic=named)
        right = texts["such_as"].format(facts=texts["space"].join(facts))
        goals.append(_goal(forms["write"].format(words=quoted, topic=named), [_task(asked, right, facts)]))
        rest = [fact for fact in rest if fact not in facts]
        if len(goals) > 1 or not only:
            return goals
    every = gapped(content, topic, alone=True).items()
    gaps = {gap: word for gap, word in every if any(gap.replace(GAP, word) == fact for fact in rest)}
    lines = {line.partition(". ")[2] for line in handout_of(content, topic, texts).lines}
    fresh = {gap: word for gap, word in gaps.items() if gap not in lines}
    dull = {
        gap: word
        for gap, word in fresh.items()
        if word.casefold() in DULL
        or not (re.search(r"\d", word) or stands_as_noun(word, gap.replace(GAP, word)) or word[:1].isupper())
    }
    gaps = {
        gap: word for gap, word in (fresh | gaps).items() if gap not in dull
    } | dull  # what the class just filled in comes last, and now without the words
    if len(goals) < LEAST_WORDS and (len(gaps) >= LEAST_WORDS or (gaps and (len(rest) <= LEAST_WORDS or not only))):
        few = dict(list(gaps.items())[:MOST_WORDS])
        tasks = [LessonTask(asked=gap, right=word, told=gap.replace(GAP, word)) for gap, word in few.items()]
        return [*goals, _goal(forms["complete"].format(topic=named), tasks)]
    return goals or ([_plain(content, topic, texts)] if only or len(rest) >= LEAST_RULES else [])


def _of_gaps(content: LessonContent, named: str, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of completing facts that have a sure gap, where two and more do."""
    tasks = [one for one in content.tasks if GAP in one.asked][:MOST_WORDS]
    return [_goal(texts["objectives"]["complete"].format(topic=named), tasks)] if len(tasks) >= LEAST_WORDS else []


def _of_rules(rules: Sequence[str], named: str, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of telling from memory what one must do, and must not do."""
    text = texts["objectives"]["rules"].format(topic=named)
    facts = texts["space"].join(rules)
    right = texts["any"].format(many=texts["numbers"][LEAST_RULES], facts=facts) if len(rules) > LEAST_RULES else facts
    return [_goal(text, [_task(text, right, rules)])]


def _of_truths(rest: Sequence[str], content: LessonContent, named: str, texts: Mapping[str, Any]) -> list[LessonGoal]:
    """Return an objective of telling true statements from false ones, where two facts and more can be made false."""
    false = [one for one in falsehoods(content) if one.told in rest and not LEANING.match(one.told)]
    if len(false) < LEAST_WORDS:
        return []
    asked = texts["asked"]["truth"]
    tasks = [_task(asked.format(one.wrong), texts["false"].format(one.told), [one.told]) for one in false[:MOST_ASKED]]
    true = [fact for fact in rest if fact not in {one.told for one in false[:MOST_ASKED]} and not LEANING.match(fact)]
    tasks[1:1] = [_task(asked.format(fact), texts["true"], [fact]) for fact in true[:1]]
    return [_goal(texts["objectives"]["truths"].format(topic=named), tasks)]


def _plain(content: LessonContent, topic: str, texts: Mapping[str, Any]) -> LessonGoal:
    """Return the objective of telling what the lesson told, which any facts allow."""
    topic = topic_inside(topic, content)
    paired = {one.told for one in content.pairs}
    plain = [fact for fact in content.sentences or content.told if fact not in paired]
    if not plain:
        text = texts["objectives"]["none"].format(topic=topic)
        return _goal(text, [LessonTask(asked=text, right=texts["judged"], told="")])
    many = min(MOST_WORDS, len(plain))
    text = texts["objectives"]["facts" if many > 1 else "fact"].format(topic=topic, many=texts["numbers"][many])
    facts = texts["space"].join(plain)
    right = texts["any"].format(many=texts["numbers"][many], facts=facts) if len(plain) > many else facts
    return _goal(text, [LessonTask(asked=text, right=right, told="")])


def _goal(text: str, tasks: Sequence[LessonTask]) -> LessonGoal:
    return LessonGoal(text=text, tasks=tuple(tasks))


def _task(asked: str, right: str, facts: Sequence[str]) -> LessonTask:
    return LessonTask(asked=asked, right=right, told="\n".join(facts))


def _named(topic: str, content: LessonContent) -> str:
    """Return the topic as it stands inside a sentence."""
    return topic_inside(topic, content)
