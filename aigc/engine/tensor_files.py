"""This reads tensors from files that lie as safetensors lays them (huggingface/safetensors): a header, then bytes.

Bytes are read into memory of our own, some rows at a time if wanted. A mapped file would stay in memory, page by page,
beside what is made of it.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import torch

from aigc.engine.tensor_headers import read_header

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
