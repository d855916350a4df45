"""Answers of a model, which reads what was said before; what no longer fits is summed up, and that is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from aigc.chatting.conversation import ChatReply
from aigc.errors import EngineError
from aigc.ledger.conversations import ChatTurn
from aigc.types import Completion, Delta, Generator, Message, Prompt, Request, SamplingParams

SAMPLING = SamplingParams(temperature=0.6, top_p=0.95, repetition_penalty=1.05, max_tokens=400)
SUMMING = SamplingParams(temperature=0.0, max_tokens=160)
KEPT_WHOLE = 2  # turns at the end that are never summed up
SUM_UP = "Sum up this conversation in at most 100 words: what was asked, what was answered, names and numbers."
EARLIER = "What was said before, summed up: "
# What engines and servers say of a prompt that is too long.
TOO_LONG = re.compile(r"the model takes|context (?:length|window|size)|maximum context|too many tokens", re.IGNORECASE)


class ModelAnswers:
    """This asks a generator. It remembers what it summed up, for the conversation at hand."""

    def __init__(
        self, generator: Generator, *, system: str, sampling: SamplingParams = SAMPLING, adapter: str | None = None
    ) -> None:
        self._generator = generator
        self._system = system
        self._sampling = sampling
        self._adapter = adapter
        self._serials = count(1)
        self._summed = 0  # turns, up to the one of that place
        self._summary = ""

    def answer(self, turns: Sequence[ChatTurn], draw: int) -> Iterator[str | ChatReply]:
        """Answer the last turn. EngineError where it does not fit the model, even alone, or nothing answers."""
        note = ""
        while True:
            later = [one for one in turns if one.place > self._summed]
            sampling = replace(self._sampling, seed=self._sampling.seed + draw)
            completion = None
            for part in self._asked(self._messages(later), sampling):
                if isinstance(part, Completion):
                    completion = part
                else:
                    yield part.text
            assert completion is not None
            if not completion.error:
                cut = " (it ends at the model's limit)" if completion.finish_reason == "length" else ""
                yield ChatReply(text=completion.text.strip(), reason="written by the model", note=(note + cut).strip())
                return
            if not TOO_LONG.search(completion.error):
                raise EngineError(completion.error)
            if len(later) <= KEPT_WHOLE:
                raise EngineError(
                    f"the message of {len(turns[-1].text):,} characters does not fit the model: {completion.error}",
                    hint="say it shorter, or take a model with a longer context",
                )
            half = later[: max(1, (len(later) - KEPT_WHOLE + 1) // 2)]
            self._summary = self._summed_up([*self._earlier(), *(f"{one.speaker}: {one.text}" for one in half)])
            self._summed = half[-1].place
            note = f"The first {self._summed} messages no longer fit and were summed up: {self._summary}"

    def _messages(self, turns: Sequence[ChatTurn]) -> tuple[Message, ...]:
        system = "\n\n".join(filter(None, [self._system, *self._earlier()]))
        found = [Message(role="system", content=system)] if system else []
        for one in turns:
            role = "user" if one.speaker == "customer" else "assistant"
            if found and found[-1].role == role:  # templates of chats want them in turn
                found[-1] = Message(role=role, content=f"{found[-1].content}\n\n{one.text}")
            elif role == "user":
                found.append(Message(role="user", content=one.text))
            else:
                found.append(Message(role="assistant", content=one.text))
        return tuple(found)

    def _earlier(self) -> list[str]:
        return [EARLIER + self._summary] if self._summary else []

    def _summed_up(self, texts: Sequence[str]) -> str:
        """Return a summary of some texts, of each half by itself where they are too long. EngineError where one text
        alone is."""
        messages = (Message(role="system", content=SUM_UP), Message(role="user", content="\n".join(texts)))
        for part in self._asked(messages, SUMMING):
            if isinstance(part, Completion):
                if not part.error:
                    return part.text.strip()
                if not TOO_LONG.search(part.error) or len(texts) == 1:
                    raise EngineError(f"what was said before can no longer be summed up: {part.error}")
        half = len(texts) // 2
        return f"{self._summed_up(texts[:half])} {self._summed_up(texts[half:])}"

    def _asked(self, messages: tuple[Message, ...], sampling: SamplingParams) -> Iterator[Delta | Completion]:
        """Yield the parts of what a request gives, and last its Completion; cancel it where nobody listens."""
        name = f"chat-{next(self._serials)}"
        request = Request(
            id=name, prompt=Prompt(messages=messages), sampling=sampling, adapter=self._adapter, stream=True
        )
        self._generator.submit(request)
        done = False
        try:
            while not done:
                for event in self._generator.step():
                    if event.request_id != name:
                        continue
                    done = isinstance(event, Completion)
                    yield event
        finally:
            if not done:
                self._generator.cancel(name)
