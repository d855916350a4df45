"""What cells of exports hold: descriptions in HTML, options of variants, paths of categories, addresses."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import takewhile
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
HEADINGS = frozenset(
    """features|key features|details|product details|description|product description|specifications|specs|overview
    material|materials|size & fit|care|care instructions|dimensions|benefits|what's included|in the box|shipping|returns
    eigenschaften|merkmale|vorteile|produktdetails|beschreibung|produktbeschreibung|technische daten|pflegehinweise
    lieferumfang|caractéristiques|détails|entretien|características|descripción|detalles|caratteristiche|descrizione
    特点|产品特点|商品详情|规格|规格参数""".replace("\n    ", "|").split("|")
)
LISTED = re.compile(r",(?=[^\s\d])")
SHORTCODE = re.compile(r"\[/?([a-z][\w-]*)(\s+[\w-]+=[^\[\]]*)?/?\]")
STEM = re.compile(r"[-_+\s]+")


def short_facts(text: Json, chars: int = 120, most: int = 12) -> list[str]:
    """Return the sentences and list items of a description that have at most so many characters, as the filter
    `short_facts(chars=120)`. Headings that only lead to what follows ("Features:", "Details") are none."""
    parts = [str(one) for one in text if one] if isinstance(text, list) else [str(text or "")]
    plain = "\n".join(TAG.sub("", BREAK.sub("\n", SILENT.sub("", html.unescape(part)))) for part in parts)
    found: dict[str, None] = {}
    for line in plain.splitlines():
        for sentence in _sentences(MARK.sub("", line)):
            fact = " ".join(sentence.split())
            if 1 < len(fact) <= chars and not fact.endswith((":", "：")) and fact.casefold() not in HEADINGS:
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


def parted(texts: Sequence[Json]) -> list[str]:
    """Return the items of texts that commas without a space part, as a feed's highlights are: the filter `parted`."""
    return [part for text in texts for part in LISTED.split(str(text))]


def without_shortcodes(texts: Sequence[Json]) -> list[str]:
    """Return texts without WordPress's shortcodes, `[vc_row]…[/vc_row]` and `[gallery ids="1"]`: the filter of this
    name. What else stands between brackets is the shop's own."""
    return [_without_shortcodes(str(text)) for text in texts]


def _without_shortcodes(text: str) -> str:
    closed = {found[1] for found in re.finditer(r"\[/([\w-]+)\]", text)}
    return SHORTCODE.sub(lambda found: "\n" if found[2] or found[1] in closed else found[0], text)


def option_fact(name: Json, values: Sequence[Json], chars: int = 120, *, several: bool = False) -> str | None:
    """Return what a product can be had in, "Size: S, M, L", as the function `option_fact(cell(…), cells(…))`; None
    where it has no such option, or only one with `several`, or more values than there is room for."""
    shown = list(dict.fromkeys(str(one).strip() for one in values))
    if not name or len(shown) < 1 + several or str(name).strip().casefold() in NO_OPTION:
        return None
    fact = f"{str(name).strip()}: {', '.join(shown)}"
    return fact if len(fact) <= chars else None


def title_shared(titles: Sequence[Json]) -> str | None:
    """Return what the titles of variants begin with, else end with, "Enamel Mug" of "Enamel Mug - Blue" and "Enamel Mug
    (Red)", as the filter `title_shared`; the first where they have no word in common, None where there is none."""
    if not titles:
        return None
    words = [str(one).split() for one in titles]
    ends = [some[::-1] for some in words]
    start, end = (" ".join(_alike(some)) for some in (words, ends))
    start, end = start.rstrip("-–—,;:|/([ "), " ".join(end.split()[::-1]).lstrip("-–—,;:|/)] ")
    return start or end or str(titles[0]).strip()


def _alike(texts: Sequence[Sequence[str]]) -> list[str]:
    """Return the words that all texts begin with."""
    alike = takewhile(lambda some: len({word.casefold() for word in some}) == 1, zip(*texts, strict=False))
    return [some[0] for some in alike]


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
