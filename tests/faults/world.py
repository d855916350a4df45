"""A project with a small type, its plugin, one job's folder, and what people do there: all that faults happen to."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from aigc import Artifact, Asset, Brief, Draft, Extension, Finding, check, exporter, hookimpl, postprocessor
from aigc.asking import Export
from aigc.generating.bounded import BoundedGenerator
from aigc.jobs import open_job, remember_exports, write_report
from aigc.jobs.folder import as_before, export_job
from aigc.jobs.report.figures import read_figures
from aigc.jobs.report.listing import piece_record
from aigc.jobs.report.reading import Reader
from aigc.ledger import opened_ledger
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.types import JobReport, Json, Provenance

from .scripted import Diary
from .seams import Seams

CARD = """
aigc: 1
name: shop/card
summary: A card.
brief:
  product: {type: string}
stages:
  lines:
    foreach: "[product, product + '!']"
    prompt: card.j2
    output: {type: string, limit: {chars: 12}}
    candidates: 2
  close:
    prompt: card.j2
    output: {type: string, limit: {chars: 12}}
output:
  lines: {type: array, items: {type: string, limit: {chars: 12}}, from: "{{ stages.lines }}"}
  close: {type: string, from: "{{ stages.close }}"}
postprocess: [dot]
checks: [limits, plain_words]
repair: {attempts: 1}
exports: [csv, cards]
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
FORMATS = ("csv", "cards")
GENERIC = {"text", "rules", "formats", "generators", "gpt"}
LEDGER = "job.sqlite"
UNLIKE = (LEDGER, ".lock", ".files", ".holder", ".at-work", ".exports.json", "report.html")  # as two runs are
SET_ASIDE = " (yours"

Rows = Mapping[str, str]  # id → product; an empty one is a row that cannot be read


