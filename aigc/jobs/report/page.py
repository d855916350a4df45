"""The page: its template, style and script put together and written as the ledger is read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryFile

import jinja2
from markupsafe import Markup

from aigc.content import ContentType
from aigc.errors import JobError, disk_told
from aigc.jobs.folder_record import REPORT
from aigc.jobs.lacking import lacking
from aigc.jobs.report import charts
from aigc.jobs.report.figures import Figures, read_figures
from aigc.jobs.report.listing import MOST, Listing
from aigc.jobs.report.meanings import meanings_of
from aigc.jobs.report.reading import UNITS, Reader
from aigc.jobs.staging import replacing
from aigc.ledger.ledger import Ledger
from aigc.plugs.whole_file import whole_file
from aigc.types import Line

POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self'; media-src 'self'; "
    "style-src '{}'; script-src '{}'"
)
STYLES, SCRIPTS = ("report.css", "cards.css"), ("pieces.js", "report.js")
UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], "\ufffd")  # what stands for itself in no page


def write_report(folder: Path, ledger: Ledger, content_type: ContentType | None, *, most: int = MOST) -> Path:
    """Write the report of a job into its folder, in one rename. JobError when the disk refuses.

    `content_type` gives limits and checks; None where it can no longer be loaded. Of more than `most` pieces not all
    are listed, but all are counted.
    """
    try:
        with (
            disk_told(folder),
            replacing(folder, REPORT) as path,
            TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder) as waiting,
            whole_file(path, errors="backslashreplace") as file,
        ):
            lines = ledger.lines.of if ledger.lines.any_rejected() else _none
            listing = Listing(ledger.totals.counts(), reader := Reader(content_type), waiting, most, lines)
            figures = read_figures(ledger, reader, content_type, listing.add)
            unlisted = max(0, figures.finished - most)
            wanting = list(lacking(ledger, content_type))
            file.writelines(_page(folder, figures, listing, content_type, unlisted, wanting))
    except OSError as error:
        raise JobError(f"{folder / REPORT}: cannot be written ({error.strerror or error})") from error
    return folder / REPORT


def _none(writing: int) -> Sequence[Line]:
    return ()


def _page(
    folder: Path,
    figures: Figures,
    listing: Listing,
    content_type: ContentType | None,
    unlisted: int,
    wanting: Sequence[str],
) -> Iterator[str]:
    style, script = (Markup("".join(map(_part, names))) for names in (STYLES, SCRIPTS))
    return _template().generate(
        job=folder.resolve().name,
        folder=_spoken(folder),
        figures=figures,
        standing=figures.standing,
        model=_spoken(Path(model)) if Path(model := figures.standing.model).is_absolute() else model,
        limits_known=content_type is not None,
        meanings=meanings_of(content_type, (check.name for check in figures.checks)),
        unlisted=unlisted,
        lacking=wanting,
        still=listing.still,
        lumps=map(Markup, listing.lumps()),
        charts=charts,
        units=UNITS,
        style=style,
        script=script,
        policy=POLICY.format(_hash(style), _hash(script)),
    )


def _spoken(folder: Path) -> str:
    """Return how the report's commands name the folder: as it was typed, where that was a whole path from the working
    folder or the home folder. Whoever is sent the page learns of no name of a user."""
    for known, before in ((Path.cwd, ""), (Path.home, "~/")) if folder.is_absolute() else ():
        with suppress(OSError, RuntimeError):  # there may be neither
            within = known()
            for above in (within, within.resolve()):
                if folder.is_relative_to(above):
                    return before + folder.relative_to(above).as_posix()
    return str(folder)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=jinja2.FunctionLoader(_part),
        finalize=_seen,
    )
    environment.filters |= {"count": "{:,}".format, "duration": charts.duration, "share": charts.share}
    return environment.get_template("report.j2")


def _seen(value: object) -> object:
    """Return what a page can hold of a value: control characters would end it, or be read as something else."""
    return value.translate(UNSEEN) if type(value) is str else value


def _part(name: str) -> str:
    return files("aigc.jobs.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return how a page's policy names a script that it lets run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
