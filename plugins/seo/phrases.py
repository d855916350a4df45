"""Phrases people begin a search with, and what keeps a model to finishing them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aigc import check, postprocessor
from aigc.content import ends_dangling
from aigc.types import Field

# (angle, how the search begins); an angle with several beginnings gives several keywords.
BEGINNINGS: Mapping[str, Sequence[tuple[str, str]]] = {
    "en": (
        ("learn", "how to choose {topic} for"),
        ("learn", "how to use {topic} for"),
        ("learn", "what to look for in {topic} for"),
        ("compare", "best {topic} for"),
        ("compare", "best {topic} for"),
        ("compare", "best {topic} for"),
        ("fit", "{topic} for"),
        ("fit", "{topic} for"),
        ("fit", "{topic} for"),
    ),
    "zh": (
        ("learn", "{topic}怎么"),
        ("learn", "如何选择{topic}"),
        ("learn", "{topic}为什么"),
        ("compare", "{topic}哪个好"),
        ("compare", "{topic}推荐"),
        ("compare", "{topic}和"),
        ("fit", "适合"),
        ("fit", "{topic}适合"),
    ),
}
MOST_NEW_WORDS = 4
HAN = re.compile(r"[\u3400-\u9fff]")
_FILLER = """
    use using used it them one you your me my purpose purposes things thing general need needs sale price prices
    review reviews best top all other others different various each every free good great online
"""
FILLER = frozenset(_FILLER.split())


def search_phrases(topic: str, seeds: Sequence[str] | None = None, language: str = "en") -> list[dict[str, str]]:
    """Return the beginnings `{angle, begins}` that a model is to finish: the topic's, and one for each open seed.

    A seed is open unless it goes on already, with "for", "with" or "without".
    """
    asked = [
        {"angle": angle, "begins": begins.format(topic=normalised(topic))}
        for angle, begins in BEGINNINGS.get(language, BEGINNINGS["en"])
    ]
    after = "" if language == "zh" else " for"
    open_seeds = [normalised(seed) for seed in seeds or () if not re.search(r"\b(?:for|with|without)\b", seed)]
    return asked + [{"angle": "seed", "begins": seed + after} for seed in open_seeds]


def normalised(keyword: str) -> str:
    """Return a keyword as keyword lists write it: in small letters, without quotes, full stops or doubled spaces."""
    text = re.sub(r"[\"“”‘`*?？!！.。]+|(?<!\w)'|'(?!\w)", " ", keyword.casefold().replace("’", "'"))
    return " ".join(text.split()).strip(" ,;:，；：-–—")


@postprocessor
def finish_phrase(text: str, *, begins: str) -> str:
    """Write a finished search as keyword lists do, with its beginning `begins` in front when only the end was given."""
    keyword = normalised(re.split(r"[\n,;:.?!(|/…]| - ", text.strip())[0])
    start = normalised(begins)
    if keyword.startswith(start):
        keyword = keyword[len(start) :].strip()
    keyword = re.sub(r"^(?:your|my|our) ", "", keyword)
    return start + ("" if HAN.search(start) else " ") + keyword


@check
def finishes_phrase(text: str, field: Field, *, begins: str) -> Iterator[str]:
    """A search goes on from `begins` by one to four new words (Chinese: two to twelve characters)."""
    start = normalised(begins)
    if not text.startswith(start):
        yield f"does not begin with {start!r}"
        return
    rest = text[len(start) :].strip()
    known = set(start.split())
    words = rest.split()
    new = [word for word in words if word not in known and word not in FILLER and len(word) > 2]
    if HAN.search(start):
        if not 2 <= len(rest) <= 12:
            yield f"goes on by {len(rest)} characters, 2 to 12 are wanted"
        return
    if not new:
        yield "says nothing new"
    if len(words) > MOST_NEW_WORDS:
        yield f"goes on by {len(words)} words, at most {MOST_NEW_WORDS}"
    if any(not re.fullmatch(r"[a-z]+(?:['-][a-z]+)*", word) for word in words):
        yield "has a word that is none"
    if words and words[0] in ("the", "this", "that", "these", "those"):
        yield "names one thing, as no search does"
    if ends_dangling(text):
        yield "stops before its last word"
    if any(word in words for word in known if len(word) > 3):
        yield "says a word of its beginning again"
