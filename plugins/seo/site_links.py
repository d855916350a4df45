"""Which pages of a site go with a text, and by which of its own words it leads to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from aigc import check
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.ads.search_assets import PAGE
from aigc_plugins.rules.content_words import HAN, sentences, stem, telling
from aigc_plugins.rules.rarity import rarities
from aigc_plugins.seo.title_words import SMALL

MOST_LINKS = 5
SATURATION, LENGTH = 1.2, 0.75  # k1 and b of BM25
TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['’][a-z]+)?")
LEAST_WORDS, LEAST_HAN, LONG_WORD = 2, 3, 4  # of an anchor; letters of one that is all of a title
LONG_PART = 6  # letters of one that is all of a part of a title: "Parking" of "Location and parking"
PARTS = re.compile(r"\s(?:and|or|&|[-–—])\s|[,:;/|]\s*")
PLURALS: Mapping[str, str] = MappingProxyType(
    {
        "children": "child",
        "women": "woman",
        "men": "man",
        "people": "person",
        "knives": "knife",
        "shelves": "shelf",
        "leaves": "leaf",
        "loaves": "loaf",
        "wolves": "wolf",
        "calves": "calf",
        "halves": "half",
        "scarves": "scarf",
        "teeth": "tooth",
        "feet": "foot",
        "geese": "goose",
        "mice": "mouse",
    }
)
OWNING = re.compile(r"['’]s$")
LONGEST_ANCHOR = 8  # words
NAMING = re.compile(r"[^\W\d_]{3}")  # a word of an anchor: "30 mA" leads nowhere
LOOSE_HAN = "的了和在是与及或也就都吗呢吧"  # what no anchor begins or ends with
BEHIND_TITLE = re.compile(r"\s+[|–—-]\s+[^|–—]+$")  # the site's name
HEADING = re.compile(r"^\s*(?:#{1,6}\s|<h\d)", re.IGNORECASE)
LINKED = re.compile(r"\[[^\]]*\]\([^)]*\)|<a\b.*?</a>|https?://\S+", re.IGNORECASE)


class Page(NamedTuple):
    """This is a page of a site as a brief has it, `Title = https://address`."""

    title: str
    url: str


class Anchor(NamedTuple):
    """These are words of a sentence that may lead to a page, and how much they say of it."""

    sentence: str
    start: int
    end: int
    weight: float

    @property
    def text(self) -> str:
        """Return the words."""
        return self.sentence[self.start : self.end]

    def linked(self, url: str) -> str:
        """Return the sentence with a link behind the words, in Markdown."""
        return f"{self.sentence[: self.start]}[{self.text}]({url}){self.sentence[self.end :]}"


def nearest_pages(texts: Sequence[str], pages: Sequence[str], most: int = MOST_LINKS) -> list[str]:
    """Return the pages, `Title = https://address`, that share most with some texts by BM25, the likest first."""
    known, sought = site_pages(pages), telling(" ".join(texts))
    words = [telling(_name(page)) for page in known]
    weights = rarities(words)
    usual = sum(map(len, words)) / len(words) if words else 1
    ranked = []
    for at, mine in enumerate(words):
        norm = (SATURATION + 1) / (1 + SATURATION * (1 - LENGTH + LENGTH * len(mine) / max(usual, 1)))
        score = sum(weights(word) for word in mine & sought) * norm
        ranked.append((-round(score, 9), at))
    return [f"{known[at].title} = {known[at].url}" for score, at in sorted(ranked) if score < 0][:most]


def text_links(text: str, pages: Sequence[str], url: str | None = None, most: int = MOST_LINKS) -> list[dict[str, str]]:
    """Return links `{anchor, title, url, sentence}` from a text to pages whose titles' words stand in it.

    They are those whose words tell most, in the text's order, each in a sentence of its own. The anchor stands so
    in the text, outside headings and links, and in no other link; no page is linked twice, nor one that the text
    links already, nor the page at `url` itself. The sentence has the link in Markdown.
    """
    lines = [one for line in text.split("\n") if not HEADING.match(line) for one in sentences(LINKED.sub("\n", line))]
    others = [page for page in site_pages(pages) if not _is_same(page.url, url or "") and page.url not in text]
    weights = rarities([telling(_name(page)) for page in others])
    found = [(anchor, page) for page in others for line in lines for anchor in _anchors(line, page, weights)]
    ranked = sorted(found, key=lambda one: (-round(one[0].weight, 9), -len(one[0].text)))  # the best first
    taken = _in_sentences_of_their_own(ranked)
    return [
        {"anchor": anchor.text, "title": page.title, "url": page.url, "sentence": anchor.linked(page.url)}
        for page, anchor in sorted(
            [*taken.items()][:most], key=lambda one: (lines.index(one[1].sentence), one[1].start)
        )
    ]


def _in_sentences_of_their_own(ranked: Sequence[tuple[Anchor, Page]]) -> dict[Page, Anchor]:
    """Return an anchor for as many pages as can have one in a sentence that leads nowhere else; the best first, which
    goes to its next best sentence where another page has no other."""
    taken: dict[Page, Anchor] = {}

    def placed(page: Page, tried: set[str]) -> bool:
        for anchor, its in ranked:
            if its != page or anchor.sentence in tried:
                continue
            if any(anchor.text.casefold() == other.text.casefold() for at, other in taken.items() if at != page):
                continue
            tried.add(anchor.sentence)
            holder = next((one for one, held in taken.items() if held.sentence == anchor.sentence), None)
            if holder is None or placed(holder, tried):
                taken[page] = anchor
                return True
        return False

    for page in dict.fromkeys(page for _, page in ranked):
        placed(page, set())
    return dict(sorted(taken.items(), key=lambda one: -round(one[1].weight, 9)))


def site_pages(pages: Sequence[str]) -> list[Page]:
    """Return the pages of a brief, each address once; what is no `Title = https://address` is none."""
    found = (PAGE.match(page.strip()) for page in pages)
    known: dict[str, Page] = {}
    for one in filter(None, found):
        known.setdefault(one["url"].rstrip("/"), Page(" ".join(one["title"].split()), one["url"]))
    return list(known.values())


@check
def pages_have_addresses(draft: Draft) -> Iterator[str]:
    """Each of a brief's `pages` is a `Title = https://address`."""
    for page in texts_in(draft.brief.values.get("pages")):
        if not PAGE.match(page.strip()):
            yield f"the page {page!r} is no `Title = https://address`"


