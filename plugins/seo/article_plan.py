"""The plan of an article from a cluster of searches: titles to choose from, headings, words, and what is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL
from aigc_plugins.rules.content_words import HAN, WORD, content, plain_words, stem, telling
from aigc_plugins.rules.repetition import near_duplicates
from aigc_plugins.seo.intent import PRECEDENCE, intent_words, search_intent
from aigc_plugins.seo.title_words import capitalised
from aigc_plugins.seo.titles import TITLE_PIXELS, meta_title

MOST_TITLES, MOST_HEADINGS, MOST_BELOW, MOST_WORDS = 5, 6, 4, 15
SECTIONS = (2, 6)  # what articles/blog takes
# What a Chinese search asks with, which is no word to use.
ASKING = re.compile(
    "怎么样|怎么|怎样|如何|为什么|是什么|什么|哪个好|哪家好|哪些|哪种|哪个|哪里|多少钱|多少|多久|多大|几个|是否|能不能|可以|需要|推荐|价格|排行|吗|呢|好吗|好不好|[的了在和与]"
)
PRICE = re.compile(r"[$€£¥￥]\s?\d|\d\s?(?:[$€£¥￥元]|(?:usd|eur|gbp|dollars?|euros?|pounds?)\b)", re.IGNORECASE)


def plan_titles(
    topic: str, keyword: str, questions: Sequence[str], audience: str | None = None, language: str = "en"
) -> list[str]:
    """Return up to five titles of at most 580 pixels: the topic, the keyword, for whom, and what is asked."""
    lead, chinese = capitalised(keyword), language == "zh"
    options = [meta_title(topic, keyword, language), lead]
    if audience and " for " not in keyword:
        options.append(f"{keyword}：写给{audience}" if chinese else f"{lead} for {capitalised(audience)}")
    options += [capitalised(_line(question)) for question in questions]
    fitting = [one for one in options if one and measure(one, "pixels") <= TITLE_PIXELS]
    return list({one.casefold().strip(FINAL): one for one in reversed(fitting)}.values())[::-1][:MOST_TITLES]


def plan_outline(
    keyword: str,
    seeds: Sequence[str],
    questions: Sequence[str],
    facts: Sequence[str] = (),
) -> list[dict[str, list[str] | str]]:
    """Return up to six headings `{heading, below, facts}`: questions, then searches that say more than the keyword,
    those that ask before those that compare; one that shares a word with another beside the keyword's stands below it.

    A search only to buy it, or that only says "best", is no heading unless there is none else. A fact stands with the
    heading that it shares most words with, or with none.
    """
    known = telling(keyword)
    telling_seeds = [seed for seed in seeds if content(seed) - content(keyword) - _markers() and _is_read(seed)]
    asked = [content(question) for question in questions]
    wanted = (*questions, *(seed for seed in telling_seeds if not any(content(seed) <= one for one in asked))) or seeds
    searches = _apart([text for text in map(_line, wanted) if not _same(text, keyword)], 0.9)
    searches.sort(key=lambda text: PRECEDENCE[::-1].index(search_intent(text)))
    groups: list[tuple[str, list[str], set[str]]] = []
    for text in searches:
        words = telling(text) - known
        near = max(groups, key=lambda group: len(group[2] & words), default=None)
        if near and near[2] & words and len(near[1]) < MOST_BELOW:
            near[1].append(text)
            near[2].update(words)
        elif len(groups) < MOST_HEADINGS:
            groups.append((text, [], set(words)))
    told = _shared_out(facts, [" ".join((head, *below)) for head, below, _ in groups], keyword)
    return [
        {"heading": capital(head), "below": [capital(one) for one in below], "facts": mine}
        for (head, below, _), mine in zip(groups, told, strict=True)
    ]


def outline_text(outline: Sequence[dict[str, list[str] | str]]) -> str:
    """Return an outline in Markdown: a heading of two signs, its facts as a list, those below it of three."""
    lines: list[str] = []
    for one in outline:
        lines += [f"## {one['heading']}", *(f"- {fact}" for fact in one["facts"])]
        lines += [f"### {below}" for below in one["below"]]
    return "\n".join(lines)


def plan_sections(outline: Sequence[dict[str, list[str] | str]], facts: Sequence[str]) -> int:
    """Return how many sections an article of this outline has: two facts or more to each, as far as there are any."""
    least, most = SECTIONS
    fitting = min(len(outline), len(facts) // 2 or len(outline))
    return max(least, min(most, fitting))


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
            plain = word in small or word in _markers()
            if not plain and stem(word) not in known and (len(word) > 2 or HAN.search(word)):
                shown.setdefault(stem(word), word)
                counted[stem(word)] += 1
    return [shown[form] for form, _ in counted.most_common(MOST_WORDS)]


def not_covered(headings: Sequence[str], keyword: str, texts: Sequence[str]) -> list[str]:
    """Return the headings of others whose words, the keyword's apart, no text of the brief has."""
    known, title = telling(" ".join(texts)), telling(keyword)
    return _apart([_line(one) for one in headings if (words := telling(one) - title) and not words & known], 0.9)


