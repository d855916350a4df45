"""What a GGUF file says before its weights (ggml-org/ggml, docs/gguf.md): values by name, and each tensor's type and shape.

Read without numpy, and without what the vocabulary says: that takes a fraction of a second.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from aigc.errors import ModelError

Value: TypeAlias = int | float | bool | str | tuple[int | float | bool, ...]

MAGIC = b"GGUF"
LENGTH = struct.Struct("<Q")  # of a text, which follows
STRING, ARRAY = 8, 9
NUMBERS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}  # by type of value
TYPES = {  # of tensors
    0: "F32",
    1: "F16",
    2: "Q4_0",
    3: "Q4_1",
    6: "Q5_0",
    7: "Q5_1",
    8: "Q8_0",
    9: "Q8_1",
    10: "Q2_K",
    11: "Q3_K",
    12: "Q4_K",
    13: "Q5_K",
    14: "Q6_K",
    15: "Q8_K",
    16: "IQ2_XXS",
    17: "IQ2_XS",
    18: "IQ3_XXS",
    19: "IQ1_S",
    20: "IQ4_NL",
    21: "IQ3_S",
    22: "IQ2_S",
    23: "IQ4_XS",
    24: "I8",
    25: "I16",
    26: "I32",
    27: "I64",
    28: "F64",
    29: "IQ1_M",
    30: "BF16",
    34: "TQ1_0",
    35: "TQ2_0",
    39: "MXFP4",
}


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """This is one tensor by the name of its type; `shape` is (outputs, inputs) of a weight, as elsewhere."""

    name: str
    type: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """This is a file's values and tensors. Of an array of texts only the length is kept."""

    values: Mapping[str, Value]
    tensors: tuple[GgufTensor, ...]


def read_header(path: Path) -> GgufHeader:
    """Read a file's header. Raises ModelError for a file that is no GGUF, or ends within it."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _HeaderReader(data).header()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, struct.error, OverflowError) as error:
        raise ModelError(f"{path}: not a GGUF file, or not all of it ({error})") from error


class _HeaderReader:
    """This goes through a header from front to back."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def header(self) -> GgufHeader:
        if self._data[:4] != MAGIC:
            raise ValueError("it begins otherwise")
        self._at = 4
        version, tensors, values = self._numbers("IQQ")
        if version not in (2, 3):
            raise ValueError(f"version {version} is none that is known here")
        found: dict[str, Value] = {}
        for _ in range(values):
            name = self._text()
            found[name] = self._value(self._numbers("I")[0])
        return GgufHeader(found, tuple(self._tensors(tensors)))

    def _tensors(self, count: int) -> Iterator[GgufTensor]:
        for _ in range(count):
            name = self._text()
            shape = self._numbers(f"{self._numbers('I')[0]}Q")
            kind, _ = self._numbers("IQ")
            yield GgufTensor(name, TYPES.get(kind, f"type {kind}"), tuple(reversed(shape)))

    def _value(self, kind: int) -> Value:
        if kind == STRING:
            return self._text()
        if kind != ARRAY:
            value: int | float | bool = self._numbers(_letter(kind))[0]
            return value
        inside, count = self._numbers("IQ")
        if inside == STRING:
            at, length_at = self._at, LENGTH.unpack_from
            for _ in range(count):  # a vocabulary: several hundred thousand
                at += 8 + length_at(self._data, at)[0]
            self._at = at
            return int(count)
        return self._numbers(f"{count}{_letter(inside)}")

    def _numbers(self, letters: str) -> tuple[int, ...]:
        found = struct.unpack_from(f"<{letters}", self._data, self._at)
        self._at += struct.calcsize(f"<{letters}")
        return found

    def _text(self) -> str:
        begin = self._at + LENGTH.size
        self._at = begin + LENGTH.unpack_from(self._data, self._at)[0]
        if self._at > len(self._data):
            raise ValueError("a text ends beyond it")
        return self._data[begin : self._at].decode("utf-8", "replace")


def _letter(kind: int) -> str:
    if kind not in NUMBERS:
        raise ValueError(f"a value of the unknown type {kind}")
    return NUMBERS[kind]
