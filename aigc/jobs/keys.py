"""The key of a piece: the content hash of all that makes it. Two briefs of one key get one text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aigc.content import ContentType
from aigc.jobs.folder import opened_ledger
from aigc.jobs.ledger import FILE
from aigc.project import Project
from aigc.types import Brief

SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


class Keys:
    """This makes keys for the briefs of one content type, as the project stands."""

    def __init__(self, project: Project, content_type: ContentType) -> None:
        settings = project.settings
        self._made_by = [
            content_type.digest,
            project.model_identity(content_type.name),
            settings.seed,
            settings.candidates,
            dict(settings.sampling),
            list(settings.policy),
        ]

    def __call__(self, brief: Brief) -> str:
        made_from = [*self._made_by, dict(brief.values), *([brief.draw] if brief.draw else [])]
        return hashlib.sha256(SORTED(made_from).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@contextmanager
def written_already(
    project: Project, content_type: ContentType, folder: Path | None
) -> Iterator[Callable[[Brief], bool]]:
    """This tells, while it is open, whether a batch into `folder` would find a brief's piece there."""
    if folder is None or not (folder / FILE).is_file():
        yield lambda brief: False
        return
    keys = Keys(project, content_type)
    with opened_ledger(folder) as ledger:
        yield lambda brief: ledger.holds(keys(brief))
