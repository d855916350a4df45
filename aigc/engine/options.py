"""This is what a user may say of how a model is run. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from aigc.errors import UsageError, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """This is how a model is run. `0` and `auto` let the engine choose.

    `device` is `auto` (cuda where there is one), `cpu`, `cuda` or `cuda:1`; `dtype` is `auto` (bfloat16 on cuda,
    float32 on cpu), `float32`, `bfloat16` or `float16`. `rows` is how many texts are written at once, `threads` how
    many CPU threads this engine works on, `context` the longest prompt and text in tokens.
    `prefix_cache=False` computes every prompt from its first token. `deterministic` keeps what a request gets free
    of its neighbours to the last bit. That is slower, except for Llama and Qwen in float32 on a CPU with our
    kernels, whose numbers are like that anyway.
    """

    device: str = "auto"
    dtype: str = "auto"
    rows: int = 128
    threads: int = 0
    context: int = 0
    prefix_cache: bool = True
    deterministic: bool = False

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> EngineOptions:
        """This reads options as written on a command line or in YAML, such as `{"device": "cpu", "rows": "32"}`."""
        defaults = cls()
        known = {field.name: getattr(defaults, field.name) for field in fields(cls)}
        read: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                raise UsageError(f"engine.{name}: no such option", hint=did_you_mean(name, known))
            read[name] = _as_type(f"engine.{name}", value, type(known[name]))
        if read.get("rows", 1) < 1:
            raise UsageError(f"engine.rows: {read['rows']} is not at least 1")
        return cls(**read)


def _as_type(where: str, value: Any, kind: type) -> Any:
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    text = str(value).strip()
    if kind is bool:
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if text.lower() not in words:
            raise UsageError(f"{where}: {text!r} is neither true nor false")
        return words[text.lower()]
    if kind is int:
        if not text.isdecimal():
            raise UsageError(f"{where}: {text!r} is not a whole number")
        return int(text)
    return text
