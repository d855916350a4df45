"""The examinations behind `aigc doctor`. None of them imports torch or loads a model."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aigc.cli.adapter_told import adapter_warnings
from aigc.cli.gguf_told import tell_gguf
from aigc.cli.group import Commands
from aigc.cli.options import Overrides, Pairs, open_project
from aigc.engine import KERNELS
from aigc.engine.cpu.library import library_name
from aigc.engine.machine import machine_memory
from aigc.errors import AigcError, megabytes
from aigc.models import Catalogue, cache_folder, resolve

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.models import Weights
    from aigc.project import Project

NEEDED = ("torch", "transformers", "llguidance", "safetensors", "gguf")
ROOMY = 2_000_000_000  # bytes of free disk for a model outside the catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """This is one examination's outcome. `note` is no reason to worry; `wrong` always has a remedy."""

    name: str
    state: Literal["ok", "note", "wrong"]
    found: str
    remedy: str = ""


def look(folder: Path | None, *, model: str | None = None, settings: Pairs = ()) -> list[Symptom]:
    """Make every examination. A project that cannot be opened is one of the things found, not an error."""
    symptoms = [_python(), *(_package(name) for name in NEEDED), _kernels(), *_device()]
    try:
        project = open_project(folder, Overrides(model=model, settings=settings))
    except AigcError as error:
        return [*symptoms, Symptom(name="project", state="wrong", found=error.message, remedy=error.hint or "mend it")]
    symptoms += [*_model(project.settings.model), _memory(project), *_project(project)]
    return symptoms


def _python() -> Symptom:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < (3, 11):  # noqa: UP036  (a checkout can be run by any Python)
        return Symptom(name="python", state="wrong", found=found, remedy="use Python 3.11 or later")
    return Symptom(name="python", state="ok", found=found)


def _package(name: str) -> Symptom:
    try:
        return Symptom(name=name, state="ok", found=version(name))
    except PackageNotFoundError:
        return Symptom(name=name, state="wrong", found="not installed", remedy=f"pip install {name}")


def _kernels() -> Symptom:
    """Say whether a CPU writes at full speed; a machine without them writes all the same."""
    if any(find_spec(name) is not None for name in KERNELS):
        taken = library_name()
        found = f"built, those for {taken.upper()} are taken" if taken else "built, but none of them runs here"
        return Symptom(name="kernels", state="ok" if taken else "note", found=found)
    remedy = "on a CPU, models write faster where a C compiler (gcc) was there when aigc was installed"
    return Symptom(name="kernels", state="note", found="not built", remedy=remedy)


def _device() -> Iterator[Symptom]:
    """Ask the driver rather than torch, which takes seconds to import."""
    gpu = _gpu()
    if not gpu:
        yield Symptom(name="device", state="ok", found=f"CPU, {os.cpu_count()} cores (no NVIDIA GPU seen)")
        return
    try:
        built_for_cpu = "+cpu" in version("torch")
    except PackageNotFoundError:
        built_for_cpu = False
    if built_for_cpu:
        remedy = "this torch cannot use the GPU; install its CUDA build to write many times faster"
        yield Symptom(name="device", state="note", found=gpu, remedy=remedy)
        return
    yield Symptom(name="device", state="ok", found=gpu)
    if find_spec("triton") is None:
        remedy = "pip install triton; without it transformers runs every model on the GPU, more slowly"
        yield Symptom(name="triton", state="note", found="not installed", remedy=remedy)


def _gpu() -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        listed = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    return "; ".join(listed.strip().splitlines())


