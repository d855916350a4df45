"""Phrases people begin a search with, and what keeps a model to finishing them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aigc import check, postprocessor
from aigc.content import ends_dangling
from aigc.types import Field
from aigc_plugins.seo.kinds import names_topic, topic_kind

# (angle, how the search begins); an angle with several beginnings gives several keywords.
BEGINNINGS: Mapping[str, Sequence[tuple[str, str]]] = {
    "en": (
        ("compare", "best {topic} for"),
        ("compare", "best {topic} for"),
        ("compare", "best {topic} for"),
        ("fit", "{topic} for"),
        ("fit", "{topic} for"),
        ("fit", "{topic} for"),
        ("fit", "{topic} for"),
    ),
    "zh": (
        ("learn", "{topic}怎么"),
        ("learn", "{topic}怎么"),
        ("learn", "{topic}怎么"),
    ),
}
MOST_NEW_WORDS, MOST_NEW_HAN = 4, 8
# What people say "how" of nothing that others do for them: 钢琴调音怎么操作.
ASKED_OF_THINGS = ("goods", "software")
# Whom no search names behind "for" unless the brief does: companies, countries.
NAMED = frozenset(
    [
        "google",
        "amazon",
        "ebay",
        "walmart",
        "ikea",
        "etsy",
        "alibaba",
        "facebook",
        "india",
        "usa",
        "uk",
        "china",
        "canada",
        "australia",
        "america",
        "europe",
        "london",
        "pakistan",
        "nigeria",
        "philippines",
        "singapore",
        "dubai",
    ]
)
NO_SEARCH = re.compile(
    "怎么|如何|为什么|什么|哪|吗|呢|吧|你|我|他|她|都|是|来|最|样|的$|^选[择购取]?$|^挑选$|\\s"
)  # behind a Chinese beginning
AGAIN_HAN = 2  # Chinese characters of a beginning that are said again; one may begin another word
CONNECTING = ("和",)  # of one character
HAN = re.compile(r"[\u3400-\u9fff]")
SMALL, SIZES = frozenset(("a", "an", "and", "the")), frozenset(("small", "large", "big"))
LEAST_PART = 3  # letters of a word that is more than a part of others by chance
_FILLER = """
    use using used it them one you your me my purpose purposes things thing general need needs sale price prices
    review reviews best top all other others different various each every free good great online new
    item items product products brand brands everyone everybody anyone someone people person lot lots world planet
    money amount goods stuff customer customers user users consumer consumers
