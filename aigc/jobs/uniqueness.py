"""The options of the uniqueness guard: `unique` in aigc.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from aigc.errors import ProjectError, did_you_mean
from aigc.types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """This says how alike two pieces may be.

    `threshold` is the share of shingles (Jaccard) from which they repeat each other, `opening` how many first words may
    not be the same (0: those of a whole first field alone), `attempts` how often one is written again; `earlier` counts
    the project's other jobs too.
    """

    threshold: float = 0.8
    opening: int = 0
    attempts: int = 2
    earlier: bool = False

    @classmethod
    def parse(cls, said: Mapping[str, Json], *, on: bool = False) -> Unique | None:
        """This is aigc.yaml's `unique`, or None where nobody asked for it. ProjectError names what is wrong in it."""
        known = {one.name: one.type for one in fields(cls)}
        for name, value in said.items():
            if name not in known:
                raise ProjectError(f"unique: unknown option {name!r}", hint=did_you_mean(name, known))
            kind = {"float": int | float, "int": int, "bool": bool}[str(known[name])]
            if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool) or value < 0:
                raise ProjectError(f"unique: {name} cannot be {value!r}")
        if not 0.5 <= said.get("threshold", 0.8) <= 1:
            raise ProjectError(f"unique: threshold is {said['threshold']}, from 0.5 to 1")
        return cls(**said) if said or on else None
