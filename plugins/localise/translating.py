"""A text in lines to be translated, each with what of it has to stay, and the text again with the lines in place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aigc.types import Json
from aigc_plugins.localise.kept_parts import FILLED_IN
from aigc_plugins.rules.fact_reading import EMAIL, LINK

LINE = re.compile(r"([^\n]*)(\n*)")
MARKED = re.compile(r"\s*(?:[-*•]\s+|#{1,6}\s+|\d{1,2}[.)、]\s*)?")  # how a line of a list or a heading begins
WORDS = re.compile(r"[^\W\d_]")
STAYS = re.compile(rf"{FILLED_IN}|{EMAIL}|{LINK}")


class _Part(NamedTuple):
    """This is a line of a text: its mark, what it says, the breaks after it, whether there is anything to translate."""

    mark: str
    text: str
    breaks: str
    translated: bool


def lines_to_translate(
    text: str,
    language: str,
    *,
    terms: Sequence[str] = (),
    hints: Sequence[str] = (),
    keep: Sequence[str] = (),
    formality: str = "any",
    limit: Mapping[str, Json] | None = None,
) -> list[dict[str, Json]]:
    """Return the lines of a text as items of a stage, each with what holds of its translation into `language`.

    `terms` read "camping mug = 露营杯" and have to be kept to, `hints` look alike and are only shown; `keep` are names
    that stay. A line of nothing but names, numbers and addresses is none.
    """
    lines = []
    for part in _parts(text, keep):
        if not part.translated:
            continue
        plain = part.text.casefold()
        lines.append(
            {
                "text": part.text,
                "language": language,
                "terms": [one for one in terms if term_pair(one)[0].casefold() in plain],
                "hints": [one for one in hints if term_pair(one)[0].casefold() in plain],
                "keep": [name for name in dict.fromkeys(keep) if name and name in part.text],
                "formality": formality,
                "limit": dict(limit or {}),
            }
        )
    return lines


def translated_text(text: str, lines: Sequence[str], *, keep: Sequence[str] = ()) -> str:
    """Return a text with its lines translated, in order; marks, empty lines and what stays are where they were."""
    parts = list(_parts(text, keep))
    if len(parts) == len(lines) == 1 and parts[0].text == text:
        return lines[0]  # as it is: a text that knows which stage wrote it
    rest = iter(lines)
    return "".join(
        f"{part.mark}{next(rest, part.text) if part.translated else part.text}{part.breaks}" for part in parts
    )


def term_pair(term: str) -> tuple[str, str]:
    """Return what a line of a glossary says: a term and its translation, "camping mug = 露营杯"."""
    theirs, _, ours = term.partition("=")
    return theirs.strip(), ours.strip()


def is_same_line(one: str, other: str) -> bool:
    """Say whether two lines have the same words, whatever marks stand around them: one was not translated."""
    return _words_of(one) == _words_of(other)


def _words_of(text: str) -> str:
    return "".join(re.findall(r"\w", unicodedata.normalize("NFKC", text).casefold()))


def _parts(text: str, keep: Sequence[str]) -> Iterator[_Part]:
    for found in LINE.finditer(text):
        if not found.group():
            continue
        mark = MARKED.match(found[1])
        begin = mark.group() if mark else ""
        rest = found[1][len(begin) :].rstrip()
        blank = found[1][len(begin) + len(rest) :]
        yield _Part(begin, rest, f"{blank}{found[2]}", _says_something(rest, keep))


def _says_something(text: str, keep: Sequence[str]) -> bool:
    """Say whether a line has a word that is no name and no address."""
    for name in sorted(filter(None, keep), key=len, reverse=True):
        text = text.replace(name, " ")
    return bool(WORDS.search(STAYS.sub(" ", text)))