"""
FILLER = frozenset(_FILLER.split())
CLAUSE = frozenset(
    [
        "to",
        "that",
        "which",
        "who",
        "their",
        "his",
        "her",
        "its",
        "they",
        "and",
        "or",
        "but",
        "is",
        "are",
        "on",
        "by",
        "from",
    ]
)


def search_phrases(topic: str, seeds: Sequence[str] | None = None, language: str = "en") -> list[dict[str, str]]:
    """Return the beginnings `{angle, begins}` that a model is to finish: the topic's, and one for each open seed.

    A topic or a seed is open unless it says already whom or what it is for; a seed that ends as something else than the
    topic does ("sewing machine repair cost") is a search of its own. Of a Chinese topic it is asked how, where it is a
    thing; of what others do for one nothing is.
    """
    subject = normalised(topic)
    asked = [
        {"angle": angle, "begins": begins.format(topic=subject)}
        for angle, begins in BEGINNINGS.get(language, BEGINNINGS["en"])
        if (topic_kind(subject, language).name in ASKED_OF_THINGS if language == "zh" else topic_kind(subject).open)
    ]
    after = "" if language == "zh" else " for"
    named = [seed for seed in map(normalised, seeds or ()) if names_topic(seed, subject)]
    open_seeds = [seed for seed in named if topic_kind(seed, language).open]
    return asked + [{"angle": "seed", "begins": seed + after} for seed in open_seeds]


def normalised(keyword: str) -> str:
    """Return a keyword as keyword lists write it: in small letters, without quotes, full stops or doubled spaces."""
    text = re.sub(r"[\"“”‘`*?？!！。]+|\.(?!\d)|(?<!\d)\.|(?<!\w)'|'(?!\w)", " ", keyword.casefold().replace("’", "'"))
    return " ".join(text.split()).strip(" ,;:，；：-–—")


@postprocessor
def finish_phrase(text: str, *, begins: str) -> str:
    """Write a finished search as keyword lists do, with its beginning `begins` in front when only the end was given.

    What is said again of its beginning goes: "for a balcony" after "rain barrel for", 怎么安装 after 雨水桶怎么.
    """
    keyword = normalised(re.split(r"[\n,;:.?!(|/…]| - ", text.strip())[0])
    start = normalised(begins)
    keyword = _without_beginning(keyword.removeprefix(start).strip(), start)
    keyword = re.sub(r"^(?:your|my|our) ", "", keyword)
    return start + ("" if HAN.search(start) else " ") + keyword


def _without_beginning(keyword: str, start: str) -> str:
    """Return what a model wrote without the end of the beginning that it says again, in words or Chinese characters."""
    if HAN.search(start):
        ends = [start[at:] for at in range(len(start)) if len(start) - at >= AGAIN_HAN or start[at:] in CONNECTING]
        return next((keyword.removeprefix(end).strip() for end in ends if keyword.startswith(end)), keyword)
    words = start.split()
    ends = [" ".join(words[at:]) + " " for at in range(len(words))]
    return next(
        (_without_beginning(keyword.removeprefix(end), start) for end in ends if keyword.startswith(end)), keyword
    )


@check
def finishes_phrase(text: str, field: Field, *, begins: str) -> Iterator[str]:
    """A search goes on from `begins` by one to four new words (Chinese: two to eight characters, which ask nothing)."""
    if found := list(_unfinished(text, begins)):
        yield f"{text!r} {', '.join(found)}"


def _unfinished(text: str, begins: str) -> Iterator[str]:
    start = normalised(begins)
    if not text.startswith(start):
        yield f"does not begin with {start!r}"
        return
    rest = text[len(start) :].strip()
    known = {_stem(word) for word in start.split() if len(word) > 2} - {"for", "best"}
    words = rest.split()
    new = [word for word in words if _stem(word) not in known and word not in FILLER and len(word) > 2]
    if HAN.search(start):
        if not 2 <= len(rest) <= MOST_NEW_HAN:
            yield f"goes on by {len(rest)} characters, 2 to {MOST_NEW_HAN} are wanted"
        if any(rest[at : at + AGAIN_HAN] in start for at in range(len(rest) - 1)):
            yield "says a word of its beginning again"
        if found := NO_SEARCH.search(rest):
            yield f"asks or tells more ({found.group()!r}), as no search does"
        return
    if not new:
        yield "says nothing new"
    if len(words) > MOST_NEW_WORDS:
        yield f"goes on by {len(words)} words, at most {MOST_NEW_WORDS}"
    if any(not re.fullmatch(r"[a-z]+(?:['-][a-z]+)*", word) for word in words):
        yield "has a word that is none"
    if words and words[0] in ("the", "this", "that", "these", "those"):
        yield "names one thing, as no search does"
    if any(re.match(r"(?:a|non|new|multi)-", word) or word in CLAUSE for word in words):
        yield "goes on as a sentence does, not a search"
    if named := [word for word in words if word in NAMED]:
        yield f"names {named[0]!r}, which the brief does not"
    if ends_dangling(text):
        yield "stops before its last word"
    if any(_stem(word) in known for word in words):
        yield "says a word of its beginning again"


@check
def searched_for(
    text: str, *, begins: str, topic: str, given: Sequence[str] | None = None, whole: bool = True
) -> Iterator[str]:
    """What a search goes on by after `begins` is asked of things of the topic's kind (kinds.yaml: `ends` and `fit`).

    Not `whole`, it may be made of words of these and of the `given` texts, such as the brief's seeds, but names no part
    of the topic's own words: nobody looks for floorboards for floors. With an empty `topic` it may be anything.
    """
    if not topic:
        return
    chinese = bool(HAN.search(text))
    kind = topic_kind(normalised(topic), "zh" if chinese else "en")
    fitting = {search.rpartition(" for ")[2] for search in kind.searches("fit")} if not chinese else set()
    rest = text.removeprefix(normalised(begins)).strip()
    known = sorted(kind.ends | fitting)
    told = " ".join(map(normalised, given or ()))
    if chinese or whole:
        fine = rest in known or (chinese and rest in told)
    else:
        words, own = [word for word in rest.split() if word not in SMALL], {*normalised(topic).split()}
        usual = {word for one in (*known, told) for word in one.split()} | SIZES
        part = any(len(word) > LEAST_PART and _stem(word) in one for word in words for one in own)
        fine = {*words} <= usual and not part
    if not fine:
        ends = f" (they end in {', '.join(known)})" if known else ""
        yield f"{text!r} ends as no search for such things that we know of{ends}: to have it, give it as a seed"


def _stem(word: str) -> str:
    """Return a word without the ending that several have, or whom it belongs to."""
    return re.sub(r"(?:'s|s'|ies|es|s|y)$", "", word) if len(word) > 3 else word
