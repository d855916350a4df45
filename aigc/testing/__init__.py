"""The public kit for plugin authors.

`ScriptedGenerator` answers requests by a function or a list, so a pipeline runs in microseconds without a model;
`tiny_gpt` writes a real, seeded, two-layer GPT to a folder for tests of anything that needs tensors; `run_examples`
plays a content type's own `examples:` with a `completion:` through the real pipeline and compares; `try_scorer` hands
candidates to a scorer and answers what it asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aigc.testing.example_runs import run_examples as run_examples
    from aigc.testing.scorer_trial import try_scorer as try_scorer
    from aigc.testing.scripted import ScriptedGenerator as ScriptedGenerator
    from aigc.testing.tiny import tiny_gpt as tiny_gpt

__all__ = ["ScriptedGenerator", "run_examples", "tiny_gpt", "try_scorer"]

_HOMES = {
    "ScriptedGenerator": "scripted",
    "run_examples": "example_runs",
    "tiny_gpt": "tiny",
    "try_scorer": "scorer_trial",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
