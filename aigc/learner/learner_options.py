"""How something is learnt: what may be said of it. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, TypeAlias

from aigc.types import Json

Method: TypeAlias = Literal["lora", "full", "4bit", "scratch"]  # what changes: small matrices, all weights, …
Objective: TypeAlias = Literal["sft", "dpo", "kto"]  # what it is measured by


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrift:
    """This is how learning is made to cost less.

    `together` targets that begin alike go into the same step, so that what they share is computed once: many lines
    of one product. `layers` is how many of the last layers get an adapter (0: all); what is below them needs no
    backward pass.
    """

    together: int = 1
    layers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerOptions(Thrift):
    """This is how something is learnt. `0` and `auto` let the learner choose.

    `batch` counts targets of one step, over all processes; `tokens` are the most that are computed at once, by
    which a step is split into parts (0: by the memory that is free). `save` is after how many steps a checkpoint is
    written and the held-out loss looked at. `beta` is how far answers may move from the reference (dpo, kto), `sft`
    the weight of the plain loss on the better answer beside it. `dtype` is that of weights that stay as they are
    under an adapter; `auto` is bfloat16 on a GPU, and on a CPU that multiplies such numbers for models of half a
    billion weights and more, else float32. What learns is always in float32. `extra` goes to transformers'
    TrainingArguments, by name.
    """

    method: Method = "lora"
    objective: Objective = "sft"
    rank: int = 8
    alpha: int = 16
    dropout: float = 0.0
    learning_rate: float = 1e-3
    steps: int = 50
    batch: int = 8
    save: int = 10
    tokens: int = 0
    seed: int = 0
    beta: float = 0.1
    sft: float = 1.0
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    extra: Mapping[str, Json] = field(default_factory=dict)

    def record(self) -> dict[str, Json]:
        """Return what decides a result, as JSON. What came later is left out where it is as it always was, so that
        runs of earlier versions go on."""
        options: dict[str, Json] = asdict(self) | {"extra": dict(self.extra)}
        return {name: value for name, value in options.items() if (name, value) not in (("together", 1), ("layers", 0))}
