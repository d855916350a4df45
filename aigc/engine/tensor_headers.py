"""What tensors a file has, by its header alone: a file that lies as safetensors lays it out. Imports no torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from aigc.errors import POINTER, first_line, pointer_told
from aigc.types.foreign import read_json

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
        if told := pointer_told(file.read(len(POINTER))):
            raise ValueError(f"{path.name}: {told}")
        file.seek(0)
        start = 8 + int.from_bytes(file.read(8), "little")
        if not 8 < start <= min(size, LONGEST):
            raise ValueError(f"{path.name}: no header")
        written = read_mapping(path.name, file.read(start - 8))
    metadata = written.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError(f"{path.name}: its metadata are no texts by name")
    return {name: _stored(path.name, name, one, start, size) for name, one in written.items()}, metadata


def read_mapping(place: str, text: bytes | str) -> dict[str, Any]:
    """Read JSON that is a mapping. Raises ValueError, which names the place, for whatever else it is."""
    try:
        written = read_json(text)
    except ValueError as error:
        raise ValueError(f"{place}: not JSON as it should be: {first_line(error)}") from error
    if not isinstance(written, dict):
        raise ValueError(f"{place}: no mapping")
    return written


def _stored(file: str, name: str, written: Any, start: int, size: int) -> Stored:
    given = written if isinstance(written, dict) else {}
    dtype, shape, offsets = given.get("dtype"), given.get("shape"), given.get("data_offsets")
    if not (isinstance(dtype, str) and _counts(shape) and _counts(offsets) and len(offsets) == 2):
        raise ValueError(f"{file}: {name}: no tensor")
    begin, end = (start + offset for offset in offsets)
    stored = Stored(dtype, tuple(shape), begin, end)
    width = WIDTHS.get(stored.dtype)
    if not start <= begin <= end <= size or (width and math.prod(stored.shape) * width != end - begin):
        raise ValueError(f"{file}: {name}: does not fit the file")
    return stored


def _counts(written: Any) -> TypeGuard[list[int]]:
    """Say whether it is a list of whole numbers, none below 0."""
    return isinstance(written, list) and all(type(number) is int and number >= 0 for number in written)
