"""`/v1/completions` as OpenAI has it: plain texts go on, without turns.

`suffix` is what stands behind the text. No model here is trained to fill a gap, so several texts are written, and the
one after which the suffix is likeliest is told; `best_of` tells the likeliest of several.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Field

from aigc.serving.events import DONE, event_text
from aigc.serving.refusals import ParamNames
from aigc.serving.token_log import PlacedToken, TokenLog, text_logprobs
from aigc.serving.usage import FINISHED, usage_of
from aigc.serving.wire import MOST_ANSWERS, WHOLE, Leniency, Sampled, sampling_of
from aigc.types import Completion, Delta, Json, Message, Prompt, Request, SamplingParams, TokenLogprob

MOST_PROMPTS = 256
TRIED = 4  # texts before a suffix for each that is told
WRITTEN = 16  # tokens where a body does not say how many, as OpenAI has it

Text: TypeAlias = Annotated[str, Field(min_length=1)]
Ids: TypeAlias = Annotated[list[Annotated[int, Field(ge=0), WHOLE]], Field(min_length=1)]


class CompletionBody(Sampled):
    prompt: (
        Text
        | Annotated[list[Text], Field(min_length=1, max_length=MOST_PROMPTS)]
        | Ids
        | Annotated[list[Ids], Field(min_length=1, max_length=MOST_PROMPTS)]
    )
    max_tokens: Annotated[int, Field(ge=0), WHOLE] | None = None
    echo: bool | None = None
    best_of: Annotated[int, Field(ge=0, le=MOST_ANSWERS), WHOLE] | None = None
    suffix: str | None = None
    logprobs: Annotated[int, Field(ge=0, le=5), WHOLE] | None = None

    @property
    def prompts(self) -> list[str | list[int]]:
        """The prompts, each a text or a model's tokens."""
        if isinstance(self.prompt, str):
            return [self.prompt]
        whole: list[Any] = [self.prompt] if isinstance(self.prompt[0], int) else list(self.prompt)
        return whole

    @property
    def limit(self) -> int:
        """How many tokens a text may have."""
        return WRITTEN if self.max_tokens is None else self.max_tokens

    @property
    def told(self) -> int:
        """How many texts are told for a prompt."""
        return self.n or 1

    @property
    def tried(self) -> int:
        """How many texts are written for a prompt."""
        for_suffix = min(TRIED * self.told, MOST_ANSWERS) if self.suffix and self.limit else 0
        return max(self.told, self.best_of or 0, for_suffix)


