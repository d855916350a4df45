"""What a dry run tells of a file's values: a table of what was cleaned, left out, unknown and ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aigc.asking.notes import Tally
from aigc.cli.echo import echo
from aigc.cli.readable import table
from aigc.types import Json

HEAD = ("input", "what", "rows", "how often")
MOST = 12  # columns that feed nothing, terms of one line


def reading_record(tally: Tally, unused: Mapping[str, str]) -> dict[str, Json]:
    """Return the table as JSON."""
    return {"read": [told._asdict() for told in tally.told()], "ignored": list(unused)}


def print_reading(tally: Tally, unused: Mapping[str, str], noun: str) -> None:
    """Print the table, where there is anything to tell; `noun` is what is counted, rows or briefs."""
    rows = [*_done(tally), *_ignored(unused)]
    if rows:
        echo("On reading:")
        for line in table(rows, head=[noun if one == "rows" else one for one in HEAD]).split("\n"):
            echo(f"  {line}")


def _done(tally: Tally) -> Iterator[tuple[str, ...]]:
    for name, what, rows, terms in tally.told():
        often = [f"{term} {many:,}" for term, many in list(terms.items())[:MOST]]
        yield name, what, f"{rows:,}", ", ".join(often) + (" …" if len(terms) > MOST else "")


def _ignored(unused: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for column, near in list(unused.items())[:MOST]:
        yield column, "ignored", "", f"feeds no input (did you mean {near}?)" if near else "feeds no input"
    if len(unused) > MOST:
        yield f"{len(unused) - MOST} more", "ignored", "", "feed no input"
