"""One Markdown file per piece, with YAML front matter, as site generators and writers want it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aigc import AssetFolder, exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact, Json
from aigc_plugins.formats.ai_label import AiLabel, label_keys, visible_line
from aigc_plugins.formats.markdown_text import in_blocks, in_heading, in_item, inline, without_tags
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

    Texts are shown as they are: what looks like Markdown in them is escaped, but for fields whose type says that they
    are (`contentMediaType: text/markdown`). A paragraph whose lines all begin with a bullet or a number is a list.

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
        blocks = list(_blocks(artifact, placed, _Hand(site, frozenset(artifact.provenance.markup))))
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
    if sources := artifact.brief.values.get("sources"):
        front["sources"] = sources
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


@dataclass(frozen=True, slots=True)
class _Hand:
    """This is how texts are written: for which site, and which fields are Markdown already."""

    site: SiteName
    markup: frozenset[str]

    def line(self, value: Json) -> str:
        """Return a value within a line."""
        return inline(self._shown(one_line(value)))

    def heading(self, value: Json) -> str:
        """Return a value behind the signs of a heading."""
        return in_heading(self._shown(one_line(value)))

    def item(self, value: Json, path: str) -> str:
        """Return a value behind a bullet."""
        text = one_line(value)
        return self._marked(text) if path in self.markup else in_item(self._shown(text))

    def blocks(self, value: Json, path: str) -> str:
        """Return a value as paragraphs."""
        text = sound(value).strip()
        return self._marked(text) if path in self.markup else in_blocks(self._shown(text))

    def _marked(self, text: str) -> str:
        return site_named(self.site).written(text) if self.site else text

    def _shown(self, text: str) -> str:
        if not self.site:
            return without_tags(text)
        site = site_named(self.site)
        return site.written(text if site.passes_html else without_tags(text))


def _blocks(artifact: Artifact, placed: Sequence[Path], hand: _Hand) -> Iterator[str]:
    fields = as_labelled(artifact.fields)
    title = title_name(fields)
    if title and not hand.site:
        yield f"# {hand.heading(fields[title])}"
    passed = {title, *FRONT, *(DATES if hand.site else ())}
    for name, value in fields.items():
        if name not in passed:
            yield from _section(name, value, hand)
    for asset, path in zip(artifact.assets, placed, strict=True):
        shown = "!" if asset.media_type.startswith("image/") else ""
        name = re.sub(r"([\\\[\]])", r"\\\1", one_line(asset.name))
        name = site_named(hand.site).written(name) if hand.site else name
        yield f"{shown}[{name}](../{path.parent.name}/{path.name})"


def _section(name: str, value: Json, hand: _Hand) -> Iterator[str]:
    """Yield the Markdown blocks of one field.

    A list of parts that bring their own headings gets none above them, one of bodies alone none at all.
    """
    if value in (None, "", [], {}):
        return
    if name in BODIES:
        yield hand.blocks(value, name)
        return
    parts = isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
    if parts and all(key in BODIES for item in value for key in item):
        yield from (hand.blocks(text, f"{name}.{key}") for item in value for key, text in item.items() if text)
        return
    if not (parts and all(title_name(item) for item in value)):
        yield f"## {hand.heading(label(name))}"
    if parts:
        for number, item in enumerate(value, 1):
            yield from _part(item, number, name, hand)
    elif isinstance(value, list | Mapping):
        yield _flat(value, name, hand)
    else:
        yield hand.blocks(value, name)


def _part(item: Mapping[str, Json], number: int, above: str, hand: _Hand) -> Iterator[str]:
    title = title_name(item)
    yield f"## {hand.heading(item[title])}" if title else f"### {number}"
    for name, value in item.items():
        if name == title or value in (None, "", [], {}):
            continue
        path, called = f"{above}.{name}", hand.line(label(name))
        answers = name == "answer" and set(item) == {"question", "answer"}  # of a quiz it is one of several lines
        alone = not any(other not in (name, title) and isinstance(its, str) for other, its in item.items())
        if isinstance(value, str) and (name in BODIES or answers or (len(value) > 200 and alone) or "\n" in value):
            yield hand.blocks(value, path)
        elif isinstance(value, list | Mapping):
            yield f"**{called}**\n\n{_flat(value, path, hand)}"
        else:
            yield f"**{called}:** {hand.line(value)}"


def _flat(value: Json, path: str, hand: _Hand, depth: int = 0) -> str:
    margin = "  " * depth
    if isinstance(value, Mapping):
        lines = []
        for name, item in value.items():
            nested = isinstance(item, list | Mapping)
            told = f"\n{_flat(item, f'{path}.{name}', hand, depth + 1)}" if nested else f" {hand.line(item)}"
            lines.append(f"{margin}- **{hand.line(label(name))}:**{told}")
        return "\n".join(lines)
    return "\n".join(
        f"{margin}- {hand.item(item, path)}"
        if not isinstance(item, list | Mapping)
        else _nested(item, path, hand, depth)
        for item in value
    )


def _nested(item: Json, path: str, hand: _Hand, depth: int) -> str:
    """Return a list or object as one bullet: its first line takes the bullet's mark."""
    inner = _flat(item, path, hand, depth + 1)
    return "  " * depth + "- " + inner.lstrip().removeprefix("- ")
