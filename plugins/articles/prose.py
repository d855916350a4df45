"""Facts as the sentences of an article, and whether what came of them is prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.articles.bare_facts import is_bare, is_verb, sentence_of
from aigc_plugins.articles.page_wording import ended_line
from aigc_plugins.articles.things import orders
from aigc_plugins.rules.content_words import HAN
from aigc_plugins.rules.content_words import sentences as split

FEW = 5  # sentences: what is shorter is read at a glance
LEAST_WORDS, LEAST_HAN = 8.5, 11  # of a sentence, on average
SMALL_VERBS = frozenset(["let", "lets", "get", "gets", "got"])  # that lists have among the small words
WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*", re.IGNORECASE)
DOES = re.compile(r"\w [a-z]{2,}[^\W\ds]s (?:the|an?|your|its|their|each|every) \w")  # "A dishwasher dulls the blade."
AFTER = re.compile(r",|;|\b(?:that|which|who|if|when|until|unless|because)\b", re.IGNORECASE)


def as_sentences(points: Sequence[str]) -> list[str]:
    """Return points as sentences, with a capital, a full stop, and the article that one begins without where it surely
    is a sentence: "The old soil is shaken off." """
    return [_sentence(" ".join(str(point).split())) for point in points]


@check(severity="warn")
def reads_as_prose(draft: Draft) -> Iterator[Finding]:
    """An article's paragraphs are sentences; a fifth of them may lack a verb, as "No sun at noon." Where all are short,
    facts of a few words one behind the other, a note says that they read as a list."""
    sections = draft.fields.get("sections")
    bodies = [one.get("text", "") for one in sections if isinstance(one, dict)] if isinstance(sections, list) else []
    told = list(texts_in([draft.fields.get("intro") or "", bodies]))
    lines = [line for text in told for line in split(text)]
    if not lines:
        return
    text = " ".join(lines)
    loose = [] if HAN.search(text) else [line for line in lines if _lacks_verb(line)]
    if len(loose) * FEW > len(lines):
        message = f"{len(loose)} of {len(lines)} sentences have no verb, as {loose[0]!r}: write the facts as sentences"
        yield Finding(message=message, field="intro")
    words = len(HAN.findall(text)) if HAN.search(text) else len(text.split())
    least = LEAST_HAN if HAN.search(text) else LEAST_WORDS
    if len(lines) >= FEW and words / len(lines) < least:
        message = (
            f"{len(lines)} sentences of {words / len(lines):.0f} words read as a list: give facts with their reasons"
        )
        yield Finding(message=message, field="intro", severity="note")


def _sentence(point: str) -> str:
    if HAN.search(point):
        return ended_line(point, "zh")
    return sentence_of(point) or ended_line(point, "en")


def _lacks_verb(line: str) -> bool:
    """Tell whether an English sentence surely has no verb: "Two hours, then into bags." """
    if sentence_of(line.rstrip(".!?")) or orders(line) or DOES.search(line):
        return False
    main = [AFTER.split(line)[0], *AFTER.split(line)[-1:]]
    words = [word.lower() for part in main for word in WORD.findall(part)[1:]]
    return is_bare(line.rstrip(".!?")) or not any(word in SMALL_VERBS or is_verb(word) for word in words)
