"""The model that learns: a folder that is there, or for a training from scratch one that is made of its texts."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aigc.errors import ProjectError, UsageError
from aigc.project import Project
from aigc.training.preparing import Wanted
from aigc.training.sources import gather
from aigc.training.training_run import leads

if TYPE_CHECKING:
    from aigc.models import Progress

BASE = "base"  # in a run's folder


@contextmanager
def opened_base(
    project: Project, wanted: Wanted, run: Path | None, progress: Callable[[Progress], None] | None = None
) -> Iterator[tuple[Path, str]]:
    """Give the folder of the model that learns, and the digest of its weights.

    One from scratch is made in the folder `run`, or for a look only in a folder that goes again.
    """
    if wanted.preset == "scratch":
        with TemporaryDirectory() as scratch:
            yield _made(project, wanted, run or Path(scratch))
        return
    if not project.source.takes_weights:
        raise UsageError(f"{project.source.title} learns nothing here", hint="training needs a model on this machine")
    weights = project.source.weights(progress)
    if weights.folder is None:
        raise ProjectError(f"model {project.settings.model!r} has no folder to load", hint="try `aigc models pull`")
    yield weights.folder, weights.digest


def _made(project: Project, wanted: Wanted, run: Path) -> tuple[Path, str]:
    """Make a tokenizer and random weights of the plain texts, in a folder that is called after these and the size."""
    from aigc.learner.fresh_folder import fresh_folder
    from aigc.learner.from_scratch import make_base
    from aigc.models.files import folder_digest

    samples = gather(project, wanted.sources).kept
    texts = [sample.answer for sample in samples if sample.prompt is None]
    if not texts:
        raise UsageError("a model from scratch learns from plain texts, and there are none", hint="--from texts/")
    hashed = hashlib.sha256(repr((wanted.size, project.settings.seed, texts)).encode("utf-8", "backslashreplace"))
    folder = run / f"{BASE}-{hashed.hexdigest()[:12]}"
    while not leads() and not (folder / "config.json").is_file():  # the first process makes it
        time.sleep(0.1)
    if not (folder / "config.json").is_file():
        with fresh_folder(folder) as scratch:
            make_base(texts, scratch, size=wanted.size, seed=project.settings.seed)
    return folder, folder_digest(folder)
