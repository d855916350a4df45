"""Spaces where a careful typist puts them, in Latin and in Chinese text."""

from __future__ import annotations

import re
from typing import Literal

from aigc import postprocessor

HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WIDE_MARK = "，。！？；：、（）【】「」『』《》〈〉…—·～"
INVISIBLE = "[\u200b\u200e\u200f\u2060\ufeff\u00ad]"
BLANK = "[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+"
BEFORE_MARK = r"(?<=[\w)\]\"'%”’]) +(?=[,;!?]|[.:](?:\s|$))"
AFTER_MARK = r"(?<=[A-Za-z])([,;!?])(?=[A-Za-z])"
BETWEEN_HAN = rf"(?<=[{HAN}]) +(?=[{HAN}])"
AROUND_WIDE = rf" +(?=[{WIDE_MARK}])|(?<=[{WIDE_MARK}]) +"
HAN_THEN_LATIN = rf"(?<=[{HAN}]) *(?=[A-Za-z0-9])"
LATIN_THEN_HAN = rf"(?<=[A-Za-z0-9%]) *(?=[{HAN}])"


@postprocessor
def normalise_spaces(text: str, *, han_latin: Literal["keep", "none", "space"] = "keep") -> str:
    """Take out stray, doubled and invisible spaces, and those before punctuation; none between Chinese characters.

    Line breaks stay, at most one empty line in a row. `han_latin` decides what stands between Chinese and Latin.
    """
    lines = re.sub(INVISIBLE, "", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
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
    line = re.sub(BLANK, " ", line).strip()
    line = re.sub(AFTER_MARK, r"\1 ", re.sub(BEFORE_MARK, "", line))
    line = re.sub(AROUND_WIDE, "", re.sub(BETWEEN_HAN, "", line))
    if han_latin != "keep":
        gap = " " if han_latin == "space" else ""
        line = re.sub(LATIN_THEN_HAN, gap, re.sub(HAN_THEN_LATIN, gap, line))
    return margin + line