class CardPlugin:
    """This is a plugin whose every function meets the seams."""

    def __init__(self, seams: Seams) -> None:
        self.seams = seams

    @hookimpl
    def aigc_checks(self) -> Sequence[Extension]:
        @check
        def plain_words(text: str) -> Iterator[Finding | str]:
            """This text is plain."""
            self.seams.hit("plugin")
            if text.endswith("7"):
                yield "ends with a seven"

        return [plain_words]

    @hookimpl
    def aigc_postprocessors(self) -> Sequence[Extension]:
        @postprocessor
        def dot(draft: Draft) -> Draft:
            """Give a piece a file."""
            self.seams.hit("plugin")
            made = Asset.of("dot.txt", "text/plain", b"." * (1 + len(draft.brief.id) % 3))
            return replace(draft, assets=(*draft.assets, made))

        return [dot]

    @hookimpl
    def aigc_exporters(self) -> Sequence[Extension]:
        @exporter(name="cards", suffixes=(".txt",))
        def cards(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
            """Write a file per piece, as somebody does who thinks of nothing."""
            for artifact in artifacts:
                self.seams.hit("plugin")
                path = folder / "cards" / f"{artifact.id}.txt"
                path.parent.mkdir(exist_ok=True)
                with path.open("w", encoding="utf-8") as file:
                    file.write(str(dict(artifact.fields)))
                yield path

        return [cards]

    @hookimpl
    def aigc_artifact(self, artifact: Artifact) -> None:
        self.seams.hit("plugin")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRows:
    """This is what a ledger holds: the pieces' rows, and the answers of those in work."""

    pieces: Mapping[str, tuple[str, str, int]]  # id → status, product, 1 where it is to be written anew
    recorded: frozenset[tuple[str, str]]


class World:
    """This is one job's folder in a project on a disk."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop, self.folder = shop, folder
        self.diary = Diary(shop.seams)

    def run(
        self,
        rows: Rows,
        *,
        exports: Sequence[str] = FORMATS,
        fresh: bool = False,
        retry: bool = False,
        reuse: bool = True,
        begun: int | None = None,
    ) -> JobReport:
        """Run the job once; stop it after so many briefs."""
        self.diary = Diary(self.shop.seams)
        heard: list[Artifact] = []
        with open_job(self.shop.project, self.shop.content_type, self.folder, reuse=reuse) as job:
            job.register(briefs(rows), fresh=fresh, retry=["failed"] if retry else [])
            if job.remaining:
                generator = BoundedGenerator(self.diary, "scripted", 60)
                job.write(generator, heard=heard.append, stopping=lambda: begun is not None and len(heard) >= begun)
            report = job.finish(exports)
            remember_exports(job.ledger, job.exported)
        return report

    def export(self, name: str) -> None:
        """Write one format again, as `aigc export` does, and the report."""
        with opened_ledger(self.folder) as ledger:
            export_job(self.shop.project.registry, ledger, self.folder, as_before(ledger, Export(name=name)), "-o")
            write_report(self.folder, ledger, self.shop.content_type)

    def files(self) -> dict[str, bytes]:
        """Return what lies in the folder."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def outcome(self) -> Json:
        """Return what a report tells of the job, but for what it took."""
        content_type = self.shop.content_type
        reader, told = Reader(content_type), []
        with opened_ledger(self.folder) as ledger:
            figures = read_figures(ledger, reader, content_type, lambda one: told.append(piece_record(one, reader)))
        for one in told:
            del one["took"]
        stands = figures.standing
        return told, stands.counts, stands.reasons, stands.fallbacks, figures.checks, figures.lengths, figures.repeats

    def ledger_rows(self) -> LedgerRows | None:
        """Read the ledger in a copy, so that looking changes nothing; None where there is no job yet."""
        if not (self.folder / LEDGER).is_file():
            return None
        copy = self.shop.root.with_name("looked at")
        copy.mkdir(exist_ok=True)
        for path in self.folder.glob(f"{LEDGER}*"):
            if not path.name.endswith("-shm"):
                shutil.copyfile(path, copy / path.name)
        try:
            with closing(sqlite3.connect(copy / LEDGER)) as db:
                return _read(db)
        finally:
            shutil.rmtree(copy)


class Shop:
    """This is the project. There is one: it takes longer to open than a job to run."""

    def __init__(self, root: Path) -> None:
        logging.getLogger("aigc").setLevel(logging.CRITICAL)
        for name, text in {"aigc.yaml": "", "templates/shop/card.yaml": CARD, "templates/shop/card.j2": TASK}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        self.root, self.seams = root, Seams(root)
        registry = Registry.discover(only=GENERIC)
        registry.add(CardPlugin(self.seams), "cards")
        self.project = Project.open(root, registry=registry)
        self.content_type = self.project.content_type("shop/card")
        known = self.project.model_identity("shop/card")
        self.project.model_identity = lambda name: known  # type: ignore[method-assign]  # the catalogue is no part of it

    def forget(self) -> None:
        """Take away what jobs left."""
        shutil.rmtree(self.root / "out", ignore_errors=True)
        shutil.rmtree(self.root / ".aigc", ignore_errors=True)


def briefs(rows: Rows) -> Iterator[Brief | Artifact]:
    """Yield rows as they are registered."""
    for name, product in rows.items():
        brief = Brief(id=name, values={"product": product})
        made = Provenance(content_type="shop/card", version=1)
        bad = Artifact(id=name, status="failed", fields={}, brief=brief, provenance=made, reason="cannot be read")
        yield brief if product else bad


def _read(db: sqlite3.Connection) -> LedgerRows | None:
    if not db.execute("select 1 from sqlite_master where name = 'pieces'").fetchone():
        return None
    pieces = db.execute("select id, status, brief ->> 'product', anew from pieces order by place").fetchall()
    return LedgerRows(
        pieces={name: (status, product, anew) for name, status, product, anew in pieces},
        recorded=frozenset(db.execute("select id, request from completions")),
    )
