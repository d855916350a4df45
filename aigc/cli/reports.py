"""What `aigc batch` has to say: before (what the rows are, and a forecast) and after (how the job ended)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.asking import KEEP_ALL, ROW, Tally
from aigc.cli import prompts
from aigc.cli.echo import echo, in_line, print_json
from aigc.cli.formats_taking import formats_taking
from aigc.cli.going_on import as_typed, next_command, opening
from aigc.cli.readable import complaint_lines, counted, duration, fallbacks_told, span_told
from aigc.cli.reading_told import print_inputs, print_reading, reading_record
from aigc.errors import megabytes
from aigc.jobs import REPORT, earlier_exports, rates_file
from aigc.jobs.forecast.forecaster import UNASKED
from aigc.jobs.forecast.rates import read_rates
from aigc.types import STATUSES, Json
from aigc.writing.preview import preview

if TYPE_CHECKING:
    from aigc.asking import Export, Survey
    from aigc.content import ContentType
    from aigc.jobs import Forecast
    from aigc.ledger import Complaint
    from aigc.project import Project
    from aigc.types import JobReport

COLUMNS = 12  # named
BUSY = 0.5  # other programs that want a core, from which on that is said
COUNTED = 8  # kinds of reasons, of rows that are not named
PREVIEWED = 3  # briefs whose prompts a dry run shows as JSON
EXPORTED = STATUSES[:1]
MANY = 8  # files of one folder named
WRITTEN_BY = {
    "runs": "as in earlier runs here",
    "examples": "as long as its examples",
    "bounds": "half of what it may be at most",
}


def print_header(file: Path, header: int | None) -> None:
    """Note on stderr which line of a file was found to name its columns; nothing where it is the first."""
    if header is not None:
        echo(f"{file.name}: line {header} names the columns (--input header={header})", err=True)


def print_sheet(file: Path, sheet: str, passed_over: Sequence[str], beside: Sequence[str] = ()) -> None:
    """Note on stderr which sheet, or list, of a file was found to have the columns, if it is not the first, and which
    others `beside` it have them too."""
    noun = "list" if file.suffix.lower() == ".json" else "sheet"
    if passed_over:
        others = ", ".join("the whole of it" if one == "." else repr(one) for one in passed_over)
        echo(f"{file.name}: read from the {noun} {sheet!r}, not {others} (--input sheet=NAME)", err=True)
    if beside:
        others = ", ".join(map(repr, beside))
        echo(f"{file.name}: one {noun} is read; {others} would do as well (--input sheet=NAME)", err=True)


def print_passed_over(file: Path, tally: Tally) -> None:
    """Note on stderr which rows of a file are no briefs, and what makes them some."""
    for column, what, rows, terms in tally.told():
        if what == "passed over":
            why = in_line(", ".join(f"{term} {many:,}" for term, many in terms.items()))
            told = why if column == ROW else f"{column} is {why}"
            noun = "row" if rows == 1 else "rows"
            echo(f"{file.name}: {rows:,} {noun} passed over: {told} ({KEEP_ALL} reads them)", err=True)


def print_columns(file: Path, unused: Mapping[str, str]) -> None:
    """Note on stderr which columns of a file feed nothing, those first that look misspelt."""
    misspelt = [f"{name} (did you mean {near}?)" for name, near in unused.items() if near]
    if columns := [*misspelt, *(name for name, near in unused.items() if not near)]:
        more = f" and {len(columns) - COLUMNS} more" if len(columns) > COLUMNS else ""
        echo(f"{file.name}: columns not used: {in_line(', '.join(columns[:COLUMNS]))}{more}", err=True)


def print_dry_run(
    project: Project,
    content_type: ContentType,
    found: Survey,
    expected: Forecast,
    unused: Mapping[str, str],
    *,
    fed: Mapping[str, str],
    whole: str,
    unique: bool,
    as_json: bool,
) -> None:
    """Print which rows would be written, what feeds the inputs (`fed`), what was done to values and which columns are
    `unused`, what it would take, and the beginning of the first prompt, with the command that shows the `whole`; as
    JSON all those of the first briefs."""
    voice, environment = project.voice(content_type), project.environment
    if as_json:
        previews = [(one, list(preview(content_type, environment, one, voice=voice, most=1))) for one in found.first]
        shown = [
            {"id": brief.id, "source": brief.source, "requests": [prompts.preview_record(one) for one in stages]}
            for brief, stages in previews
        ]
        counts: dict[str, Json] = {
            "valid": found.valid,
            "failed": found.failed,
            "written": found.made,
            "changed": found.changed,
        }
        counts |= {"rejected": found.rejected, "needs": found.needs, "flagged": found.flagged}
        more = {
            "reasons": found.reasons,
            "doomed": found.doomed,
            "apart": found.apart,
            "unshown": dict(found.reasons.unshown),
            "forecast": expected.record(),
        }
        print_json({**counts, **more, "inputs": fed, **reading_record(found.tally, unused), "prompts": shown})
        return
    echo(f"── the whole job: {content_type.name} ──", bold=True)
    echo(f"{found.total:,} {found.noun}: {found.valid:,} valid, {found.failed:,} not")
    if found.apart:
        echo(f"{found.apart:,} of them are not in this run (--only)")
    if found.made:
        echo(f"{found.made:,} of them are written already")
    if found.changed:
        echo(changed_line(found.changed))
    for reason in found.reasons:
        echo(f"  {in_line(reason)}")
    if found.failed > len(found.reasons):
        echo(f"  … and {found.failed - len(found.reasons):,} more, among them:")
        for kind, many in found.reasons.unshown.most_common(COUNTED):
            echo(f"    {counted(many, found.noun[:-1])}: {in_line(kind)}")
    print_inputs(content_type, fed)
    print_reading(found.tally, unused, found.noun)
    for line in forecast_lines(project, expected, unique=unique):
        echo(line)
    if found.first:
        prompts.print_beginning(project, content_type, found.first[0], whole)
    echo("Nothing was written: this was a dry run.")


def changed_line(many: int) -> str:
    """Say that finished pieces are written again, which nobody asked for in so many words."""
    by = "(type, model, engine.dtype, settings)"
    if many == 1:
        return f"1 finished piece is written again: its row changed since, or what writes it {by}"
    return f"{many:,} finished pieces are written again: their rows changed since, or what writes them {by}"


def forecast_lines(project: Project, expected: Forecast, *, unique: bool = False) -> list[str]:
    """Return a forecast as a person reads it: how much, then how long."""
    if not expected.briefs:
        return ["Forecast: nothing to write" + (", but for what repeats another piece" if unique else "")]
    if expected.written_by == UNASKED:
        more = ["what repeats another piece is flagged"] if unique else []
        told = f"Forecast: {counted(expected.briefs, 'piece')}; this type asks no model, nothing is fetched or loaded"
        return [told, *(f"  {note}" for note in more)]
    model = project.settings.model
    about = "" if expected.counted else "about "
    read = f"{about}{expected.prompt_tokens:,} tokens to read"
    write = f"about {expected.written_tokens:,} to write ({WRITTEN_BY[expected.written_by]})"
    asked = f"{counted(expected.briefs, 'piece')}, {counted(expected.requests, 'request')}"
    lines = [f"Forecast: {asked}, {read}, {write}"]
    cluster = bool(project.settings.ray.get("address"))
    each = " per worker" if cluster else ""
    memory = f"{megabytes(expected.memory)} of memory{each}" if expected.memory else ""
    if expected.span is not None:
        runs = f"earlier runs of {expected.like} here" if expected.like else "other types it wrote here"
        time = f"{span_told(expected.span)}, at {expected.speed:,.0f} tokens/s as in {runs}"
        if expected.sure:
            size = "larger" if expected.sure == "or more" else "smaller"
            time = f"{span_told(expected.span)}, by {runs}, which were {size}"
    else:
        place = "on such a cluster" if cluster else "on this machine"
        if not cluster and _ran_otherwise(project):
            place = f"with these engine options {place}"
        time = f"no time can be told before the first run of {model} {place}"
    lines.append("; ".join(filter(None, [f"  {time}", memory])))
    notes = ["what repeats another piece is written again, which comes on top"] if unique else []
    if expected.span is not None and expected.load >= BUSY:
        notes.append("other programs keep this machine busy, which the later time allows for")
    if not expected.counted:
        notes.append(f"the tokenizer of {model} is not here, so tokens are estimated from characters")
    if expected.rendered < expected.briefs:
        notes.append(f"prompts of {expected.rendered:,} pieces were rendered and stand for the rest")
    if expected.too_long:
        room = (
            f"do not fit the {expected.context:,} tokens the model takes (the longest has {expected.longest_prompt:,})"
        )
        notes.append(f"{expected.too_long:,} prompts {room}: those will fail")
    return [*lines, *(f"  {note}" for note in notes)]


def _ran_otherwise(project: Project) -> bool:
    """Say whether the model wrote on this machine with other engine options."""
    writers = [rate.writer for rate in read_rates(rates_file()) if " ray." not in rate.writer]
    return any(f"{one} ".startswith(f"{project.source.name} {project.settings.model} ") for one in writers)


def report_record(report: JobReport, expected: Forecast | None = None, *, again: str = "") -> dict[str, Json]:
    """Return a report as JSON, with what was expected of the run, and where it is not at its end the command that goes
    on."""
    goes_on = {"again": as_typed(again)} if again and (report.interrupted or report.awaited) else {}
    return {
        **asdict(report),
        "folder": str(report.folder),
        "counts": dict(report.counts),
        "reasons": dict(report.reasons),
        "files": [str(path) for path in report.files],
        "forecast": expected.record() if expected else None,
        **goes_on,
    }


def print_report(
    project: Project,
    report: JobReport,
    expected: Forecast | None = None,
    *,
    again: str,
    short: tuple[Sequence[Complaint], int],
    exports: Sequence[Export],
    broken: Collection[str] = (),
) -> None:
    """Print how the job ended, where the files are, and what to try next; `again` is the command that goes on,
    `broken` the formats that could not be written."""
    counts = ", ".join(f"{report.counts[name]} {name}" for name in STATUSES if report.counts.get(name))
    if report.interrupted:
        echo("Interrupted: what was finished is kept. This writes the rest:", err=True)
        echo(f"  {as_typed(again)}", err=True)
    if report.awaited:
        echo("Waiting for answers. Do this:", err=True)
        for sentence in report.awaited:
            echo(f"  {sentence}", err=True)
        echo("Then go on:", err=True)
        echo(f"  {as_typed(again)}", err=True)
    there = f" ({report.reused} were there already)" if report.reused else ""
    waiting = f", {report.waiting} still to write" if report.waiting else ""
    echo(f"{counted(report.briefs, 'piece')}: {counts or 'none finished'}{waiting}{there}", bold=True)
    for line in complaint_lines(*short):
        echo(line)
    for sentence in report.lacking:
        echo(in_line(sentence))
    if report.lines:
        echo(fallbacks_told(report.fallback_lines, report.lines))
    tokens = report.usage.sampled + report.usage.forced
    speed = f", {tokens / report.seconds:,.0f} tokens/s" if tokens and report.seconds > 0 else ""
    told = f" (forecast: {span_told(expected.span)})" if expected and expected.span is not None else ""
    echo(f"Time: {duration(report.seconds)}{speed}{told}")
    if report.briefs:
        echo("Files:")
    for line in _places(report.files) if report.briefs else []:
        echo(f"  {line}")
    if report.waiting and (kept := [one for one in earlier_exports(report.folder) if one not in report.files]):
        names = ", ".join(one.relative_to(report.folder).as_posix() for one in kept[:MANY])
        more = f" and {len(kept) - MANY} more" if len(kept) > MANY else ""
        echo(f"Exports of before stay until all is written anew: {names}{more}", err=True)
    for problem in report.problems:
        echo(f"Not exported: {problem}", err=True, fg="red")
    if report.briefs and not report.awaited:
        _print_next(project, report, exports, broken)


def _places(files: Sequence[Path]) -> list[str]:
    """Return a line for each file, or for a folder of many."""
    by_folder: dict[Path, list[Path]] = {}
    for path in files:
        by_folder.setdefault(path.parent, []).append(path)
    lines = []
    for folder, inside in by_folder.items():
        lines += [str(path) for path in inside] if len(inside) <= MANY else [f"{folder} ({len(inside)} files)"]
    return lines


def _with_flagged(report: JobReport, exports: Sequence[Export]) -> Iterator[str]:
    """Yield the commands that add the flagged pieces to each export as it was asked for."""
    flagged = counted(report.counts.get("flagged", 0), "flagged piece")
    without = [one for one in exports if not one.with_flagged]
    plain = [word for one in without if not one.options for word in ("--to", one.name)]
    told = [["--to", one.name, *_spoken(one.options)] for one in without if one.options]
    for words in filter(None, [plain, *told]):
        command = next_command("export", report.folder, options=(*words, "--with-flagged"))
        yield f"  {command}    (with the {flagged} too, marked so)"


def _spoken(options: Mapping[str, Json]) -> Iterator[str]:
    for name, value in options.items():
        yield from ("-o", f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")


def _print_next(project: Project, report: JobReport, exported: Sequence[Export], broken: Collection[str]) -> None:
    names = formats_taking(project, report.folder)
    page = report.folder / REPORT
    exports = [path for path in report.files[1:] if path != page]
    suffixes = {path.suffix for path in (*report.files[:1], *exports)}
    unused = [
        name
        for name in names
        if name not in broken and not set(project.registry.get("exporter", name).suffixes) & suffixes
    ]
    echo("Next:")
    if page in report.files:
        echo(f"  {opening(page)}    (every piece beside its brief, with what the checks found)")
    if exports:
        echo(f"  {opening(exports[0])}")
    accepted, flagged = report.counts.get("accepted", 0), report.counts.get("flagged", 0)
    for line in _with_flagged(report, exported) if flagged else ():
        echo(line)
    if unused and accepted:
        command = next_command("export", report.folder, options=("--to", unused[0]))
        echo(f"  {command}    (formats: {', '.join(names)})")
    echo(f"  {next_command('show', report.content_type)}    (its inputs, limits and checks)")
