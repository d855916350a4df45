"""The job's folder beside the ledger: artifacts as JSON lines, and exports of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import overload

from aigc.asking.plan import Export
from aigc.errors import JobError, UsageError, disk_told
from aigc.jobs.exporting import sparing_others, unmarked, written_by
from aigc.jobs.folder_record import ARTIFACTS_FILE, REPORT, FolderRecord, refusals, refuse_foreign
from aigc.jobs.lock import only_writer, refuse_second_run
from aigc.jobs.staging import ExportStage, replacing, staged, sweep
from aigc.ledger.assets import Assets
from aigc.ledger.ledger import Ledger, has_ledger, no_job, opened_ledger
from aigc.ledger.record import NO_ARTIFACT, artifact_of
from aigc.ledger.reviews import without_review
from aigc.plugs.extension import Bound, Extension
from aigc.plugs.registry import Registry
from aigc.plugs.timeouts import Timeouts
from aigc.plugs.whole_file import whole_file
from aigc.types import Artifact, Decision, Json, Ruling, Status
from aigc.types.foreign import encodes, read_json, whole_text

log = logging.getLogger(__name__)

PIECES_FILE = ".pieces.jsonl"  # of `aigc generate --out`
REFUSED_SHOWN = 3
EXPORTED: tuple[Status, ...] = ("accepted", "flagged")  # the latter when asked for; never a piece that breaks a limit


class _GoneOver(Sequence[Artifact]):
    """These are pieces that are gone over from the first; one by its place takes as long as all."""

    @overload
    def __getitem__(self, place: int) -> Artifact: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Artifact]: ...
    def __getitem__(self, place: int | slice) -> Artifact | Sequence[Artifact]:
        return list(self)[place]


class Good(_GoneOver):
    """These are the pieces of a ledger that may be exported, read from it each time they are gone over: a job of any
    size fits; the accepted ones, and `with_flagged` those too. None that people rejected; with `approved` those alone
    that they approved as they stand, flagged or not."""

    def __init__(self, ledger: Ledger, *, with_flagged: bool = False, approved: bool = False) -> None:
        self._ledger = ledger
        self._statuses = exported_statuses(with_flagged or approved)
        self._approved = approved
        self._going: list[Generator[Artifact]] = []

    def __len__(self) -> int:
        return self._ledger.pieces.many(self._statuses, approved=self._approved)

    def __iter__(self) -> Iterator[Artifact]:
        self._going.append(self._ledger.pieces.exported(self._statuses, approved=self._approved))
        return self._going[-1]

    def let_go(self) -> None:
        """End every going over that a format broke off: it is a question to the ledger in the middle of its rows."""
        for one in self._going:
            one.close()
        self._going.clear()


class Fitting(_GoneOver):
    """These are pieces but for those that a format refuses; `refused` has their ids → what is wrong with them."""

    def __init__(self, pieces: Sequence[Artifact], export: Bound, seconds: float) -> None:
        told = ((one.id, export.refusals(one, seconds)) for one in pieces) if export.extension.refuses else ()
        self._pieces = pieces
        self.refused = {name: "; ".join(wrong) for name, wrong in told if wrong}

    def __len__(self) -> int:
        return len(self._pieces) - len(self.refused)

    def __iter__(self) -> Iterator[Artifact]:
        return (unmarked(one) for one in self._pieces if one.id not in self.refused)


def prepare_folder(folder: Path, content_type: str = "") -> None:
    """Make the folder and prove it writable; UsageError otherwise, before anything expensive happens.

    A folder for a job (`content_type` given) that holds pieces of another content type, single pieces or files of those
    names which no run wrote is refused too: their places would be taken. So is a job's folder for anything else.
    JobError when it is for a job and another run writes there.
    """
    if not encodes(str(folder)):
        raise UsageError(f"{whole_text(str(folder))}: is no name in UTF-8", hint="choose another --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if folder.is_file():
            raise UsageError(f"{folder}: is a file, not a folder", hint="choose another --out") from error
        raise UsageError(
            f"{folder}: cannot be written to ({error.strerror or error})", hint="choose another --out"
        ) from error
    if not content_type:
        if has_ledger(folder):
            raise UsageError(f"{folder}: is the folder of a batch", hint="choose another --out")
        return
    if (folder / PIECES_FILE).exists():
        raise UsageError(f"{folder}: holds single pieces of `aigc generate`", hint="choose another --out")
    refuse_second_run(folder)
    held = _held_type(folder)
    if held and held != content_type:
        raise UsageError(f"{folder}: holds pieces of {held}, not of {content_type}", hint="choose another --out")
    FolderRecord(folder).claim("")
    refuse_foreign(folder, own=(ARTIFACTS_FILE, REPORT))


def _held_type(folder: Path) -> str:
    """Return the content type of the pieces in the folder, nothing where there are none."""
    if has_ledger(folder):
        with opened_ledger(folder) as ledger:
            return str(ledger.facts().get("content_type", ""))
    return next((record["provenance"]["content_type"] for record, _ in _records(folder / ARTIFACTS_FILE)), "")


def read_artifacts(folder: Path) -> list[Artifact]:
    """Return every finished artifact of a job's folder, in its order, from the ledger where there is one.

    NotFound names a folder without any, JobError the broken line.
    """
    if has_ledger(folder):
        with opened_ledger(folder) as ledger:
            return list(ledger.pieces.artifacts())
    path = folder / ARTIFACTS_FILE
    if not path.is_file():
        raise no_job(folder)
    artifacts, assets = [], Assets(folder)
    with path.open(
        encoding="utf-8", errors="replace", newline="\n"
    ) as lines:  # a text may hold other line breaks, U+2028 for one
        for number, line in enumerate(lines, 1):
            try:
                artifacts.append(artifact_of(read_json(line, marked=True), assets))
            except NO_ARTIFACT as error:
                raise JobError(f"{path}:{number}: is not an artifact ({error})") from error
    return artifacts


def write_artifacts(folder: Path, ledger: Ledger) -> Path:
    """Write every finished piece of the ledger as a line, in the briefs' order, in one rename."""
    hint = "what was finished is kept, run it again"
    try:
        with replacing(folder, ARTIFACTS_FILE) as path, whole_file(path, hint=hint) as file:
            file.writelines(ledger.pieces.artifact_lines())
    except JobError:
        ledger.check_there()  # else nothing is kept
        raise
    return folder / ARTIFACTS_FILE


