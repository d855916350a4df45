"""What a title of search words may look like, and the plain title for when a model has none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.content import measure, trim
from aigc.types import Field, texts_in
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.rules.broken_titles import left_hanging, misformed
from aigc_plugins.rules.content_words import strange, without_everyday
from aigc_plugins.rules.topic import has_words
from aigc_plugins.seo.title_words import HAN, JOB, SMALL, TWICE, WORD, capitalised, stem

TITLE_PIXELS = 580
COLON = re.compile(r"\s*[:：|]\s*|\s+[-–—]\s+")
HOW_TO = re.compile(r"\bhow to ([a-z]+)", re.IGNORECASE)
AGAIN_HAN, NEW_HAN = 3, 3  # characters in a row said again, and those that must be new beside them
PLAIN = frozenset(("guide", "tips", "essential", "choose", "choosing", "start", "easy", "simple"))  # in any title


@check
def title_keeps_to_topic(text: str, field: Field, *, new_words: int = 2) -> Iterator[str]:
    """A title brings at most `new_words` content words that neither the topic nor the keyword has.

    Of Chinese characters twice as many. Words that stand in a row in one of the page's facts are no new ones: "Bike
    Repair Course: Three Evenings" where "the course lasts three evenings".
    """
    given = " ".join(str(field.draft.brief.values.get(name) or "") for name in ("topic", "keyword"))
    facts = [fact.casefold() for fact in texts_in(field.draft.brief.values.get("facts"))]
    if HAN.search(text):
        given += " ".join(part for part in COLON.split(text) for fact in facts if part in fact)
        if len(brought := strange(text, given)) > 2 * new_words:
            yield f"brings in {''.join(brought)!r}"
        return
    known = {stem(word) for word in WORD.findall(given.casefold())}
    words = [word for word in WORD.findall(text.casefold()) if word not in SMALL and word not in PLAIN]
    brought = [word for word in words if stem(word) not in known]
    if len(brought) > new_words and not any(_in_a_row(brought, fact) for fact in facts):
        yield f"brings in {', '.join(map(repr, brought))}"


@check
def title_reads_well(text: str, field: Field) -> Iterator[str]:
    """A title says "how to" of a verb, something new after a colon, and nothing that breaks off there.

    A Chinese topic that ends with the keyword does not stand after it without it: not 陪跑员：给视障跑者当.
    """
    topic = str(field.draft.brief.values.get("topic") or "")
    given = " ".join(texts_in(field.draft.brief.values))
    if (job := JOB.search(text)) and not JOB.search(str(field.draft.brief.values.get("keyword") or "")):
        yield f"says {job.group()!r}, the name of the job"
    yield from left_hanging(text, given)
    yield from misformed(text, given)
    verb = HOW_TO.search(text)
    if verb and not _is_plain_verb(verb[1].lower(), topic.lower()):
        yield f"says {verb.group()!r}"
    head, *rest = COLON.split(text.strip(), maxsplit=1)
    tail = rest[0] if rest else ""
    if tail and not _new_words(tail, head):
        yield f"says nothing new after {head!r}"
    if tail and HAN.search(tail) and (tail + head) in re.sub(r"\s", "", topic):
        yield f"breaks off after {tail!r}"


def meta_title(topic: str, keyword: str, language: str = "en") -> str:
    """Return a plain title: the topic where it has all words of the keyword and fits; else the keyword, and the topic
    where the two have no word in common, of Chinese no four characters in a row, and it says something new."""
    plain = JOB.sub("", topic.strip().rstrip(".。"))
    whole = has_words(plain, keyword) and measure(plain, "pixels") <= TITLE_PIXELS
    if language == "zh":
        long = trim(plain if keyword in plain else f"{keyword}：{plain}", TITLE_PIXELS, "pixels")
        apart = keyword in long and (keyword in plain or (not TWICE.search(long) and _new_words(plain, keyword)))
        return plain if whole else long if apart else trim(keyword, TITLE_PIXELS, "pixels")
    lead = keyword if HAN.search(keyword) else capitalised(keyword)
    if whole:
        return plain if HAN.search(plain) else capitalised(plain)
    if {*WORD.findall(keyword.casefold())} & {*WORD.findall(topic.casefold())} - SMALL:
        return trim(lead, TITLE_PIXELS, "pixels")
    return trim(f"{lead}: {plain[:1].upper()}{plain[1:]}", TITLE_PIXELS, "pixels")


def _is_plain_verb(word: str, topic: str) -> bool:
    """Tell whether "how to" may stand before a word: a verb in its plain form, or what the topic has there."""
    return word in lists_for("en").verbs or f"to {word}" in topic


def _in_a_row(words: Sequence[str], fact: str) -> bool:
    """Tell whether a fact has the words one after another, small ones apart."""
    told = " ".join(stem(word) for word in WORD.findall(fact) if word not in SMALL)
    return f" {' '.join(map(stem, words))} " in f" {told} "


def _new_words(tail: str, head: str) -> bool:
    """Tell whether a tail has a content word, of Chinese a character, that its head does not have."""
    if HAN.search(tail):
        new = [char for char in WORD.findall(without_everyday(tail)) if char not in head]
        again = max((len(run) for run in _runs(tail) if run in head), default=0)
        return len(new) >= (NEW_HAN if again >= AGAIN_HAN else 1) or bool(re.search(r"\d", tail))
    known = {stem(word) for word in WORD.findall(head.casefold())}
    return any(stem(word) not in known for word in WORD.findall(tail.casefold()) if word not in SMALL)


def _runs(text: str) -> Iterator[str]:
    """Yield all Chinese characters in a row of a text, in every length."""
    for run in re.findall(r"[\u3400-\u9fff]+", text):
        yield from (run[at:end] for at in range(len(run)) for end in range(at + 1, len(run) + 1))
