"""What a GGUF file of a person's own says of itself, as `aigc models` and `aigc doctor` tell it, from its header."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aigc.cli.readable import one_line
from aigc.engine import Gpt
from aigc.errors import megabytes

if TYPE_CHECKING:
    from aigc.models import Weights
    from aigc.types import Json

FLOAT = 2  # bytes of a weight where there are no kernels for a file


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufTold:
    """This is a file of so many bytes: `formats` says how many tensors are of each, that of the largest first,
    `copy_bytes` how large the fast copy about is, which is made for the first use."""

    nbytes: int
    family: str
    parameters: int
    formats: dict[str, int]
    copy_bytes: int

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what it is, as a table has it."""
        yield "file", megabytes(self.nbytes)
        yield "family", one_line(self.family)
        yield "parameters", f"{self.parameters / 1e6:,.0f} million"
        yield "tensors", ", ".join(f"{name} {many}" for name, many in self.formats.items())

    def record(self) -> Json:
        """Return the same as JSON."""
        return asdict(self)

    @property
    def first_use(self) -> str:
        """What the first use does."""
        return f"the first use makes a fast copy of about {megabytes(self.copy_bytes)}"


def tell_gguf(weights: Weights) -> GgufTold | None:
    """Read the header of a file of a person's own; None for other models. ModelError where it is damaged."""
    from aigc.engine.gguf.gguf_file import read_gguf

    if weights.gguf is None or weights.model is not None:
        return None
    file = read_gguf(weights.gguf)
    memory, nbytes = Gpt(device="cpu").memory(weights.gguf), weights.gguf.stat().st_size
    largest = sorted(file.tensors.values(), key=lambda tensor: -tensor.nbytes)
    parameters = sum(math.prod(tensor.shape) for tensor in file.tensors.values())
    return GgufTold(
        nbytes=nbytes,
        family=file.architecture,
        parameters=parameters,
        formats=dict(Counter(tensor.format for tensor in largest)),
        copy_bytes=nbytes if memory is not None and memory.mapped else FLOAT * parameters,
    )
