"""A row to learn from, and what became of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from aigc.types import Json, Prompt

Reason: TypeAlias = Literal[
    "twin",  # the same request and answer as another row
    "too long",  # more tokens than the model takes
    "empty",  # nothing to learn
    "breaks its type's limits",  # or is refused by its checks
    "cannot be decoded",  # no text, no JSON, not the columns that are needed
    "has no end",  # cut off by the limit of tokens
    "rejected",  # a model's answer that its piece did not take
    "not picked",  # one that the stage's pick did not take: another was worth more, or none was worth enough
    "no model text",  # a fallback, or a piece that has no kept line
    "in the prompt",  # an example that the prompt shows already
    "has no pair",  # where pairs are learnt: nothing worse to hold it against
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """This is one row to learn from: the answer to a request, or without a prompt a text by itself.

    `where` is what people read (`lines.jsonl:12`, `spring: b07 lines[2]`). Samples of one `group` are about one brief:
    they stay on one side of the split. `subject` is the text that near-twins are told by. `rejected` is, of a pair, the
    worse answer, `good` a verdict without a pair. `values` are the brief's, `item` the foreach item that the request
    was for; `by` says who wrote the answer.
    """

    where: str
    prompt: Prompt | None
    answer: str
    group: str
    subject: str = ""
    rejected: str | None = None
    good: bool | None = None
    content_type: str = ""
    stage: str = ""
    values: Mapping[str, Json] = field(default_factory=dict)
    item: Json = None
    by: Literal["model", "person"] = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """This is a row that is not learnt, and why; `told` is one sentence more."""

    where: str
    reason: Reason
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """This is every row of all sources: those kept and those left out.

    A pair of a job's lines is kept under the worse one's name; `paired` names the better ones, each once, however many
    pairs it is in. `reviewed` counts the pieces of jobs that people approved, edited and sent back.
    """

    kept: Sequence[Sample]
    left_out: Sequence[LeftOut]
    paired: Sequence[str] = ()
    reviewed: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.kept) + len(self.left_out) + len(self.paired)

    def reasons(self) -> dict[str, int]:
        """Count the rows left out, by reason, most first."""
        return dict(Counter(one.reason for one in self.left_out).most_common())

    def record(self) -> dict[str, Json]:
        """Return it as JSON, every row by its name."""
        return {
            "rows": self.rows,
            "kept": [one.where for one in self.kept],
            "paired": list(self.paired),
            **({"reviewed": dict(self.reviewed)} if self.reviewed else {}),
            "left_out": [{"row": one.where, "reason": one.reason, "told": one.told} for one in self.left_out],
            "reasons": self.reasons(),
        }
