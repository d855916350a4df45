"""Which formats take the pieces of a job: what is offered is what can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aigc.errors import AigcError
from aigc.ledger import opened_ledger
from aigc.types import STATUSES

if TYPE_CHECKING:
    from pathlib import Path

    from aigc.project import Project


def formats_taking(project: Project, folder: Path) -> list[str]:
    """Return the formats that, with no option set, take a job's pieces: its first accepted one, if there is any."""
    return [name for name in project.registry.names("exporter") if _takes(project, name, folder)]


def _takes(project: Project, name: str, folder: Path) -> bool:
    try:
        with opened_ledger(folder) as ledger:
            first = next(ledger.pieces.artifacts(STATUSES[:1]), None)
        bound = project.registry.get("exporter", name).bind({}, "--to")
        return first is None or not bound.refusals(first, project.timeouts.plugin)
    except AigcError:
        return False
