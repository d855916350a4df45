"""What a dry run tells of a file's values: a table of what was cleaned, left out, unknown and ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from aigc.asking.notes import Tally
from aigc.cli.echo import echo, echo_text, in_line
from aigc.cli.readable import table, wrapped
from aigc.cli.schemas import default_of
from aigc.types import Json

if TYPE_CHECKING:
    from aigc.content import ContentType

HEAD = ("input", "what", "rows", "how often")
LONGEST = 80  # characters of an expression
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


def print_inputs(content_type: ContentType, fed: Mapping[str, str]) -> None:
    """Print what feeds each input, and in a line which ones nothing feeds, with what stands for them."""
    rows = [
        (f"  {name}", source if len(source) <= LONGEST else f"{source[: LONGEST - 1]}…")
        for name, source in fed.items()
        if source
    ]
    if rows:
        echo_text(table(rows, head=("  input", "comes from")))
    unfed = [f"{name} ({default_of(content_type.brief[name])})" for name, source in fed.items() if not source]
    if unfed:
        echo_text(wrapped(f"  not in the file: {in_line(', '.join(unfed))}", "    "))


def _done(tally: Tally) -> Iterator[tuple[str, ...]]:
    for name, what, rows, terms in tally.told():
        often = [f"{term} {many:,}" for term, many in list(terms.items())[:MOST]]
        yield name, what, f"{rows:,}", ", ".join(often) + (" …" if len(terms) > MOST else "")


def _ignored(unused: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for column, near in list(unused.items())[:MOST]:
        yield column, "ignored", "", f"feeds no input (did you mean {near}?)" if near else "feeds no input"
    if len(unused) > MOST:
        yield f"{len(unused) - MOST} more", "ignored", "", "feed no input"
