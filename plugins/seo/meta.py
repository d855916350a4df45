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
from aigc_plugins.rules.topic import has_words
from aigc_plugins.seo.title_words import HAN, JOB, SMALL, TWICE, WORD, stem

DESCRIPTION_CHARS = 155
LONG_TOPIC = 80  # characters, behind which a description says a part of it
MOST_TRIED = 6  # facts of which some are left out, where all say a word too often
PAUSED = re.compile(r"[:：?!？！]")  # a topic that has no room for a colon behind it
CLAUSE = re.compile(r"[,;:，；：。]")
LEAST_ALIKE, ALIKE = 3, 0.75  # content words of a clause, and the share of them that make two clauses one
FEW_CHARS, FEW_CHARS_HAN = 50, 20  # of a description that tells next to nothing
LEAST_CHARS, LEAST_CHARS_HAN = 90, 34  # of one that tells enough, though not all
LEAST_WORDS, LEAST_HAN = 4, 5  # of a sentence; what has fewer is a heading
ENDED = re.compile(r"[.!?。！？][\"”’)）]?$")
_FINITE = (
    r"(?:is|are|was|were|has|have|can|will|must|costs?|takes?|needs?|opens?|closes?|runs?|lasts?|comes?|starts?|begins?|"
    r"ends?|holds?|meets?|gives?|gets?|shows?|pays?|includes?)\b"
)
FINITE = re.compile(rf"\w {_FINITE}", re.IGNORECASE)
# ", the page has": another statement behind no more than a comma.
SPLICED = re.compile(
    rf", (?:(?:the|an?|this|these|our|your|its) (?:[\w'-]+ ){{1,4}}?|(?:it|they|we|you|there) ){_FINITE}"
)
# What a clause begins with, or has, that a comma and a statement may follow.
TYING = re.compile(
    r"\b(?:if|when|whenever|while|as|since|because|although|though|after|before|once|until|unless|where|wherever|what|"
    r"which|how|who|that|whether|either|not only)\b",
    re.IGNORECASE,
)
# A verb that its sentence leaves without what it is about: "the page has."
UNTOLD = re.compile(
    r"\b(?:has|have|is|are|was|were|includes?|tells?|says?|contains?|gives?|provides?|explains?|describes?)[.!?]?$",
    re.IGNORECASE,
)


@check
def meta_adds_something(draft: Draft) -> Iterator[Finding]:
    """A meta description says more than its title: it does not repeat it, and half of its words are others.

    A title that is the keyword or the topic itself may stand in it, with as much beside the topic. One that tells a
    fact of the page which its title does not tell says more.
    """
    title_text, text = (str(draft.fields.get(name, "")).casefold() for name in ("title", "description"))
    keyword, topic = (str(draft.brief.values.get(name) or "").casefold().strip(" .。") for name in ("keyword", "topic"))
    if title_text and title_text in text and title_text not in (keyword, topic):
        yield Finding(message="repeats the title", field="description")
        return
    facts = (fact.casefold().rstrip(".。 ") for fact in texts_in(draft.brief.values.get("facts")))
    if any(fact and fact in text and fact not in title_text for fact in facts):
        return
    rest = text.replace(topic, " ", 1) if title_text and title_text == topic else text
    title, words = set(WORD.findall(title_text)), WORD.findall(rest)
    if text and (not words or sum(word in title for word in words) * 2 > len(words)):
        yield Finding(message="says hardly more than the title", field="description")


@check
def whole_sentences(text: str, field: Field) -> Iterator[str]:
    """A description is made of sentences of four words or more, and lists no more than two things as "how to".

    A shorter sentence may stand where it is one of the brief's own, with its full stop. The last one has its mark, none
    stops behind a verb ("the page has."), and no comma alone stands between two statements, unless the brief has it so.
    """
    if text.strip() and not ENDED.search(text.strip()):
        yield "does not end with a whole sentence"
    if HAN.search(text):
        return
    yield from _unfinished(text, " ".join(texts_in(field.draft.brief.values)).casefold())
    own = {value.strip() for value in texts_in(field.draft.brief.values) if _is_sentence(value.strip())}
    parts = re.split(r"(?<=[.!?])\s+", text)
    short = next((part for part in parts if len(part.split()) < LEAST_WORDS and part not in own), "")
    if short:
        yield f"{short!r} is no sentence"
    if len(re.findall(r"\bhow to\b", text.casefold())) > 2:
        yield "says 'how to' more than twice"


