"""This is a model's weights in panels, in one file: `panels.aigc`, laid out as safetensors lays its files out.

A weight is the bytes of its panels, (panels, bytes), as `formats.h` has them; norms and biases are 32-bit floats. The
metadata says what kind of file it is, and of every weight its format, columns and depth, in JSON. Names, and the order
of outputs, are transformers'. Tensors stand in the order in which a model reads them, none between two that are
multiplied by the same rows, so that these may be one product without a copy. The file is mapped: what is read of it is
in memory once for all processes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from aigc.engine.cpu.formats import FORMATS, PANEL, Format
from aigc.engine.cpu.kernels import Kernels, Panels
from aigc.engine.tensor_files import DTYPES
from aigc.engine.tensor_headers import Stored, read_header, read_mapping
from aigc.errors import describe

PANEL_FILE = "panels.aigc"
KIND = "panels 1"  # raise it when the layout changes
ALIGNED = 64  # bytes that the data begins at a multiple of
SLICE = 2 << 20  # bytes that are repacked at once
FLOAT = 4  # bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """This is a tensor that will be written: a weight (columns, depth) in a format, or so many 32-bit floats."""

    name: str
    columns: int
    depth: int = 0
    format: Format | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Return its shape in the file."""
        if self.format is None:
            return (self.columns,)
        return (-(-self.columns // PANEL), self.format.panel_bytes(self.depth))

    @property
    def nbytes(self) -> int:
        """Count its bytes in the file."""
        return 4 * self.columns if self.format is None else self.shape[0] * self.shape[1]


def write_panel_file(path: Path, outlines: Iterable[Outline], data: Iterator[torch.Tensor]) -> None:
    """Write tensors one after the other; `data` gives their bytes piece by piece, all of them in that order."""
    header: dict[str, object] = {}
    weights, end = {}, 0
    for one in outlines:
        begin, end = end, end + one.nbytes
        dtype = "F32" if one.format is None else "U8"
        header[one.name] = {"dtype": dtype, "shape": one.shape, "data_offsets": (begin, end)}
        if one.format is not None:
            weights[one.name] = (one.format.name, one.columns, one.depth)
    header["__metadata__"] = {"format": KIND, "weights": json.dumps(weights)}
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % ALIGNED)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for piece in data:
            file.write(piece.view(torch.uint8).numpy().data)
        assert file.tell() == 8 + len(text) + end, "more or fewer bytes than were announced"


class PanelFile:
    """This is such a file, mapped."""

    def __init__(self, path: Path) -> None:
        """Map it. Raises ValueError for a file of another kind, or one whose header does not fit its bytes."""
        self.tensors, metadata = read_header(path)
        if metadata.get("format") != KIND:
            raise ValueError(f"{path.name}: of another kind: {metadata.get('format')}")
        written = read_mapping(f"{path.name}: weights", metadata.get("weights", ""))
        for name in written.keys() - self.tensors.keys():
            raise ValueError(f"{path.name}: {name}: this weight is missing")
        for name, stored in self.tensors.items():
            _check_bytes(f"{path.name}: {name}", stored, written.get(name))
        self.weights: dict[str, tuple[str, int, int]] = {name: tuple(one) for name, one in written.items() if one}
        self._bytes = torch.from_file(str(path), shared=False, size=path.stat().st_size, dtype=torch.uint8)

    def panels(self, name: str) -> Panels | None:
        """Return a weight, which shares the file's memory; None for a tensor that is none. Raises KeyError."""
        if name not in self.weights:
            return None
        format, columns, depth = self.weights[name]
        return Panels(self.stored(name), columns, depth, FORMATS[format])

    def stored(self, name: str) -> torch.Tensor:
        """Return a tensor as it stands in the file, whose memory it shares. Raises KeyError."""
        stored = self.tensors[name]
        return self._bytes[stored.begin : stored.end].view(DTYPES[stored.dtype]).view(stored.shape)


def _check_bytes(place: str, stored: Stored, weight: Any) -> None:
    """Raise ValueError where a tensor's bytes are not those of the weight that it is, or of floats where it is none."""
    if weight is None:
        dtype, shape = "F32", stored.shape
    else:
        name, columns, depth = weight if isinstance(weight, list) and len(weight) == 3 else (None, None, None)
        format = FORMATS.get(name) if isinstance(name, str) else None
        if format is None or type(columns) is not int or type(depth) is not int:
            raise ValueError(f"{place}: no weight: {describe(weight)}")
        if columns < 1 or depth < 1 or depth % format.block:
            raise ValueError(f"{place}: no weight has the shape ({columns}, {depth}) in {name}")
        dtype, shape = "U8", (-(-columns // PANEL), format.panel_bytes(depth))
    if (stored.dtype, stored.shape) != (dtype, shape):
        raise ValueError(f"{place}: it is {stored.dtype} {stored.shape}, and should be {dtype} {shape}")
    if stored.begin % FLOAT:
        raise ValueError(f"{place}: its bytes begin between two floats")


def repacked(
    native: Kernels, format: Format, columns: int, row_bytes: int, rows: Callable[[int, int], torch.Tensor]
) -> Panels:
    """Lay a weight out; `rows` gives some of its rows as a file has them, (rows, bytes)."""
    depth = row_bytes // format.file_bytes * format.block
    numbers = torch.empty(-(-columns // PANEL), format.panel_bytes(depth), dtype=torch.uint8)
    for begin, end in slices(columns, row_bytes):
        native.repack(format, rows(begin, end), numbers[begin // PANEL : -(-end // PANEL)])
    return Panels(numbers, columns, depth, format)


def slices(columns: int, row_bytes: int) -> Iterator[tuple[int, int]]:
    """Cut the columns of a weight into some at a time, whole panels each."""
    step = max(1, SLICE // (row_bytes * PANEL)) * PANEL
    for begin in range(0, columns, step):
        yield begin, min(begin + step, columns)
