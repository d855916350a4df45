"""What a class does with the facts of a lesson, on a handout with its key: what kind of facts they are decides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aigc_plugins.lessons.dull_words import DULL
from aigc_plugins.lessons.fact_kinds import LEANING, compared, dated, halves, inside, reasons, steps
from aigc_plugins.lessons.false_statements import FalseStatement, false_statements
from aigc_plugins.lessons.lesson_content import LEAST_PAIRS, LessonContent
from aigc_plugins.lessons.more_sums import more_sums
from aigc_plugins.lessons.number_words import ENGLISH
from aigc_plugins.lessons.quiz_material import GAP
from aigc_plugins.lessons.readings import gap_word, open_word
from aigc_plugins.lessons.sentence_ends import asks_to_do
from aigc_plugins.lessons.sorted_facts import MOST_IN_GROUP, SortedFacts, sorted_facts
from aigc_plugins.lessons.sure_gaps import ONE_NUMBER
from aigc_plugins.lessons.worksheets import as_listed, mixed
from aigc_plugins.rules.content_words import telling

MOST_LINES = 6  # of each side of a handout
PLAIN = re.compile(  # a word of such an ending that is no name: healthy teeth, not Italy's towns
    r"(?!Ital|German|Hungar|Turkey|Norway|Sicil|Tuscan|Normand|Brittan|Nepal|Portugal|Senegal|Bengal|Montreal|Kentuck)"
    r"[A-Z][a-z]{2,}(?:thy|ful|ous|ical|ular|ural|nal|tal|ive|less|able|ible|ent|(?<!Arc)(?<!lan)(?<!Cel)(?<!Bal)tic|tric)"
)
LEAST_GAPS = 3
LEAST_SUMS = 4  # of which one can be guessed before
LEAST_LETTERS = 5  # of a word that no brief named and that is worth using
NUMERAL = re.compile(rf"(?i)(?:{'|'.join(ENGLISH)})|[一二两三四五六七八九十百千万]+")
EXAMPLE = re.compile(r"(?:I|We|You|He|She|They)\b|[“‘]?[我你他她]")  # of whom nobody knows what is true
LETTERS = "ABCDEFGHIJKLMNOP"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonWork:
    """This is what pairs of students do: the lines of their handout, the key, and what the texts of its kind name."""

    kind: str
    lines: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()


def handout_of(
    content: LessonContent,
    topic: str,
    texts: Mapping[str, Any],
    trials: Mapping[str, str] | None = None,
    deeds: Sequence[str] = (),
) -> LessonWork:
    """Return what a class finds out by itself before it is told: the first that the facts allow of sums, things to
    sort, pairs, events, steps (those of `deeds` too), `trials` to make, two things to compare, words, halves of
    sentences, gaps."""
    told = content.sentences
    if content.sums:
        return _practice(content)
    if found := sorted_facts(content.taught, content.told):
        return grouped_lines(found, texts)
    if len(content.pairs) >= LEAST_PAIRS:
        pairs = content.pairs[:MOST_LINES]
        return _matching("pairs", [one.left for one in pairs], [one.right for one in pairs])
    if events := dated(told):
        few = dict(list(events.items())[:MOST_LINES])
        return _matching("dated", [str(year) for year in few.values()], list(few))
    if order := steps(told) or list(deeds):
        return ordered_lines("steps", order)
    if trials:
        starts = [
            texts["trial"].format(start=start if start.endswith("…") else start + texts["stop"]) for start in trials
        ]
        return LessonWork(kind="tested", lines=_numbered(starts), key=_numbered(list(trials.values())))
    if groups := compared(told, topic):
        return sorted_lines(groups, content, topic, texts)
    if len(content.meanings) >= LEAST_PAIRS and not set(content.meanings.values()) & set(told):
        return _matching("words", list(content.meanings), list(content.meanings.values()))
    return _sentences(content, topic, texts)


def ordered_lines(kind: str, order: Sequence[str], *, again: bool = False) -> LessonWork:
    """Return sentences to put in order, mixed, and the letters in the right one; mixed otherwise where it is done
    `again`."""
    shown = mixed(order[:MOST_LINES])
    if again:
        shown = [*shown[1:], shown[0]]
        shown = shown if shown != list(order) else shown[::-1]
    key = ", ".join(LETTERS[shown.index(one)] for one in order[:MOST_LINES])
    return LessonWork(kind=kind, lines=_lettered(shown), key=(key,))


def sorted_lines(
    groups: Mapping[str, Sequence[str]], content: LessonContent, topic: str, texts: Mapping[str, Any]
) -> LessonWork:
    """Return what is said of two things, to be sorted, and what is said of which; the heads as a sentence has them."""
    few = {name: list(ends)[: MOST_LINES // 2] for name, ends in groups.items()}
    shown = mixed([end for ends in few.values() for end in ends])
    small = [inside(name, known_text(content, topic)) for name in few]
    chinese = texts["space"] == ""
    named = any(
        one == name and name[:1].isupper() for one, name in zip(small, few, strict=True)
    )  # so the others are too
    heads = list(few) if chinese or named else small if all(small) else [texts["quoted"].format(name) for name in few]
    key = (f"{name}{texts['colon']}{', '.join(sorted(LETTERS[shown.index(end)] for end in few[name]))}" for name in few)
    return LessonWork(kind="compared", lines=_lettered(shown), key=tuple(key), heads=tuple(heads))


def grouped_lines(found: SortedFacts, texts: Mapping[str, Any]) -> LessonWork:
    """Return things to be sorted into the groups that the facts put them in, and which is in which."""
    few = {group: things[:MOST_IN_GROUP] for group, things in found.groups.items()}
    shown = mixed([thing for things in few.values() for thing in things])
    key = (f"{name}{texts['colon']}{', '.join(sorted(LETTERS[shown.index(one)] for one in few[name]))}" for name in few)
    return LessonWork(kind="sorted", lines=_lettered(shown), key=tuple(key), heads=tuple(few))


def _practice(content: LessonContent) -> LessonWork:
    """Return more exercises of the kind that the sums are, where they surely are of one."""
    more = more_sums([one.told for one in content.sums])
    if len(content.sums) < LEAST_SUMS and more:
        more.pop(next(iter(more)))  # with which the lesson begins
    if spare := spare_sum(content):
        more.pop(spare.partition(" = ")[0], None)
    return LessonWork(
        kind="sums",
        lines=_numbered([f"{asked} = {GAP}" for asked in more]),
        key=_numbered(list(more.values())),
    )


def spare_sum(content: LessonContent) -> str:
    """Return a sum of the lesson's kind that nothing else of it asks, with what it comes to; empty where none is."""
    more = more_sums([one.told for one in content.sums])
    return " = ".join(list(more.items())[-1]) if len(more) > LEAST_SUMS else ""


