"""How the tokens of a text are chosen, and which may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingParams:
    """This is how tokens are chosen. `temperature=0` is greedy; `top_k=0` and `top_p=1` switch those filters off.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """This is which texts may be written. `source` is canonical JSON Schema, a Rust regex, or llguidance's Lark.

    Hashable, so an engine compiles each distinct grammar once.
    """

    kind: Literal["json", "regex", "lark"]
    source: str
