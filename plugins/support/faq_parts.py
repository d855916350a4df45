"""An FAQ from tickets: which questions come again, worded as one customer asked, and what most replies say to them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc import check
from aigc.types import Draft, Field, Finding, Json
from aigc.types.foreign import read_json
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.given_capitals import with_given_capitals
from aigc_plugins.rules.content_words import denies, telling
from aigc_plugins.rules.rarity import likeness
from aigc_plugins.support.faq_answers import binding_of, contradicts, told_alike
from aigc_plugins.support.like_questions import Ticket, like_questions
from aigc_plugins.support.personal import MASK, is_personal, masked
from aigc_plugins.support.reply_parts import reply_wording
from aigc_plugins.support.shown_questions import (
    asks_yes_or_no,
    fitting_answer,
    oddity,
    says_yes_or_no,
    shown_question,
    stands_alone,
)
from aigc_plugins.support.ticket_text import as_question, own_text

LEAST_TICKETS = 2  # on which a question of the FAQ stands, unless the brief says otherwise
STORY = re.compile(r"(?i)\b(?:my|our|we|us|mine)\b|我(?!的订单)")  # of a question that tells of who asks it
OWN_STORY = 0.5
SHORT, LONG = 40, 400  # characters of a question, and those beyond that weigh as nothing in common
WORDS = 3  # of a question, where there is one of so many


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    """This is a question with what most replies say to it, and on which tickets it stands.

    `disputed` are sentences of which replies differ in a number, with all their wordings, or what one reply says
    against a sentence of the answer; `alone` those with a number, date or promise that only one reply has, which are
    left out. Each has its tickets' ids behind.
    """

    question: str
    answer: str
    tickets: tuple[str, ...]
    disputed: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


@pass_context
def faq_entries(context: Context) -> list[dict[str, str]]:
    """Return the questions of a brief's tickets with their answers, the one that is asked most first."""
    found = entries_of(context.get_all())
    return [{"question": one.question, "answer": one.answer} for one in found if one.answer]


@pass_context
def faq_citations(context: Context) -> list[str]:
    """Return, for each question of `faq_entries`, on how many tickets it stands, and their ids: `3: 101, 104, 117`."""
    return [f"{len(one.tickets)}: {', '.join(one.tickets)}" for one in entries_of(context.get_all()) if one.answer]


@pass_context
def faq_title(context: Context) -> str:
    """Return the brief's title, else one from `wording.yaml`, with the brand where there is one."""
    values = context.get_all()
    language = "zh" if values.get("language") == "zh" else "en"
    wording, brand = reply_wording()["faq"][language], str(values.get("brand") or "").strip()
    return str(values.get("title") or "").strip() or (wording["of"].format(brand=brand) if brand else wording["alone"])


@check
def nothing_personal(text: str, field: Field) -> Iterator[Finding]:
    """Nothing personal is published: no address, number of a person, name behind a greeting; what the brief's `keep`
    names is the shop's own."""
    keep = _kept(field.draft.brief.values)
    if is_personal(text, keep=keep):
        hidden = masked(text, keep=keep)
        at = next((place for place, char in enumerate(hidden) if text[place : place + 1] != char), 0)
        yield Finding(message=f"something personal stands here: {hidden[max(at - 20, 0) : at + 20]!r}")


@check(severity="warn")
def most_asked_is_answered(draft: Draft) -> Iterator[Finding]:
    """What is asked most is answered: a page without it is not what the tickets ask for."""
    entries = entries_of(draft.brief.values)
    most = max((len(one.tickets) for one in entries), default=0)
    first = [one for one in entries if len(one.tickets) == most]
    if first and not any(one.answer for one in first):
        asked = f"{first[0].question!r} ({', '.join(first[0].tickets)})"
        yield Finding(message=f"{asked} is asked most and left out: its replies say nothing alike that can be shown")


@check(severity="warn")
def questions_stand_alone(draft: Draft) -> Iterator[Finding]:
    """Each question shown is a whole one, not a few words as a customer typed them: put it anew."""
    for one in entries_of(draft.brief.values):
        if one.answer and not stands_alone(one.question):
            yield Finding(message=f"{one.question!r} is no whole question, and no other ticket has one")


@check(severity="warn")
def replies_agree(draft: Draft) -> Iterator[Finding]:
    """Where replies to one question differ in a number or date, or one denies what the answer says, each is told with
    its tickets: nobody but you knows which is right."""
    for one in entries_of(draft.brief.values):
        for sentences in one.disputed:
            yield Finding(message=f"{one.question!r}: the replies differ; {sentences}")


