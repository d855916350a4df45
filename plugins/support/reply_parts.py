"""Replies from a brief: a greeting, the facts that answer, an end; nothing is promised that the brief does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc import check
from aigc.types import Draft
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import has_words
from aigc_plugins.rules.content_words import telling

REQUESTER = "{{ticket.requester.first_name}}"  # what Zendesk puts in its place
STEP = re.compile(r"^\s*(?:\d+[.)]|[-•*])\s*")
ENDED = re.compile(r"[.!?。！？…:：][\"'”’)）」』]*$")
FRIENDLY, FORMAL = "friendly", "formal"
GOOD, MIXED = 4, 3  # stars
QUOTE, HAN_QUOTE = (2, 8), (4, 16)  # words, or Chinese characters, of a review that may be quoted
NAMED_PHONE = re.compile(
    r"(?P<who>[^\d@+(]+?)[\s,:：，]*(?:(?:telephone|phone|tel\.?|on|at|电话)[\s:：]*)*(?P<number>\+?[\d ()/-]{6,})$",
    re.IGNORECASE,
)
PHONE = re.compile(r"\+?[\d ()/-]{6,}(?:电话|热线)?")


@cache
def reply_wording() -> Mapping[str, Any]:
    """Return `wording.yaml`: what replies say beside the brief's own words."""
    return _read("wording")


def _read(name: str) -> Mapping[str, Any]:
    import yaml

    text = files("aigc_plugins.support").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
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
    """Return an answer to a review: thanks or regret by its stars and for what it is about, a word of its praise, what
    the brief says to it, whom to write to where it went wrong."""
    values = context.get_all()
    words = _Words(values)
    review = str(values.get("review") or "")
    stars = int(values.get("rating") or 0)
    kind = "good" if stars >= GOOD else "mixed" if stars == MIXED else "bad"
    name = " ".join(str(values.get("name") or "").split())
    greeting = words.toned("greeting").format(name=name) if name else words.toned("nameless")
    facts = [words.sentence(str(fact)) for fact in values.get("answer") or [] if has_words(str(fact))]
    contact = str(values.get("contact") or "").strip()
    asked = _asked(words, contact) if contact else ""
    ends = words.drawn("again") if kind == "good" else asked
    opened = _opened(words, values, kind, blames(review), answered=bool(facts))
    body = words.joint.join(filter(None, [*opened, *facts, ends]))
    brand = str(values.get("brand") or "").strip()
    return "\n\n".join(filter(None, [greeting, body, brand]))


@check(severity="warn")
def complaint_is_answered(draft: Draft) -> Iterator[str]:
    """A review of one to three stars is answered by something: what there is to say to it (`answer`), or whom to write
    to (`contact`). A regret alone answers nothing."""
    values = draft.brief.values
    answered = [one for one in values.get("answer") or [] if has_words(str(one))]
    if 0 < int(values.get("rating") or 0) < GOOD and not answered and not str(values.get("contact") or "").strip():
        yield "answers nothing of the complaint: say what there is to say to it in `answer`, or whom to write to"


def _asked(words: _Words, contact: str) -> str:
    """Return to whom to turn: who is called, and on which number, or written to."""
    if PHONE.fullmatch(contact):
        return words.drawn("call").format(contact=contact)
    if found := NAMED_PHONE.fullmatch(contact):
        return words.drawn("ring").format(who=found["who"].strip(), contact=found["number"].strip())
    return words.drawn("contact").format(contact=contact)


def _opened(words: _Words, values: Mapping[str, Any], kind: str, blamed: bool, *, answered: bool) -> list[str]:
    """Return how an answer begins: thanks, and for a word of praise; regret, and for what."""
    subject = " ".join(str(values.get("subject") or "").split())
    quote = "" if kind == "bad" else praise_in(str(values.get("review") or ""))
    quoted = words.drawn("quoted").format(quote=quote) if quote else ""

    def about(part: str) -> str:
        return words.one(words.of("about")[part]).format(subject=subject) if subject else ""

    if kind == "bad":
        return [about("bad") or words.drawn("bad")]
    if kind == "mixed":
        return [words.drawn("mixed"), about("noted")]
    if blamed:  # four stars, or five, of which something was not so good
        praised = subject and set(telling(subject)) & set(telling(quote))
        lacking = "" if answered else words.drawn("lacking")
        return [words.drawn("good"), quoted, lacking if praised or not subject else about("mixed")]
    told = set(telling(subject)) & set(telling(quote))
    return [words.drawn("good"), quoted if told or not subject else about("good")]


def praise_in(review: str, *, sure: bool = False) -> str:
    """Return the first short sentence or clause of a review that praises and blames nothing, without its mark; where it
    is `sure` that all of it praises, else the first short one."""
    chinese = not review.isascii() and any("\u4e00" <= char <= "\u9fff" for char in review)
    blame, praise = _praised(chinese)
    parts = []
    for clause in re.split(r"[。！？!?，,；;\n]+" if chinese else r"[.!?]+(?=\s|$)|\n", review):
        parts += [clause] if chinese else [clause, *re.split(r", | but | and ", clause)]
    least, most = HAN_QUOTE if chinese else QUOTE
    told = [part.strip(" ,;:\"“”'‘’") for part in parts]
    fitting = [
        one for one in told if least <= (len(one) if chinese else len(one.split())) <= most and not blame.search(one)
    ]
    praising = list(filter(praise.search, fitting))
    longer = (one for one in praising if chinese or len(one.split()) > QUOTE[0])  # no "Nice kayaks" beside more
    return next(longer, (praising or (fitting if sure else []) or [""])[0])


def blames(review: str) -> bool:
    """Tell whether a review names something that was not so good."""
    return bool(_praised(any("\u4e00" <= char <= "\u9fff" for char in review))[0].search(review))


@cache
def _praised(chinese: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the words that blame and those that praise."""
    lists = _read("reviews")["zh" if chinese else "en"]
    edge = "" if chinese else r"\b"
    blame, praise = (
        re.compile(rf"{edge}(?:{'|'.join(lists[part])}){edge}", re.IGNORECASE) for part in ("blame", "praise")
    )
    return blame, praise


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
        return self.one(self.of(part)[self.tone])

    def drawn(self, part: str) -> str:
        """Return a line of a part, as good as random from one piece to the next."""
        return self.one(self.of(part))

    def one(self, lines: Sequence[str]) -> str:
        """Return one of some lines, as good as random from one piece to the next."""
        return min(lines, key=lambda line: sha256(f"{self._seed}\n{line}".encode()).digest())

    def sentence(self, fact: str) -> str:
        """Return a fact as a sentence."""
        text = capital(" ".join(fact.split()))
        return text if ENDED.search(text) else text.rstrip(" ;；,，") + ("。" if self.language == "zh" else ".")

    def team(self, values: Mapping[str, Any]) -> str:
        """Return who writes: the brief's `signature`, else the brand's support."""
        brand = str(values.get("brand") or "").strip()
        return str(values.get("signature") or "").strip() or (self.of("team").format(brand=brand) if brand else "")
