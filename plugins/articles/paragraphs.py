"""A paragraph, sentence by sentence: which of those a model wrote it may keep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from aigc import postprocessor
from aigc.types import Field, Json

SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?](?=\d)[^.!?。！？\n]*)*(?:[.!?]+[\"'”’)]*(?=\s|$)|[。！？]+[”’」）]*)")
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
NEGATED = re.compile(r"\b(?:not|never|no longer|cannot)\b|n['’]t\b|不|没有|别")
PERSON = re.compile(r"\b(?:I|I'm|I've|me|my|we|our|us)\b")
# Openings and phrases that announce or praise instead of saying something.
EMPTY = re.compile(
    r"^(?:here(?:'s| is| are)|sure\b|in (?:this|conclusion|summary)|this (?:article|section|paragraph)|remember\b|"
    r"the (?:matter|issue|concept|idea|key) |when discussing)|double-edged|life-?saver|testament|game.changer|blessing|"
    r"ever-evolving|digital age|fast-paced|a (?:great|wonderful|crucial) (?:way|example|aspect)|in today's|delve|"
    r"profound|endless|fantastic|phenomenon|foster|hindrance|amenity|\bunity\b|growing demand|local farmers|"
    r"unparalleled|elevate[sd]?\b|unique perspective|transformed|revolution|lifestyle|journey|imagine|\bas (?:i|we) ",
    re.IGNORECASE,
)
_SMALL = """
    about above after again all also and any are because been before being below between both but can could did
    does doing down during each even ever every few for from further get gets had has have having her here his
    how into its just like made make makes many may more most much must not now off once only other our out over
    own per same she should some such than that the their them then there these they this those through too
    under until use used very was way ways were what when where which while who why will with without you your
    important essential crucial ensure need needs help helps
"""
SMALL = frozenset(_SMALL.split())
GOES_ON = re.compile(r"(?:this|that|these|those|it|they|by|without|otherwise|as a result)\b", re.IGNORECASE)
MOST_WORDS = 32
ADDED_WORDS = 8  # a sentence that repeats its fact must add so many to be kept
SAME = 0.8  # of a sentence's content words: with so many in one sentence kept before, it is a repetition


@postprocessor
def keep_supported_sentences(
    text: str, field: Field, *, at_most: int = 3, about: Literal["item", "brief"] = "item"
) -> str:
    """Keep the first `at_most` sentences that stay with the brief and the item; take the others out.

    A sentence goes when it brings in a number or a name, has no content word of what it is `about` (the item, else
    the brief) and does not go on from the one before ("This", "Without it"), denies what they state, speaks of "I" or
    "we", praises instead of saying something, rambles beyond 32 words, or says what is said already. The last one also
    goes when it is not finished. Chinese is only looked over for numbers, denials and repetition.
    """
    topic = field.draft.brief.values.get("topic")
    given = " ".join(_texts([*field.draft.brief.values.values(), field.draft.item]))
    covered = [_content(_flat(field.draft.item))]  # the words of each sentence that stands already
    own = covered[0] - _content(_flat(topic)) if about == "item" else set()
    matter = own or _content(given)
    kept: list[str] = []
    for match in SENTENCE.finditer(text):
        sentence = match.group().strip()
        words = _content(sentence)
        if len(kept) == at_most or not _supported(sentence, given) or any(_repeats(words, old) for old in covered):
            continue
        if about == "item" and _restates(sentence, _flat(field.draft.item)):
            continue
        if _about(words, matter) or (kept and GOES_ON.match(sentence)) or HAN.search(sentence):
            kept.append(sentence)
            covered.append(words)
    return ("" if HAN.search(text) else " ").join(kept)


@postprocessor
def lead_with(text: str, *, sentence: str) -> str:
    """Begin a paragraph with `sentence`, unless it stands there already."""
    lead = sentence.strip()
    if text.startswith(lead):
        return text
    if not re.search(r"[.!?。！？][\"'”’」）]*$", lead):
        lead += "。" if HAN.search(lead) else "."
    return lead + ("" if HAN.search(lead) or not text else " ") + text


def _about(words: set[str], matter: set[str]) -> bool:
    """Tell whether two sets have a word in common, or one word that begins with another: sunlight, sun."""
    return any(one.startswith(other) or other.startswith(one) for one in words for other in matter)


def _supported(sentence: str, given: str) -> bool:
    if EMPTY.search(sentence) or PERSON.search(sentence) or len(sentence.split()) > MOST_WORDS:
        return False
    numbers = set(re.findall(r"\d+", given))
    if any(number not in numbers for number in re.findall(r"\d+", sentence)):
        return False
    if NEGATED.search(sentence.casefold()) and not NEGATED.search(given.casefold()):
        return False
    if HAN.search(sentence):
        return True
    known = {word.casefold() for word in WORD.findall(given)}
    names = [word for word in WORD.findall(sentence)[1:] if word[0].isupper() and word.casefold() not in known]
    return not names


def _restates(sentence: str, item: str) -> bool:
    """Tell whether a sentence holds the whole item word for word, but for its first word, and adds little."""
    plain = [" ".join(WORD.findall(text.casefold())) for text in (sentence, item)]
    bare = plain[1].partition(" ")[2]
    added = len(plain[0].split()) - len(plain[1].split())
    return bool(bare) and bare in plain[0] and added < ADDED_WORDS


def _repeats(words: set[str], old: set[str]) -> bool:
    return bool(words) and len(words & old) >= SAME * len(words)


def _content(text: str) -> set[str]:
    """Return a text's content words without their endings; in Chinese its characters two by two."""
    words = {stem(word) for word in WORD.findall(text) if len(word) > 2 and word.casefold() not in SMALL}
    han = "".join(HAN.findall(text))
    return words | {han[at : at + 2] for at in range(len(han) - 1)}


def stem(word: str) -> str:
    """Return a word in small letters without a common ending, so that `pots` is `pot`."""
    plain = word.casefold().replace("’", "'")
    bare = re.sub(r"(?:'s|ings?|ed|es|s|ly|e|y)$", "", plain)
    return bare if len(bare) >= 3 else plain


def _flat(value: Json) -> str:
    return " ".join(_texts(value))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