def _unfinished(text: str, brief: str) -> Iterator[str]:
    """Yield what stops behind a verb, and what stands spliced by a comma, but as a brief has it."""
    for sentence in re.split(r"(?<=[.!?])\s+", text.strip()):
        if sentence.casefold().strip(" .!?") in brief:
            continue
        last = sentence.rpartition(",")[2]
        if (stop := UNTOLD.search(sentence)) and not TYING.search(last):
            yield f"stops behind {stop.group().strip('.!?')!r}"
        for found in SPLICED.finditer(sentence):
            before = sentence[: found.start()]
            stated = FINITE.search(before) and not TYING.search(before)
            if stated and found.group().strip(", ").casefold() not in brief:
                yield f"joins two sentences by a comma before {found.group()[2:]!r}"
                break


@check
def tells_its_facts(text: str, field: Field) -> Iterator[Finding]:
    """A description that leaves facts of the page untold, and has room for one, has 50 characters, of Chinese 20; one
    of fewer than 90, of Chinese 34, is noted, so that another is taken where there is one."""
    few, least = (FEW_CHARS_HAN, LEAST_CHARS_HAN) if HAN.search(text) else (FEW_CHARS, LEAST_CHARS)
    words = content(text)
    told = list(texts_in(field.draft.brief.values.get("facts")))
    facts = [content(fact) for fact in told]
    untold = sum(len(fact & words) * 2 < len(fact) for fact in facts)
    if untold and len(text) < least and _has_room(text, [one for one in told if one not in text]):
        message = f"has {len(text)} characters and leaves {untold} of {len(facts)} facts untold"
        yield Finding(message=message, severity="reject" if len(text) < few else "note")


def _has_room(text: str, facts: Sequence[str]) -> bool:
    return any(len(text) + 1 + len(fact) <= DESCRIPTION_CHARS for fact in facts)


@check(severity="note")
def says_what_the_page_is(text: str, field: Field) -> Iterator[str]:
    """A description has half of the words of its page's topic, and all of the keyword's where the topic has them; it is
    no definition, as "Sock yarn is wool" of the yarn that one sells. What does so is taken before what does not."""
    values = field.draft.brief.values
    topic, keyword = (JOB.sub("", str(values.get(name) or "").strip(" .。")) for name in ("topic", "keyword"))
    words, known = content(topic), content(text)
    if words and len(topic) <= LONG_TOPIC and 2 * len(words & known) < len(words):
        yield f"does not say what the page is about: {topic!r}"
    elif has_words(topic, keyword) and not has_words(text, keyword):
        yield f"lacks the keyword {keyword!r}"
    if re.match(rf"{re.escape(topic)} (?:is|are|can|comes?|holds?)\b", text, re.IGNORECASE):
        yield "reads as a definition of all such things"


@check
def says_it_once(text: str, field: Field) -> Iterator[str]:
    """A short text uses no three words in a row twice, and no content word more than once per twelve words.

    No clause of a sentence says again what another says, and no four Chinese characters in a row stand in it twice,
    unless the brief has it so.
    """
    yield from _twice(text, list(texts_in(field.draft.brief.values)))


