"""Hashtags of a brief's own words: no word of them is made up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from aigc import postprocessor
from aigc_plugins.ads.word_lists import CJK, TAIL
from aigc_plugins.rules.numerals import ENGLISH

LONGEST = 30  # characters of a tag that people still read
OF_OTHERS = re.compile(r"['’`´]")
IN_SENTENCES = re.compile(
    r"\b(?:an?|the|of|on|in|at|to|for|with|by|before|after|i|you|he|she|it|we|they|is|are|do|does|what|how|why|when)\b",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"(?:why|what|when|where|who|which|whether|how (?!to\b))\b|为什么|为何|怎么|怎样|如何|是否", re.IGNORECASE
)
NUMBERED = re.compile(rf"(?:\d+|{'|'.join(ENGLISH)})\s", re.IGNORECASE)
ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)


def post_hashtags(given: Iterable[str], names: Iterable[str | None], form: str, most: int) -> list[str]:
    """Return up to so many hashtags in a platform's form: those a brief gives, then of its names, each once."""
    tags: dict[str, str] = {}
    for tag in (*map(camel_case, given), *_named(names)):
        if tag and not tag.isdigit():
            tags.setdefault(tag.casefold(), form.format(tag=tag))
    return list(tags.values())[:most]


@postprocessor
def hashtag_form(text: str, *, form: str = "#{tag}") -> str:
    """Write a hashtag as its platform has it: "rain boots" is #RainBoots; with `form` "#{tag}#" 雨靴 is #雨靴#.

    A text of digits or signs alone, which no platform links, stays as it is.
    """
    tag = camel_case(text)
    return form.replace("{tag}", tag) if tag and not tag.isdigit() else text


def camel_case(text: str) -> str:
    """Return the words of a text as one tag: "rain boots" is RainBoots; Chinese stays as it is."""
    text = OF_OTHERS.sub("", unicodedata.normalize("NFC", text)).replace("&", " and ")
    words = re.findall(r"[^\W_]+", text)
    if len(words) == 1 or CJK.search(text):
        return "".join(words) if CJK.search(text) else "".join(words)[:1].upper() + "".join(words)[1:]
    return "".join(word[:1].upper() + word[1:] for word in words)


def _named(names: Iterable[str | None]) -> Iterator[str]:
    """Yield tags of names: without what follows the noun, unless only one word is left, and none that is too long.

    The first words go where it is too long, unless it is half a sentence, which then makes no tag;
    neither does a question.
    """
    for name in filter(None, names):
        if ASKS.match(name.strip()):  # no #WhyOurNightMarketMoves
            continue
        whole = ARTICLE.sub("", name.strip())
        noun = TAIL.sub("", whole)
        noun = noun if len(noun.split()) > 1 and not NUMBERED.match(noun) else whole  # no #ThreeMistakes
        words = noun.split()
        starts = 1 if IN_SENTENCES.search(noun) or NUMBERED.match(noun) else max(len(words) - 1, 1)
        tags = [camel_case(" ".join(words[start:])) for start in range(starts)]
        yield next((tag for tag in tags if len(tag) <= LONGEST), "")
