"""This writes the folder of a GGUF: its weights as they are where there are kernels for them, else 16-bit floats."""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import torch
from pydantic import ValidationError
from transformers import PreTrainedTokenizerFast

from aigc.engine.checkpoint import Config
from aigc.engine.cpu.decoder import fits
from aigc.engine.cpu.formats import FORMATS
from aigc.engine.cpu.kernels import Kernels, kernels
from aigc.engine.cpu.panel_file import PANEL_FILE, Outline, slices, write_panel_file
from aigc.engine.gguf.dense import dense_bytes, write_dense
from aigc.engine.gguf.families import Placed, Unfamiliar, check_family, config_of, ends_of, tensors_of
from aigc.engine.gguf.gguf_file import GgufFile, damage_told, read_gguf
from aigc.engine.hf.model import quiet
from aigc.engine.tensor_files import DTYPES, read_bytes
from aigc.errors import ModelError, first_line

LOG = logging.getLogger(__name__)
UNREAD = ("I8", "I16", "I32", "I64", "F64", "Q8_1", "Q8_K")  # which transformers does not make floats of
BESIDE = 30_000_000  # bytes for a tokenizer and all else


def write_folder_from_gguf(gguf: Path, folder: Path) -> None:
    """Do as `aigc.engine.convert_gguf` says."""
    file = read_gguf(gguf)
    ends = ends_of(file)
    try:
        native = _needed(kernels())
        with damage_told(gguf):
            check_family(file)
            config = config_of(file)
            placed = tensors_of(file, config)
        _check_config(config)
        _check_formats(placed)
    except Unfamiliar as reason:
        _be_dense(file, folder, str(reason))
        return
    outlines = [_outline(one) for one in placed]
    _check_space(folder, sum(one.nbytes for one in outlines) + BESIDE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_json(folder / "config.json", config)
        _write_json(folder / "generation_config.json", ends)
        _write_tokenizer(file, folder)
        with gguf.open("rb") as opened:
            pieces = (piece for one in placed for piece in _pieces(native, opened, one))
            write_panel_file(folder / PANEL_FILE, outlines, pieces)
    except OSError as error:
        raise ModelError(f"{folder}: cannot be written: {first_line(error)}") from error


def _be_dense(file: GgufFile, folder: Path, reason: str) -> None:
    """Have transformers write floats, and say so first. Raises ModelError where it would not read the numbers."""
    unread = next((one for one in file.tensors.values() if one.format in UNREAD), None)
    if unread is not None:
        raise ModelError(f"{file.path}: {unread.name}: nobody reads weights of type {unread.format}")
    needed = dense_bytes(file)
    held = needed if kernels() else 2 * needed  # in 32 bits where torch multiplies them
    words = "%s: %s: all weights become floats of 16 bits, %.1f GB on disk and %.1f GB in memory"
    LOG.warning(words, file.path.name, reason, needed / 1e9, held / 1e9)
    _check_space(folder, needed + BESIDE)
    folder.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(file, folder)
    write_dense(file, folder)


def _needed(native: Kernels | None) -> Kernels:
    if native is None:
        raise Unfamiliar("no kernels were built for this machine")
    return native


def _check_config(config: dict[str, Any]) -> None:
    """Raise Unfamiliar where our kernels would not open what such a config says."""
    try:
        read = Config.model_validate(config)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Unfamiliar(f"our kernels do not know {where} {first['input']!r}") from error
    if not fits(read):
        raise Unfamiliar("its layers do not fill whole vectors, as our kernels take them")


def _check_formats(placed: list[Placed]) -> None:
    """Raise Unfamiliar where a tensor is in a format that has no kernel, or does not fill its blocks."""
    found: Counter[str] = Counter()
    for one in placed:
        format, matrix = FORMATS.get(one.tensor.format), len(one.tensor.shape) > 1
        if format is None or (format.whole and not matrix):
            found[one.tensor.format] += 1
        elif matrix and one.tensor.shape[1] % format.block:
            found[f"{one.tensor.format} with rows of {one.tensor.shape[1]} numbers"] += 1
    if found:
        names = ", ".join(f"{name} ({count} of {len(placed)} tensors)" for name, count in found.most_common())
        raise Unfamiliar(f"there is no kernel for {names}")


def _outline(one: Placed) -> Outline:
    columns, *depth = one.tensor.shape
    return Outline(one.name, columns, depth[0], FORMATS[one.tensor.format]) if depth else Outline(one.name, columns)


def _pieces(native: Kernels, file: BinaryIO, one: Placed) -> Iterator[torch.Tensor]:
    """Yield a tensor's bytes as they will stand in the folder, a few panels at a time."""
    tensor = one.tensor
    if len(tensor.shape) == 1:
        numbers = read_bytes(file, tensor.begin, tensor.nbytes).view(DTYPES[tensor.format]).float() - one.less
        yield numbers[_order(one)] if one.heads else numbers
        return
    row_bytes, format = tensor.nbytes // tensor.shape[0], FORMATS[tensor.format]
    if one.heads:
        rows = read_bytes(file, tensor.begin, tensor.nbytes).view(-1, row_bytes)
        yield native.repack(format, rows[_order(one)]).numbers
        return
    for begin, end in slices(tensor.shape[0], row_bytes):
        rows = read_bytes(file, tensor.begin + begin * row_bytes, (end - begin) * row_bytes).view(-1, row_bytes)
        yield native.repack(format, rows).numbers


def _order(one: Placed) -> torch.Tensor:
    """Return which row of the file is where: a head's even ones first, then its odd ones."""
    return torch.arange(one.tensor.shape[0]).view(one.heads, -1, 2).transpose(1, 2).reshape(-1)


def _check_space(folder: Path, needed: int) -> None:
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise ModelError(
            f"{there}: the disk is full: the model needs about {needed / 1e6:,.0f} MB, {free / 1e6:,.0f} are free",
            hint="free some space, or set AIGC_CACHE to a folder on another disk",
        )


def _write_json(path: Path, written: dict[str, Any]) -> None:
    path.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def _write_tokenizer(file: GgufFile, folder: Path) -> None:
    """Have transformers write tokenizer and chat template, for which no class of a family is needed.

    It is given the metadata alone, since it would rather read a tokenizer.json that happens to stand beside the file.
    """
    try:
        with TemporaryDirectory(dir=folder) as alone, quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (Path(alone) / "metadata.gguf").write_bytes(file.without_tensors())
            PreTrainedTokenizerFast.from_pretrained(alone, gguf_file="metadata.gguf").save_pretrained(folder)
    except Exception as error:  # whatever transformers raises for what it does not know
        raise ModelError(f"{file.path}: transformers cannot read its tokenizer: {first_line(error)}") from error