def _twice(text: str, given: Sequence[str]) -> Iterator[str]:
    """Yield what a text says twice and the texts given do not."""
    own = {message for value in given for sentence in sentences(value) for message in _said_again(sentence)}
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
    """Return a plain description: the topic, and behind it what the page says, as far as that fits and is said once.

    Facts that are sentences follow one another; headings, which are none, are listed where there is nothing else.
    """
    topic = JOB.sub("", topic.strip().rstrip(".。"))
    chinese = language == "zh"
    end, gap = ("。", "") if chinese else (".", " ")
    if measure(topic + end, "chars") > DESCRIPTION_CHARS:
        return _without_topic(topic, [fact.strip() for fact in facts or () if _is_sentence(fact.strip())], end, gap)
    if chinese and keyword not in topic and not TWICE.search(f"{keyword}：{topic}"):
        topic = f"{keyword}：{topic}"
    elif topic[1:2].islower():
        topic = topic[:1].upper() + topic[1:]
    given = [fact.strip() for fact in facts or ()]
    told = [fact.rstrip(".。") + end for fact in given if _is_sentence(fact)]
    if not told:
        return _listed(topic, [fact.rstrip(".。") for fact in given], chinese=chinese)
    lead = _leading(topic, chinese=chinese)
    if measure(lead + min(told, key=len), "chars") > DESCRIPTION_CHARS:
        return topic + ("" if PAUSED.match(topic[-1]) else end)
    if measure(lead + told[0], "chars") > DESCRIPTION_CHARS:
        told.sort(key=len)
    text = _fitting(lead, told, gap)
    if any(_twice(text, told)):
        few = (subset for size in range(1, len(told)) for subset in combinations(told[:MOST_TRIED], size))
        once = [other for subset in few if not any(_twice(other := _fitting(lead, subset, gap), told))]
        text = max(once, key=len, default=text)
    return trim(text, DESCRIPTION_CHARS, "chars", "sentence")


def _without_topic(topic: str, facts: Sequence[str], end: str, gap: str) -> str:
    """Return the facts that fit where a topic is too long to stand whole; where none fits, its first clause."""
    short = [
        fact.rstrip(".。") + end for fact in facts if measure(fact.rstrip(".。") + end, "chars") <= DESCRIPTION_CHARS
    ]
    if short:
        return _fitting("", short, gap)
    clauses = [found.start() for found in CLAUSE.finditer(topic) if found.start() < DESCRIPTION_CHARS]
    return topic[: clauses[-1]] + end if clauses else trim(topic, DESCRIPTION_CHARS, "chars")


def _fitting(lead: str, told: Sequence[str], gap: str) -> str:
    """Return sentences behind a lead: the first, and of the others as many as fit."""
    text = lead + told[0]
    for fact in told[1:]:
        longer = text + gap + fact
        text = longer if measure(longer, "chars") <= DESCRIPTION_CHARS else text
    return text


def _is_sentence(text: str) -> bool:
    """Tell whether a fact is a sentence, not a heading: by its length, or a full stop behind a word less."""
    words, least = (len(HAN.findall(text)), LEAST_HAN) if HAN.search(text) else (len(text.split()), LEAST_WORDS)
    return words >= least or (words == least - 1 and text.endswith((".", "。")))


def _leading(topic: str, *, chinese: bool) -> str:
    """Return a topic with the mark that leads on from it."""
    if not PAUSED.search(topic):
        return topic + ("：" if chinese else ": ")
    return topic + ("" if PAUSED.match(topic[-1]) else "。" if chinese else ".") + ("" if chinese else " ")


def _listed(topic: str, things: Sequence[str], *, chinese: bool) -> str:
    """Return a description that lists as many things as fit; of none, one that says nothing more."""
    if not things and chinese:
        return f"本页介绍{topic}。"
    if not things:
        more = f"{_leading(topic, chinese=False)}read on to find out more."
        return more if measure(more, "chars") <= DESCRIPTION_CHARS else f"{topic}."
    text = ""
    for thing in things:
        lowered = thing[:1].lower() + thing[1:] if thing[1:2].islower() else thing
        longer = text + ("、" if chinese else ", ") + lowered if text else _leading(topic, chinese=chinese) + lowered
        text = longer if not text or measure(longer, "chars") < DESCRIPTION_CHARS else text
    return text + ("。" if chinese else ".")