def take_over(ledger: Ledger, folder: Path) -> None:
    """Put the pieces of a folder whose ledger is gone into a new one, and what people decided of them; a line that is
    no artifact is passed over."""
    ledger.briefs.remember((key, written) for key, written, *_ in _earlier_pieces(folder))
    for _, written, decisions, ruling in _earlier_pieces(folder):
        for one in decisions:
            ledger.reviews.decide(one, written)
        if ruling:
            kept = {"by": ruling.by, "at": ruling.at, "note": ruling.note}
            ledger.rulings.rule(written, "reopened" if ruling.stale else ruling.verdict, **kept)


def _earlier_pieces(folder: Path) -> Iterator[tuple[str, Artifact, Sequence[Decision], Ruling | None]]:
    for record, artifact in _records(folder / ARTIFACTS_FILE):
        if record.get("key") and artifact.status != "failed":
            try:
                written, decisions = without_review(artifact)
            except NO_ARTIFACT:
                continue
            ruling = artifact.review.ruling if artifact.review else None
            yield str(record["key"]), written, decisions, ruling


def _records(path: Path) -> Iterator[tuple[dict[str, Json], Artifact]]:
    if not path.is_file():
        return
    assets = Assets(path.parent)
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            try:
                record = read_json(line, marked=True)
                artifact = artifact_of(record, assets)
            except NO_ARTIFACT:
                continue
            yield record, artifact


def export(
    registry: Registry,
    artifacts: Sequence[Artifact],
    folder: Path,
    formats: Sequence[str],
    options: Mapping[str, Json] | None = None,
    *,
    replacing: bool = False,
    with_flagged: bool = False,
    where: str = "-o",
    of: str = "",
    refused: Callable[[str], None] = log.warning,
    taken: Callable[[str, int], object] = lambda name, many: None,
) -> list[Path]:
    """Write the accepted artifacts in each format, or the pieces of a `Good`, and return the paths. `with_flagged` adds
    those that are flagged.

    `options` go to the formats that know them; UsageError, which says `where` they stand, when none does, JobError when
    no format can be written. Pieces that a format refuses are left out of it, and `refused` is told of them, and of a
    format that cannot be written while others are; `taken` is told how many pieces a format has that is.
    Nothing is replaced that no run wrote: UsageError, before any file takes its place. `replacing` is for a folder
    whose exports mirror a job, that in it or the one they are `of`: files that a format wrote there last time and not
    now are removed. Without it nothing is.
    """
    exporters = [registry.get("exporter", name) for name in formats]
    given = dict(options or {})
    _refuse_unknown(exporters, given, where)
    kept = exported_statuses(with_flagged)
    good = artifacts if isinstance(artifacts, Good) else [one for one in artifacts if one.status in kept]
    bounds = [one.bind(own_options(one, given), where) for one in exporters]
    with refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)
    broken: list[JobError] = []
    with disk_told(folder), only_writer(folder), ExitStack() as stages:
        sweep(folder)
        there = FolderRecord(folder)
        there.claim(of)
        work = _Exporting(pieces=good, refused=refused, timeouts=registry.timeouts)
        done: list[tuple[ExportStage, Bound, Sequence[Path]]] = []
        for bound in bounds:
            stage = stages.enter_context(staged(there, bound.extension))
            with _apart(broken):
                written = [] if stage.direct else work.written(stage, bound)
                stage.check()
                done.append((stage, bound, written))
        paths: list[Path] = []
        for stage, bound, written in done:  # from here on files are replaced
            with _apart(broken):
                if stage.direct:
                    stage.expect()
                    written = work.written(stage, bound)
                with refusals(folder):
                    paths += stage.take(written, dropping=replacing)
                taken(bound.name, work.taken[bound.name])
    if broken and len(broken) == len(bounds):
        raise broken[0]
    for error in broken:
        refused(str(error))
    return list(dict.fromkeys(paths))  # files of a piece that several formats placed


