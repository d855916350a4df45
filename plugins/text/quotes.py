"""One kind of quotation mark throughout a text."""

from __future__ import annotations

import re
from typing import Literal

from aigc import postprocessor
from aigc.types import Field

STRAIGHT = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'"}
    | {"´": "'", "＂": '"', "＇": "'"}
)
ANY = re.compile(f"[{''.join(map(chr, STRAIGHT))}\"'\x00]")
DOUBLE = re.compile(r'"')
INCH = re.compile(r'(?<=\d)"')
HAN = re.compile(r"[\u3400-\u9fff]")


@postprocessor
def normalise_quotes(text: str, field: Field, *, style: Literal["auto", "straight", "curly"] = "auto") -> str:
    """Make quotation marks and apostrophes of one kind.

    `auto` is straight marks, and “ ” for a text in Chinese. Code in backticks and inch marks after a digit stay.
    """
    if not ANY.search(text):
        return text
    code: list[str] = []

    def keep(found: re.Match[str]) -> str:
        code.append(found.group())
        return f"\x00{len(code) - 1}\x00"

    text = re.sub(r"```.*?```|`[^`\n]+`", keep, text, flags=re.DOTALL)
    text = text.replace("``", '"').replace("''", '"').translate(STRAIGHT)
    chinese = style == "auto" and field.draft.language.startswith("zh") and HAN.search(text)
    if style == "curly" or chinese:
        text = _curl_double(text)
    if style == "curly":
        text = re.sub(r"(?<![\w)\]])'(?=\S)", "‘", text).replace("'", "’")
    return re.sub(r"\x00(\d+)\x00", lambda found: code[int(found[1])], text)


def _curl_double(text: str) -> str:
    """Curl straight double quotes in pairs, paragraph by paragraph; a paragraph with an odd number stays as it is."""
    paragraphs = text.split("\n")
    for number, paragraph in enumerate(paragraphs):
        inches = {match.start() for match in INCH.finditer(paragraph)}
        marks = [match.start() for match in DOUBLE.finditer(paragraph)]
        if len(marks) % 2:
            marks = [at for at in marks if at not in inches]
        if len(marks) % 2:
            continue
        chars = list(paragraph)
        for turn, at in enumerate(marks):
            chars[at] = "”" if turn % 2 else "“"
        paragraphs[number] = "".join(chars)
    return "\n".join(paragraphs)
