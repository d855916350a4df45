"""One conversation: what the customer writes, what answers, and a person who takes over."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from aigc.errors import UsageError
from aigc.ledger.conversations import ChatTurn, Conversations

STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReply:
    """This is a whole answer: its text, where what it says stands, whether a person is needed instead, and why.
    `note` is for who runs the chat, not for the customer."""

    text: str
    citations: tuple[str, ...] = ()
    needs_human: bool = False
    reason: str = ""
    note: str = ""


class Answerer(Protocol):
    """This answers. It yields parts of a text as they come, and last the whole answer. An iterator that is closed early
    cancels what is in hand."""

    def answer(self, turns: Sequence[ChatTurn], draw: int) -> Iterator[str | ChatReply]:
        """Answer the last turn, the customer's; `draw` counts how often it was answered before."""


class Conversation:
    """This is a conversation with its file. While a person has taken over, nothing answers."""

    def __init__(self, kept: Conversations, number: int, answerer: Answerer) -> None:
        self.kept = kept
        self.number = number
        self.answer: ChatReply | None = None  # the last one, once it is whole
        self._answerer = answerer
        self._draw = 0

    @property
    def taken(self) -> bool:
        """Say whether a person has taken over."""
        return self.kept.taken(self.number)

    def say(self, text: str) -> Generator[str, None, None]:
        """Write down what the customer says and yield the answer in parts; nothing while a person has taken over."""
        self.kept.add(self.number, ChatTurn(speaker="customer", text=text))
        self._draw, self.answer = 0, None
        if not self.taken:
            yield from self._answered()

    def again(self) -> Generator[str, None, None]:
        """Answer the last message anew. UsageError where there is none, or a person has taken over."""
        turns = self.kept.turns(self.number)
        if self.taken:
            raise UsageError("a person has taken over", hint="/release lets the bot answer again")
        if not turns or all(one.speaker != "customer" for one in turns) or turns[-1].speaker == "person":
            raise UsageError("there is nothing to answer again")
        if turns[-1].speaker == "bot":
            self.kept.replace_last(self.number)
        self._draw, self.answer = self._draw + 1, None
        yield from self._answered()

    def take_over(self) -> None:
        """Let a person answer from now on: the bot is silent."""
        self.kept.set_taken(self.number, True)

    def release(self) -> None:
        """Let the bot answer again."""
        self.kept.set_taken(self.number, False)

    def person_says(self, text: str) -> None:
        """Write down what a person answers. UsageError where nobody has taken over."""
        if not self.taken:
            raise UsageError("nobody has taken over", hint="/takeover first")
        self.kept.add(self.number, ChatTurn(speaker="person", text=text))

    def _answered(self) -> Generator[str, None, None]:
        """Yield the parts of an answer and write it down, as far as it came where it is stopped."""
        told = ""
        parts = self._answerer.answer(self.kept.turns(self.number), self._draw)
        try:
            for part in parts:
                if isinstance(part, ChatReply):
                    self.answer = part
                else:
                    told += part
                    yield part
        finally:
            if (whole := self.answer) is not None:
                turn = ChatTurn(speaker="bot", text=whole.text, citations=whole.citations, reason=whole.reason)
                self.kept.add(self.number, turn)
            elif told.strip():
                self.kept.add(self.number, ChatTurn(speaker="bot", text=told, reason=STOPPED))
