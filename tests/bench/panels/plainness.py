"""Whether a line only adds the name, a call or filler to its fact, by the words of `plain_words.yaml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

WORD = re.compile(r"[\u3400-\u9fff]|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")


@cache
def _plain_words() -> dict[str, list[str]]:
    listed = yaml.safe_load((Path(__file__).parent / "plain_words.yaml").read_text(encoding="utf-8"))
    return {language: sorted(words.split(), key=len, reverse=True) for language, words in listed.items()}


def says_no_more(text: str, known: str, language: str) -> bool:
    """Say whether every word of a text is known, in some form, or tells nothing."""
    filler = _plain_words()["zh" if language.startswith("zh") else "en"]
    if language.startswith("zh"):
        for word in filler:
            text = text.replace(word, "")
    words, there = (WORD.findall(one.casefold()) for one in (text, known))
    return all(word in filler or any(_same(word, other) for other in there) for word in words)


def _same(word: str, other: str) -> bool:
    alike = min(len(word), len(other)) > 3 and (word.startswith(other) or other.startswith(word))
    return word == other or (alike and word[0].isalpha())
