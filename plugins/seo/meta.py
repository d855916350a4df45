"""A page's description: that it says something of its own, once, and a plain one for when a model has none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from aigc import check
from aigc.content import measure, trim
from aigc.types import Draft, Field, Finding, texts_in
from aigc_plugins.rules.content_words import content, sentences
from aigc_plugins.seo.title_words import HAN, SMALL, TWICE, WORD, stem

DESCRIPTION_CHARS = 155
CLAUSE = re.compile(r"[,;:，；：。]")
LEAST_ALIKE, ALIKE = 3, 0.75  # content words of a clause, and the share of them that make two clauses one
LEAST_WORDS, LEAST_HAN = 4, 5  # of a sentence; what has fewer is a heading


@check
def meta_adds_something(draft: Draft) -> Iterator[Finding]:
    """A meta description says more than its title: it does not repeat it, and half of its words are others.

    A title that is the keyword or the topic itself may stand in it, with as much beside the topic.
    """
    title_text, text = (str(draft.fields.get(name, "")).casefold() for name in ("title", "description"))
    keyword, topic = (str(draft.brief.values.get(name) or "").casefold().strip(" .。") for name in ("keyword", "topic"))
    if title_text and title_text in text and title_text not in (keyword, topic):
        yield Finding(message="repeats the title", field="description")
        return
    rest = text.replace(topic, " ", 1) if title_text and title_text == topic else text
    title, words = set(WORD.findall(title_text)), WORD.findall(rest)
    if text and (not words or sum(word in title for word in words) * 2 > len(words)):
        yield Finding(message="says hardly more than the title", field="description")


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
def says_it_once(text: str, field: Field) -> Iterator[str]:
    """A short text uses no three words in a row twice, and no content word more than once per twelve words.

    No clause of a sentence says again what another says, and no four Chinese characters in a row stand in it twice,
    unless the brief has it so.
    """
    given = [sentence for value in texts_in(field.draft.brief.values) for sentence in sentences(value)]
    own = {message for sentence in given for message in _said_again(sentence)}
    for sentence in sentences(text):
        yield from (message for message in _said_again(sentence) if message not in own)
    if HAN.search(text):
        return
    words = WORD.findall(text.casefold().replace("’", "'"))
    runs = Counter(tuple(words[at : at + 3]) for at in range(len(words) - 2))
    twice = next((run for run, times in runs.items() if times > 1), None)
    if twice:
        yield f"says {' '.join(twice)!r} twice"
    stems = Counter(stem(word) for word in words if word not in SMALL)
    often = next((stem for stem, times in stems.items() if times > 1 + len(words) // 12), None)
    if often and not twice:
        yield f"uses {often!r} {stems[often]} times in {len(words)} words"


def _said_again(sentence: str) -> Iterator[str]:
    """Yield what a sentence says twice."""
    run = TWICE.search(sentence)
    clauses = [(clause.strip(), content(clause)) for clause in CLAUSE.split(sentence)]
    told = [clause for clause in clauses if len(clause[1]) >= LEAST_ALIKE]
    twin = next(
        (
            one
            for (one, words), (_, others) in combinations(told, 2)
            if len(words & others) >= ALIKE * min(len(words), len(others))
        ),
        "",
    )
    if run:
        yield f"says {run[1]!r} twice in a sentence"
    elif twin:
        yield f"says {twin!r} twice in a sentence"


def meta_description(topic: str, keyword: str, language: str = "en", facts: Sequence[str] | None = None) -> str:
    """Return a plain description: what the page is about, and what it says, as far as that fits.

    Facts that are sentences follow one another; headings, which are none, are listed.
    """
    topic = topic.strip().rstrip(".。")
    chinese = language == "zh"
    if chinese:
        apart = keyword not in topic and not TWICE.search(f"{keyword}：{topic}")
        first = f"本页介绍{keyword}：{topic}" if apart else f"本页介绍{topic}"
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
