"""This reads tensors from files that lie as safetensors lays them (huggingface/safetensors): a header, then bytes.

Bytes are read into memory of our own, some rows at a time if wanted. A mapped file would stay in memory, page by page,
beside what is made of it.
"""

from __future__ import annotations

import json
import math
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
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
    dtype = DTYPES.get(stored.dtype)
    if not start <= begin <= end <= size or (dtype and math.prod(stored.shape) * dtype.itemsize != end - begin):
        raise ValueError(f"{file}: {name}: does not fit the file")
    return stored


class TensorFile:
    """This is an open file of tensors."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        """Open it until `stack` is closed. Raises ValueError as `read_header`."""
        self.tensors, self.metadata = read_header(path)
        self._file = stack.enter_context(path.open("rb"))
        self._room = torch.empty(0, dtype=torch.uint8)

    def read(self, name: str) -> torch.Tensor:
        """Read a tensor. Raises KeyError for one that is not there, or has a dtype that torch has not."""
        stored = self.tensors[name]
        dtype = DTYPES[stored.dtype]
        if not stored.end - stored.begin:
            return torch.empty(stored.shape, dtype=dtype)
        return read_bytes(self._file, stored.begin, stored.end - stored.begin).view(dtype).view(stored.shape)

    def rows(self, name: str, first: int, last: int) -> torch.Tensor:
        """Read some rows of a matrix, as bytes: (rows, bytes), which the next call overwrites.

        Memory taken anew each time would leave holes between what is made of the rows.
        """
        stored = self.tensors[name]
        width = (stored.end - stored.begin) // stored.shape[0]
        count = (last - first) * width
        if len(self._room) < count:
            self._room = torch.empty(count, dtype=torch.uint8)
        return read_bytes(self._file, stored.begin + first * width, count, self._room).view(last - first, width)


def read_bytes(file: BinaryIO, begin: int, count: int, room: torch.Tensor | None = None) -> torch.Tensor:
    """Read bytes into a tensor, the first ones of `room` if that is given. Raises OSError where the file ends."""
    data = torch.empty(count, dtype=torch.uint8) if room is None else room[:count]
    file.seek(begin)
    if file.readinto(data.numpy()) != count:  # type: ignore[attr-defined]
        raise OSError(f"{getattr(file, 'name', 'a file')}: ends too early")
    return data
