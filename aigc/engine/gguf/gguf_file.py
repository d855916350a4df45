"""This reads what a GGUF says of itself: metadata, and where which tensor is (ggml-org/ggml, docs/gguf.md).

The package `gguf` has a reader as well. That makes an array of every text of a vocabulary, which takes ten seconds and
half a gigabyte for 150,000 of them; we need none of these texts, and skip them.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aigc.errors import POINTER, ModelError, describe, first_line, pointer_told

MODEL_TYPES = {"llama": "llama", "qwen2": "qwen2", "qwen3": "qwen3", "gemma3": "gemma3_text"}  # of those we know
MAGIC = b"GGUF"
VERSIONS = (2, 3)
COUNTED = 8  # where a file says how many tensors it has
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, ARRAY = 8, 9  # the other types of values
DEEPEST = 4  # arrays in arrays; llama.cpp reads none at all
RANKS = range(1, 5)  # dimensions of a tensor
DAMAGE = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)  # what reading a damaged file may end as


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufTensor:
    """This is a tensor in the file. `format` is GGUF's name for how its numbers are written."""

    name: str
    format: str
    shape: tuple[int, ...]  # as transformers counts: outputs first
    begin: int
    nbytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufFile:
    """This is what a file says of itself. Of `metadata` arrays of texts are left out."""

    path: Path
    metadata: dict[str, Any]
    metadata_end: int  # bytes
    tensors: dict[str, GgufTensor]

    @property
    def architecture(self) -> str:
        """Return the family's name in GGUF."""
        return str(self.metadata["general.architecture"])

    def named(self, key: str) -> str:
        """Return a key with the family's own name before it."""
        return f"{self.architecture}.{key}"

    def get(self, key: str, default: Any = None) -> Any:
        """Return what the metadata says under the family's own name."""
        return self.metadata.get(self.named(key), default)

    def integer(self, key: str, default: int | None = None, *, least: int = 1) -> int:
        """Return a whole number, `least` or more, under the family's own name. Raises ModelError for anything else."""
        return integer_of(self.path, self.named(key), self.get(key, default), least)

    def number(self, key: str, default: float | None = None, *, above: float = -math.inf) -> float:
        """Return a finite number under the family's own name. Raises ModelError for one that is not `above` that."""
        value = self.get(key, default)
        if type(value) not in (int, float) or not above < value < math.inf:
            wanted = "a number" if above == -math.inf else f"a number above {above:g}"
            raise _odd(self.path, self.named(key), value, wanted)
        return float(value)

    def text(self, key: str, default: str) -> str:
        """Return a text under the family's own name. Raises ModelError for anything else."""
        value = self.get(key, default)
        if not isinstance(value, str):
            raise _odd(self.path, self.named(key), value, "a text")
        return value

    def integers(self, key: str) -> list[int]:
        """Return a list of whole numbers under the family's own name. Raises ModelError for anything else."""
        value = self.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, int) for one in value):
            raise _odd(self.path, self.named(key), value, "whole numbers")
        return value

    def without_tensors(self) -> bytes:
        """Return the bytes of a GGUF that has the metadata only."""
        with self.path.open("rb") as file:
            written = bytearray(file.read(self.metadata_end))
        struct.pack_into("<Q", written, COUNTED, 0)
        return bytes(written)


def integer_of(path: Path, key: str, value: Any, least: int, most: float = math.inf) -> int:
    """Return a whole number of the metadata, from `least` to `most`. Raises ModelError for anything else."""
    if type(value) is not int or not least <= value <= most:
        wanted = f"a whole number from {least}" + (" up" if most == math.inf else f" to {most}")
        raise _odd(path, key, value, wanted)
    return value


def _odd(path: Path, key: str, value: Any, wanted: str) -> ModelError:
    if value is None:
        return ModelError(f"{path}: {key}: the metadata does not say")
    return ModelError(f"{path}: {key}: {describe(value)}, where the metadata should have {wanted}")


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Raise ModelError, which names the file, for whatever odd contents lead to that nobody thought of."""
    try:
        yield
    except DAMAGE as error:
        words = "it is damaged, or written in a way not known here"
        raise ModelError(f"{path}: {words}: {first_line(error)}") from error


def read_gguf(path: Path) -> GgufFile:
    """Read a file's header. Raises ModelError for what is no GGUF, or a damaged one."""
    try:
        with path.open("rb") as file:
            head = file.read(len(POINTER))
            if not head.startswith(MAGIC):
                raise ModelError(f"{path}: {pointer_told(head) or 'not a GGUF file'}")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _HeaderReader(data).header(path)
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such file") from error
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
    except struct.error as error:
        raise ModelError(f"{path}: we cannot read this GGUF file: it is cut or damaged") from error
    except ValueError as error:
        raise ModelError(f"{path}: we cannot read this GGUF file: {first_line(error)}") from error


