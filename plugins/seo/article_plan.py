"""The plan of an article from a cluster of searches: titles to choose from, pages to link to, what others have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc.content import measure
from aigc_plugins.ads.fact_lines import FINAL
from aigc_plugins.rules.content_words import HAN, content, stem, telling
from aigc_plugins.rules.topic import has_words
from aigc_plugins.seo.answers import asked_for, told_by
from aigc_plugins.seo.intent import search_intent
from aigc_plugins.seo.outlines import OURS, QUESTION, REST, ArticleOutline, apart, headed, plain_line
from aigc_plugins.seo.site_links import MOST_LINKS, PARTS, nearest_pages, site_pages
from aigc_plugins.seo.title_nouns import LEAST_TOLD, MOST_TOLD, told_in_titles
from aigc_plugins.seo.title_words import capitalised
from aigc_plugins.seo.titles import TITLE_PIXELS, meta_title

MOST_TITLES, LEAST_ASKED = 5, 3
LONG_AUDIENCE = re.compile(r"\b(?:with|who|that|whose|they|like|of)\b|(?:\S+\s+){3}|[\u3400-\u9fff]{7}", re.IGNORECASE)
READ = ("informational", "commercial")  # what somebody wants who reads a guide
GUIDING = re.compile(
    r"\b(?:guides?|tips|tutorial|checklist|template|ideas|examples)\b|指南|攻略|大全|教程|方法|技巧|清单", re.IGNORECASE
)
# What a page's title has of its own.
_OWN = "guide map list page timetable times test shop overview tips faq price prices size sizes care"
OWN = frozenset(map(stem, _OWN.split()))
OWN_HAN = re.compile("地图|指南|大全|介绍|价目表?|价格|怎么选|选购|教程|攻略|方法")
OTHERS = 1  # words of a page to book or buy that the brief need not have: "Book a fitting"
PRICE = re.compile(r"[$€£¥￥]\s?\d|\d\s?(?:[$€£¥￥元]|(?:usd|eur|gbp|dollars?|euros?|pounds?)\b)", re.IGNORECASE)

# Pages where somebody gets what a search wants: that book or sell, that tell the price, that tell where it is.
GETTING = re.compile(
    r"\b(?:book(?:ing)?s?(?! (?:on|about|of|for|list|shelf|review))|reserv\w+|order(?:ing)?s?|shop|store|buy|enquir\w+|"
    r"inquir\w+|appointments?|sign up|enrol\w*|register|tickets|hire|rent(?:al)?)\b"
    r"|^订|预约|预订|预定|订购|下单|报名|购买|商城|购票",
    re.IGNORECASE,
)
PRICING = re.compile(
    r"\b(?:prices?|pricing|price list|rates|fees|tariffs?|quotes?|costs?)\b|价目|价格|收费|报价|费用", re.IGNORECASE
)
REACHING = re.compile(
    r"\b(?:contact|areas? (?:we|covered)|(?:find|visit) us|where we are|location|directions)\b"
    r"|\b(?:how to get|getting) here\b|\bopening (?:hours|times)\b"
    r"|联系|门店|地址|到店|怎么走|交通|营业时间|服务区域|服务范围",
    re.IGNORECASE,
)


def plan_titles(
    topic: str, keyword: str, outline: ArticleOutline, audience: str | None = None, language: str = "en"
) -> list[str]:
    """Return up to five titles of at most 580 pixels that have the keyword: the topic, what most of the outline tells,
    a guide to it. None asks one of the questions, unless the keyword does.

    The keyword alone is a title only where there is no other.
    """
    lead, chinese = capitalised(keyword), language == "zh"
    every = [one for section in outline.sections for one in section.every]
    named = [one for one in every if one.heading != REST[language]]
    told = told_in_titles(every, keyword, language)
    options = [meta_title(topic, keyword, language)]
    if len(told) >= LEAST_TOLD and 2 * len(told) >= min(len(named), 2 * MOST_TOLD):
        options.append(f"{keyword}：{'、'.join(told)}" if chinese else f"{lead}: {_listed(told)}")
    if guided := not (QUESTION.search(keyword) or GUIDING.search(keyword)) and search_intent(keyword) in READ:
        options.append(f"{keyword}指南" if chinese else f"{lead}: A Guide")
    if audience and not LONG_AUDIENCE.search(audience) and (chinese or guided):
        options.append(f"{keyword}：写给{audience}" if chinese else f"{lead}: A Guide for {capitalised(audience)}")
    many = sum(bool(QUESTION.search(one.search)) for one in named)
    if many >= LEAST_ASKED and many == len(every):
        options.append(f"{keyword}：{many}个常见问题" if chinese else f"{lead}: {many} Questions Answered")
    alone = capitalised(headed(keyword, language))
    more = [one for one in options if one.casefold() != keyword.casefold() and _has(one, keyword)]
    fitting = [one for one in more or [alone] if measure(one.title(), "pixels") <= TITLE_PIXELS] or [
        meta_title(keyword, keyword, language)
    ]
    return list({one.casefold().strip(FINAL): one for one in reversed(fitting)}.values())[::-1][:MOST_TITLES]


def not_covered(headings: Sequence[str], keyword: str, texts: Sequence[str]) -> list[str]:
    """Return the headings of others whose words, the keyword's apart, no text of the brief has."""
    known, title = telling(" ".join(texts)), telling(keyword)
    return apart([plain_line(one) for one in headings if (words := telling(one) - title) and not words & known], 0.9)


