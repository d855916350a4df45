"""Tickets → groups that ask the same: by the words of their questions and of their replies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aigc_plugins.rules.content_words import content, telling
from aigc_plugins.rules.rarity import rarities
from aigc_plugins.support.ticket_text import answers_of, as_question, first_clause, questions_of, words_of

ALIKE = 0.3  # from 0 to 1: two tickets of a group are so much alike on average; found on the sample tickets
CLEAR = 3  # words, or pairs of Chinese characters, of a question that needs no more of the message to be understood
CLEARLY = 0.6  # two replies of so much alike answer one question, in whatever words it was asked
INSIDE = 0.8  # of the shorter reply's words: the longer one says it too
HALF = 0.45  # of the shorter reply's words
REPLY, HAN_REPLY = 3, 5  # words of such a reply, or pairs of Chinese characters
LEAST_KNOWN = 10  # tickets
LEAST = 0.3  # of the shorter reply's words: a group that shares so many may have the same question in other words
FEW = 2  # words at least that two replies share
USUAL = 0.3  # of the tickets: what so many replies say answers none of them by itself
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
        asked = telling(" ".join(self.questions))
        return asked | telling(self.subject if len(asked) >= CLEAR else f"{self.subject} {self.question}")

    @property
    def questions(self) -> list[str]:
        """Return what the message asks; of one that has no question mark, the message where it is a question."""
        found = questions_of(self.question)
        whole = as_question(self.question) if not found and "\n" not in self.question.strip() else ""
        return found or [whole] * bool(whole)

    @property
    def replied(self) -> frozenset[str]:
        """Return the words of what was replied, without courtesies."""
        return content(" ".join(answers_of(self.answer)) or self.answer)


@dataclass(frozen=True, slots=True)
class _WeighedWords:
    """These are the words of a ticket with what they weigh."""

    asked: frozenset[str]
    replied: frozenset[str]
    asked_weight: float
    replied_weight: float
    told: tuple[frozenset[str], ...]  # the words of each sentence of the reply
    all_told: frozenset[str]
    begun: frozenset[str]  # the first clauses of Chinese sentences


@dataclass(slots=True)
class _LikeTickets:
    tickets: list[Ticket] = field(default_factory=list)
    words: dict[_WeighedWords, int] = field(default_factory=dict)  # how many tickets have the very same
    asked: set[str] = field(default_factory=set)
    replied: set[str] = field(default_factory=set)
    fewest: int = 1 << 30  # words of a reply

    def add(self, ticket: Ticket, words: _WeighedWords) -> None:
        self.tickets.append(ticket)
        self.words[words] = self.words.get(words, 0) + 1
        self.asked |= words.asked
        self.replied |= words.all_told
        self.fewest = min(self.fewest, len(words.all_told))


def like_questions(tickets: Sequence[Ticket]) -> list[list[Ticket]]:
    """Return groups of tickets that ask the same, the largest first, each ticket in one."""
    words = [(one.asked, one.replied) for one in tickets]
    usual = _said_often([frozenset().union(*map(words_of, answers_of(one.answer))) for one in tickets])
    asked, replied = (_weights([pair[side] for pair in words]) for side in (0, 1))
    groups: list[_LikeTickets] = []
    having: defaultdict[str, list[int]] = defaultdict(list)  # the groups that have a word in their replies
    for ticket, (question, answer) in zip(tickets, words, strict=True):
        own = _WeighedWords(
            question,
            answer,
            sum(map(asked.__getitem__, question)),
            sum(map(replied.__getitem__, answer)),
            tuple(map(words_of, parts := answers_of(ticket.answer))),
            frozenset().union(*map(words_of, parts)),
            frozenset(filter(None, map(first_clause, parts))),
        )
        shared = Counter(at for word in own.all_told - usual for at in having[word])
        near = [
            (_nearness(own, group, asked, replied, usual), -at)
            for at, group in enumerate(groups)
            if shared[at] >= max(FEW, LEAST * min(len(own.all_told), group.fewest))
            or not own.asked.isdisjoint(group.asked)
        ]
        best, at = max(near, default=(0.0, 0))
        if best < ALIKE:
            groups.append(_LikeTickets())
            at = 1 - len(groups)
        for word in own.all_told - groups[-at].replied:
            having[word].append(-at)
        groups[-at].add(ticket, own)
    return sorted((group.tickets for group in groups), key=len, reverse=True)


def _said_often(replies: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return the words of many replies, which tell no question from another, where there are enough to know."""
    if len(replies) < LEAST_KNOWN:
        return frozenset()
    counted = Counter(word for reply in replies for word in reply)
    return frozenset(word for word, many in counted.items() if many > USUAL * len(replies))


def _weights(texts: Sequence[frozenset[str]]) -> Mapping[str, float]:
    weight = rarities(texts)
    return {word: weight(word) for word in frozenset[str]().union(*texts)}


def _nearness(
    own: _WeighedWords,
    group: _LikeTickets,
    asked: Mapping[str, float],
    replied: Mapping[str, float],
    usual: frozenset[str],
) -> float:
    """Return how like a ticket is to those of a group, on average: by its question and reply, or by the reply alone
    where that leaves no doubt."""
    unlike = own.asked.isdisjoint(group.asked)
    found = 0.0
    for one, many in group.words.items():
        near = _likeness(own.asked & one.asked, own.asked_weight + one.asked_weight, asked)
        if own.replied and one.replied:
            shared = own.replied & one.replied
            reply = _likeness(shared, own.replied_weight + one.replied_weight, replied)
            near = (1 - OF_REPLY) * near + OF_REPLY * reply
            if _one_answer(own, one, reply, usual):
                near = max(near, reply, ALIKE)
            elif unlike:
                near = 0.0
        found += many * near
    return found / len(group.tickets)


def _one_answer(own: _WeighedWords, one: _WeighedWords, reply: float, usual: frozenset[str]) -> bool:
    """Tell whether two replies answer one question: they are much alike, or say one sentence, which is half of the
    shorter one."""
    if reply >= CLEARLY and len(own.replied & one.replied - usual) >= _enough(own.replied):
        return True
    every = len(own.all_told | one.all_told)
    if not own.begun.isdisjoint(one.begun) or (every >= REPLY and len(own.all_told & one.all_told) == every):
        return True  # the same but for a number, perhaps
    half = HALF * min(sum(map(len, own.told)), sum(map(len, one.told)))
    if len(own.all_told & one.all_told) < half:
        return False
    for first in own.told:
        for second in one.told:
            shared = first & second
            inside = len(shared) >= max(half, INSIDE * min(len(first), len(second)))
            if inside and len(shared - usual) >= _enough(shared):
                return True
    return False


def _enough(words: frozenset[str]) -> int:
    return REPLY if any(word.isascii() for word in words) else HAN_REPLY


def _likeness(shared: frozenset[str], both: float, weights: Mapping[str, float]) -> float:
    return 2 * sum(map(weights.__getitem__, shared)) / both if both else 0.0