def known_text(content: LessonContent, topic: str) -> str:
    """Return what a lesson says, in which a word that is no name may stand in small letters."""
    return ". ".join((topic, *content.told, *content.meanings, *content.meanings.values()))


def topic_inside(topic: str, content: LessonContent) -> str:
    """Return a topic as it stands inside a sentence: in small letters where its first word surely is no name."""
    first, _, rest = topic.partition(" ")
    if first in ("At", "In", "On", "From", "To", "By", "With", "Into", "Under", "Out"):
        return f"“{topic}”"
    asks = (
        re.fullmatch(
            r"How|Why|What|When|Where|Who|Which|Using|(?!Viking|Beijing|Nanjing|Chongqing)[A-Z][a-z]+ing", first
        )
        and rest[:1].islower()
    )
    common = (
        rest[:1].islower()
        and first.isalpha()
        and (not telling(first) or first.casefold() in DULL or bool(PLAIN.fullmatch(first)))
    )
    one = first[:1].lower() + first[1:].removesuffix("s")
    told = first.endswith("s") and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", known_text(content, ""))
    small = f"{first[:1].lower()}{first[1:]} {rest}".rstrip() if asks or common or told else ""
    return small or inside(topic, known_text(content, "")) or topic


def falsehoods(content: LessonContent) -> list[FalseStatement]:
    """Return the facts of a lesson that can surely be made false, each with how it reads then."""
    return [
        one
        for one in false_statements(content.taught)
        if one.told in content.told and not EXAMPLE.match(one.told) and not asks_to_do(one.told)
    ]


def key_words(content: LessonContent, topic: str, *, terms: bool = True) -> dict[str, str]:
    """Return a telling word of each fact that surely has one, with the fact; a word of the vocabulary, with `terms`."""
    found: dict[str, str] = {}
    for one in content.taught:
        told = one.material["statement"]
        if one.kind != "sentence" or told not in content.told:
            continue
        term = next((term for term in content.meanings if terms and term.casefold() in told.casefold()), "")
        counted = one.gap and not ONE_NUMBER.search(one.answer)
        answer = one.answer if counted else ""
        plain = gap_word(told, f"{topic}. {' '.join(content.meanings)}", last=True)
        worth = plain and (not plain[0].isascii() or (plain[0] not in DULL and len(plain[0]) >= LEAST_LETTERS))
        word = as_listed(answer) or term or (plain[0] if plain and worth else "")
        known = topic.casefold() if terms else f"{topic} {' '.join(content.meanings)}".casefold()
        short = len(word) == 1 and not word.isascii()
        if word and not short and word.casefold() not in known and not NUMERAL.fullmatch(word):
            bare = word.removeprefix("the ").removeprefix("an ").removeprefix("a ")
            if not any(telling(bare) & telling(other) for other in found):
                found[bare] = told
    return found


