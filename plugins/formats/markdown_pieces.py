"""One Markdown file per piece, with YAML front matter, as site generators and writers want it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from aigc import AssetFolder, exporter, file_name, whole_file
from aigc.types import Artifact, Json

TITLES = ("title", "headline", "heading", "name", "question", "stem")  # what a piece, or a part of one, is called
BODIES = ("text", "body", "content")  # these need no heading of their own
FRONT = ("slug", "description", "meta_title", "meta_description", "summary", "tags", "keywords", "categories", "author")


@exporter(name="markdown", suffixes=(".md",))
def markdown_pieces(artifacts: Sequence[Artifact], folder: Path, *, draft: bool = True) -> Iterator[Path]:
    """One .md file per piece in the folder `markdown`: front matter, the title as H1, other fields under H2.

    The .md file is named after the field `slug`, else the title, else the piece's id. `draft` marks the front matter so
    that a site generator does not publish unread pieces. A piece's files go into the folder `media`, and its .md shows
    them at the end.
    """
    taken: set[str] = set()
    media = AssetFolder(folder)
    for artifact in artifacts:
        placed = media.place(artifact)
        path = folder / "markdown" / f"{_free(_file_name(artifact), taken)}.md"
        with whole_file(path) as file:
            file.write(_document(artifact, placed, draft=draft))
        yield from (path, *placed)


def _document(artifact: Artifact, placed: Sequence[Path], *, draft: bool) -> str:
    import yaml

    fields = artifact.fields
    title = _title(fields)
    front: dict[str, Json] = {"title": str(fields[title])} if title else {}
    front |= {name: fields[name] for name in FRONT if fields.get(name)}
    front |= {"id": artifact.id, "type": artifact.provenance.content_type, "status": artifact.status}
    if language := artifact.brief.values.get("language"):
        front["language"] = language
    if draft:
        front["draft"] = True
    blocks = [f"# {_one_line(fields[title])}"] if title else []
    for name, value in fields.items():
        if name != title and name not in FRONT:
            blocks += _section(name, value)
    for asset, path in zip(artifact.assets, placed, strict=True):
        shown = "!" if asset.media_type.startswith("image/") else ""
        blocks.append(f"{shown}[{_one_line(asset.name)}](../{path.parent.name}/{path.name})")
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n" + "\n\n".join(blocks) + "\n"


def _section(name: str, value: Json) -> Iterator[str]:
    """Yield the Markdown blocks of one field; a list of parts that bring their own headings gets none above them."""
    if value in (None, "", [], {}):
        return
    if name in BODIES:
        yield str(value).strip()
        return
    parts = isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
    if not (parts and all(_title(item) for item in value)):
        yield f"## {_label(name)}"
    if parts:
        for number, item in enumerate(value, 1):
            yield from _part(item, number)
    else:
        yield _flat(value)


def _part(item: Mapping[str, Json], number: int) -> Iterator[str]:
    title = _title(item)
    yield f"## {_one_line(item[title])}" if title else f"### {number}"
    for name, value in item.items():
        if name == title or value in (None, "", [], {}):
            continue
        if isinstance(value, str) and (name in BODIES or len(value) > 200 or "\n" in value):
            yield value.strip()
        elif isinstance(value, list | Mapping):
            yield f"**{_label(name)}**\n\n{_flat(value)}"
        else:
            yield f"**{_label(name)}:** {value}"


def _flat(value: Json, depth: int = 0) -> str:
    margin = "  " * depth
    if isinstance(value, Mapping):
        lines = []
        for name, item in value.items():
            nested = isinstance(item, list | Mapping)
            lines.append(f"{margin}- **{_label(name)}:**" + (f"\n{_flat(item, depth + 1)}" if nested else f" {item}"))
        return "\n".join(lines)
    if isinstance(value, list):
        return "\n".join(
            f"{margin}- {_one_line(item)}" if not isinstance(item, list | Mapping) else _nested(item, depth)
            for item in value
        )
    return margin + str(value).strip()


def _nested(item: Json, depth: int) -> str:
    """Return a list or object as one bullet: its first line takes the bullet's mark."""
    inner = _flat(item, depth + 1)
    return "  " * depth + "- " + inner.lstrip().removeprefix("- ")


def _title(fields: Mapping[str, Json]) -> str:
    return next((name for name in TITLES if isinstance(fields.get(name), str) and fields[name].strip()), "")


def _label(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _one_line(value: Json) -> str:
    return " ".join(str(value).split())


def _file_name(artifact: Artifact) -> str:
    title = _title(artifact.fields)
    for text in (artifact.fields.get("slug"), artifact.fields.get(title), artifact.id):
        if isinstance(text, str) and (name := file_name(text)):
            return name
    return "piece"


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free)
    return free
