"""Deeds of English sentences: subjects with their verbs, orders, and "by" whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aigc_plugins.claims.claim_lists import ClaimLists
from aigc_plugins.claims.deeds import CUSTOMER, PERSONS, Doing, verbs_of
from aigc_plugins.claims.stems import bases

TOKEN = re.compile(r"[a-z]+(?:[-'][a-z]+)*|\d[\d.,:]*|[^\w\s]")
BREAK = re.compile(r"(?<=[.!?;:])\s+|\n")
OWN = re.compile(
    r"\b(your|our) ([a-z]+)(?=\s*(?:[.,;:!?]|$| (?:is|are|was|were|and|or|in|on|at|to|with|for|by|from|of)\b))"
)
LEAST_PLURAL = 3  # letters: "us" is no plural
BACK = 6  # words before "by" in which its verb stands
LINKS = ("and", "or", ",", "then", "to")


def english_deeds(text: str, lists: ClaimLists) -> Iterator[Doing]:
    """Yield what is done in a text, and by whom, where it says so."""
    for sentence in BREAK.split(text.lower().replace("’", "'")):
        yield from EnglishClause(TOKEN.findall(sentence), lists).deeds()


def possible_deeds(topic: str, facts: Iterable[str], lists: ClaimLists) -> Iterator[str]:
    """Yield the verbs that a service's topic names ("bike repair"), and what its facts say is done to what is yours."""
    named = EnglishClause(TOKEN.findall(topic.lower()), lists)
    yield from (word for at, word in enumerate(named.words) if named.is_verb(at) and not named.among("no_order", at))
    for fact in facts:
        told = EnglishClause(TOKEN.findall(fact.lower()), lists)
        for at in range(len(told.words)):
            if told.among("be", at) and "your" in told.words[:at] and told.is_verb(at + 1):
                yield told.words[at + 1]


def belongings(text: str) -> Iterator[tuple[str, str]]:
    """Yield whose a thing is said to be: ("your", "bike")."""
    yield from ((found[1], found[2]) for found in OWN.finditer(text.lower()))


@dataclass(frozen=True, slots=True)
class EnglishClause:
    """This is a sentence in small letters, word for word, beside the lists of its language."""

    words: Sequence[str]
    lists: ClaimLists

    def deeds(self) -> Iterator[Doing]:
        """Yield its orders, what those do who stand in it, and what is learnt."""
        yield from self._ordered()
        for at in range(len(self.words)):
            doer = self.doer(at)
            if doer and not self.doer(at + 1):  # of "team members" the last counts
                yield from self._done_by(at, doer)
            elif self.word(at) == "to" and self.among("learnt", at - 1) and self.is_verb(at + 1):
                yield Doing(self.words[at + 1], CUSTOMER)

    def word(self, at: int) -> str:
        """Return the word at a place, nothing outside."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def among(self, name: str, at: int) -> bool:
        """Tell whether a word is in a list of `doers`."""
        return self.word(at) in self.lists.doers[name]

    def is_verb(self, at: int) -> bool:
        """Tell whether a word may be a form of a verb."""
        word = self.word(at)
        plain = (self.lists.alike.get(word, word), *bases(word))
        return word[:1].isalpha() and word not in self.lists.function and not verbs_of(self.lists).isdisjoint(plain)

    def doer(self, at: int) -> str:
        """Return as whom a word may do something, nothing where it may not."""
        word = self.word(at)
        bare = word.split("'")[0]  # we'll
        forms = {bare, bare.removesuffix("s") if len(bare) > LEAST_PLURAL else bare}
        found = (name for name in PERSONS if not forms.isdisjoint(self.lists.doers[name]))
        return "" if word.endswith("'s") else next(found, "")

    def _ordered(self) -> Iterator[Doing]:
        """Yield the orders that it begins with: "Repair your bike and ride it home"."""
        at = 0
        while self.among("beside", at):
            at += 1
        if self._is_plain(at) and self._is_object(at + 1):
            yield from self._verbs_from(at, CUSTOMER)

    def _is_object(self, at: int) -> bool:
        """Tell whether what comes after a verb makes it an order: its object, or "and" with another verb and that."""
        word = self.word(at)
        if word in ("and", "or", ",") and self._is_plain(at + 1):
            return self._is_object(at + 2)
        if word == "to" or self.among("particles", at):  # "fill in the form"
            return self.among("objects", at + 1)
        several = word.endswith("s") and not (word.endswith("ss") or self.among("no_order", at) or self.is_verb(at))
        return self.among("objects", at) or word[:1].isdigit() or several

    def _done_by(self, at: int, doer: str) -> Iterator[Doing]:
        """Yield what the doer at a place does: as the subject of verbs, or behind "by"."""
        before = self._before(at)
        if self.word(before) == "by":
            back = range(before - 1, max(-1, before - 1 - BACK), -1)
            verb = next((self.words[one] for one in back if self.is_verb(one) and not self._is_plain(one)), "")
            yield from [Doing(verb, doer)] if verb else []
        elif self.is_verb(before) and not self.among("cause", before):  # "hold a studio key"
            return
        elif not self.among("oblique", before) or (self.word(before) == "for" and self.word(at + 1) == "to"):
            after = self._after(at)
            if self.is_verb(after):
                yield from self._verbs_from(after, doer)

    def _before(self, at: int) -> int:
        """Return the place before a doer with the nouns and the article that belong to it."""
        before = at - 1
        while not self.among("pronouns", at) and self._is_noun(before):  # Elm Road School
            before -= 1
        while self.among("objects", before) or self.doer(before):
            before -= 1
        return before

    def _after(self, at: int) -> int:
        """Return the place after a doer and what may stand before its verb."""
        after = at + 3 if self.word(at + 1) == "of" else at + 1  # a team of two
        while self.among("beside", after) or self.word(after).endswith("ly") or self.word(after).startswith("'"):
            after += 1
        return after + (self.among("have", after) or self.word(after) == "to")

    def _verbs_from(self, at: int, doer: str) -> Iterator[Doing]:
        """Yield the verb at a place and those that follow it for the same doer: "collect, repair and return"."""
        yield Doing(self.words[at], doer)
        for place in range(at + 1, len(self.words)):
            before, word = self.words[place - 1], self.words[place]
            led = self.among("oblique", place - 1) or self.among("objects", place - 1)
            if word in ".;:!?" or (self.doer(place) and not led):
                return
            alike = self._is_plain(place) is (self._is_plain(at) or before == "to")
            if before in LINKS and alike and self.is_verb(place) and not self.among("be", place + 1):
                yield Doing(word, doer)

    def _is_plain(self, at: int) -> bool:
        return self.word(at) in verbs_of(self.lists)

    def _is_noun(self, at: int) -> bool:
        other = self.word(at) in self.lists.function or self.among("objects", at) or self.is_verb(at)
        return self.word(at)[:1].isalpha() and not other
