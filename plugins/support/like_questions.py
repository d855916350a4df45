"""Tickets → groups that ask the same: by the words of their questions and of their replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aigc_plugins.rules.content_words import telling
from aigc_plugins.rules.rarity import rarities
from aigc_plugins.support.ticket_text import questions_of

ALIKE = 0.3  # from 0 to 1: two tickets of a group are so much alike on average; found on the sample tickets
CLEAR = 3  # words, or pairs of Chinese characters, of a question that needs no more of the message to be understood
OF_REPLY = 0.4  # what the replies count for beside the questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """This is a customer's question, perhaps with a subject, and what was replied, without personal data."""

    id: str
    question: str
    answer: str
    subject: str = ""

    @property
    def asked(self) -> frozenset[str]:
        """Return the words of what is asked: of its subject and questions; where these say little, of all."""
        asked = telling(" ".join(questions_of(self.question)))
        return asked | telling(self.subject if len(asked) >= CLEAR else f"{self.subject} {self.question}")


@dataclass(frozen=True, slots=True)
class _WeighedWords:
    """These are the words of a ticket with what they weigh."""

    asked: frozenset[str]
    replied: frozenset[str]
    asked_weight: float
    replied_weight: float


@dataclass(slots=True)
class _LikeTickets:
    tickets: list[Ticket] = field(default_factory=list)
    words: dict[_WeighedWords, int] = field(default_factory=dict)  # how many tickets have the very same
    asked: set[str] = field(default_factory=set)


def like_questions(tickets: Sequence[Ticket]) -> list[list[Ticket]]:
    """Return groups of tickets that ask the same, the largest first, each ticket in one."""
    words = [(one.asked, telling(one.answer)) for one in tickets]
    asked, replied = (_weights([pair[side] for pair in words]) for side in (0, 1))
    groups: list[_LikeTickets] = []
    for ticket, (question, answer) in zip(tickets, words, strict=True):
        own = _WeighedWords(
            question, answer, sum(map(asked.__getitem__, question)), sum(map(replied.__getitem__, answer))
        )
        near = [(_nearness(own, group, asked, replied), -at) for at, group in enumerate(groups)]
        best, at = max(near, default=(0.0, 0))
        if best < ALIKE:
            groups.append(_LikeTickets())
            at = 1 - len(groups)
        groups[-at].tickets.append(ticket)
        groups[-at].words[own] = groups[-at].words.get(own, 0) + 1
        groups[-at].asked |= question
    return sorted((group.tickets for group in groups), key=len, reverse=True)


def _weights(texts: Sequence[frozenset[str]]) -> Mapping[str, float]:
    weight = rarities(texts)
    return {word: weight(word) for word in frozenset[str]().union(*texts)}


def _nearness(
    own: _WeighedWords, group: _LikeTickets, asked: Mapping[str, float], replied: Mapping[str, float]
) -> float:
    """Return how like a ticket is to those of a group, on average."""
    if own.asked.isdisjoint(group.asked):
        return 0.0
    found = 0.0
    for one, many in group.words.items():
        near = _likeness(own.asked & one.asked, own.asked_weight + one.asked_weight, asked)
        if own.replied and one.replied:
            reply = _likeness(own.replied & one.replied, own.replied_weight + one.replied_weight, replied)
            near = (1 - OF_REPLY) * near + OF_REPLY * reply
        found += many * near
    return found / len(group.tickets)


def _likeness(shared: frozenset[str], both: float, weights: Mapping[str, float]) -> float:
    return 2 * sum(map(weights.__getitem__, shared)) / both if both else 0.0