class _HeaderReader:
    """This goes through a header once."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = len(MAGIC)

    def header(self, path: Path) -> GgufFile:
        version, count, pairs = self._take("IQQ")
        if version not in VERSIONS:
            raise ValueError(f"it is of version {version}, or of a machine with another order of bytes")
        metadata = {}
        for _ in range(pairs):
            key, (kind,) = self._text(), self._take("I")
            value = self._value(kind)
            if value is not None:
                metadata[key] = value
        if not isinstance(metadata.get("general.architecture"), str):
            raise ValueError("it does not say which family it is of")
        if integer_of(path, "split.count", metadata.get("split.count", 1), 0) > 1:
            raise ModelError(
                f"{path}: one of {metadata['split.count']} parts of a model",
                hint="join them first: `llama-gguf-split --merge` does",
            )
        metadata_end = self._at
        found = [self._tensor() for _ in range(count)]
        aligned = integer_of(path, "general.alignment", metadata.get("general.alignment", 32), 1)
        start = -(-self._at // aligned) * aligned
        tensors = {one.name: one for one in (_placed(*rest, start) for rest in found)}
        cut = next((one for one in tensors.values() if one.begin + one.nbytes > len(self._data)), None)
        if cut is not None or len(tensors) != count:
            raise ValueError(f"{cut.name} is cut off" if cut else "two tensors have one name")
        return GgufFile(path=path, metadata=metadata, metadata_end=metadata_end, tensors=tensors)

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self._data, self._at)
        self._pass(struct.calcsize(f"<{form}"))
        return values

    def _pass(self, count: int) -> None:
        """Go so many bytes on. Raises ValueError where the file ends before."""
        if count > len(self._data) - self._at:
            raise ValueError("it is cut or damaged")
        self._at += count

    def _text(self) -> str:
        (length,) = self._take("Q")
        (text,) = self._take(f"{length}s")
        return str(text.decode())

    def _value(self, kind: int, depth: int = 0) -> Any:
        """Read a value, that many arrays deep; None for an array of texts or arrays."""
        if kind == TEXT:
            return self._text()
        if kind != ARRAY:
            return self._take(_number(kind))[0]
        inner, count = self._take("IQ")
        if depth > DEEPEST:
            raise ValueError("its metadata has arrays in arrays, too deep")
        if inner in (TEXT, ARRAY):
            for _ in range(count):
                self._skip(inner, depth)
            return None
        return list(self._take(f"{count}{_number(inner)}"))

    def _skip(self, kind: int, depth: int) -> None:
        if kind == TEXT:
            (length,) = self._take("Q")
            self._pass(length)
        else:
            self._value(kind, depth + 1)

    def _tensor(self) -> tuple[str, tuple[int, ...], int, int]:
        name, (rank,) = self._text(), self._take("I")
        if rank not in RANKS:
            raise ValueError(f"{name[:80]!r} has {rank} dimensions")
        shape = self._take(f"{rank}Q")
        return name, shape[::-1], *self._take("IQ")


def _number(kind: int) -> str:
    if kind not in NUMBERS:
        raise ValueError(f"it has a value of type {kind}")
    return NUMBERS[kind]


def _placed(name: str, shape: tuple[int, ...], kind: int, offset: int, start: int) -> GgufTensor:
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    try:
        format = GGMLQuantizationType(kind)
    except ValueError as error:
        raise ValueError(f"{name!r} has numbers of type {kind}, which nobody here knows") from error
    block, size = GGML_QUANT_SIZES[format]
    if not all(shape) or shape[-1] % block:
        raise ValueError(f"{name!r} has the shape {shape}, which are no whole blocks of {format.name}")
    nbytes = math.prod(shape) // block * size
    return GgufTensor(name=name, format=format.name, shape=shape, begin=start + offset, nbytes=nbytes)
