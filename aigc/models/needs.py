"""What a text needs of the model that writes it, and what a model can: parameters, and the languages that it knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

SIZES = {"k": 10**3, "m": 10**6, "b": 10**9}
SIZE = re.compile(r"(\d+(?:\.\d+)?)([kmb])")
ROUNDED = 0.95  # models are named by round figures: the 1B of a family may have 999,885,952


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """This is what is known of a model. Parameters that nobody knows are 0; `languages` is None where nobody has said
    which they are, as of a server's model or of weights that stand in no catalogue: it is taken to know all then."""

    name: str
    parameters: int = 0
    languages: tuple[str, ...] | None = None

    def knows(self, language: str) -> bool:
        return self.languages is None or language in self.languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """This is the least that a model must have, and the languages that there are texts in; empty for any."""

    parameters: int = 0
    languages: tuple[str, ...] = ()

    def large_enough(self, model: Abilities) -> bool:
        """Say whether a model has the parameters. One whose parameters nobody knows does."""
        return not model.parameters or model.parameters >= self.parameters * ROUNDED

    def met_by(self, model: Abilities) -> bool:
        """Say whether a model has the parameters, and knows any of the languages."""
        return self.large_enough(model) and (not self.languages or any(map(model.knows, self.languages)))


def read_size(text: str) -> int:
    """Return the parameters that a text such as `135m` or `1.5b` says; ValueError for another text."""
    found = SIZE.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(text)
    return round(float(found[1]) * SIZES[found[2]])


def size_text(parameters: int) -> str:
    """Return a number of parameters as people name models: 135M, 1.5B."""
    if parameters >= SIZES["b"]:
        return f"{round(parameters / SIZES['b'], 1):g}B"
    return f"{max(round(parameters / SIZES['m']), 1)}M"