def _refuse_unknown(exporters: Sequence[Extension], given: Mapping[str, Json], where: str) -> None:
    """Refuse, with a UsageError, options that no format knows."""
    unknown = set(given) - {option.name for one in exporters for option in one.options}
    if exporters and unknown:
        exporters[0].bind({name: given[name] for name in unknown}, where)


@contextmanager
def _apart(broken: list[JobError]) -> Iterator[None]:
    """Keep what breaks one format from costing the others their files."""
    try:
        yield
    except JobError as error:
        broken.append(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exporting:
    """This is what formats write: `pieces`, but those that a format refuses, of which `refused` is told."""

    pieces: Sequence[Artifact]
    refused: Callable[[str], None]
    timeouts: Timeouts
    taken: dict[str, int] = field(default_factory=dict)  # format → how many

    def written(self, stage: ExportStage, bound: Bound) -> Sequence[Path]:
        """Let a format write the pieces that it does not refuse. JobError where it breaks."""
        try:
            fitting = Fitting(self.pieces, bound, self.timeouts.plugin)
            self.taken[bound.name] = len(fitting)
            if fitting.refused:
                self.refused(_told(bound.name, fitting.refused, len(self.pieces)))
            with sparing_others(stage.there, bound):
                return written_by(bound, fitting, stage.folder, self.timeouts.files) if len(fitting) else []
        except JobError as error:
            raise JobError(stage.as_in_folder(error.message), hint=error.hint) from error
        finally:
            if isinstance(self.pieces, Good):
                self.pieces.let_go()


def exported_statuses(with_flagged: bool) -> tuple[Status, ...]:
    """Return which pieces are exported."""
    return EXPORTED if with_flagged else EXPORTED[:1]


def _told(name: str, refused: Mapping[str, str], many: int) -> str:
    """Return what to tell of the pieces that a format refuses, of so many."""
    shown = "; ".join(f"{piece}: {wrong}" for piece, wrong in list(refused.items())[:REFUSED_SHOWN])
    more = f" (and {len(refused) - REFUSED_SHOWN} more)" if len(refused) > REFUSED_SHOWN else ""
    return f"{name} without {len(refused)} of {many}: {shown}{more}"


def own_options(exporter: Extension, given: Mapping[str, Json]) -> dict[str, Json]:
    """Return the options that an exporter knows."""
    mine = {option.name for option in exporter.options}
    return {name: value for name, value in given.items() if name in mine}


def remember_exports(ledger: Ledger, exports: Sequence[Export]) -> None:
    """Keep how formats were asked for, for the next time that the job is exported in them."""
    ledger.note(exports={**ledger.facts().get("exports", {}), **_asked(exports)})
    remember_written(ledger, exports)


def remember_written(ledger: Ledger, exports: Sequence[Export]) -> None:
    """Keep how exports were written, to write the same files again when pieces change."""
    ledger.note(exported={**ledger.facts().get("exported", {}), **_asked(exports)})


def _asked(exports: Sequence[Export]) -> dict[str, Json]:
    told = {one.name: {"options": dict(one.options), "with_flagged": one.with_flagged} for one in exports}
    return {one.name: told[one.name] | ({"approved_only": True} if one.approved_only else {}) for one in exports}


def as_written(ledger: Ledger, folder: Path) -> list[Export]:
    """Return the exports whose files are in the folder, as they were written."""
    last = ledger.facts().get("exported", {})
    names = [name for name in FolderRecord(folder).formats() if earlier_exports(folder, name)]
    return [Export(name=name, **last[name]) if name in last else as_before(ledger, Export(name=name)) for name in names]


def export_job(
    registry: Registry,
    ledger: Ledger,
    folder: Path,
    asked: Export,
    where: str,
    refused: Callable[[str], None] = log.warning,
) -> list[Path]:
    """Write a job's pieces as an export asks for, in place of what it wrote before; return the paths. `where` says
    where its options stand; `refused` is told of pieces that the format refuses."""
    pieces = Good(ledger, with_flagged=asked.with_flagged, approved=asked.approved_only)
    return export(registry, pieces, folder, [asked.name], asked.options, replacing=True, where=where, refused=refused)


def as_before(ledger: Ledger, asked: Export) -> Export:
    """Return an export with what it was asked for last time, where nothing else is said of it now."""
    before = ledger.facts().get("exports", {}).get(asked.name, {})
    options = {**before.get("options", {}), **asked.options}
    also = {name: getattr(asked, name) or before.get(name, False) for name in ("with_flagged", "approved_only")}
    return replace(asked, options=options, **also)


def earlier_exports(folder: Path, name: str = "") -> list[Path]:
    """Return the files that exports wrote last time and that are still there; of one format where it is named."""
    last = FolderRecord(folder)
    paths = [folder / path for one in last.formats() if name in ("", one) for path in last.files(one)]
    return [path for path in paths if path.is_file()]
