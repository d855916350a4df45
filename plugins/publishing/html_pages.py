"""One HTML page per piece, ready for any server, with data for search engines in its head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from aigc import AssetFolder, exporter, whole_file
from aigc.types import Artifact, Json
from aigc_plugins.formats.ai_label import AiLabel, label_json, visible_line
from aigc_plugins.formats.piece_dates import date_problems, piece_date
from aigc_plugins.formats.piece_titles import free_name, page_name
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.json_ld import json_ld, script_of
from aigc_plugins.publishing.page_blocks import blocks_of
from aigc_plugins.publishing.page_html import escaped, sections_html
from aigc_plugins.publishing.piece_values import (
    description_of,
    filled_in,
    first,
    flag_of,
    language_of,
    link_of,
    link_problems,
    of_piece,
    refuse,
    right_to_left,
    title_of,
)


def page_problems(artifact: Artifact, *, date: str = "", url: str = "") -> Iterator[str]:
    """Yield what keeps a piece from being a page: it has no title or no text beside it, or will have none, as a row;
    or a date or link is none."""
    piece = filled_in(artifact)
    if not title_of(piece):
        yield "has no title"
    elif not any(blocks_of(piece.fields)):
        yield "has no text beside its title and description"
    yield from date_problems(artifact, date)
    yield from link_problems(artifact, url)


def what_html_refuses(artifact: Artifact, *, date: str = "", url: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece from being a page; of a row, whose fields are all None yet, what it will lack."""
    yield from page_problems(artifact, date=date, url=url)


@exporter(name="html", suffixes=(".html",), refuses=what_html_refuses)
def html_pages(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    date: str = "",
    url: str = "",
    ai_label: AiLabel = "metadata",
    producer: str = "",
) -> Iterator[Path]:
    """One HTML page per piece in the folder `html`: title as H1, other fields under H2, all of it escaped text.

    For pieces with a title and text: articles, lessons, stories, listings. The head has the language, title,
    description and link, and JSON-LD where fields bear it: Article, Product (an input `price` such as "24.90 EUR"),
    FAQPage (a field of questions with answers). The date is the field or input `date`, else the option; the link the
    field or input `url`, else the option, in which {id} and {slug} are the piece's. `ai_label` metadata says in the
    head that a model wrote the text, visible in a line at the end too; `producer` is who is named there. Pages of
    flagged pieces ask search engines not to list them.
    """
    refuse("html", ((one, what) for one in artifacts for what in page_problems(one, date=date, url=url)))
    taken: set[str] = set()
    media = AssetFolder(folder)
    for artifact in artifacts:
        placed = media.place(artifact)
        path = folder / "html" / f"{free_name(page_name(artifact), taken)}.html"
        head = list(_head(artifact, date, link_of(artifact, url), ai_label, producer))
        with whole_file(path) as file:
            file.write(_page(artifact, head, placed, visible=ai_label == "visible"))
        yield from (path, *placed)


def _page(artifact: Artifact, head: Sequence[str], placed: Sequence[Path], *, visible: bool) -> str:
    language = language_of(artifact)
    attributes = f' lang="{language}"' if language else ""
    attributes += ' dir="rtl"' if right_to_left(language) else ""
    parts = [f"<header>\n<h1>{escaped(title_of(artifact))}</h1>\n</header>", sections_html(blocks_of(artifact.fields))]
    for asset, path in zip(artifact.assets, placed, strict=True):
        target, name = escaped(f"../{path.parent.name}/{path.name}"), escaped(sound_line(asset.name))
        picture = asset.media_type.startswith("image/")
        parts.append(f'<img src="{target}" alt="{name}">' if picture else f'<p><a href="{target}">{name}</a></p>')
    if visible:
        parts.append(f"<footer>\n<p>{escaped(visible_line(language))}</p>\n</footer>")
    inside, body = "\n".join(head), "\n".join(parts)
    return (
        f"<!DOCTYPE html>\n<html{attributes}>\n<head>\n{inside}\n</head>\n"
        f"<body>\n<main>\n<article>\n{body}\n</article>\n</main>\n</body>\n</html>\n"
    )


def _head(artifact: Artifact, date: str, link: str, ai_label: AiLabel, producer: str) -> Iterator[str]:
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escaped(first(artifact.fields, 'meta_title') or title_of(artifact))}</title>"
    told = {"description": description_of(artifact), "author": of_piece(artifact, "author")}
    if flag := flag_of(artifact):
        told |= {"robots": "noindex", "status": flag}
    if ai_label != "off":
        told |= {"AIGC": label_json(artifact, producer)}
    for name, text in told.items():
        if text:
            yield f'<meta name="{name}" content="{escaped(text)}">'
    if link:
        yield f'<link rel="canonical" href="{escaped(link)}">'
    day = piece_date(artifact, date)
    day = day.date() if isinstance(day, datetime) else day
    yield from map(script_of, json_ld(artifact, link=link, day=day, generated=ai_label != "off"))