@dataclass(slots=True)
class TextAnswer:
    """This tells what comes of one call, by the model's name, as JSON. `echoed` are its prompts as texts, with their
    tokens where figures are asked for."""

    named: ClassVar[ParamNames] = ParamNames(prompt="prompt")

    model: str
    body: CompletionBody
    echoed: Sequence[tuple[str, Sequence[PlacedToken]]]
    id: str = field(default_factory=lambda: f"cmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))
    _logs: dict[tuple[int, int], TokenLog] = field(default_factory=dict)

    def whole(self, told: Sequence[Sequence[Completion]]) -> dict[str, Json]:
        """Return the answer in one piece."""
        choices = [self._choice(place, one) for place, answers in enumerate(told) for one in self.kept(answers)]
        return {**self._record(choices), "usage": usage_of(told)}

    def begin(self) -> Iterator[str]:
        """Yield the prompts, where they are to be told."""
        for place, (prompt, tokens) in enumerate(self.echoed if self.body.echo else ()):
            for index in range(self.body.told):
                yield self._chunk(place, index, prompt, self._logprobs(tokens, 0))

    def parts(self, place: int, delta: Delta) -> Iterator[str]:
        """Yield the chunk of a part of a text."""
        if self.body.limit:
            tokens = self._log(place, delta.index).feed(delta.text, delta.logprobs)
            if delta.text or tokens:
                yield self._chunk(place, delta.index, delta.text, self._logprobs(tokens, self._begin(place)))

    def last(self, place: int, answer: Completion) -> Iterator[str]:
        """Yield the chunk that ends a text."""
        yield self._chunk(place, answer.index, "", None, finish=self._finish(answer))

    def end(self, told: Sequence[Sequence[Completion]]) -> Iterator[str]:
        """Yield what follows the last text."""
        if self.body.with_usage:
            yield event_text({**self._record([]), "usage": usage_of(told)})
        yield DONE

    def failed(self, message: str) -> Iterator[str]:
        """Yield what ends a stream that cannot go on."""
        yield event_text({"error": {"message": message, "type": "server_error", "param": None, "code": None}})

    def kept(self, answers: Sequence[Completion]) -> list[Completion]:
        """Return the answers that are told: of more than that the likeliest, numbered anew."""
        if len(answers) <= self.body.told:
            return list(answers)
        best = sorted(answers, key=lambda one: -_likely(one))[: self.body.told]
        return [replace(one, index=index) for index, one in enumerate(best)]

    def streamed(self, told: Sequence[Sequence[Completion]]) -> Iterator[str]:
        """Yield a stream's chunks of texts that are all there."""
        yield from self.begin()
        for place, answers in enumerate(told):
            for one in self.kept(answers):
                yield from self.parts(
                    place, Delta(request_id="", index=one.index, text=one.text, logprobs=one.logprobs)
                )
                yield from self.last(place, one)
        yield from self.end(told)

    def _log(self, place: int, index: int) -> TokenLog:
        return self._logs.setdefault((place, index), TokenLog())

    def _begin(self, place: int) -> int:
        return len(self.echoed[place][0]) if self.body.echo else 0

    def _finish(self, answer: Completion) -> str:
        return FINISHED[answer.finish_reason] if self.body.limit else "length"

    def _choice(self, place: int, answer: Completion) -> dict[str, Json]:
        text = answer.text if self.body.limit else ""
        prompt, tokens = self.echoed[place] if self.body.echo else ("", ())
        own = self._log(place, answer.index).feed(text, answer.logprobs if self.body.limit else ())
        shifted = [replace(one, offset=one.offset + len(prompt)) for one in own]
        told = {"text": prompt + text, "index": place * self.body.told + answer.index}
        return {**told, "logprobs": self._logprobs([*tokens, *shifted], 0), "finish_reason": self._finish(answer)}

    def _chunk(self, place: int, index: int, text: str, logprobs: Json, *, finish: str | None = None) -> str:
        told = {"text": text, "index": place * self.body.told + index, "logprobs": logprobs, "finish_reason": finish}
        usage = {"usage": None} if self.body.with_usage else {}
        return event_text({**self._record([told]), **usage})

    def _record(self, choices: list[dict[str, Json]]) -> dict[str, Json]:
        about = {"id": self.id, "object": "text_completion", "created": self.created, "model": self.model}
        return {**about, "choices": choices, "system_fingerprint": None}

    def _logprobs(self, tokens: Sequence[PlacedToken], begin: int) -> Json:
        return None if self.body.logprobs is None else text_logprobs(tokens, self.body.logprobs, begin)


def _likely(answer: Completion) -> float:
    return float("-inf") if answer.mean_logprob is None else answer.mean_logprob


def read_completions(asked: Leniency, body: CompletionBody) -> list[Request]:
    """Return what a body asks for, a Request for each prompt. Refusal names the parameter that cannot be done."""
    if body.best_of and body.best_of < body.told:
        asked.cannot("best_of", f"{body.best_of} is less than n, {body.told}")
    if body.best_of and body.best_of > body.told:
        if body.stream:
            asked.cannot("best_of", "the best text is known only when all are written, so it cannot be streamed")
            body.best_of = None
        elif body.suffix:
            asked.cannot("best_of", "with a suffix the text that it follows best is told")
    figures = 0 if body.logprobs is None else max(1, body.logprobs)
    sampling = sampling_of(asked, body, most=body.limit, logprobs=figures, n=body.tried)
    stream = bool(body.stream) and body.tried == body.told
    return [
        Request(id="", prompt=plain(prompt), sampling=sampling, stream=stream, urgent=True) for prompt in body.prompts
    ]


def plain(prompt: str | Sequence[int]) -> Prompt:
    """Return a prompt without turns."""
    if isinstance(prompt, str):
        return Prompt(messages=(Message(role="user", content=prompt),), chat=False)
    return Prompt(messages=(), chat=False, ids=tuple(prompt))


def before_suffix(request: Request, answer: Completion, suffix: str) -> Request:
    """Return what asks how likely a suffix is after a text."""
    before = replace(request.prompt, messages=(*request.prompt.messages, Message(role="user", content=answer.text)))
    if not request.prompt.ids:
        before = plain(request.prompt.messages[0].content + answer.text)
    return replace(request, prompt=before, given=suffix, sampling=SamplingParams(), stream=False)


def read_prompt(request: Request) -> Request:
    """Return what asks for the figures of a prompt's own tokens, which no text is written for."""
    figures = replace(request.sampling, n=1, logprobs=max(1, request.sampling.logprobs))
    return replace(request, given="", sampling=figures, stream=False)


def echo_of(prompt: str | Sequence[int], scores: Sequence[TokenLogprob]) -> tuple[str, list[PlacedToken]]:
    """Return a prompt as it is told: its text, and the tokens of it."""
    text = prompt if isinstance(prompt, str) else _joined(scores).decode("utf-8", "replace")
    first = next((at for at in range(len(scores)) if _joined(scores[at:]) == text.encode()), 0)  # after what begins all
    return text, TokenLog(placed=False).feed(text, scores[first:])


def _joined(scores: Sequence[TokenLogprob]) -> bytes:
    return b"".join(one.spelled or b"" for one in scores)
