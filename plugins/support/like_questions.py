"""Tickets → groups that ask the same: by the words of their questions and of their replies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aigc_plugins.rules.content_words import telling
from aigc_plugins.rules.rarity import likeness, rarities
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


@dataclass(slots=True)
class _LikeTickets:
    tickets: list[Ticket] = field(default_factory=list)
    words: list[tuple[frozenset[str], frozenset[str]]] = field(default_factory=list)


def like_questions(tickets: Sequence[Ticket]) -> list[list[Ticket]]:
    """Return groups of tickets that ask the same, the largest first, each ticket in one."""
    words = [(one.asked, telling(one.answer)) for one in tickets]
    asked, replied = rarities([one for one, _ in words]), rarities([one for _, one in words])
    groups: list[_LikeTickets] = []
    for ticket, own in zip(tickets, words, strict=True):
        near = [(_nearness(own, group, asked, replied), -at) for at, group in enumerate(groups)]
        best, at = max(near, default=(0.0, 0))
        if best < ALIKE:
            groups.append(_LikeTickets())
            at = 1 - len(groups)
        groups[-at].tickets.append(ticket)
        groups[-at].words.append(own)
    return sorted((group.tickets for group in groups), key=len, reverse=True)


def _nearness(
    own: tuple[frozenset[str], frozenset[str]],
    group: _LikeTickets,
    asked: Callable[[str], float],
    replied: Callable[[str], float],
) -> float:
    """Return how like a ticket is to those of a group, on average."""
    if not any(own[0] & one[0] for one in group.words):
        return 0.0
    found = []
    for question, answer in group.words:
        near = likeness(own[0], question, asked)
        both = own[1] and answer
        found.append((1 - OF_REPLY) * near + OF_REPLY * likeness(own[1], answer, replied) if both else near)
    return sum(found) / len(found)
