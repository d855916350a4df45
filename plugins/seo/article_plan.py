"""The plan of an article from a cluster of searches: titles to choose from, headings, words, and what is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from aigc.content import measure
from aigc_plugins.ads.fact_lines import FINAL
from aigc_plugins.rules.content_words import HAN, WORD, plain_words, stem, telling
from aigc_plugins.seo.answers import asked_for
from aigc_plugins.seo.intent import intent_words, search_intent
from aigc_plugins.seo.outlines import apart, plain_line, wanting
from aigc_plugins.seo.site_links import MOST_LINKS, nearest_pages, site_pages
from aigc_plugins.seo.title_words import capitalised
from aigc_plugins.seo.titles import TITLE_PIXELS, meta_title

MOST_TITLES, MOST_WORDS = 5, 15
# What a Chinese search asks with, which is no word to use.
ASKING = re.compile(
    "什么时候|多长时间|怎么样|怎么|怎样|如何|为什么|是什么|什么|哪个好|哪家好|哪些|哪种|哪个|哪里|多少钱|多少|多久|多大|几个|是否|能不能|可以|需要|推荐|价格|排行|吗|呢|好吗|好不好|附近|费用|[一两几](?:天|次|周|年|个)|[的了在和与要能会几]"
)
PRICE = re.compile(r"[$€£¥￥]\s?\d|\d\s?(?:[$€£¥￥元]|(?:usd|eur|gbp|dollars?|euros?|pounds?)\b)", re.IGNORECASE)

# Pages where somebody gets what a search wants: that book or sell, that tell the price, that tell where it is.
GETTING = re.compile(
    r"\b(?:book(?:ing)?s?(?! (?:on|about|of|for|list|shelf|review))|reserv\w+|order(?:ing)?s?|shop|store|buy|enquir\w+|"
    r"inquir\w+|appointments?|sign up|enrol\w*|register|tickets|hire|rent(?:al)?)\b"
    r"|预约|预订|预定|订购|下单|报名|购买|商城|购票",
    re.IGNORECASE,
)
PRICING = re.compile(
    r"\b(?:prices?|pricing|price list|rates|fees|tariffs?|quotes?|costs?)\b|价目|价格|收费|报价|费用", re.IGNORECASE
)
REACHING = re.compile(
    r"\b(?:contact|(?:find|visit) us|where we are|location|directions|(?:how to get|getting) here)\b"
    r"|\bopening (?:hours|times)\b"
    r"|联系|门店|地址|到店|怎么走|交通|营业时间",
    re.IGNORECASE,
)


def plan_titles(
    topic: str, keyword: str, questions: Sequence[str], audience: str | None = None, language: str = "en"
) -> list[str]:
    """Return up to five titles of at most 580 pixels: the topic, for whom, and what is asked, singly and together.

    The keyword alone is a title only where there is no other.
    """
    lead, chinese = capitalised(keyword), language == "zh"
    options = [meta_title(topic, keyword, language), topic if chinese else capitalised(topic)]
    if audience and " for " not in keyword:
        options.append(f"{keyword}：写给{audience}" if chinese else f"{lead} for {capitalised(audience)}")
    if len(questions) > 1:
        options.append(
            f"{keyword}：{len(questions)}个常见问题" if chinese else f"{lead}: {len(questions)} Questions Answered"
        )
    options += [capitalised(plain_line(question)) for question in questions]
    more = [one for one in options if one.casefold() != keyword.casefold()]
    fitting = [one for one in more or [lead] if one and measure(one, "pixels") <= TITLE_PIXELS] or [
        meta_title(keyword, keyword, language)
    ]
    return list({one.casefold().strip(FINAL): one for one in reversed(fitting)}.values())[::-1][:MOST_TITLES]


def words_to_use(keyword: str, texts: Sequence[str], language: str = "en") -> list[str]:
    """Return up to fifteen words beside the keyword's that stand most often in some texts, one for each form.

    Words of searchers, such as "best" and "buy", are none that an article has to use."""
    counted: Counter[str] = Counter()
    shown: dict[str, str] = {}
    known = {stem(word) for word in WORD.findall(keyword)}
    small = plain_words()
    for text in texts:
        words = _chinese_words(text, keyword) if language == "zh" else WORD.findall(text)
        for word in dict.fromkeys(word.casefold() for word in words):
            plain = word in small or word in wanting() or word in intent_words()["informational"]
            if not plain and stem(word) not in known and (len(word) > 2 or HAN.search(word)):
                shown.setdefault(stem(word), word)
                counted[stem(word)] += 1
    return [shown[form] for form, _ in counted.most_common(MOST_WORDS)]


def not_covered(headings: Sequence[str], keyword: str, texts: Sequence[str]) -> list[str]:
    """Return the headings of others whose words, the keyword's apart, no text of the brief has."""
    known, title = telling(" ".join(texts)), telling(keyword)
    return apart([plain_line(one) for one in headings if (words := telling(one) - title) and not words & known], 0.9)


def plan_links(
    keyword: str, seeds: Sequence[str], questions: Sequence[str], pages: Sequence[str], brands: Sequence[str] = ()
) -> list[str]:
    """Return up to five of the pages to link to: those near to the searches, and those where one gets what they want.

    Where the keyword is a search to buy, or to find a place, the pages to book, buy or ask lead; where only others of
    the cluster are, one of them stands last.
    """
    near = nearest_pages([keyword, *seeds, *questions], pages)
    searches = (keyword, *seeds, *questions)
    wanted = [one for one in searches if search_intent(one, brands) == "transactional" or "price" in asked_for(one)]
    sought = [one for one in searches if "where" in asked_for(one)]
    known = [f"{page.title} = {page.url}" for page in site_pages(pages)]
    getting = [one for one in known if wanted and GETTING.search(one.partition(" = ")[0])]
    getting.sort(key=lambda one: near.index(one) if one in near else len(near))
    reaching = [one for one in known if REACHING.search(one.partition(" = ")[0]) and one not in getting]
    priced = [one for one in known if PRICING.search(one.partition(" = ")[0]) and one not in getting]
    ways = getting[:1] + (priced[:1] if any("price" in asked_for(one) for one in searches) else [])
    ways += reaching[:1] if sought or (wanted and not ways) else []
    if keyword in wanted:
        return list(dict.fromkeys((*ways, *getting[1:2], *near)))[:MOST_LINKS]
    return [one for one in near if one not in ways][: MOST_LINKS - len(ways)] + ways


def plan_schema(intent: str, facts: Sequence[str]) -> str:
    """Return the type of schema.org that fits: BlogPosting; for a search to buy Product where the facts have a price,
    else WebPage, as for one that looks for a site. FAQPage and HowTo show nothing in results any more."""
    if intent == "transactional" and any(PRICE.search(fact) for fact in facts):
        return "Product"
    return "BlogPosting" if intent in ("informational", "commercial") else "WebPage"


def _chinese_words(text: str, keyword: str) -> list[str]:
    """Return what is left of a Chinese search without what it asks with and what it shares with the keyword, and its
    Latin words."""
    rest = ASKING.sub(" ", text.replace(keyword, " "))
    for length in range(len(keyword) - 1, 1, -1):
        for at in range(len(keyword) - length + 1):
            rest = rest.replace(keyword[at : at + length], " ")
    return re.findall(r"[\u3400-\u9fff]{2,6}|[A-Za-z]{3,}", rest)
