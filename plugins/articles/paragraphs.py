"""A paragraph, sentence by sentence: which of those a model wrote it may keep, and which facts it still lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check, postprocessor
from aigc.types import Field, Finding, Json, texts_in
from aigc_plugins.articles.retold import changes, tells_again
from aigc_plugins.claims.doers import turned_round
from aigc_plugins.rules.content_words import HAN, sentences, telling
from aigc_plugins.rules.once import alike
from aigc_plugins.rules.phrasing import stock_phrases
from aigc_plugins.rules.support import JOINED, objections, points_back

PERSON = re.compile(r"\b(?:I|I'm|I've|me|[Mm]y|[Ww]e|[Oo]ur|us)\b|我们?|咱们")
# Openings that announce instead of saying something.
ANNOUNCES = re.compile(
    r"^(?:here(?:'s| is| are)|sure\b|in (?:this|conclusion|summary)|remember\b|imagine\b|"
    r"the (?:matter|issue|concept|idea|key) |when discussing)",
    re.IGNORECASE,
)
ENDED = re.compile(r"[.!?。！？][\"'”’」）]*$")
FINAL = re.compile(r"[.!?。！？]+$")
MOSTLY = re.compile(  # what mostly is so, or how far a thing goes: nothing that is done next
    r"[^，。]{0,4}(?:多数|大部分|大多|很多|许多|一般|通常|不少|有些|有的|常见)|[^，。]{2,6}(?:是|属于|来自)|一[^，。]{1,3}(?:能|可以|要)"
)
MOST_WORDS = 40
LONG = 20  # words: of 20 to 30 blind readers took unlike facts for a non sequitur, in short sentences for a list


@postprocessor
def tell_facts_once(text: str, field: Field) -> str:
    """Keep the sentences that tell the item's facts, in the facts' order; a fact that is not told stands as it is.

    A sentence goes when it changes anything of the facts that it tells (`retold`), be it by a word of the topic, when
    it lets somebody else do what a fact says, when it tells a fact that one before it told, or when it strings facts
    together at length that have no word in common. So every fact is told once, and nothing else is.
    """
    facts, language = list(texts_in(field.draft.item)), field.draft.language
    told: dict[int, str] = {}  # the place of the first fact that a sentence tells → the sentence
    covered: set[int] = set()
    for sentence in sentences(text):
        about = {place for place, fact in enumerate(facts) if tells_again(sentence, fact, language)}
        new = about and not about & covered and not points_back(sentence)
        mine = [facts[place] for place in sorted(about)]
        changed = any(changes(sentence, mine, language)) or _strung(sentence, mine)
        if new and not changed and _worth_keeping(sentence, field, facts):
            told[min(about)] = sentence
            covered |= about
    told |= {place: _ended(fact) for place, fact in enumerate(facts) if place not in covered}
    return _joined([told[place] for place in sorted(told)])


@check
def retells_facts(text: str, field: Field, *, facts: Json = None) -> Iterator[Finding]:
    """A sentence that tells facts of the item keeps all they say: words, numbers, limits, denials; it adds nothing.

    Each sentence tells a fact. The facts are the item at hand unless `facts` are given.
    """
    given = list(texts_in(facts if facts is not None else field.draft.item))
    plain = {FINAL.sub("", part) for fact in given for part in sentences(fact)}
    at = 0
    for sentence in sentences(text):
        at = text.find(sentence, at)
        if FINAL.sub("", sentence) in plain:
            continue
        told = [fact for fact in given if tells_again(sentence, fact, field.draft.language)]
        span = (at, at + len(sentence))
        if not told:
            yield Finding(message=f"{sentence!r} tells no fact", span=span)
        for message in changes(sentence, told, field.draft.language) if told else ():
            yield Finding(message=f"{sentence!r} {message}", span=span)


@postprocessor
def keep_supported_sentences(
    text: str, field: Field, *, at_most: int = 2, new_words: int = 1, joined: int = JOINED
) -> str:
    """Keep the first `at_most` sentences that the brief supports, each by `joined` facts or fewer; take the others out,
    and those that say one again.

    A sentence goes when it brings in a number, a name or more than `new_words` words that neither the brief nor
    everyday has, denies what they state, lets somebody else do it, has nothing of the topic, speaks of "I" or "we"
    where they do not, announces instead of saying something, has a stock phrase, or rambles.
    """
    given = list(texts_in([field.draft.brief.values, field.draft.item]))
    kept: list[str] = []
    before = ""
    for sentence in sentences(text):
        lost = points_back(sentence) and not (kept and kept[-1] == before)
        again = any(alike(sentence, old) for old in kept)
        if len(kept) < at_most and not (lost or again) and _worth_keeping(sentence, field, given, new_words, joined):
            kept.append(sentence)
        before = sentence
    return _joined(kept)


def _strung(sentence: str, facts: list[str]) -> bool:
    """Tell whether a long sentence says with "and" that a fact goes with others of which it has no word. Chinese
    sentences are loose by nature, but what to do and what mostly is so are two: 先关掉阀门，多数漏水是垫圈老化."""
    words = [telling(fact) for fact in facts]
    alone = [not mine & set().union(*words[:at], *words[at + 1 :]) for at, mine in enumerate(words)]
    if len(facts) > 1 and HAN.search(sentence):
        return any(lone and MOSTLY.match(fact) for lone, fact in zip(alone, facts, strict=True))
    if len(facts) < 2 or HAN.search(sentence) or len(sentence.split()) < LONG or ", and " not in sentence:
        return False
    return any(alone)


def _worth_keeping(sentence: str, field: Field, facts: list[str], new_words: int = 0, joined: int = JOINED) -> bool:
    if not ENDED.search(sentence) or len(sentence.split()) > MOST_WORDS:
        return False
    if PERSON.search(sentence) and not PERSON.search("\n".join(facts)):
        return False
    if ANNOUNCES.search(sentence) or stock_phrases(sentence.casefold()):
        return False
    matter = " ".join(texts_in([field.draft.brief.values.get(name) for name in ("topic", "audience", "keyword")]))
    if any(turned_round(sentence, facts, str(field.draft.brief.values.get("topic") or ""), field.draft.language)):
        return False
    return not any(objections(sentence, facts, matter, new_words=new_words, joined=joined))


def _ended(fact: str) -> str:
    fact = fact.strip()
    return fact if ENDED.search(fact) else fact + ("。" if HAN.search(fact) else ".")


def _joined(kept: list[str]) -> str:
    return ("" if HAN.search("".join(kept)) else " ").join(kept)