def _sentences(content: LessonContent, topic: str, texts: Mapping[str, Any]) -> LessonWork:
    parts, gaps = dict(list(halves(content.sentences).items())[:MOST_LINES]), gapped(content, topic)
    enough = 2 * len(parts) >= min(len(content.sentences), len(gaps)) or len(gaps) < LEAST_GAPS
    if len(parts) >= LEAST_PAIRS and len(set(parts.values())) == len(parts) and enough:
        return _matching("halves", [f"{start} …" for start in parts], [f"… {end}" for end in parts.values()])
    if len(gaps) >= LEAST_GAPS:
        few = dict(list(gaps.items())[:MOST_LINES])
        bank = texts["bank"].format(words=texts["row"].join(mixed([as_listed(word) for word in few.values()])))
        return LessonWork(kind="gaps", lines=(*_numbered(list(few)), bank), key=_numbered(list(few.values())))
    asked = {one.asked: one.right for one in content.tasks} | gaps
    asked |= {texts["asked"]["reason"].format(lead=one.lead): one.rest for one in reasons(content.sentences)}
    wrong = [one for one in falsehoods(content) if not any(one.told == gap.replace(GAP, asked[gap]) for gap in gaps)]
    asked |= {texts["asked"]["truth"].format(one.wrong): texts["false"].format(one.told) for one in wrong}
    if len(gaps) and len(asked) > 1:
        few = dict(list(asked.items())[:MOST_LINES])
        return LessonWork(kind="questions", lines=_numbered(list(few)), key=_numbered(list(few.values())))
    false = {one.wrong: one.told for one in falsehoods(content)[:LEAST_GAPS]}
    if len(false) > 1:
        shown = mixed([*false, *(fact for fact in content.sentences if fact not in false.values())])[:MOST_LINES]
        key = [texts["false"].format(false[line]) if line in false else texts["true"] for line in shown]
        return LessonWork(kind="truths", lines=_numbered(shown), key=_numbered(key))
    return LessonWork(kind="terms" if len([*content.meanings, *content.looked_up]) >= LEAST_PAIRS else "none")


def gapped(content: LessonContent, topic: str, *, alone: bool = False) -> dict[str, str]:
    """Return the facts that are sentences with a gap each, and what belongs there; a word once only. Those that lean
    on what is before are left out where each stands `alone`."""
    found: dict[str, str] = {} if alone else {one.asked: one.right for one in content.pairs if GAP in one.asked}
    for one in content.taught:
        told = one.material["statement"]
        if one.kind != "sentence" or told not in content.told or (alone and LEANING.match(told)):
            continue
        if one.gap:
            gap, word = one.gap, one.answer
        elif plain := _open_word(told, content, topic):
            gap, word = told[: plain[1]] + GAP + told[plain[1] + len(plain[0]) :], plain[0]
        else:
            continue
        if word.casefold() not in {known.casefold() for known in found.values()}:
            found[gap] = word
    worth = {gap: word for gap, word in found.items() if word.casefold() not in DULL}
    return worth if len(worth) > LEAST_GAPS else found


def _open_word(told: str, content: LessonContent, topic: str) -> tuple[str, int] | None:
    """Return the word of a fact to leave a gap for: one that no other fact has, if there is one, a noun rather."""
    others = " ".join((*content.meanings, *(fact for fact in content.told if fact != told)))
    return open_word(told, topic, others)


def _matching(kind: str, left: Sequence[str], right: Sequence[str]) -> LessonWork:
    shown = mixed(list(dict.fromkeys(right)))
    key = tuple(f"{at} {LETTERS[shown.index(one)]}" for at, one in enumerate(right, 1))
    return LessonWork(kind=kind, lines=(*_numbered(left), *_lettered(shown)), key=key)


def _numbered(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{at}. {line}" for at, line in enumerate(lines, 1))


def _lettered(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{LETTERS[at]}. {line}" for at, line in enumerate(lines))
