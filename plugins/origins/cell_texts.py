"""What cells of exports hold: descriptions in HTML, options of variants, paths of categories, addresses."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from aigc.content import trim
from aigc.types import Json

BREAK = re.compile(r"</?(?:p|div|br|li|ul|ol|tr|td|h[1-6])\b[^<>]*>|\\n|[\r\n;；]", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][^<>]*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
SILENT = re.compile(r"<(style|script)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
SENTENCE = re.compile(r"(?<=[.!?])[\"”’)]?\s+(?=[\"“‘(]?[^\W\d_a-z])|(?<=[。！？])")
SHORT = re.compile(  # how a sentence does not end; one letter behind a number is a unit
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|Sr|Jr|Fr|Hr|Nr|No|Fig|Vol|vs|approx|ca|incl|inkl|excl|bzw|ggf|evtl|Inc|Ltd|Corp)|"
    r"(?<![^\W_])(?<!\d\s)[^\W\d_](?:\.\s?[^\W\d_])*)\.\s*\Z",
    re.IGNORECASE,
)
MARK = re.compile(r"^\s*(?:[-*•·–—✓✔►▪]\s*|\d{1,2}[.)]\s+)")
NO_OPTION = ("title", "default title")  # what Shopify calls the only variant
STEM = re.compile(r"[-_+\s]+")


def short_facts(text: Json, chars: int = 120, most: int = 12) -> list[str]:
    """Return the sentences and list items of a description that have at most so many characters, as the filter
    `short_facts(chars=120)`. Headings that only lead to what follows ("Features:") are none."""
    parts = [str(one) for one in text if one] if isinstance(text, list) else [str(text or "")]
    plain = "\n".join(TAG.sub("", BREAK.sub("\n", SILENT.sub("", html.unescape(part)))) for part in parts)
    found: dict[str, None] = {}
    for line in plain.splitlines():
        for sentence in _sentences(MARK.sub("", line)):
            fact = " ".join(sentence.split())
            if 1 < len(fact) <= chars and not fact.endswith((":", "：")):
                found.setdefault(fact)
    return list(found)[:most]


def _sentences(line: str) -> list[str]:
    """Return the sentences of a line; "St. John" and "e.g. Tea" end none."""
    found: list[str] = []
    at = 0
    for cut in SENTENCE.finditer(line):
        if not SHORT.search(line[at : cut.start()]):
            found.append(line[at : cut.end()])
            at = cut.end()
    return [*found, line[at:]]


def option_fact(name: Json, values: Sequence[Json], chars: int = 120) -> str | None:
    """Return what a product can be had in, "Size: S, M, L", as the function `option_fact(cell(…), cells(…))`; None
    where it has no such option, or more values than there is room for."""
    shown = list(dict.fromkeys(str(one).strip() for one in values))
    if not name or not shown or str(name).strip().casefold() in NO_OPTION:
        return None
    fact = f"{str(name).strip()}: {', '.join(shown)}"
    return fact if len(fact) <= chars else None


def last_part(path: Json, chars: int = 40) -> str | None:
    """Return the end of a category's path, "Mugs" of "Home > Kitchen > Mugs", as the filter `last_part`; None for one
    that is a number or too long."""
    end = re.split(r"[>›»]", str(path or ""))[-1].strip()
    return end if end and not end.isdecimal() and len(end) <= chars else None


def cut(text: Json, chars: int) -> str | None:
    """Return a text cut to so many characters at a word, as the filter `cut(80)`; nothing stays None."""
    return trim(str(text), chars, "chars", "word") if text else None


def url_words(address: Json) -> str | None:
    """Return the words at the end of an address, "cold brew at home" of https://example.com/blog/cold-brew-at-home/,
    as the filter `url_words`; None where it has none."""
    path = unquote(urlsplit(str(address or "").strip()).path).rstrip("/")
    end = re.sub(r"\.(?:html?|php|aspx?)$", "", path.rpartition("/")[2])
    words = " ".join(STEM.split(end)).strip()
    return words if re.search(r"[^\W\d_]", words) else None
