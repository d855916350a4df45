"""Titles of articles: the topic, said as a person would put it over a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check
from aigc.types import Field
from aigc_plugins.articles.headings import HAN, PLAIN, SMALL, WORD
from aigc_plugins.articles.things import naming
from aigc_plugins.claims.stems import bases

LED = re.compile(r"(An?|The) \w+ing (?:an?|the|your|my|with|for|in|on|at|from|to|up|out) ", re.IGNORECASE)
GUIDING = frozenset("怎样如何什么哪些要点做的指南清单前后事先须知注意项几件")  # a Chinese title may always say these


@check
def titles_its_topic(text: str, field: Field) -> Iterator[str]:
    """A title's words are the topic's, in a form of theirs, and "for" its readers is not hung onto a topic that has a
    preposition: "Wearing Lenses for the First Time for Teenagers" is not, "Team Meetings for Leads" is.

    Words of the keyword and of the audience are known too; so are "how to" and "a guide".
    """
    values = field.draft.brief.values
    topic, audience = (str(values.get(name) or "").strip() for name in ("topic", "audience"))
    hung = re.search(rf"\s+for (?:the )?{re.escape(audience)}$", text.strip(), re.IGNORECASE) if audience else None
    if hung and not topic.casefold().endswith(hung.group().strip().casefold()):
        words = {word.lower() for word in WORD.findall(text[: hung.start()])}
        if ":" not in text[: hung.start()] and words & {*str(naming("en")["prepositions"]).split(), "until", "during"}:
            yield f"hangs {hung.group().strip()!r} onto its topic"
    given = " ".join((topic, audience, str(values.get("keyword") or "")))
    if HAN.search(text):
        if new := [char for char in HAN.findall(text) if char not in given and char not in GUIDING]:
            yield f"says {''.join(new)!r}, which its topic does not"
        return
    if led := LED.match(text):
        yield f"puts {led[1]!r} before what is done"
    known = {base for word in WORD.findall(given.lower()) for base in bases(word)}
    for word in WORD.findall(text.lower()):
        if len(word) > 2 and word not in SMALL | PLAIN and known.isdisjoint(bases(word)):
            yield f"says {word!r}, which its topic does not"
