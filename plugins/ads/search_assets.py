"""What stands around search ads: callouts, sitelinks and keywords, in the brief's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Finding, Json
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_forms import short_names
from aigc_plugins.ads.fact_lines import FINAL, has_words, offered, worded
from aigc_plugins.ads.fact_shape import opening
from aigc_plugins.ads.faithful import plain_line
from aigc_plugins.ads.gaps import is_scrap
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.sure_forms import is_bare_thing, other_lines, shorter_whole
from aigc_plugins.ads.word_lists import TAIL

CALLOUT, LINK_TEXT, LINK_LINE = 25, 25, 35  # wide
MOST_NAMES = 3  # shorter names of a product that are keywords
ENOUGH_CALLOUTS = 3  # an ad shows two at least
MOST_CALLOUTS, MOST_WORDS, MOST_LETTERS = 20, 10, 80  # of a keyword: support.google.com/google-ads/answer/2756257
PAGE = re.compile(r"^(?P<title>.+?)\s*(?:=>|=|\|)\s*(?P<url>https?://\S+)(?:\s*\|\s*(?P<lines>.+))?$")
UNSEARCHED = re.compile(r"[^\w\s&.+'’-]|_|(?<!\w)['’]|['’](?!\w)|(?<!\w)-|(?<!\d)\.(?!\w)")  # what no keyword has
ARTICLE = re.compile(r"\b(?:an?|the)\s", re.IGNORECASE)
SMALL = frozenset(["and", "of", "the", "for", "in"])
LEADING = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)


def ad_callouts(facts: Sequence[str], *, offer: str | None = None) -> list[str]:
    """Return callouts of at most 25, one from each fact that can be said so short, and the offer."""
    texts = [_callout(fact) for fact in facts if not warns(fact)]
    texts = [text for text in texts if not is_scrap(text, facts)]
    deal = capital(offered(offer) or "")
    texts += [deal] if measure(deal, "width") <= CALLOUT else []
    distinct = {text.casefold(): text for text in reversed(texts) if text}
    return list(reversed(distinct.values()))[:MOST_CALLOUTS]


def _callout(fact: str) -> str:
    """Return a fact as a callout: whole, in fewer words, or a part of it that is as sure; nothing where none fits, or
    a fact with a verb would lose an article: "fitter comes to stable"."""
    acts = opening(fact) != "noun"
    lines = (plain_line(fact, CALLOUT, 0.4), *shorter_whole(fact), *other_lines(fact))
    for line in map(capital, filter(None, lines)):
        lost = acts and not LEADING.sub("", fact).lower().startswith(line.lower()) and _articles(line) < _articles(fact)
        if measure(line, "width") <= CALLOUT and not lost and not is_bare_thing(line, fact):
            return line
    return ""


def _articles(text: str) -> int:
    return len(ARTICLE.findall(LEADING.sub("", text)))


def ad_sitelinks(pages: Sequence[str]) -> list[dict[str, Json]]:
    """Return a sitelink for each page: `Title = https://address`, or with lines under it `Title = address | One; Two`.

    What is too long for a line is left out, not cut: half a sentence says something else.
    """
    return [link for page in pages if (link := _sitelink(page))]


def _sitelink(page: str) -> dict[str, Json]:
    found = PAGE.match(page.strip())
    if not found:
        return {}
    given = [one.strip(FINAL) for one in (found["lines"] or "").split("/") if one.strip(FINAL)]
    lines = [line for one in given if (line := capital(one)) and measure(line, "width") <= LINK_LINE][:2]
    lines = lines if len(lines) == 2 else []  # Google takes both or none
    return {
        "text": capital(found["title"].strip(FINAL)),
        "description1": lines[0] if lines else "",
        "description2": lines[1] if lines else "",
        "url": found["url"],
    }


def ad_keywords(
    product: str,
    *,
    keywords: Sequence[str] = (),
    brand: str | None = None,
    category: str | None = None,
    negatives: Sequence[str] = (),
) -> list[dict[str, Json]]:
    """Return keywords with their match types: those given and the product as phrases and exactly, the product with its
    brand exactly; negative ones as phrases."""
    name = product.strip(FINAL).lower()
    shorter = [one.lower() for one in short_names(product) if " " in one and not UNSEARCHED.search(one)]
    names = [name, TAIL.sub("", name), *shorter[:MOST_NAMES]]
    phrases = dict.fromkeys(filter(_is_searched, map(_plain, [*keywords, *names])))
    owned = _plain(_owned(str(brand), name)) if worded(brand) and str(brand).lower() not in name else ""
    exact = dict.fromkeys([*phrases, *filter(_is_searched, [owned])])
    found = [*((one, "Phrase") for one in phrases), *((one, "Exact") for one in exact)]
    found += [(one, "Negative Phrase") for one in dict.fromkeys(map(_plain, negatives)) if _is_searched(one)]
    return [{"keyword": text, "match": match} for text, match in found]


def _owned(brand: str, name: str) -> str:
    """Return brand and name, without what the brand says already: "greenlight driving lessons"."""
    owner, words = brand.lower().split(), name.split()
    for length in range(min(len(owner), len(words)), 0, -1):
        if owner[-length:] == words[:length]:
            return " ".join([*owner, *words[length:]])
    return "" if {*owner} & {*words} - SMALL else " ".join([*owner, *words])


def _plain(text: str) -> str:
    return " ".join(UNSEARCHED.sub(" ", str(text)).lower().split())


def _is_searched(text: str) -> bool:
    return has_words(text) and len(text) <= MOST_LETTERS and len(text.split()) <= MOST_WORDS


@check(severity="warn")
def has_callouts(draft: Draft) -> Iterator[Finding]:
    """Search assets have three callouts, or one from each fact; else the facts are too long to be some."""
    facts = [fact for fact in draft.brief.values.get("benefits") or [] if not warns(str(fact))]
    many = len(draft.fields.get("callouts") or [])
    if many < min(ENOUGH_CALLOUTS, len(facts)):
        told = f"has {many} callouts from {len(facts)} facts: more of these would have to fit in {CALLOUT}"
        yield Finding(message=told, field="callouts")


@check
def pages_are_links(draft: Draft) -> Iterator[Finding]:
    """Each of a brief's `pages` is a title with an address, short enough for a sitelink, and no title stands twice."""
    titles: set[str] = set()
    for page in draft.brief.values.get("pages") or []:
        found = PAGE.match(str(page).strip())
        if not found:
            yield Finding(message=f"the page {page!r} is no `Title = https://address`", field="sitelinks")
            continue
        title = found["title"].strip(FINAL)
        if (wide := measure(title, "width")) > LINK_TEXT:
            yield Finding(message=f"{title!r} has width {wide}, a sitelink at most {LINK_TEXT}", field="sitelinks")
        if title.casefold() in titles:
            yield Finding(message=f"two sitelinks are called {title!r}", field="sitelinks")
        titles.add(title.casefold())
