"""Printing, in one place: whatever is printed, a terminal is not driven by it.

Ids, values, file names and what models and servers say may hold control characters. Those never reach a terminal, nor a
file that somebody will `cat`: in text they are left out, in JSON they are written as it escapes them. Nor does a line
break in one of them begin a line that passes for ours. Colours are put round a text here, after that. Commands of
plugins print as they like.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from click import echo as put
from click import style

from aigc.types import Json
from aigc.types.foreign import CONTROLS

_ESCAPED = re.compile(rf"{CONTROLS.pattern[:-1]}\ud800-\udfff]")  # and half characters, which no stream takes
_BREAKS = re.compile(r"\s*[\n\u2028\u2029]\s*|\t")


def echo(line: object = "", *, err: bool = False, fg: str | None = None, bold: bool = False, dim: bool = False) -> None:
    """Print one line, on stderr with `err`; line breaks in what it tells of are spaces."""
    shown = in_line(str(line))
    put(style(shown, fg=fg, bold=bold or None, dim=dim or None) if fg or bold or dim else shown, err=err)


def echo_text(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text of any number of lines, on stderr with `err`."""
    put(printable(text), err=err, nl=nl)


def echo_marked(before: str, text: str, marks: Sequence[tuple[int, int]]) -> None:
    """Print one line, `before` and a text, parts of which stand out on a terminal: `marks` say from where to where."""
    shown, at = [in_line(before)], 0
    for begin, end in marks:
        shown += [in_line(text[at:begin]), style(in_line(text[begin:end]), fg="yellow", bold=True)]
        at = end
    put("".join([*shown, in_line(text[at:])]))


def echo_json(text: str) -> None:
    """Print JSON text on stdout, its control characters escaped."""
    put(_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def print_json(value: Json) -> None:
    """Print one JSON value on stdout; paths and other leaves as text."""
    echo_json(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def printable(text: str) -> str:
    """Return `text` without control characters: what a model writes must not drive the terminal."""
    return CONTROLS.sub("", text)


def in_line(text: str) -> str:
    """Return `text` within one line, so that none of it passes for a line of ours."""
    return _BREAKS.sub(" ", printable(text))
