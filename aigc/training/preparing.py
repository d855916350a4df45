"""What a training learns from: rows gathered, made ids, split, each of them accounted for. Imports no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aigc.errors import UsageError
from aigc.learner import LearnerOptions, Target
from aigc.project import Project
from aigc.training.encoding import encode_account
from aigc.training.presets import learner_options, preset_named
from aigc.training.sample import Account, Sample
from aigc.training.sources import gather
from aigc.training.split import split
from aigc.types import Json

WINDOW = 256  # tokens of plain text that are learnt together: longer ones take memory and teach a small model little


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """This is what somebody wants learnt: `sources` by name, how (`preset` and what is `given` beside it), and for
    files of lines the content type, stage and columns they are for. Without `shots` nothing is learnt, or served
    later, with examples in the prompt. `size` is that of a model from scratch."""

    sources: tuple[str, ...]
    preset: str = "lora"
    given: Mapping[str, Json] = field(default_factory=dict)
    content_type: str = ""
    stage: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    shots: bool = True
    size: str = "small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """This is every row of all sources, and the kept ones as ids: a target's `row` is its place in `account.kept`."""

    account: Account
    targets: Sequence[Target]

    def samples(self, targets: Sequence[Target]) -> list[Sample]:
        """Return the rows that some targets come from, each once."""
        return [self.account.kept[row] for row in dict.fromkeys(one.row for one in targets)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """This is a training that can begin: `learnt` and `held_out` are the rows' targets by the split, `base` is the
    folder of the model that learns, `digest` names its weights."""

    wanted: Wanted
    rows: Rows
    learnt: Sequence[Target]
    held_out: Sequence[Target]
    options: LearnerOptions
    base: Path
    digest: str

    @property
    def labelled(self) -> int:
        """Count the tokens that are learnt in one pass."""
        return sum(one.labelled for one in self.learnt)

    def record(self) -> dict[str, Json]:
        """Return what decides the result, as JSON: two runs of the same record end at the same bytes."""
        hashed = hashlib.sha256()
        for part in (self.learnt, self.held_out):
            for one in part:
                hashed.update(repr((one.ids, one.begin, one.rejected, one.good)).encode())
            hashed.update(b"|")
        options = self.options.record()
        return {"rows": hashed.hexdigest(), "options": options, "base": self.digest, "shots": self.wanted.shots}


def read_rows(project: Project, wanted: Wanted, base: Path) -> Rows:
    """Return every row of the sources, accounted for, in the ids of the model in the folder `base`."""
    account = gather(
        project,
        wanted.sources,
        content_type=wanted.content_type,
        stage=wanted.stage,
        columns=wanted.columns,
        shots=wanted.shots,
        objective=preset_named(wanted.preset).options.objective,
    )
    from aigc.engine.front import load_front

    narrowed, targets = encode_account(account, load_front(base), base, window=WINDOW)
    return Rows(account=narrowed, targets=targets)


def prepare(wanted: Wanted, rows: Rows, *, base: Path, digest: str, seed: int = 0) -> Prepared:
    """Split rows by what they are about and settle how to learn from them.

    UsageError where there is nothing to learn from, or nothing to hold out.
    """
    if not rows.targets:
        reasons = ", ".join(f"{many} {reason}" for reason, many in rows.account.reasons().items())
        raise UsageError(f"nothing to learn from: {rows.account.rows} rows, {reasons or 'none usable'}")
    learnt, _ = split(rows.account.kept, seed=seed)
    inside = set(learnt)
    mine = [one for one in rows.targets if one.row in inside]
    return Prepared(
        wanted=wanted,
        rows=rows,
        learnt=mine,
        held_out=[one for one in rows.targets if one.row not in inside],
        options=learner_options(wanted.preset, len(mine), wanted.given, seed=seed, size=wanted.size),
        base=base,
        digest=digest,
    )
