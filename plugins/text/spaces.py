"""Spaces where a careful typist puts them, in Latin and in Chinese text."""

from __future__ import annotations

import re
from typing import Literal

from aigc import postprocessor

HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WIDE_MARK = "，。！？；：、（）【】「」『』《》〈〉…—·～"
INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\u00ad]")
BLANK = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
BEFORE_MARK = re.compile(r"(?<=[\w)\]\"'%”’]) +(?=[,;!?]|[.:](?:\s|$))")
AFTER_MARK = re.compile(r"(?<=[A-Za-z])(?:([,;?])|(!)(?!(?<=\b[A-Za-z]!)[a-z]))(?=[A-Za-z])")  # not in P!nk
BETWEEN_HAN = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])")
AROUND_WIDE = re.compile(rf" +(?=[{WIDE_MARK}])|(?<=[{WIDE_MARK}]) +")
UNTIDY = re.compile(r"[^ -~]|  | [,;!?.:]|[A-Za-z][,;!?][A-Za-z]|^ | $")  # what of ASCII needs no look has none
HAN_THEN_LATIN = re.compile(rf"(?<=[{HAN}]) *(?=[A-Za-z0-9])")
LATIN_THEN_HAN = re.compile(rf"(?<=[A-Za-z0-9%]) *(?=[{HAN}])")


@postprocessor
def normalise_spaces(text: str, *, han_latin: Literal["keep", "none", "space"] = "keep") -> str:
    """Take out stray, doubled and invisible spaces, and those before punctuation; none between Chinese characters.

    Line breaks stay, at most one empty line in a row. `han_latin` decides what stands between Chinese and Latin.
    """
    if not UNTIDY.search(text):
        return text
    lines = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    fenced = False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            lines[number] = _line(line, han_latin, indented=len(lines) > 1)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _line(line: str, han_latin: str, *, indented: bool) -> str:
    indent = re.match(r" *", line)
    margin = indent.group() if indent and indented and line.strip() else ""  # nested Markdown lists
    line = BLANK.sub(" ", line).strip()
    line = AFTER_MARK.sub(r"\1\2 ", BEFORE_MARK.sub("", line))
    line = AROUND_WIDE.sub("", BETWEEN_HAN.sub("", line))
    if han_latin != "keep":
        gap = " " if han_latin == "space" else ""
        line = LATIN_THEN_HAN.sub(gap, HAN_THEN_LATIN.sub(gap, line))
    return margin + line
