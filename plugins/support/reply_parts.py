"""Replies from a brief: a greeting, the facts that answer, an end; nothing is promised that the brief does not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import has_words

REQUESTER = "{{ticket.requester.first_name}}"  # what Zendesk puts in its place
STEP = re.compile(r"^\s*(?:\d+[.)]|[-•*])\s*")
ENDED = re.compile(r"[.!?。！？…:：][\"'”’)）」』]*$")
FRIENDLY, FORMAL = "friendly", "formal"
GOOD, MIXED = 4, 3  # stars


@cache
def reply_wording() -> Mapping[str, Any]:
    """Return `wording.yaml`: what replies say beside the brief's own words."""
    import yaml

    text = files("aigc_plugins.support").joinpath("wording.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read


@pass_context
def macro_reply(context: Context) -> str:
    """Return the reply of a macro: who is greeted, thanks, what answers (steps one below another), what to do if it
    does not, and who writes."""
    values = context.get_all()
    words = _Words(values)
    facts = [" ".join(str(fact).split()) for fact in values.get("answer") or [] if has_words(str(fact))]
    name = REQUESTER if values.get("placeholders") else ""
    greeting = words.toned("greeting").format(name=name) if name else words.toned("nameless")
    steps = [STEP.sub("", fact) for fact in values.get("steps") or [] if has_words(str(fact))]
    body = words.joint.join([words.drawn("thanks"), *map(words.sentence, facts)])
    listed = "\n".join(f"{at}. {words.sentence(step)}" for at, step in enumerate(steps, 1))
    link = str(values.get("url") or "")
    team = words.team(values)
    end = f"{words.toned('farewell')}{words.comma}\n{team}" if team else ""  # nobody's farewell ends with a comma
    parts = [greeting, body, listed, link, words.drawn("closing"), end]
    return "\n\n".join(filter(None, parts))


@pass_context
def review_reply(context: Context) -> str:
    """Return an answer to a review: thanks or regret by its stars, what it is about, what the brief says to it, whom to
    write to where it went wrong."""
    values = context.get_all()
    words = _Words(values)
    stars = int(values.get("rating") or 0)
    kind = "good" if stars >= GOOD else "mixed" if stars == MIXED else "bad"
    name = " ".join(str(values.get("name") or "").split())
    greeting = words.toned("greeting").format(name=name) if name else words.toned("nameless")
    subject = " ".join(str(values.get("subject") or "").split())
    facts = [words.sentence(str(fact)) for fact in values.get("answer") or [] if has_words(str(fact))]
    praised = kind == "good" and stars > GOOD  # what four stars speak of may be what was not so good
    about = words.of("about")[kind if praised or kind == "bad" else "mixed"].format(subject=subject) if subject else ""
    contact = str(values.get("contact") or "").strip()
    asked = words.drawn("contact").format(contact=contact) if contact and kind != "good" else ""
    again = words.drawn("again") if kind == "good" else ""
    body = words.joint.join(filter(None, [words.drawn(kind), about, *facts, asked, again]))
    brand = str(values.get("brand") or "").strip()
    return "\n\n".join(filter(None, [greeting, body, brand]))


class _Words:
    """These are the words of a brief's language and tone, drawn by what it is about."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.language = "zh" if values.get("language") == "zh" else "en"
        self.tone = FORMAL if str(values.get("tone") or "").lower() in (FORMAL, "正式") else FRIENDLY
        self.joint = "" if self.language == "zh" else " "
        self.comma = "" if self.language == "zh" else ","
        self._seed = str(values.get("topic") or values.get("review") or "")

    def of(self, part: str) -> Any:
        """Return a part of the wording in this language."""
        return reply_wording()[part][self.language]

    def toned(self, part: str) -> str:
        """Return a line of a part in this tone."""
        return self._one(self.of(part)[self.tone])

    def drawn(self, part: str) -> str:
        """Return a line of a part, as good as random from one piece to the next."""
        return self._one(self.of(part))

    def _one(self, lines: Sequence[str]) -> str:
        return min(lines, key=lambda line: sha256(f"{self._seed}\n{line}".encode()).digest())

    def sentence(self, fact: str) -> str:
        """Return a fact as a sentence."""
        text = capital(" ".join(fact.split()))
        return text if ENDED.search(text) else text.rstrip(" ;；,，") + ("。" if self.language == "zh" else ".")

    def team(self, values: Mapping[str, Any]) -> str:
        """Return who writes: the brief's `signature`, else the brand's support."""
        brand = str(values.get("brand") or "").strip()
        return str(values.get("signature") or "").strip() or (self.of("team").format(brand=brand) if brand else "")
