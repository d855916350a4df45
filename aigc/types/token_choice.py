"""How the tokens of a text are chosen, which may be, and what is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingParams:
    """This is how tokens are chosen.

    `temperature` says how far likely tokens are preferred: 0 takes the likeliest. `top_k` keeps the k likeliest, 0 all.
    `top_p` keeps the likeliest that have this share together, 1 all. `min_p` keeps what has this share of the
    likeliest's probability, 0 all. `repetition_penalty` divides what has been used already, 1 leaves it.
    `presence_penalty` is subtracted from it, 0 leaves it. `max_tokens` is when a text ends at the latest. `stop` are
    texts that end it. `frequency_penalty` is subtracted as often as a token stands in the text, 0 leaves it.
    `logit_bias` is added at last to tokens, as (id, amount), each id once; a grammar's bans stand.

    `n` completions of one request share its prompt; the i-th draws from its own stream derived from (`seed`, i).
    `logprobs=k` asks for the k most likely tokens per position besides the chosen one's mean, which is always given.
    """

    temperature: float = 0.7
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    n: int = 1
    seed: int = 0
    logprobs: int = 0
    frequency_penalty: float = 0.0
    logit_bias: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """This is which texts may be written. `source` is canonical JSON Schema, a Rust regex, or llguidance's Lark.
    A rule of Lark that is the name of a control token, `open: "<tool_call>"`, is that token where the model has one.

    Hashable, so an engine compiles each distinct grammar once.
    """

    kind: Literal["json", "regex", "lark"]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """This is a count of tokens: `cached` of `prompt` came from a cache; `sampled` and `forced` ones were written."""

    prompt: int = 0
    cached: int = 0
    sampled: int = 0
    forced: int = 0

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """All four of them."""
        return self.prompt, self.cached, self.sampled, self.forced

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt=self.prompt + other.prompt,
            cached=self.cached + other.cached,
            sampled=self.sampled + other.sampled,
            forced=self.forced + other.forced,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogprob:
    """This is one written position: the chosen token and the likeliest ones, as (id, natural log-probability).

    `spelled` are the token's bytes, which may be no whole character, and `top_spelled` those of the likeliest ones;
    none where they were not asked for, or a generator does not tell them.
    """

    token: int
    logprob: float
    top: tuple[tuple[int, float], ...] = ()
    spelled: bytes | None = None
    top_spelled: tuple[bytes, ...] = ()

    @property
    def text(self) -> str:
        """The token as text, with a mark, U+FFFD, for what is no whole character."""
        return (self.spelled or b"").decode("utf-8", "replace")

    @property
    def top_texts(self) -> tuple[str, ...]:
        """The likeliest tokens as text."""
        return tuple(one.decode("utf-8", "replace") for one in self.top_spelled)
