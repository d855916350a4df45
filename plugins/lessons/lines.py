"""Lines that carry what they belong to: `answer: wrong; wrong; wrong` and `term: meaning`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc.extension import check, postprocessor

LEAD_IN = re.compile(
    r"^(?:(?:in [\w ]+, )?(?:an? |the )?(?:word |term )?[\"'“]?{term}[\"'”]?\s*(?::|,|-|–|—|\b(?:is|are|means|refers to)\b)\s*)",
    re.IGNORECASE,
)


@postprocessor
def answer_first(text: str, *, answer: str) -> str:
    """Write a line of wrong answers as `answer: wrong; wrong; wrong`, without the answer among the wrong ones."""
    line = text.partition("\n")[0]
    head, colon, rest = line.partition(":")
    options = re.split(r"[;,；，、]", rest if colon and len(head) <= len(answer) + 12 else line)
    kept = [option.strip(" .。") for option in options]
    wrong = [option for option in kept if option and option.casefold() != answer.casefold()]
    return f"{answer}: " + "; ".join(dict.fromkeys(wrong))


@postprocessor
def term_first(text: str, *, term: str) -> str:
    """Write a meaning as `term: meaning`: its first sentence, without "Evaporation is" before it."""
    line = text.partition("\n")[0].strip()
    pattern = LEAD_IN.pattern.replace("{term}", re.escape(term) + "(?:s|es)?")
    meaning = line
    while (shorter := re.sub(pattern, "", meaning, count=1, flags=re.IGNORECASE)) != meaning and shorter:
        meaning = shorter
    meaning = re.split(r"(?<=[a-z0-9)])\.\s|。", meaning, maxsplit=1)[0].strip(" .。")
    return f"{term}: {meaning}"


@check
def no_given_word(text: str, *, term: str) -> Iterator[str]:
    """A meaning `term: meaning` does not explain the term by itself, and is a phrase of three to twenty-five words."""
    meaning = text.partition(": ")[2].casefold()
    stem = re.escape(re.sub(r"(?:ing|ion|ed|es|s|e)$", "", term.casefold()))
    if re.search(rf"(?<![a-z]){stem}" if term.isascii() else re.escape(term), meaning):
        yield f"explains {term!r} by itself"
    words = len(meaning.split()) if term.isascii() else len(meaning) // 2
    if not 3 <= words <= 25:
        yield f"has {words} words, 3 to 25 are wanted"
