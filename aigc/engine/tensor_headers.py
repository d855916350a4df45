"""What tensors a file has, by its header alone: a file that lies as safetensors lays it out. Imports no torch."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}  # bytes
LONGEST = 100 << 20  # bytes of a header; safetensors allows no more


@dataclass(frozen=True, slots=True)
class Stored:
    """This is a tensor in a file: its dtype by safetensors' name, and where its bytes begin and end."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read_header(path: Path) -> tuple[dict[str, Stored], dict[str, str]]:
    """Read what tensors a file has, and its metadata. Raises ValueError for one that is cut or not of this kind."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = 8 + int.from_bytes(file.read(8), "little")
        if not 8 < start <= min(size, LONGEST):
            raise ValueError(f"{path.name}: no header")
        written = json.loads(file.read(start - 8))
    metadata = written.pop("__metadata__", {})
    return {name: _stored(path.name, name, one, start, size) for name, one in written.items()}, metadata


def _stored(file: str, name: str, written: Any, start: int, size: int) -> Stored:
    try:
        begin, end = (start + int(offset) for offset in written["data_offsets"])
        stored = Stored(str(written["dtype"]), tuple(map(int, written["shape"])), begin, end)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file}: {name}: no tensor") from error
    width = WIDTHS.get(stored.dtype)
    if not start <= begin <= end <= size or (width and math.prod(stored.shape) * width != end - begin):
        raise ValueError(f"{file}: {name}: does not fit the file")
    return stored
