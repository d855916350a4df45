"""A worksheet that uses what it is given: facts in which nobody starred a word, and that have no sure gap, are asked in
other ways, where they can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aigc import check
from aigc.types import Draft
from aigc_plugins.lessons.flashcards import unused_facts
from aigc_plugins.lessons.more_sums import more_sums
from aigc_plugins.lessons.quiz_material import GAP, STARRED
from aigc_plugins.lessons.reading_questions import questions_of
from aigc_plugins.lessons.readings import other_gaps
from aigc_plugins.lessons.taught_facts import TaughtFact, taught_facts, told_language
from aigc_plugins.lessons.worksheets import as_listed, mixed, worksheet

LEAST_TASKS = 4  # that a stranger would print
LEAST_GAPS = 3  # beside which a gap may be filled in from the list of words


def full_worksheet(
    facts: Sequence[str],
    relation: str | None = None,
    language: str | None = None,
    *,
    written: Sequence[str] = (),
    topic: str = "",
) -> dict[str, Any]:
    """Return the fields of a worksheet: `gaps`, `word_bank`, `left`, `right`, `questions` and the `key`.

    Sentences are gaps, or questions where a model wrote one: `written` has one for each that may be asked, in order,
    the sentence itself for none. Pairs of which no side comes twice are matched, three at the least; the others are
    gaps. Sums are exercises, with more of their kind where it is sure. A sentence without a sure gap is asked where it
    can be: for a number, a reason, its truth, or by a gap for a word that the `topic` does not say, where the list of
    words has others. Of two gaps for one word that nobody starred the second is none.
    """
    sheet = worksheet(facts, relation, language, written=written)
    taught, told = taught_facts(facts, relation, language), told_language(facts, language)
    sums = {f"{one.left} = {GAP}": one.answer for one in taught if one.sums and one.gap}
    every = zip(sheet["gaps"], sheet["key"]["gaps"], strict=True)
    kept = [(gap, word) for gap, word in every if gap not in sums]  # a list of results would tell them
    gaps = _each_word_once([gap for gap, _ in kept], [word for _, word in kept], facts)
    exercises = {f"{asked} = {GAP}": value for asked, value in more_sums(_told(sums)).items()}
    left = [one for one in taught if one.kind == "sentence" and not (one.gap and one.gap in sheet["gaps"])]
    left = [one for one in left if not one.gap] if any(written) else left
    more = questions_of(left, told)
    rest = [one for one in left if one.material["statement"] not in more]
    others = other_gaps([*_of_gaps(taught, gaps), *rest], gaps, topic, told, most=len(facts))
    if len(gaps) + len(others) >= LEAST_GAPS:
        gaps |= others
    words = list(gaps.values())
    questions = [*zip(sheet["questions"], sheet["key"]["questions"], strict=True), *more.values()]
    questions += [*sums.items(), *exercises.items()]
    key = {"gaps": words, "questions": [answer for _, answer in questions]}
    return sheet | {
        "gaps": list(gaps),
        "word_bank": mixed([as_listed(word) for word in words]) if len(words) > 1 else [],
        "questions": [question for question, _ in questions],
        "key": sheet["key"] | key,
    }


@check(severity="warn")
def enough_to_do(draft: Draft) -> Iterator[str]:
    """A worksheet has four tasks at the least: gaps, pairs, questions."""
    fields: Mapping[str, Any] = draft.fields
    tasks = sum(len(fields.get(name) or ()) for name in ("gaps", "left", "questions"))
    if 0 < tasks < LEAST_TASKS:
        unused = unused_facts(draft)
        which = f", as in {unused[0]!r}" if unused else ""
        yield f"has {tasks} tasks, which is no worksheet: give more facts, or put *asterisks* around words{which}"


def _each_word_once(gaps: Sequence[str], words: Sequence[str], facts: Sequence[str]) -> dict[str, str]:
    """Return gaps with their words; of two with one word the first, but for what the brief starred or wrote."""
    starred = {
        STARRED.sub(r"\2", fact).strip().rstrip(".。!！") for fact in facts if STARRED.search(fact) or "=" in fact
    }
    found: dict[str, str] = {}
    for gap, word in zip(gaps, words, strict=True):
        given = gap.replace(GAP, word).rstrip(".。!！") in starred or "=" in gap
        if given or word.casefold() not in {known.casefold() for known in found.values()}:
            found[gap] = word
    return found


def _told(sums: Mapping[str, str]) -> list[str]:
    return [gap.replace(GAP, value) for gap, value in sums.items()]


def _of_gaps(taught: Sequence[TaughtFact], gaps: Mapping[str, str]) -> list[TaughtFact]:
    return [one for one in taught if one.gap in gaps]