def plan_links(
    keyword: str, searches: Sequence[str], facts: Sequence[str], pages: Sequence[str], brands: Sequence[str] = ()
) -> list[str]:
    """Return up to five of the pages to link to: those of which the searches and facts speak, and those where one gets
    what they want.

    A page to book, buy or ask leads where the keyword is a search to buy; else one stands last, where what is told is
    ours or has a price. The page of prices goes with a price, the one that tells where with a place.
    """
    every = (keyword, *searches)
    near = [one for one in nearest_pages([*every, *facts], pages, len(pages)) if _fits(one, keyword, (*every, *facts))]
    asked = {kind for one in every for kind in asked_for(one)} | {kind for one in facts for kind in told_by(one)}
    buying = [one for one in every if search_intent(one, brands) == "transactional"]
    wanted = bool(buying) or "price" in asked or any(OURS.search(fact) for fact in facts)
    known = [f"{page.title} = {page.url}" for page in site_pages(pages)]
    getting = [one for one in known if wanted and _gets(one, GETTING, (*every, *facts))]
    getting.sort(key=lambda one: near.index(one) if one in near else len(near))
    priced = [one for one in known if "price" in asked and one not in getting and _gets(one, PRICING, (*every, *facts))]
    reaching = [one for one in known if one not in getting and _gets(one, REACHING, (*every, *facts))]
    ways = getting[:1] + priced[:1]
    ways += reaching[:1] if "where" in asked or (wanted and not ways) else []
    if keyword in buying:
        return list(dict.fromkeys((*ways, *getting[1:2], *near)))[:MOST_LINKS]
    return [one for one in near if one not in ways][: MOST_LINKS - len(ways)] + ways


def plan_schema(intent: str, facts: Sequence[str]) -> str:
    """Return the type of schema.org that fits: BlogPosting; for a search to buy Product where the facts have a price,
    else WebPage, as for one that looks for a site. FAQPage and HowTo show nothing in results any more."""
    if intent == "transactional" and any(PRICE.search(fact) for fact in facts):
        return "Product"
    return "BlogPosting" if intent in ("informational", "commercial") else "WebPage"


def _has(title: str, keyword: str) -> bool:
    """Tell whether a title has the keyword: in Chinese as it stands, else all its words."""
    return keyword in title if HAN.search(keyword) else has_words(title, keyword)


def _listed(told: Sequence[str]) -> str:
    last = ", " if " and " in told[-1] else " and "
    return last.join(filter(None, (", ".join(told[:-1]), told[-1])))


def _fits(page: str, keyword: str, texts: Sequence[str]) -> bool:
    """Tell whether a page is about what the texts are about: they have all words of its title, or of a part of it.

    "Boat shoes" is no page for boat hire. Words such as "guide" and "map" may be the page's own.
    """
    title, every = page.partition(" = ")[0], " ".join(texts)
    if HAN.search(title):
        bare = OWN_HAN.sub("", title)
        run = _longest_run(bare, keyword)
        rest = bare.replace(run, "") if run else bare
        return (bool(run) and not rest.strip("的之与和")) or (len(rest) > (not run) and rest.strip("的") in every)
    known = content(every)
    parts = [content(part) - OWN for part in PARTS.split(title)]
    return any(part and part <= known for part in parts)


def _longest_run(title: str, keyword: str) -> str:
    """Return the two Chinese characters or more in a row that a title has of the keyword."""
    runs = (keyword[at:end] for at in range(len(keyword)) for end in range(at + 2, len(keyword) + 1))
    return max((run for run in runs if run in title), key=len, default="")


def _gets(page: str, way: re.Pattern[str], texts: Sequence[str]) -> bool:
    """Tell whether a page leads that way, to what the texts are about or to what they leave open."""
    title = page.partition(" = ")[0]
    if not way.search(title):
        return False
    rest = telling(way.sub(" ", title))
    return len(rest - telling(" ".join(texts))) <= (OTHERS if way is GETTING else 0)