@check(severity="note")
def nothing_left_out(draft: Draft) -> Iterator[Finding]:
    """What only one reply says, with a number, a date or a promise, is left out and told; and so is a question that no
    two replies answer alike."""
    for one in entries_of(draft.brief.values):
        if not one.answer:
            why = "no sentence stands in most replies" if one.question else "no ticket has a question that can be shown"
            yield Finding(message=f"{one.question!r} ({', '.join(one.tickets)}): {why}")
        for sentence in one.alone:
            yield Finding(message=f"{one.question!r}: only one reply says {sentence}")


def entries_of(values: Mapping[str, Json]) -> Sequence[FaqEntry]:
    """Return the questions of a brief that stand on enough tickets, those without an answer too."""
    asked = {name: values.get(name) for name in ("tickets", "keep", "at_least")}
    return _read(json.dumps(asked, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=8)
def _read(asked: str) -> Sequence[FaqEntry]:
    """Return the questions of tickets written as JSON, read once for the texts and checks of a piece."""
    values: Mapping[str, Any] = read_json(asked)
    keep = _kept(values)
    tickets = [one for given in values.get("tickets") or [] if (one := _ticket(given, keep)) is not None]
    groups = like_questions(tickets)
    least = int(values.get("at_least") or LEAST_TICKETS)
    return [faq_entry(group) for group in groups if len(group) >= least]


def _kept(values: Mapping[str, Json]) -> Collection[str]:
    return [str(one) for one in values.get("keep") or []]


def _ticket(given: Json, keep: Collection[str]) -> Ticket | None:
    """Return a ticket of the brief, masked; None of one without question or answer."""
    if not isinstance(given, Mapping):
        return None
    parts = {name: str(given.get(name) or "") for name in ("id", "subject", "question", "answer")}
    asked = masked(own_text(parts["question"]), keep=keep)
    answer = masked(own_text(parts["answer"]), keep=keep)
    subject = masked(parts["subject"], keep=keep)
    if not answer.strip() or not (asked or subject).strip():
        return None
    return Ticket(id=parts["id"], subject=subject, question=asked, answer=answer)


def faq_entry(group: Sequence[Ticket]) -> FaqEntry:
    """Return what a group of tickets asks and what most of its replies say; neither where no question can be shown."""
    question = _question(group)
    if not question:
        return FaqEntry(question="", answer="", tickets=tuple(ticket.id for ticket in group))
    kept, disputed, alone = dict[str, list[str]](), list[str](), list[tuple[str, list[str]]]()
    for one in told_alike(group):
        ids = one.tickets
        if one.disputed and len(ids) > 1:
            disputed.append(f"left out: {' against '.join(_cited(text, own) for text, own in one.by.items())}")
        elif len(ids) * 2 > len(group) and len(ids) > 1:
            kept[one.wording(of=len(group))] = ids
            alone += one.left_out(of=len(group))
        elif len(ids) == 1 and (one.binding or denies(one.shortest)):
            alone.append((one.shortest, ids))
    against = {
        text: [best for best, stood in kept.items() if {*ids}.isdisjoint(stood) and contradicts(text, best, question)]
        for text, ids in alone
    }
    for text, ids in alone:
        disputed += [f"{_cited(best, kept[best])} against {_cited(text, ids)}" for best in against[text]]
    told = list(map(capital, kept))
    told[:1] = [fitting_answer(question, one) for one in told[:1]]
    joint = "" if any("\u4e00" <= char <= "\u9fff" for char in "".join(kept)) else " "
    return FaqEntry(
        question=question,
        answer=joint.join(told),
        tickets=tuple(ticket.id for ticket in group),
        disputed=tuple(disputed),
        alone=tuple(_cited(text, ids) for text, ids in alone if not against[text] and binding_of(text)),
    )


def _cited(sentence: str, ids: Sequence[str]) -> str:
    return f"{sentence!r} ({', '.join(ids)})"


def _question(group: Sequence[Ticket]) -> str:
    """Return the question of the group that has most in common with all the others and with what is replied, and
    nothing personal in it; one that tells of the customer only where there is no other."""
    given = [question for one in group for question in (as_question(one.subject), *one.questions) if question]
    names = [one.answer for one in group]  # agents write names as names
    asked = [shown_question(with_given_capitals(one, names)) for one in given if MASK not in one]
    yes_or_no = sum(says_yes_or_no(one.answer.strip()) for one in group) * 2 > len(group)
    fine = [one for one in dict.fromkeys(asked) if one and MASK not in one and telling(one)]
    words = [*(one.asked for one in group), *(one.replied for one in group)]

    fine = [one for one in fine if len(one.split()) >= WORDS or not one.isascii()] or fine

    def fit(question: str) -> float:
        near = sum(likeness(telling(question), other, _one) for other in words)
        near += yes_or_no * asks_yes_or_no(question) - oddity(question)
        return near - OWN_STORY * len(STORY.findall(question)) - max(len(question) - SHORT, 0) / LONG

    return max(fine, key=fit, default="")


def _one(_: str) -> float:
    return 1.0
