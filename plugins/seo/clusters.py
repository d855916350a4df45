"""Keywords → clusters: what the model proposed and what people add to any topic, grouped by what a searcher wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aigc_plugins.seo.intent import Intent, search_intent
from aigc_plugins.seo.phrases import normalised

Cluster = dict[str, object]

# name, intent, and the searches that go with any topic. {topic} is the topic, {brand} the brand.
PATTERNS: Mapping[str, Mapping[str, tuple[str, Intent, Sequence[str]]]] = {
    "en": {
        "learn": (
            "{topic}: learning",
            "informational",
            ("how to choose {topic}", "{topic} guide", "{topic} tips", "{topic} checklist"),
        ),
        "compare": (
            "{topic}: comparing",
            "commercial",
            ("best {topic}", "{topic} reviews", "{topic} comparison", "{topic} alternatives"),
        ),
        "fit": ("{topic}: uses", "commercial", ("{topic} for beginners",)),
        "buy": ("{topic}: buying", "transactional", ("buy {topic}", "{topic} price", "{topic} deals", "cheap {topic}")),
        "local": (
            "{topic}: nearby",
            "transactional",
            ("{topic} near me", "{topic} prices near me", "book {topic} near me"),
        ),
        "brand": (
            "{brand}",
            "navigational",
            ("{brand}", "{brand} official site", "{brand} login", "{brand} customer service"),
        ),
    },
    "zh": {
        "learn": (
            "{topic}：了解",
            "informational",
            ("{topic}怎么选", "{topic}入门教程", "{topic}使用技巧", "{topic}是什么"),
        ),
        "compare": ("{topic}：比较", "commercial", ("{topic}推荐", "{topic}测评", "{topic}对比", "{topic}哪个好")),
        "fit": ("{topic}：用途", "commercial", ("适合新手的{topic}", "适合家用的{topic}")),
        "buy": ("{topic}：购买", "transactional", ("{topic}价格", "{topic}多少钱", "{topic}优惠", "购买{topic}")),
        "local": ("{topic}：附近", "transactional", ("附近的{topic}", "附近{topic}价格", "{topic}附近哪里有")),
        "brand": ("{brand}", "navigational", ("{brand}", "{brand}官网", "{brand}登录", "{brand}客服")),
    },
}
MOST, LEAST = 8, 3


def keyword_clusters(
    found: Sequence[str],
    topic: str,
    seeds: Sequence[str] | None = None,
    language: str = "en",
    brand: str | None = None,
    local: bool = False,
) -> list[Cluster]:
    """Return a topic's clusters `{name, intent, keywords}`, each of three to eight different keywords of one intent.

    The keywords are the brief's `seeds`, what a model proposed (`found`), and searches that people make about anything,
    in this order. A cluster with fewer than three keywords is left out; `brand` adds a cluster of its own, and so does
    `local`.
    """
    patterns = PATTERNS.get(language, PATTERNS["en"])
    subject = normalised(topic)
    wanted = [key for key in patterns if (key != "local" or local) and (key != "brand" or brand)]
    held: dict[str, list[str]] = {key: [] for key in wanted}
    seen: set[str] = set()
    brands = [brand] if brand else []
    for keyword in (*(normalised(seed) for seed in seeds or ()), *found):
        key = _place(keyword, search_intent(keyword, brands, subject), held)
        _take(keyword, held[key], seen)
    for key, (_, intent, searches) in ((key, patterns[key]) for key in wanted):
        for search in searches:
            keyword = search.format(topic=subject, brand=normalised(brand or ""))
            if search_intent(keyword, brands, subject) == intent or key in ("local", "brand"):
                _take(keyword, held[key], seen)
    return list(_named(held, patterns, topic, brand))


def _named(
    held: Mapping[str, list[str]],
    patterns: Mapping[str, tuple[str, Intent, Sequence[str]]],
    topic: str,
    brand: str | None,
) -> Iterator[Cluster]:
    for key, keywords in held.items():
        name, intent, _ = patterns[key]
        if len(keywords) >= LEAST:
            text = name.format(topic=topic.strip(), brand=brand or "")
            yield {"name": text[:1].upper() + text[1:], "intent": intent, "keywords": keywords[:MOST]}


def _place(keyword: str, intent: Intent, held: Mapping[str, list[str]]) -> str:
    if intent == "navigational" and "brand" in held:
        return "brand"
    if intent == "transactional":
        return "local" if "local" in held and ("near" in keyword or "附近" in keyword) else "buy"
    if intent == "commercial":
        marked = search_intent(keyword.partition(" for ")[0]) == "commercial"
        return "compare" if marked else "fit"
    return "learn"


def _take(keyword: str, keywords: list[str], seen: set[str]) -> None:
    """Add a keyword unless one of the same words was `seen`, in whatever order, singular or plural."""
    words = keyword.split() if keyword.isascii() else [keyword]
    key = " ".join(sorted({word.removesuffix("s") for word in words if word not in ("a", "an", "the")}))
    if keyword and key not in seen:
        seen.add(key)
        keywords.append(keyword)
