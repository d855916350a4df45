"""The page: its template, style and script put together and written as the ledger is read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import jinja2
from markupsafe import Markup

from aigc.content import ContentType
from aigc.errors import JobError
from aigc.jobs.ledger import Ledger
from aigc.jobs.report import charts
from aigc.jobs.report.figures import read_figures
from aigc.jobs.report.listing import MOST, listed, lumps
from aigc.jobs.report.reading import UNITS, Reader

REPORT = "report.html"
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{}'; script-src '{}'"


def write_report(folder: Path, ledger: Ledger, content_type: ContentType | None, *, most: int = MOST) -> Path:
    """This writes the report of a job into its folder, in one rename. JobError when the disk refuses.

    `content_type` gives limits and checks; None where it can no longer be loaded. Of more than `most` pieces not all
    are listed, but all are counted.
    """
    target = folder / REPORT
    temporary = target.with_suffix(".tmp")
    try:
        with temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(_page(folder.resolve().name, ledger, content_type, most))
        temporary.replace(target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise JobError(f"{target}: cannot be written ({error.strerror or error})") from error
    return target


def _page(name: str, ledger: Ledger, content_type: ContentType | None, most: int) -> Iterator[str]:
    reader = Reader(content_type)
    figures = read_figures(ledger, reader, content_type)
    style, script = Markup(_part("report.css")), Markup(_part("report.js"))
    return _template().generate(
        job=name,
        figures=figures,
        standing=figures.standing,
        limits_known=content_type is not None,
        unlisted=max(0, figures.finished - most),
        lumps=(Markup(lump) for lump in lumps(listed(ledger, most), reader)),
        charts=charts,
        units=UNITS,
        style=style,
        script=script,
        policy=POLICY.format(_hash(style), _hash(script)),
    )


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"count": "{:,}".format, "duration": charts.duration, "share": charts.share}
    return environment.from_string(_part("report.j2"))


def _part(name: str) -> str:
    return files("aigc.jobs.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """This is how a page's policy names a script that it lets run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
