"""What only a dry run of a batch tells: all that `reports` prints of it, and what a shop will know things by."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from aigc.asking import Plan
from aigc.asking.job_keys import SAMPLE
from aigc.cli.echo import echo
from aigc.cli.reports import print_dry_run
from aigc.errors import shell_command

if TYPE_CHECKING:
    from aigc.asking import Export, Survey
    from aigc.content import ContentType
    from aigc.jobs import Forecast
    from aigc.project import Project

NAMING = ("id", "handle")  # words of columns that a shop knows its products by


def tell_dry_run(
    project: Project,
    content_type: ContentType,
    plan: Plan,
    found: Survey,
    expected: Forecast,
    unused: Mapping[str, str],
    *,
    as_json: bool,
) -> int:
    """Print what a batch would do, and return the exit code: 1 where rows cannot be used, or will be rejected."""
    print_dry_run(
        project,
        content_type,
        found,
        expected,
        unused,
        fed=plan.inputs_fed(project, content_type),
        whole=_showing(plan),
        unique=plan.unique or bool(project.settings.unique),
        as_json=as_json,
    )
    return 0 if not found.failed and not found.rejected else 1


def tell_naming(plan: Plan, project: Project, content_type: ContentType) -> None:
    """Note on stderr which column some formats will know the things of a file by, where it is not called as what they
    ask for."""
    formats = [one.name for one in plan.exports_of(project, content_type) if _asks_ids(project, one)]
    column = _naming(plan, project, content_type) if formats else ""
    if column and not any(word in column.casefold().split() for word in NAMING):
        told = f"{' and '.join(formats)}: the id of each piece, and the handle of its product, is what the column"
        echo(f"{plan.path(content_type).name}: {told} {column!r} has; --map id=COLUMN says another", err=True)


def _showing(plan: Plan) -> str:
    """Return the command that shows a whole prompt: of a plain file its first row's, else the dry run's as JSON."""
    if plan.file or plan.origin or plan.columns or plan.literals or plan.reading or plan.matrix or plan.settings:
        return "the same command with --json"
    words = ["--prompt", *([] if plan.briefs == SAMPLE else ["--brief", plan.briefs])]
    return shell_command("show", plan.type, options=words)


def _naming(plan: Plan, project: Project, content_type: ContentType) -> str:
    """Return the column of another name than `id` that somebody, or the file's origin, says the pieces are called by;
    else nothing."""
    if "id" in content_type.brief:
        return ""
    origin = plan.told_origin(project)
    known = {column for row in islice(plan.table(project, content_type).rows, 1) for column in row.values}
    named = (plan.columns["id"],) if "id" in plan.columns else origin.id if origin else ()
    return next((column for column in named if column in known), "")


def _asks_ids(project: Project, export: Export) -> bool:
    """Say whether a format looks at each row before anything is written: it asks who the row's thing is."""
    return project.registry.get("exporter", export.name).refuses is not None
