"""What several replies say alike: which sentences, how they are worded, and where they differ in what binds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aigc_plugins.rules.content_words import content, denies
from aigc_plugins.rules.rarity import likeness
from aigc_plugins.rules.stated import stated_in
from aigc_plugins.support.like_questions import Ticket
from aigc_plugins.support.ticket_text import answers_of, first_clause, words_of

SAME = 0.6  # of two sentences' words: they say one thing
INSIDE = 0.8  # of the shorter one's words: the longer says it too
OPPOSED = 0.75  # so much alike, and one denies: "dogs are allowed inside", "dogs are not allowed inside"
FEWEST = 3  # words, or pairs of Chinese characters, of a sentence that another says too
PROMISE = re.compile(
    r"(?i)\b(?:refund|free|guarantee|always|never|replac|compensat|discount|waive|reimburs|credit|gift|warranty|promise)\w*"
    r"|退款|免费|保证|赔偿|补偿|包邮|换新|优惠|赠送|承诺|质保|报销"
)
CLOCK = re.compile(r"[一二三四五六七八九十两\d]+点半?|\b\d{1,2}(?::\d\d)? ?[ap]m\b", re.IGNORECASE)
LIMITS = re.compile(r"(?i)\b(?:but|except|unless|only|not|no|none|without|never)\b|[不没无限仅除]|只|但")
FOR_ONE = re.compile(
    r"(?i)\b(?:i|i['’]\w+|yesterday|today|tomorrow|your (?:order|parcel|booking|ticket|case|request|child)|"
    r"yours|as (?:you|i) \w+)\b|您的(?:订单|快递|包裹|申请)|今天|昨天|明天|刚刚|刚才|已经?为您"
)
ASKED_FOR = re.compile(r"^(?:请您?|需要?|要)?(?:带上?|携带|准备|提供)(?:好|上)?")  # 请带身份证, 需要身份证
YES_OR_NO = re.compile(r"(?i)^(?:yes|no|sure|of course)[,.!] ")
SHORTEST = 4  # characters of a sentence that is worth telling
MANY = 3  # replies, of which what one of them adds is told only where it limits


@dataclass(slots=True, kw_only=True)
class SaidAlike:
    """This is one thing that some replies say: each wording with the tickets whose replies have it."""

    by: dict[str, list[str]] = field(default_factory=dict)

    @property
    def tickets(self) -> list[str]:
        return list(dict.fromkeys(id for ids in self.by.values() for id in ids))

    @property
    def shortest(self) -> str:
        """Return the wording that most replies have, of those the shortest."""
        return min(self.by, key=lambda one: (-len(self.by[one]), len(one)))

    @property
    def binding(self) -> bool:
        """Tell whether what is said has an amount, a date or a promise."""
        return any(map(binding_of, self.by))

    @property
    def disputed(self) -> bool:
        """Tell whether two wordings differ in what binds, and not only because one goes on where the other ends, or
        all go on from one that denies as they do."""
        for one in self.by:
            if all(other == one or (_goes_on(one, other) and denies(one) == _denied(other)) for other in self.by):
                return False
        return any(_differ(one, other) for one in self.by for other in self.by)

    def wording(self, *, of: int) -> str:
        """Return the wording to show, of so many tickets: the longest whose additions bind nobody; of many replies
        only what limits is added."""
        base = self.shortest
        longer = [one for one in self.by if len(one) > len(base) and self._adds(base, one, of)]
        return max(longer, key=len, default=base)

    def left_out(self, *, of: int) -> Iterator[tuple[str, list[str]]]:
        """Yield the wordings that bind to more than the one shown does."""
        shown = binding_of(self.wording(of=of))
        yield from ((one, ids) for one, ids in self.by.items() if binding_of(one) - shown)

    def _adds(self, base: str, longer: str, of: int) -> bool:
        if binding_of(longer) != binding_of(base) or FOR_ONE.search(longer) or not _begins_alike(base, longer):
            return False
        limits, ours = (len(LIMITS.findall(YES_OR_NO.sub("", one))) for one in (longer, base))
        return of < MANY or limits > ours


def told_alike(group: Sequence[Ticket]) -> list[SaidAlike]:
    """Return what the replies of a group say, sentences that say one thing together, in the order of the replies."""
    found: list[SaidAlike] = []
    for ticket in group:
        for sentence in answers_of(ticket.answer):
            if len(sentence) < SHORTEST:
                continue
            near = [(max(_alike(sentence, other) for other in one.by), -at) for at, one in enumerate(found)]
            best, at = max(near, default=(0.0, 0))
            if best < SAME or ticket.id in found[-at].tickets:
                found.append(SaidAlike(by={sentence: [ticket.id]}))
            else:
                found[-at].by.setdefault(sentence, []).append(ticket.id)
    return found


def binding_of(sentence: str) -> frozenset[object]:
    """Return what binds who says a sentence: amounts, dates, times, links, promises."""
    facts = ((one.kind, one.key or (one.number, one.unit)) for one in stated_in(sentence, words=True))
    times = (found.group().casefold() for found in CLOCK.finditer(sentence))
    return frozenset([*facts, *times, *(found.group().casefold() for found in PROMISE.finditer(sentence))])


def contradicts(sentence: str, told: str, question: str) -> bool:
    """Say whether a sentence of another reply to the same question cannot be true beside one: another number of the
    same unit, or one denies all that the other says of the question."""
    own, others = _amounts(sentence), _amounts(told)
    if any(own[unit] != others[unit] for unit in own.keys() & others.keys()):
        return True
    asked = content(told) & content(question)
    return bool(asked) and denies(sentence) != denies(told) and asked <= content(sentence)


def _amounts(sentence: str) -> dict[str, set[object]]:
    """Return the numbers of a sentence by their units."""
    found: dict[str, set[object]] = {}
    for one in stated_in(sentence, words=True):
        if one.unit:
            found.setdefault(one.unit, set()).add(one.number)
    return found


def _differ(one: str, other: str) -> bool:
    if _goes_on(one, other) or _goes_on(other, one):
        return False
    opposed = denies(one) != denies(other) and likeness(words_of(one), words_of(other), _weight) >= OPPOSED
    return binding_of(one) != binding_of(other) or opposed


def _goes_on(short: str, longer: str) -> bool:
    """Tell whether a sentence says all of a shorter one, and then more."""
    plain = ["".join(re.findall(r"\w", ASKED_FOR.sub("", text.casefold()))) for text in (short, longer)]
    return len(plain[0]) < len(plain[1]) and plain[0] in plain[1] and binding_of(short) <= binding_of(longer)


def _denied(sentence: str) -> bool:
    """Tell whether a sentence denies, apart from the yes or no before it."""
    return denies(YES_OR_NO.sub("", sentence))


def _begins_alike(short: str, longer: str) -> bool:
    return _goes_on(short, longer) or first_clause(short) == first_clause(longer) != ""


def _alike(one: str, other: str) -> float:
    words, others = words_of(one), words_of(other)
    fewer = min(len(words), len(others))
    inside = len(words & others) / fewer if fewer >= FEWEST else 0.0
    begun = first_clause(one) == first_clause(other) != ""
    return max(likeness(words, others, _weight), SAME if inside >= INSIDE or begun else 0.0)


def _weight(_: str) -> float:
    return 1.0