def _model(name: str) -> Iterator[Symptom]:
    """Look at the model, and whether disk and memory are enough for it."""
    cache = cache_folder()
    there = next(folder for folder in (cache, *cache.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if there.is_dir() and os.access(there, os.W_OK):
        yield Symptom(name="cache", state="ok", found=f"{cache}, {megabytes(free)} free")
    else:
        remedy = "set AIGC_CACHE to a folder you may write to"
        yield Symptom(name="cache", state="wrong", found=f"{cache} cannot be written to", remedy=remedy)
    try:
        weights = resolve(name, catalogue=Catalogue.load())
    except AigcError as error:
        yield Symptom(name="model", state="wrong", found=error.message, remedy=error.hint or "choose another with -m")
        return
    if weights.installed:
        place = "" if str(weights.folder) == name else f" in {weights.folder}"
        yield Symptom(name="model", state="ok", found=f"{name}{place}")
    else:
        yield _missing(weights, free) if weights.gguf is None else _unconverted(weights, free)


def _missing(weights: Weights, free: int) -> Symptom:
    model = weights.model
    needed = ROOMY if model is None else _disk_bytes(weights)
    if free < needed:
        remedy = f"free about {megabytes(needed)} or set AIGC_CACHE to a folder on another disk"
        return Symptom(name="model", state="wrong", found=f"{weights.name} does not fit on the disk", remedy=remedy)
    remedy = f"the first use fetches it, or `aigc models pull {weights.name}` now"
    return Symptom(name="model", state="note", found=f"{weights.name} is not here yet", remedy=remedy)


def _unconverted(weights: Weights, free: int) -> Symptom:
    """Look at a GGUF file that was not used yet."""
    try:
        file = tell_gguf(weights)
    except AigcError as error:
        return Symptom(name="model", state="wrong", found=error.message, remedy=error.hint or "fetch the file again")
    assert file is not None
    if free < file.copy_bytes:
        found = f"the fast copy of {weights.name}, about {megabytes(file.copy_bytes)}, does not fit on the disk"
        remedy = f"free about {megabytes(file.copy_bytes)} or set AIGC_CACHE to a folder on another disk"
        return Symptom(name="model", state="wrong", found=found, remedy=remedy)
    remedy = f"{file.first_use}, or `aigc models pull {weights.name}` now"
    return Symptom(name="model", state="note", found=f"{weights.name}, {megabytes(file.nbytes)}", remedy=remedy)


def _disk_bytes(weights: Weights) -> int:
    assert weights.model is not None
    unpacked = getattr(weights.model.source, "approx_folder_mb", 0)
    return int((weights.model.approx_download_mb + unpacked) * 1_000_000)


def _memory(project: Project) -> Symptom:
    """Hold what the model takes against what is free, as opening it will."""
    machine, memory = machine_memory(), None
    found = f"{megabytes(machine.free)} free of {megabytes(machine.whole)}"
    try:
        memory = project.source.memory()
        if memory is None or memory.device == "cuda":
            return Symptom(name="memory", state="ok", found=found)
        found += f"; {project.settings.model} takes {megabytes(memory.total())} for one text"
        project.source.check_memory()
    except AigcError as refused:
        if memory is None:  # nothing writes here, which is said elsewhere
            return Symptom(name="memory", state="ok", found=found)
        return Symptom(name="memory", state="wrong", found=refused.message, remedy=refused.hint)
    if memory.crowded(machine):
        remedy = "end other programs: weights that find no room are read from the disk at every step"
        return Symptom(name="memory", state="note", found=found, remedy=remedy)
    return Symptom(name="memory", state="ok", found=f"{found}, there is enough for {memory.at_once(machine)}")


def _project(project: Project) -> Iterator[Symptom]:
    where = str(project.folder) if project.folder else "none here (bundled content types only)"
    yield Symptom(name="project", state="ok", found=where)
    try:
        project.source.check()
    except AigcError as refused:
        yield Symptom(name="engine", state="wrong", found=refused.message, remedy=refused.hint or "mend the option")
    project.registry.extend("aigc_commands", cli=Commands())
    for plugin in project.registry.plugins:
        if plugin.quarantined:
            remedy = (
                f"mend or uninstall it, or add it to `disabled` in aigc.yaml ({plugin.distribution or plugin.module})"
            )
            found = f"{plugin.error} ({plugin.place})" if plugin.place else plugin.error
            yield Symptom(name=f"plugin {plugin.name}", state="wrong", found=found, remedy=remedy)
    types = project.content_types()
    broken = {name: error for name, error in types.items() if isinstance(error, AigcError)}
    for name, error in broken.items():
        remedy = error.hint or "mend the file"
        yield Symptom(name=f"content type {name}", state="wrong", found=error.message, remedy=remedy)
    for name, content_type in types.items():
        if not isinstance(content_type, AigcError):
            yield from _adapter(project, name, content_type)
    yield Symptom(name="content types", state="ok", found=f"{len(types) - len(broken)} can be written")


def _adapter(project: Project, name: str, content_type: ContentType) -> Iterator[Symptom]:
    """Say where the adapter of a content type is served otherwise than it was trained."""
    try:
        sentences = list(adapter_warnings(project, content_type))
    except AigcError:  # nothing writes here, which is said elsewhere
        return
    for sentence in sentences:
        found, _, remedy = sentence.rpartition(": ")
        yield Symptom(name=f"adapter of {name}", state="note", found=found, remedy=remedy)
