"""One Markdown file per piece, with YAML front matter, as site generators and writers want it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from aigc import AssetFolder, exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact, Json
from aigc_plugins.formats.ai_label import AiLabel, label_keys, visible_line
from aigc_plugins.formats.piece_dates import DATES, date_problems, piece_date
from aigc_plugins.formats.piece_titles import (
    BODIES,
    FRONT,
    TITLES,
    as_labelled,
    free_name,
    label,
    one_line,
    page_name,
    title_name,
)
from aigc_plugins.formats.sites import SiteName, dumped, site_named
from aigc_plugins.formats.sound_text import sound


def what_a_site_refuses(artifact: Artifact, *, site: SiteName = "", date: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece out of a site; of a row, whose fields are all None yet, what it will lack."""
    fields = artifact.fields
    written = any(value is not None for value in fields.values())
    if site and not (title_name(fields) if written else set(TITLES) & set(fields)):
        yield f"has no title, which {site} shows"
    if site or date:
        dated = site_named(site).needs_date and (written or not set(DATES) & set(fields)) if site else False
        yield from date_problems(artifact, date, needed=dated)


@exporter(name="markdown", suffixes=(".md",), refuses=what_a_site_refuses)
def markdown_pieces(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    draft: bool = True,
    site: SiteName = "",
    date: str = "",
    ai_label: AiLabel = "off",
    producer: str = "",
) -> Iterator[Path]:
    """One .md file per piece in the folder `markdown`: front matter, the title as H1, other fields under H2.

    The .md file is named after the field `slug`, else the title, else the piece's id. `draft` marks the front matter so
    that a site generator does not publish unread pieces. A piece's files go into the folder `media`, and its .md shows
    them at the end.

    With `site` hugo, jekyll or astro the front matter has the keys of that generator, the text no H1, which themes
    write, and nothing that its templates would run, nor tags or links that run in browsers, where the generator hands
    these on; Jekyll's files are called 2026-12-01-SLUG.md. The date is the field or input `date`, `publish_date` or
    `publish_at`, else the option: Jekyll and Astro refuse a piece without one. With `ai_label` metadata the front
    matter says under `AIGC` that a model wrote it, by whom (`producer`) and which piece it is; with `visible` a line at
    the end tells people too.
    """
    problems = [f"{one.id}: {what}" for one in artifacts for what in what_a_site_refuses(one, site=site, date=date)]
    if problems:
        raise JobError(f"markdown: {'; '.join(problems[:3])}")
    taken: set[str] = set()
    media = AssetFolder(folder)
    for artifact in artifacts:
        placed = media.place(artifact)
        name = site_named(site).file_name(artifact, date) if site else page_name(artifact)
        path = folder / "markdown" / f"{free_name(name, taken)}.md"
        head = _site_front(artifact, site, date, draft=draft) if site else _front(artifact, date, draft=draft)
        blocks = list(_blocks(artifact, placed, site))
        if ai_label != "off":
            head["AIGC"] = label_keys(artifact, producer)
        if ai_label == "visible":
            blocks.append(f"*{visible_line(str(artifact.brief.values.get('language') or 'en'))}*")
        with whole_file(path) as file:
            file.write(f"---\n{_yaml(_sound(head), site)}---\n\n" + "\n\n".join(map(sound, blocks)) + "\n")
        yield from (path, *placed)


def _front(artifact: Artifact, date: str, *, draft: bool) -> dict[str, Json]:
    fields = artifact.fields
    title = title_name(fields)
    front: dict[str, Json] = {"title": str(fields[title])} if title else {}
    front |= {name: fields[name] for name in FRONT if fields.get(name)}
    front |= {"id": artifact.id, "type": artifact.provenance.content_type, "status": artifact.status}
    if language := artifact.brief.values.get("language"):
        front["language"] = language
    if date:
        front["date"] = piece_date(artifact, date)
    if draft:
        front["draft"] = True
    return front


def _site_front(artifact: Artifact, site: SiteName, date: str, *, draft: bool) -> dict[str, Json]:
    return site_named(site).front(artifact, date, draft=draft or artifact.status == "flagged")


def _sound(value: Json) -> Json:
    """Return a value whose texts YAML and UTF-8 can hold."""
    if isinstance(value, Mapping):
        return {sound(name): _sound(one) for name, one in value.items()}
    return (
        [_sound(one) for one in value] if isinstance(value, list) else sound(value) if isinstance(value, str) else value
    )


def _yaml(head: Mapping[str, Json], site: SiteName) -> str:
    import yaml

    return dumped(head) if site else yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=10_000)


def _blocks(artifact: Artifact, placed: Sequence[Path], site: SiteName) -> Iterator[str]:
    fields = as_labelled(artifact.fields)
    title = title_name(fields)
    if title and not site:
        yield f"# {one_line(fields[title])}"
    passed = {title, *FRONT, *(DATES if site else ())}
    for name, value in fields.items():
        if name not in passed:
            yield from map(site_named(site).written, _section(name, value)) if site else _section(name, value)
    for asset, path in zip(artifact.assets, placed, strict=True):
        shown = "!" if asset.media_type.startswith("image/") else ""
        name = re.sub(r"([\\\[\]])", r"\\\1", one_line(asset.name))
        name = site_named(site).written(name) if site else name
        yield f"{shown}[{name}](../{path.parent.name}/{path.name})"


def _section(name: str, value: Json) -> Iterator[str]:
    """Yield the Markdown blocks of one field.

    A list of parts that bring their own headings gets none above them, one of bodies alone none at all.
    """
    if value in (None, "", [], {}):
        return
    if name in BODIES:
        yield str(value).strip()
        return
    parts = isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
    if parts and all(name in BODIES for item in value for name in item):
        yield from (str(text).strip() for item in value for text in item.values() if text)
        return
    if not (parts and all(title_name(item) for item in value)):
        yield f"## {label(name)}"
    if parts:
        for number, item in enumerate(value, 1):
            yield from _part(item, number)
    else:
        yield _flat(value)


def _part(item: Mapping[str, Json], number: int) -> Iterator[str]:
    title = title_name(item)
    yield f"## {one_line(item[title])}" if title else f"### {number}"
    for name, value in item.items():
        if name == title or value in (None, "", [], {}):
            continue
        answers = name == "answer" and set(item) == {"question", "answer"}  # of a quiz it is one of several lines
        if isinstance(value, str) and (name in BODIES or answers or len(value) > 200 or "\n" in value):
            yield value.strip()
        elif isinstance(value, list | Mapping):
            yield f"**{label(name)}**\n\n{_flat(value)}"
        else:
            yield f"**{label(name)}:** {value}"


def _flat(value: Json, depth: int = 0) -> str:
    margin = "  " * depth
    if isinstance(value, Mapping):
        lines = []
        for name, item in value.items():
            nested = isinstance(item, list | Mapping)
            lines.append(f"{margin}- **{label(name)}:**" + (f"\n{_flat(item, depth + 1)}" if nested else f" {item}"))
        return "\n".join(lines)
    if isinstance(value, list):
        return "\n".join(
            f"{margin}- {one_line(item)}" if not isinstance(item, list | Mapping) else _nested(item, depth)
            for item in value
        )
    return margin + str(value).strip()


def _nested(item: Json, depth: int) -> str:
    """Return a list or object as one bullet: its first line takes the bullet's mark."""
    inner = _flat(item, depth + 1)
    return "  " * depth + "- " + inner.lstrip().removeprefix("- ")