def plan_schema(intent: str, facts: Sequence[str]) -> str:
    """Return the type of schema.org that fits: BlogPosting; for a search to buy Product where the facts have a price,
    else WebPage, as for one that looks for a site. FAQPage and HowTo show nothing in results any more."""
    if intent == "transactional" and any(PRICE.search(fact) for fact in facts):
        return "Product"
    return "BlogPosting" if intent in ("informational", "commercial") else "WebPage"


@check(severity="note")
def headings_have_facts(draft: Draft, *, field: str, facts: str = "facts") -> Iterator[Finding]:
    """Under every heading of an outline stands a fact of the brief; one without is named: it is to be found out."""
    outline = str(draft.fields.get(field) or "")
    given = set(texts_in(draft.brief.values.get(facts)))
    for part in re.split(r"^## ", outline, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")
        if not any(line.removeprefix("- ") in given for line in lines[1:]):
            yield Finding(message=f"no fact of the brief goes with {lines[0]!r}", field=field)


@cache
def _markers() -> frozenset[str]:
    """Return the words that say what a searcher wants, and not of what: best, buy, 推荐."""
    listed = [word.strip("^") for name, words in intent_words().items() if name != "informational" for word in words]
    return frozenset(listed) | frozenset(part for word in listed for part in telling(word))


def _is_read(search: str) -> bool:
    """Tell whether somebody who searches so wants to read."""
    return search_intent(search) in ("informational", "commercial")


def _shared_out(facts: Sequence[str], groups: Sequence[str], keyword: str) -> list[list[str]]:
    """Return the facts of each group of searches: a word that few facts have tells most, an everyday one half."""
    told: list[list[str]] = [[] for _ in groups]
    words = [content(group) - content(keyword) for group in groups]
    counted = Counter(word for fact in facts for word in content(fact))
    for fact in facts:
        mine, known = content(fact), telling(fact)
        scores = [sum((1 if word in known else 0.5) / counted[word] for word in sorted(mine & one)) for one in words]
        if any(scores):
            told[scores.index(max(scores))].append(fact)
    return told


def _chinese_words(text: str, keyword: str) -> list[str]:
    """Return what is left of a Chinese search without the keyword and what it asks with, and its Latin words."""
    rest = ASKING.sub(" ", text.replace(keyword, " "))
    return [run for run in re.findall(r"[\u3400-\u9fff]{2,6}|[A-Za-z]{3,}", rest) if run not in keyword]


def _apart(texts: Sequence[str], likeness: float) -> list[str]:
    kept: list[str] = []
    for text in texts:
        if not any(near_duplicates(text, other, likeness) for other in kept):
            kept.append(text)
    return kept


def _same(one: str, other: str) -> bool:
    return one.casefold().strip(FINAL) == other.casefold().strip(FINAL)


def _line(text: str) -> str:
    return " ".join(text.split()).strip(" .。,，;；")
