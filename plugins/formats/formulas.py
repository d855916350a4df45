"""What a spreadsheet would run of a text in a CSV file, and how it is kept from that.

A cell is run when it begins with = + - or @, of any width, whatever stands unseen before it. Where lists are separated
by `;` a program splits the file there too, and at every line break of a cell that is quoted within such a line, so that
what follows one begins a cell of its own. An apostrophe in front makes a cell text. Where there is one already another
one is put in front all the same, so that the text can be told from the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

# Controls, blanks and what has no width: some programs drop these before they look at a cell.
UNSEEN = (
    r"\x01-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
RUN, SUM = "=@＝＠﹦﹫⁼₌", "+\\-＋－﹢﹣⁺₊⁻₋"  # full width, small, raised and lowered ones: some programs fold them
CALLS = r"(?=[^;\t\r\n]*(?:\w\(|\||![$\w]))"  # a function, another program, another sheet: else a bullet or a smiley
SIGN = re.compile(f"[{RUN}{SUM}]")
FIRST = re.compile(rf"'*(?:[{UNSEEN}\t\r\n]*[{RUN}{SUM}]|[\t\r\n])")
RUNS = rf"(?=[{UNSEEN}\"]*(?:[{RUN}]|[{SUM}]{CALLS}))"
LATER = re.compile(rf"([;\t\r\n])(?='*{RUNS})")
MADE = re.compile(rf"([;\t\r\n])'(?='*{RUNS})")  # as `harmless` does; any other apostrophe is the text's own
HARM = re.compile(rf"(?:^|;)[{UNSEEN}\t\r\n\"]*[{RUN}{SUM}]{CALLS}")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?$")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs, in whole or in part; NUL, which ends it for some, is left out."""
    cell = cell.replace("\0", "")
    if SIGN.search(cell):
        if NUMBER.match(cell):
            return cell
        cell = LATER.sub(r"\1'", cell)
    return f"'{cell}" if FIRST.match(cell) else cell


def unharmed(cell: str) -> str:
    """Return the text that `harmless` made this cell of; the cell where it made it of none."""
    first = cell.removeprefix("'") if FIRST.match(cell) else cell
    return next((one for one in (MADE.sub(r"\1", first), first) if harmless(one) == cell), cell)


def does_harm(cell: str) -> bool:
    """Say whether a spreadsheet would run a function, another program or sheet of a cell that is written as it is."""
    return bool(SIGN.search(cell) and HARM.search(cell))


def what_runs(row: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with a row whose cells are written as they are, by the names of its columns."""
    for column, cell in row.items():
        if does_harm(cell):
            yield f"has {'an' if column[0] in 'AEIOU' else 'a'} {column} that a spreadsheet would run: {cell[:40]!r}"