@check(severity="note")
def leads_somewhere(draft: Draft, *, field: str) -> Iterator[Finding]:
    """A page leads to another one; where no title's words stand in its text, that is said."""
    if not draft.fields.get(field):
        yield Finding(message="no other page's title has its words in this text", field=field)


def _name(page: Page) -> str:
    return BEHIND_TITLE.sub("", page.title)


def _is_same(one: str, other: str) -> bool:
    return one.partition("#")[0].rstrip("/") == other.partition("#")[0].rstrip("/")


def _anchors(sentence: str, page: Page, weights: Callable[[str], float]) -> Iterator[Anchor]:
    """Yield the words in a row of a sentence that a page's title has too."""
    tokens, title = list(TOKEN.finditer(sentence)), [found.group().casefold() for found in TOKEN.finditer(_name(page))]
    runs = _shared_runs(tokens, title) if HAN.search(page.title) else _worded_runs(tokens, page)
    for first, last in runs:
        start, end = tokens[first].start(), tokens[last].end()
        if OWNING.search(sentence[start:end]) and not OWNING.search(_name(page)):
            end -= 2  # "pruning saw's"
        weight = sum(map(weights, telling(sentence[start:end]) & telling(_name(page))))
        if weight > 0 or _forms(sentence[start:end]) == _forms(_name(page)):
            yield Anchor(sentence, start, end, weight)


def _shared_runs(tokens: Sequence[re.Match[str]], title: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the longest runs of Chinese characters that stand so in a title, first and last token of each."""
    words = [token.group().casefold() for token in tokens]
    least = min(LEAST_HAN, len(title))
    for first in range(len(words)):
        last, length = first, 0
        for at in range(len(title)):
            many = 0
            while at + many < len(title) and first + many < len(words) and words[first + many] == title[at + many]:
                many += 1
            if many > length:
                last, length = first + many - 1, many
        while length and words[last] in LOOSE_HAN:
            last, length = last - 1, length - 1
        if length >= least and words[first] not in LOOSE_HAN and _in_one_piece(tokens[first : last + 1]):
            yield first, last


def _worded_runs(tokens: Sequence[re.Match[str]], page: Page) -> Iterator[tuple[int, int]]:
    """Yield the runs of words that a title has in any form, with small words between them and none at their ends."""
    titled = _forms(_name(page))
    single = {form for part in PARTS.split(_name(page)) if len(forms := _forms(part)) == 1 for form in forms}
    at = 0
    while at < len(tokens):
        last, held = at - 1, set[str]()
        for here in range(at, min(at + LONGEST_ANCHOR, len(tokens))):
            word = tokens[here].group()
            if not _in_one_piece(tokens[max(here - 1, at) : here + 1]):
                break
            if (form := _form(word)) in titled and form not in held:
                held.add(form)
                last = here
            elif word.casefold() not in SMALL or not held:
                break
        longest = LONG_WORD if titled == held else LONG_PART
        whole = len(held) == 1 and held <= single and len(tokens[at].group()) >= longest
        if (len(held) >= LEAST_WORDS and NAMING.search(" ".join(held))) or whole:
            yield at, last
        at = max(last, at) + 1


def _forms(text: str) -> set[str]:
    """Return the words of a title, small ones apart, each in one form for all that it has."""
    return {_form(word) for word in TOKEN.findall(text) if word.casefold() not in SMALL}


def _form(word: str) -> str:
    plain = word.casefold().replace("’", "'").removesuffix("'s")
    return stem(PLURALS.get(plain, plain))


def _in_one_piece(tokens: Sequence[re.Match[str]]) -> bool:
    """Tell whether no mark stands between tokens but a hyphen, or the apostrophe of several owners."""
    return all(one.string[one.end() : two.start()].strip(" -'’") == "" for one, two in pairwise(tokens))
