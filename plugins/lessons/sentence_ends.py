"""Sentences whose ends are asked for: "A firewall …" goes on "filters network traffic", not as other facts do.

In a plain sentence nobody says what its answer is, and a word left out of it has no other words of its kind beside it.
Its end has: the ends of the brief's other sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import yaml

from aigc_plugins.lessons.doubtful_ends import about, doubtful

ADVERBS = ("never", "always", "often", "usually", "also", "only", "mostly", "rarely", "seldom")
ARTICLES = ("a", "an", "the")
COPULAS = ("is", "are", "was", "were")
MOST_WORDS = 14  # of an end
NAMES = re.compile(r"(?:is|are|was|were) [A-Z]")  # "was Neil Armstrong", which nothing else is
LEAST_OTHERS = 3
HAN = re.compile(r"[\u3400-\u9fff]")
PLURALS = frozenset(
    [
        "people",
        "children",
        "men",
        "women",
        "teeth",
        "feet",
        "mice",
        "geese",
        "police",
        "scales",
        "sheep",
        "cattle",
        "bacteria",
        "mitochondria",
    ]
)
# A note, or two sentences in one: "varroa mite: treat in August", "Drones are males, they have no sting".
JOINED = re.compile(r"[:;]\s|,\s+(?:they|it|he|she|we|you|this|these|that|so|but|then|not)\b")
MEASURED = re.compile(
    r"(?:is|are|was|were|has|have|costs?|weighs?|lasts?) (?:about |around |up to |over |under )?[£$€]?\d"
)
PLACING = ("for", "in", "on", "with", "under", "over", "off", "up", "down", "out", "to", "at", "your", "any", *ARTICLES)
Number: TypeAlias = Literal["one", "several", "either"]


@dataclass(frozen=True, slots=True)
class SentenceEnd:
    """This is a sentence in two: who or what it is about, and the rest, whose verb stands for one or several."""

    subject: str
    end: str
    number: Number


def taken_apart(text: str) -> SentenceEnd | None:
    """Return an English sentence before and from its verb; None where that is not sure."""
    bare = text.strip().rstrip(".! ")
    words = bare.split()
    if len(words) < 3 or words[0].casefold() in _verbs()["openings"] or HAN.search(bare):
        return None
    then = [word for word in re.findall(r", (\w+)", bare) if word in _verbs()["plain"] | _verbs()["orders"]]
    if JOINED.search(bare) or asks_to_do(bare) or then:
        return None
    for at, word in enumerate(words[1:], start=1):
        number, before = _number(word), words[at - 1].casefold()
        if number is None or before in _verbs()["before"] or before.endswith(","):
            continue
        at -= before in ADVERBS  # "Parallel lines | never meet"
        subject, end = " ".join(words[:at]), " ".join(words[at:])
        helping = word in _verbs()["helping"]
        agrees = helping or number == "either" or (number == "several") == _several(subject)
        if agrees and not re.search(r"[,;:]", subject) and helping + 1 <= len(words) - at <= MOST_WORDS:
            return SentenceEnd(subject, end, number)
    return _by_place(words)


def asks_to_do(text: str) -> bool:
    """Tell whether an English sentence begins with what to do: "Check for swarm cells", "Keep the lid on"."""
    first, second = (*text.casefold().split()[:2], "", "")[:2]
    lists = _verbs()
    return first in lists["orders"] or (second in PLACING and first in lists["plain"] | lists["nouns"] | lists["deeds"])


def goes_on(end: SentenceEnd) -> bool:
    """Tell whether a sentence is surely parted before its verb, and its end is one piece: no list without an "and"."""
    known = _number(end.end.split()[0]) or end.end.split()[0] in ADVERBS
    bare = len([word for word in end.subject.split() if word.casefold() not in ARTICLES]) == 1
    tail = end.end.rpartition(", ")[2] if ", " in end.end else "and"
    return bool(known or bare) and bool(re.search(r"\b(?:and|or|but|because|which|who|such as|like)\b", tail))


def is_note(text: str) -> bool:
    """Tell whether an English text is a note without a verb: "baths at Bath, hot spring water, 46 °C"."""
    words = [word.strip(".,;:!()") for word in text.split()]
    lists = _verbs()
    orders = words[:1] and words[0].casefold() in lists["plain"] | lists["nouns"] | lists["deeds"]
    acts = orders or any(_number(word) or re.search(r"\w(?:ed|n't|'re)$", word) for word in words[1:])
    return not acts and not HAN.search(text) and ("," in text or text[:1].islower())


def _by_place(words: Sequence[str]) -> SentenceEnd | None:
    """Return a sentence taken apart before a verb that is in no list, or a noun as well, and stands as a verb does.

    After "Rennet" or "The heart" it ends in -s, after "Grapes" it does not, and "the", "to" and the like follow it.
    """
    lists = _verbs()
    if words[0].casefold() in lists["plain"] | lists["nouns"] and not words[0].endswith("s"):
        return None  # "Wear shoes with a grip."
    for at, verb in enumerate(words[1:], start=1):
        plain = re.fullmatch(r"[a-z]+", verb) and words[at - 1].casefold() not in lists["before"]
        if not plain or verb in lists["before"] | lists["behind"]:
            continue
        subject, several = " ".join(words[:at]), _several(" ".join(words[:at]))
        bare = at == 1 or (at == 2 and words[0].casefold() in ARTICLES)
        last = bare and len(words) <= at + 2
        noun = lists["nouns"] | lists["plain"]
        first = at == 1 and len(words) > 2 and not _bare(words[2], "es", "s", "ed") & noun  # "Yeast turns sugar into"
        known = (at == 2 or first) and bare and bool(_bare(verb, "es", "s") & lists["nouns"])
        follows = last or known or bool({*words[at + 1 : at + 2]} & lists["behind"])
        agrees = verb.endswith("ed") or (re.search(r"[^su]s$", verb) is not None) != several
        if follows and agrees and len(words) - at <= MOST_WORDS and not (several and verb.endswith("s")):
            number: Number = "either" if verb.endswith("ed") else "several" if several else "one"
            return SentenceEnd(subject, " ".join(words[at:]), number)
    return None


def as_deed(subject: str, end: str, *, several: bool) -> SentenceEnd | None:
    """Return a thing and what it does as a sentence in two; None where its end begins with no verb in its number."""
    verb, lists = end.split()[0], _verbs()
    known = lists["plain"] | lists["nouns"] | lists["deeds"]
    fits = verb in known if several else verb.endswith("s") and bool(_bare(verb, "es", "s") & known)
    return SentenceEnd(subject, end, "several" if several else "one") if fits else None


def others_of(fact: SentenceEnd, every: Sequence[SentenceEnd], topic: str = "") -> list[str]:
    """Return how other sentences go on, with their verbs in the number of a fact's subject; none is of the same thing
    or may be true of it, or has a verb that cannot agree with it."""
    several = _several(fact.subject) if fact.number == "either" else fact.number == "several"
    mine = about(fact.subject)
    others = [one for one in every if not about(one.subject) <= mine and not mine <= about(one.subject)]
    sure = [one for one in others if not doubtful(one.end, one.subject, fact.subject, fact.end, topic)]
    ends = [agreeing(one, several=several) for one in sure if " " in one.end and not NAMES.match(one.end)]
    return list(dict.fromkeys(end for end in ends if end and end.casefold() != fact.end.casefold()))


def agreeing(one: SentenceEnd, *, several: bool) -> str:
    """Return the end of a sentence as it goes on after one thing, or after several: "carry oxygen", "carries oxygen".

    Empty where it does not: "is the largest organ" is said of one thing, and "when nobody sits at them" of several, or
    where a second verb would have to agree as well; and where it is a bare number, which goes on from few starts.
    """
    if re.fullmatch(r"\w+ [\d.,]+", one.end) or MEASURED.match(one.end):
        return ""
    wanted: Number = "several" if several else "one"
    if one.number in ("either", wanted):
        return one.end
    verb, _, rest = one.end.partition(" ")
    one_thing = verb in COPULAS and re.match(r"(?:an?|the|one|called|known)\b", rest)
    again = any(_number(word) in ("one", "several") for word in re.findall(r"\b(?:and|or|but) (\w+)", rest))
    if verb in ADVERBS or one_thing or again or re.search(r"\b(?:it|them|they|itself|themselves)\b", rest):
        return ""
    singular, plural = ("its", "their") if several else ("their", "its")
    owned = re.sub(rf"\b{singular}\b", plural, rest)
    return f"{_inflected(verb, several=several)} {owned}".strip()


def _inflected(verb: str, *, several: bool) -> str:
    """Return a verb of the present in the other number."""
    pairs = {"is": "are", "was": "were", "has": "have", "does": "do"}
    if several:
        plain = sorted(_bare(verb, "es", "s") & _verbs()["plain"], key=len)
        other = (
            re.sub(r"ies$", "y", verb) if verb.endswith("ies") else re.sub(r"(?<=ss|ch|sh|.x|.z|.o)es$|s$", "", verb)
        )
        return pairs.get(verb) or (plain[-1] if plain else other)
    back = {plural: singular for singular, plural in pairs.items()}
    if verb in back:
        return back[verb]
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(?:s|x|z|ch|sh|o)$", verb) else "s")


def _several(subject: str) -> bool:
    """Tell whether a subject is several things: by its noun, before "of" and the like, or by an "and"."""
    noun = re.split(r"\s(?:of|in|on|with|from|for|at|who|that|which|without)\s", subject)[0]
    last = noun.split()[-1].casefold()
    joined = " and " in noun
    single = re.match(r"(?:an?|each|every|one)\s", noun.casefold())
    plural = (last.endswith("s") and not last.endswith(("ss", "us", "is", "ics"))) or last in PLURALS
    return joined or (plural and not single)


def _number(word: str) -> Number | None:
    """Return whether a verb stands for one or several, or either; None for a word that is no verb."""
    lists = _verbs()
    if word in lists["helping"]:
        if word in ("is", "was", "has", "does"):
            return "one"
        return "several" if word in ("are", "were", "have", "do") else "either"
    if word in lists["plain"]:
        return "several"
    if word in lists["past"] or (word.endswith("ed") and _bare(word, "ed", "d") & lists["plain"]):
        return "either"
    return "one" if word.endswith("s") and _bare(word, "es", "s") & lists["plain"] else None


def _bare(word: str, *endings: str) -> frozenset[str]:
    """Return what a word may be a form of: `carry` of "carries", `stop` of "stopped"."""
    bare = {word.removesuffix(ending) for ending in endings if word.endswith(ending)}
    return frozenset(bare | {re.sub(r"i(?:es|ed)$", "y", word), re.sub(r"(\w)\1ed$", r"\1", word)})


@cache
def _verbs() -> dict[str, frozenset[str]]:
    text = files("aigc_plugins.lessons").joinpath("verbs.yaml").read_text(encoding="utf-8")
    return {name: frozenset(map(str, words)) for name, words in yaml.safe_load(text).items()}
