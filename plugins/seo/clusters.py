"""Keywords → clusters: what the model proposed and what people add to a topic of its kind, by what a searcher wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aigc_plugins.seo.intent import Intent, marks_reading, search_intent
from aigc_plugins.seo.kinds import TopicKind, asks, head, names_topic, topic_kind
from aigc_plugins.seo.phrases import normalised

Cluster = dict[str, object]

# cluster: intent, and its name in English and in Chinese
CLUSTERS: Mapping[str, tuple[Intent, str, str]] = {
    "learn": ("informational", "{topic}: learning", "{topic}：了解"),
    "compare": ("commercial", "{topic}: comparing", "{topic}：比较"),
    "fit": ("commercial", "{topic}: uses", "{topic}：用途"),
    "buy": ("transactional", "{topic}: buying", "{topic}：购买"),
    "local": ("transactional", "{topic}: nearby", "{topic}：附近"),
    "brand": ("navigational", "{brand}", "{brand}"),
}
APPLYING = {"en": "{topic}: applying", "zh": "{topic}：报名"}  # what is had in place of buying, of a job
MOST, LEAST = 8, 3
LEAST_END = 3  # letters of a noun that ends another: boards, floorboards
NOT_CHOSEN = ("subject", "doing", "outing", "at_home", "skill")  # what one reads of rather than chooses
OF_SEED = {"compare": 1, "buy": 2}  # searches of the kind that are built on each seed


def keyword_clusters(
    found: Sequence[str],
    topic: str,
    seeds: Sequence[str] | None = None,
    language: str = "en",
    brand: str | None = None,
    local: bool = False,
) -> list[Cluster]:
    """Return a topic's clusters `{name, intent, keywords}`, each of three to eight different keywords of one intent.

    The keywords are the brief's `seeds`, what a model proposed (`found`), and searches that people make about things of
    the topic's kind and of the seeds, in this order. What a cluster of uses has stands with the comparing where it has
    fewer than three; any other cluster of fewer is left out. `brand` adds a cluster of its own, and so does `local`.
    """
    kind = topic_kind(normalised(topic), language, local=local)
    known = [normalised(seed) for seed in seeds or ()]
    built_on = [seed for seed in known if names_topic(seed, kind.topic)]
    wanted = [key for key in CLUSTERS if (key != "local" or local) and (key != "brand" or brand)]
    held: dict[str, list[str]] = {key: [] for key in wanted}
    seen: set[str] = set()
    brands = [brand] if brand else []
    for keyword in (*known, *found):
        bare = keyword in known and kind.name not in NOT_CHOSEN and not (asks(keyword) or marks_reading(keyword))
        place = _place(keyword, search_intent(keyword, brands, kind.topic), held)
        _take(keyword, held["compare" if place == "learn" and (bare or _is_sort(keyword, kind)) else place], seen)
    for key in wanted:
        for search in (*_of_seeds(key, built_on, language, local), *kind.searches(key, normalised(brand or ""))):
            _take(search, held[key], seen)
    if len(held["fit"]) < LEAST:
        held["compare"] = [*held.pop("fit"), *held["compare"]]
    return list(_named(held, language, topic, brand, job=kind.name in ("job", "joining")))


def _of_seeds(key: str, seeds: Sequence[str], language: str, local: bool) -> Iterator[str]:
    """Yield the first searches of a cluster about each seed that is a name for a thing: "best wide running shoes"."""
    for seed in seeds:
        if key in OF_SEED and search_intent(seed) in ("informational", "commercial") and not _asks(seed):
            yield from TopicKind(topic_kind(seed, language, local=local).name, seed, language).searches(key)[
                : OF_SEED[key]
            ]


def _is_sort(keyword: str, kind: TopicKind) -> bool:
    """Say whether a keyword is a sort of what the topic is, to choose from, and asks nothing: "old oak boards"."""
    if kind.name in NOT_CHOSEN or keyword == kind.topic or asks(keyword) or marks_reading(keyword):
        return False
    if kind.language == "zh":
        return keyword.endswith(kind.topic[-2:])
    noun, named = head(keyword).removesuffix("s"), head(kind.topic).removesuffix("s")
    return noun == named or (len(noun) > LEAST_END and named.endswith(noun))


def _asks(seed: str) -> bool:
    """Say whether a seed is a search of its own already: "best tents", "how to pitch a tent", "tent reviews"."""
    plain = seed.partition(" for ")[0].partition(" with ")[0]
    return asks(seed) or search_intent(plain) != "informational"


def _named(
    held: Mapping[str, list[str]], language: str, topic: str, brand: str | None, *, job: bool
) -> Iterator[Cluster]:
    for key, keywords in held.items():
        intent, english, chinese = CLUSTERS[key]
        if len(keywords) >= LEAST:
            name = APPLYING["zh" if language == "zh" else "en"] if job and key == "buy" else ""
            text = (name or (chinese if language == "zh" else english)).format(topic=topic.strip(), brand=brand or "")
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
    """Add a keyword unless one of the same words was `seen`, in whatever order, singular or plural, for home
    or for home use."""
    words = keyword.split() if keyword.isascii() else [keyword]
    key = " ".join(sorted({word.removesuffix("s") for word in words if word not in ("a", "an", "the", "use")}))
    if keyword and key not in seen:
        seen.add(key)
        keywords.append(keyword)
