"""Rows of what people decided of a job's pieces: the text they took is learnt, what it replaced is worse.

A suggestion that was picked is a line of the model's, as its piece shows it; where the line is kept as the model wrote
it, that is learnt. Own words are a person's. Either answers the prompt of the stage's item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aigc.jobs import Judgement
from aigc.types import Json, Line

Place = tuple[str, str, int]  # brief, stage, item


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLines:
    """These are the lines of one item as people judged them: the one that was taken, those that it was preferred to,
    of which `faulty` ones were refused, and the others. Texts that no kept line has are lines of their own."""

    better: Line
    worse: Sequence[Line]
    faulty: Sequence[Line]
    others: Sequence[Line]


def chosen_places(judgements: Iterable[Judgement], values: Mapping[str, Mapping[str, Json]]) -> dict[Place, Judgement]:
    """Return which text was chosen where, as far as the stage is known and the brief, by its id, still has the values
    that people saw."""
    return {
        (one.id, one.stage, one.item): one
        for one in judgements
        if one.text is not None and one.stage and dict(values.get(one.id, {})) == dict(one.values)
    }


def judged_lines(judgement: Judgement, lines: Sequence[Line]) -> JudgedLines:
    """Return the kept lines of a chosen text's item by what was chosen."""
    assert judgement.text is not None
    unused = list(lines)

    def line_of(text: str) -> Line:
        """Take the kept line that became a text, or make one of it."""
        own = judgement.own and text == judgement.text
        found = None if own else next((line for line in unused if _bare(line.text) == _bare(text)), None)
        if found is None:
            return Line(stage=judgement.stage, item=judgement.item, text=text)
        unused.remove(found)
        return found

    better = line_of(judgement.text)
    faulty = [line_of(text) for text in judgement.refused]
    was = [line_of(judgement.was)] if judgement.was and judgement.was not in judgement.refused else []
    if taken := [line for line in unused if line.taken]:  # what stood was made of these
        was, unused = taken, [line for line in unused if not line.taken]
    return JudgedLines(better=better, worse=[*was, *faulty], faulty=faulty, others=unused)


def _bare(text: str) -> str:
    """Return what is the same for a line as the model wrote it and as its piece shows it."""
    return "".join(char for char in text.casefold() if char.isalnum())
