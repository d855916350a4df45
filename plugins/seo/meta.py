"""A page's title and its description: that each says something of its own, and plain ones for when a model has none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.content import measure, trim
from aigc.types import Draft, Field, Finding

WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+(?:['’][a-z]+)?")
HAN = re.compile(r"[\u3400-\u9fff]")
_SMALL = """
    a an the and or but of for to in on at by with from as is are be it its this that you your we our how what
    why when who which not no so if can do
"""
SMALL = frozenset(_SMALL.split())
PLAIN = frozenset(("guide", "tips", "essential", "choose", "choosing", "start", "easy", "simple"))  # in any title
TITLE_PIXELS = 580
DESCRIPTION_CHARS = 155
LEAST_WORDS, LEAST_HAN = 4, 5  # of a sentence; what has fewer is a heading


@check
def meta_adds_something(draft: Draft) -> Iterator[Finding]:
    """A meta description says more than its title: it does not repeat it, and half of its words are others."""
    title_text, text = (str(draft.fields.get(name, "")).casefold() for name in ("title", "description"))
    title, words = set(WORD.findall(title_text)), WORD.findall(text)
    if title_text and title_text in text and title_text != str(draft.brief.values.get("keyword", "")).casefold():
        yield Finding(message="repeats the title", field="description")
    elif words and sum(word in title for word in words) * 2 > len(words):
        yield Finding(message="says hardly more than the title", field="description")


@check
def title_keeps_to_topic(text: str, field: Field, *, new_words: int = 2) -> Iterator[str]:
    """A title brings at most `new_words` content words that neither the topic nor the keyword has."""
    if HAN.search(text):
        return
    given = " ".join(str(field.draft.brief.values.get(name) or "") for name in ("topic", "keyword"))
    known = {_stem(word) for word in WORD.findall(given.casefold())}
    words = [word for word in WORD.findall(text.casefold()) if word not in SMALL and word not in PLAIN]
    strange = [word for word in words if _stem(word) not in known]
    if len(strange) > new_words:
        yield f"brings in {', '.join(map(repr, strange))}"


@check
def whole_sentences(text: str) -> Iterator[str]:
    """A description is made of sentences of four words or more, and lists no more than two things as "how to"."""
    if HAN.search(text):
        return
    short = next((part for part in re.split(r"(?<=[.!?])\s+", text) if len(part.split()) < LEAST_WORDS), "")
    if short:
        yield f"{short!r} is no sentence"
    if len(re.findall(r"\bhow to\b", text.casefold())) > 2:
        yield "says 'how to' more than twice"


@check
def says_it_once(text: str) -> Iterator[str]:
    """A short text uses no three words in a row twice, and no content word more than once per twelve words."""
    if HAN.search(text):
        return
    words = WORD.findall(text.casefold().replace("’", "'"))
    runs = Counter(tuple(words[at : at + 3]) for at in range(len(words) - 2))
    twice = next((run for run, times in runs.items() if times > 1), None)
    if twice:
        yield f"says {' '.join(twice)!r} twice"
    stems = Counter(_stem(word) for word in words if word not in SMALL)
    often = next((stem for stem, times in stems.items() if times > 1 + len(words) // 12), None)
    if often and not twice:
        yield f"uses {often!r} {stems[often]} times in {len(words)} words"


def meta_title(topic: str, keyword: str, language: str = "en") -> str:
    """Return a plain title: the keyword, and the topic where the two have no word in common."""
    if language == "zh":
        return trim(topic if keyword in topic else f"{keyword}：{topic}", TITLE_PIXELS, "pixels")
    lead = keyword if HAN.search(keyword) else " ".join(_capital(word) for word in keyword.split())
    lead = lead[:1].upper() + lead[1:]
    words = set(WORD.findall(keyword.casefold()))
    if words & set(WORD.findall(topic.casefold())) - SMALL:
        return trim(lead, TITLE_PIXELS, "pixels")
    return trim(f"{lead}: {topic[:1].upper()}{topic[1:]}", TITLE_PIXELS, "pixels")


def meta_description(topic: str, keyword: str, language: str = "en", facts: Sequence[str] | None = None) -> str:
    """Return a plain description: what the page is about, and what it says, as far as that fits.

    Facts that are sentences follow one another; headings, which are none, are listed.
    """
    topic = topic.strip().rstrip(".。")
    chinese = language == "zh"
    if chinese:
        first = f"本页介绍{topic}" if keyword in topic else f"本页介绍{keyword}：{topic}"
    else:
        plain = topic[1:2].islower() or topic[1:2] == " "
        first = f"This page is about {topic[:1].lower() + topic[1:] if plain else topic}"
    end, gap = ("。", "") if chinese else (".", " ")
    told = [fact.strip().rstrip(".。") for fact in facts or ()]
    if measure(first + end, "chars") > DESCRIPTION_CHARS:
        return trim(topic, DESCRIPTION_CHARS, "chars")
    if any(map(_is_heading, told)):
        return _listed(first, told, chinese=chinese)
    told = told or ([] if chinese else ["Read on to find out more"])
    return trim(gap.join(text + end for text in (first, *told)), DESCRIPTION_CHARS, "chars", "sentence")


def _is_heading(fact: str) -> bool:
    return len(HAN.findall(fact)) < LEAST_HAN if HAN.search(fact) else len(fact.split()) < LEAST_WORDS


def _listed(first: str, told: Sequence[str], *, chinese: bool) -> str:
    """Return a first sentence that ends with a list, with as many of its things as fit."""
    text = first
    for at, thing in enumerate(told):
        lowered = thing[:1].lower() + thing[1:] if thing[1:2].islower() else thing
        longer = text + (("：" if at == 0 else "、") if chinese else (": " if at == 0 else ", ")) + lowered
        text = longer if measure(longer, "chars") < DESCRIPTION_CHARS else text
    return text + ("。" if chinese else ".")


def _stem(word: str) -> str:
    return re.sub(r"(?:'s|ing|ed|es|s|ers?(?:'s)?)$", "", word)


def _capital(word: str) -> str:
    return word if word in SMALL or not word.islower() else word[:1].upper() + word[1:]
