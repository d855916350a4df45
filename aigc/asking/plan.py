"""A job as it was asked for: what to write, from which rows, crossed with what, exported how, with which settings.

A plan comes from a job file or from the command line, which goes over the file; every batch writes the plan it follows
into its folder, `job.yaml`, and that file asks for the same job again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from aigc.asking.briefs import read_briefs
from aigc.asking.cells import folded
from aigc.asking.cleaning import Cleaner, Cleaning
from aigc.asking.feeding import Feed, feed_from
from aigc.asking.grounding import grounded
from aigc.asking.guessing import guessed_columns
from aigc.asking.headers import Needed, Table
from aigc.asking.job_keys import SAMPLE
from aigc.asking.matrix import Axes, Cell, crossed
from aigc.asking.notes import Tally
from aigc.asking.origins import FileOrigin, columns_of, likely_origin, looks_like, origin_named, origins, unlike
from aigc.asking.passing import kept_rows
from aigc.asking.refused_rows import without_refused
from aigc.asking.samples import sample_briefs
from aigc.asking.sheets import open_sheet, sheets_beside
from aigc.asking.unused_columns import columns_not_used, inputs_fed
from aigc.content import ContentType
from aigc.errors import BriefError, NotFound, no_file, sought
from aigc.ledger.ledger import has_ledger
from aigc.project import Project
from aigc.settings import Laid
from aigc.types import Artifact, Brief, Json

T = TypeVar("T")

FILE = "job.yaml"
KEPT = {"type": "type", "briefs": "briefs", "from": "origin"}  # what a job file names → what a plan calls it


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """This is a format to export in, with its options; `where` is where it was asked for. `with_flagged` adds
    flagged pieces to the accepted ones, `approved_only` leaves out what people did not approve."""

    name: str
    options: Mapping[str, Json] = field(default_factory=dict)
    where: str = ""
    with_flagged: bool = False
    approved_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """This is one job. `type` and `briefs` are a name, or a path as seen from here; `briefs` may be `sample`.

    `settings` go over those of aigc.yaml, `exports` stand for the content type's own where there are any.
    """

    type: str
    briefs: str
    origin: str = ""  # the tool whose export the briefs are
    columns: Mapping[str, str] = field(default_factory=dict)  # input → column
    literals: Mapping[str, Json] = field(default_factory=dict)  # input → value of every row
    reading: Mapping[str, Json] = field(default_factory=dict)  # options of the importer
    limit: int | None = None
    matrix: Axes = field(default_factory=dict)
    exports: tuple[Export, ...] = ()
    with_flagged: bool = False  # in every export
    settings: Laid = field(default_factory=dict)
    unique: bool = False
    file: Path | None = None  # the job file
    places: Mapping[str, str] = field(default_factory=dict, compare=False)  # input → the line there that feeds it
    named_at: Mapping[str, str] = field(default_factory=dict, compare=False)  # type, briefs, from → their line there

    def over(self, later: Plan) -> Plan:
        """Return the plan with what a later one says laid over it: input by input, but exports as a whole."""
        known = {export.name: export for export in self.exports}
        fed = {*later.columns, *later.literals, *later.matrix}
        return replace(
            self,
            briefs=later.briefs or self.briefs,
            origin=later.origin or self.origin,
            columns=_but(self.columns, fed) | _but(later.columns),
            literals=_but(self.literals, fed) | _but(later.literals),
            reading={**self.reading, **later.reading},
            limit=later.limit or self.limit,
            matrix=_but(self.matrix, fed) | _but(later.matrix),
            exports=tuple(known.get(one.name, one) for one in later.exports) or self.exports,
            with_flagged=later.with_flagged or self.with_flagged,
            unique=later.unique or self.unique,
            places=_but(self.places, fed),
            named_at={key: at for key, at in self.named_at.items() if not getattr(later, KEPT.get(key, ""), "")},
        )

    def kind(self, project: Project) -> ContentType:
        """Return the content type, loaded. NotFound says in which line of the job file it is named."""
        try:
            return project.content_type(self.type)
        except NotFound as error:
            place = f"{self.named_at['type']}: " if "type" in self.named_at else ""
            raise NotFound(f"{place}{error.message}", hint=error.hint) from None

    def path(self, content_type: ContentType) -> Path:
        """Return the file of briefs."""
        return sample_briefs(content_type) if self.briefs == SAMPLE else Path(self.briefs)

    def rows(
        self, project: Project, content_type: ContentType, tally: Tally | None = None
    ) -> Iterator[Brief | Artifact]:
        """Read the briefs, crossed, without those that a format refuses; as often as this is asked for. What looks like
        a tool's export is refused by name where columns are missing. `tally` counts the rows that are passed over."""
        feed = self._feed(project, content_type)
        shown = feed.origin.passes_over if feed.origin else {}
        formats = [
            project.registry.get("exporter", one.name, one.where).bind(one.options, one.where)
            for one in self.exports_of(project, content_type)
        ]
        try:
            table = self.table(project, content_type)
            cleaning = Cleaning.of(project.settings)
            briefs = read_briefs(
                table.rows if cleaning.all_rows else kept_rows(table.rows, shown, tally),
                content_type,
                project.environment,
                mapping=feed.columns,
                literals=feed.literals,
                limit=self.limit,
                cells=self.cells(content_type),
                places=feed.places,
                remedy=table.remedy,
                guess=lambda missing, rows: guessed_columns(
                    content_type, missing, rows, tools=origins(project.registry), used=feed.columns.values()
                ),
                clean=cleaning.clean,
            )
            yield from without_refused(grounded(briefs, content_type, project), content_type, formats)
        except BriefError as error:
            raise self._explained(error, project, content_type) from None

    def table(self, project: Project, content_type: ContentType) -> Table:
        """Open the file of briefs under the line that names its columns, its rows joined as its origin says."""
        feed = self._feed(project, content_type)
        if feed.origin is None:
            return self._table(project, content_type)
        return Table(rows=feed.rows(), header=feed.header, sheet=feed.sheet, passed_over=feed.passed_over)

    def _table(self, project: Project, content_type: ContentType) -> Table:
        needed = Needed.of(content_type, project.environment, self.columns, self.literals, self.matrix)
        table = open_sheet(self.path(content_type), project.registry, self.reading, needed)
        return replace(table, rows=Cleaner(Cleaning.of(project.settings)).rows(table.rows))

    def sheets_beside(self, project: Project, content_type: ContentType, chosen: str) -> list[str]:
        """Return the sheets that could be read in place of the `chosen` one; see `sheets.sheets_beside`."""
        if self.origin:
            return []
        needed = Needed.of(content_type, project.environment, self.columns, self.literals, self.matrix)
        return sheets_beside(self.path(content_type), project.registry, self.reading, needed, chosen)

    def columns_not_used(self, project: Project, content_type: ContentType) -> dict[str, str]:
        """Return the columns that feed nothing → the input that one may have meant; see `unused_columns`."""
        feed = self._feed(project, content_type)
        unused = columns_not_used(
            feed.opened(), content_type, mapping=feed.columns, literals=feed.literals, crossed=self.matrix
        )
        return {column: near for column, near in unused.items() if folded(column) not in feed.used}

    def inputs_fed(self, project: Project, content_type: ContentType) -> dict[str, str]:
        """Return what feeds each input; see `unused_columns`."""
        feed = self._feed(project, content_type)
        return inputs_fed(feed.opened(), content_type, feed.columns, feed.literals, self.matrix)

    def offered(self, project: Project, content_type: ContentType, *, thorough: bool = False) -> str:
        """Say whose export the file looks to be, where nobody said so and that would feed an input that nothing else
        is said to feed; or that it does not look to be whose it is said to be. A `thorough` look finds a header that is
        not in the first line."""
        path = self.path(content_type)
        if self.briefs == SAMPLE:
            return ""
        if told := self.told_origin(project):
            columns = columns_of(path, project.registry, told.reading_of(path, project.registry, self.reading))
            return "" if told.knows(columns) else unlike(told)
        origin = likely_origin(path, project.registry, self.reading, thorough=thorough)
        new = set(origin.sources(content_type)) - {*self.columns, *self.literals, *self.matrix} if origin else set()
        fed = {*self.columns, *self.literals, *self.matrix}
        return looks_like(origin, content_type, fed) if origin and new else ""

    def told_origin(self, project: Project) -> FileOrigin | None:
        """Return the tool whose export the briefs are said to be. NotFound names the nearest where it is not known."""
        where = f"{self.named_at['from']}: from" if "from" in self.named_at else "--from"
        return origin_named(project.registry, self.origin, where) if self.origin else None

    def _feed(self, project: Project, content_type: ContentType) -> Feed:
        if "briefs" in self.named_at and self.briefs != SAMPLE and not Path(self.briefs).is_file():
            message = f"{self.named_at['briefs']}: {no_file(Path(self.briefs))}"
            raise BriefError(message, hint=sought(Path(self.briefs)))
        own = Feed(
            opened=lambda: self._table(project, content_type).rows,
            columns=self.columns,
            literals=self.literals,
            places=self.places,
        )
        origin = self.told_origin(project)
        if origin is None:
            return own
        cleaning = Cleaning.of(project.settings)
        feed = feed_from(origin, self.path(content_type), project.registry, self.reading, content_type, cleaning)
        return feed.under(own, self.matrix)

    def _explained(self, error: BriefError, project: Project, content_type: ContentType) -> BriefError:
        """Return an error about the file with what to add to the command because of where the file is from."""
        origin = self.told_origin(project)
        if origin is None:
            offer = self.offered(project, content_type, thorough=True)
            return BriefError(error.message, hint="; or ".join(filter(None, [offer, error.hint]))) if offer else error
        told = [f"--set '{name}={text}'" for name, text in origin.hints.items() if repr(name) in error.message]
        if not told:
            return error
        return BriefError(error.message, hint=f"{origin.title} exports do not have it; add {' '.join(told)}")

    def cells(self, content_type: ContentType) -> tuple[Cell, ...]:
        """Return what every brief is crossed with. UsageError names a value that its input refuses."""
        return crossed(self.matrix, content_type, {**self.columns, **self.literals})

    def exports_of(self, project: Project, content_type: ContentType) -> tuple[Export, ...]:
        """Return how the pieces are exported, every format and option checked."""
        for export in self.exports:
            project.registry.get("exporter", export.name, export.where).bind(export.options, export.where)
        asked = self.exports or tuple(Export(name=name) for name in content_type.exports)
        return tuple(replace(one, with_flagged=self.with_flagged) for one in asked)

    def own_folder(self) -> Path | None:
        """Return the job's folder where the job file lies in it."""
        held = self.file is not None and self.file.name == FILE and has_ledger(self.file.parent)
        return self.file.parent if held and self.file is not None else None


def _but(values: Mapping[str, T], names: Collection[str] = ()) -> dict[str, T]:
    return {name: value for name, value in values.items() if name not in names}
