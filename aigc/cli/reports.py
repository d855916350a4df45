"""What `aigc batch` has to say: before (a survey of the rows) and after (how the job ended)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli import prompts
from aigc.cli.options import print_json
from aigc.cli.readable import duration, printable
from aigc.types import STATUSES, Artifact, Brief, Json

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.jobs import JobReport
    from aigc.project import Project

SHOWN = 10  # reasons named
MANY = 8  # files of one folder named


@dataclass(slots=True, kw_only=True)
class Survey:
    """This is what a first reading of all rows found. Reasons keep the row's place; only the first few are kept."""

    valid: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)
    first: list[Brief] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.valid + self.failed

    @property
    def first_reason(self) -> str:
        return self.reasons[0] if self.reasons else ""


def survey(briefs: Iterable[Brief | Artifact], previewed: int) -> Survey:
    """This reads every row once, in constant memory."""
    found = Survey()
    for brief in briefs:
        if isinstance(brief, Artifact):
            found.failed += 1
            if len(found.reasons) < SHOWN:
                found.reasons.append(brief.reason)
            continue
        found.valid += 1
        if len(found.first) < previewed:
            found.first.append(brief)
    return found


def print_dry_run(project: Project, content_type: ContentType, found: Survey, *, as_json: bool) -> None:
    """This prints which rows would be written and the first briefs' prompts."""
    previews = [(brief, list(prompts.asked(project, content_type, brief.values))) for brief in found.first]
    if as_json:
        shown = [
            {"id": brief.id, "source": brief.source, "requests": [prompts.prompt_record(one) for one in asked]}
            for brief, asked in previews
        ]
        print_json({"valid": found.valid, "failed": found.failed, "reasons": found.reasons, "prompts": shown})
        return
    for brief, asked in previews:
        for one in asked:
            click.secho(f"── {brief.source or brief.id}: stage {one.stage} ({one.of} requests) ──", bold=True)
            click.echo(f"{prompts.prompt_text(one.prompt) if one.prompt else one.why}\n")
    click.echo(f"{found.total} rows: {found.valid} valid, {found.failed} not")
    for reason in found.reasons:
        click.echo(f"  {printable(reason)}")
    if found.failed > len(found.reasons):
        click.echo(f"  … and {found.failed - len(found.reasons)} more")
    click.echo("Nothing was written: this was a dry run.")


def report_record(report: JobReport) -> dict[str, Json]:
    """This is a report as JSON."""
    return {
        **asdict(report),
        "folder": str(report.folder),
        "counts": dict(report.counts),
        "reasons": dict(report.reasons),
        "files": [str(path) for path in report.files],
    }


def print_report(project: Project, report: JobReport) -> None:
    """This prints how the job ended, where the files are, and what to try next."""
    counts = ", ".join(f"{report.counts[name]} {name}" for name in STATUSES if report.counts.get(name))
    if report.interrupted:
        click.echo("Interrupted: what was finished is kept, the same command writes the rest.", err=True)
    again = f" ({report.reused} were there already)" if report.reused else ""
    waiting = f", {report.waiting} still to write" if report.waiting else ""
    click.secho(f"{report.briefs} pieces: {counts or 'none finished'}{waiting}{again}", bold=True)
    for reason, count in Counter(report.reasons).most_common(SHOWN):
        click.echo(f"  {count:>4} x {printable(reason)}")
    if report.lines:
        share = 100 * report.fallback_lines / report.lines
        click.echo(f"Fallback lines: {report.fallback_lines} of {report.lines} ({share:.0f} %)")
    tokens = report.usage.sampled + report.usage.forced
    speed = f", {tokens / report.seconds:,.0f} tokens/s" if tokens and report.seconds > 0 else ""
    click.echo(f"Time: {duration(report.seconds)}{speed}")
    if report.briefs:
        click.echo("Files:")
    for line in _places(report.files) if report.briefs else []:
        click.echo(f"  {line}")
    for problem in report.problems:
        click.secho(f"Not exported: {problem}", err=True, fg="red")
    if report.briefs:
        _print_next(project, report)


def _places(files: Sequence[Path]) -> list[str]:
    """This is the files, many in one folder as one line."""
    by_folder: dict[Path, list[Path]] = {}
    for path in files:
        by_folder.setdefault(path.parent, []).append(path)
    lines = []
    for folder, inside in by_folder.items():
        lines += [str(path) for path in inside] if len(inside) <= MANY else [f"{folder} ({len(inside)} files)"]
    return lines


def _print_next(project: Project, report: JobReport) -> None:
    names = project.registry.names("exporter")
    suffixes = {path.suffix for path in report.files}
    unused = [name for name in names if not set(project.registry.get("exporter", name).suffixes) & suffixes]
    click.echo("Next:")
    if len(report.files) > 1:
        click.echo(f"  open {report.files[1]}")
    if unused:
        click.echo(f"  aigc export {report.folder} --to {unused[0]}    (formats: {', '.join(names)})")
    click.echo(f"  aigc show {report.content_type}    (its inputs, limits and checks)")
