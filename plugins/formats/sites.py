"""What stands before the text of a Markdown file, as a site generator reads it; `sites.yaml` says how each does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from aigc.types import Artifact, Json
from aigc_plugins.formats.piece_dates import piece_date
from aigc_plugins.formats.piece_titles import page_name, title_name
from aigc_plugins.formats.sound_text import sound, sound_line

SiteName: TypeAlias = Literal["", "hugo", "jekyll", "astro"]
DESCRIPTIONS = ("description", "meta_description", "summary")
LISTS = ("tags", "categories")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
ENTITY = re.compile(r"&(?=#|\w+;)")  # in a link it would be what it stands for
RUN = re.compile(r"\b(javascript|vbscript|data)(:)", re.IGNORECASE)  # no link where a blank stands in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """This is a site generator: `keys` are what it calls a thing, `fixed` stands in every front matter, `drafts` in
    that of a draft; `escaped` are strings that its templates would run in a text, and how to write these. One that
    `passes_html` hands tags, and links of any kind, on to browsers as they stand in a text."""

    source: str
    checked_on: str
    keys: Mapping[str, str]
    fixed: Mapping[str, Json] = field(default_factory=dict)
    drafts: Mapping[str, Json] = field(default_factory=dict)
    needs_date: bool = False
    date_in_name: bool = False
    escaped: Mapping[str, str] = field(default_factory=dict)
    passes_html: bool = False

    def front(self, artifact: Artifact, date: str, *, draft: bool) -> dict[str, Json]:
        """Return the front matter. Whose piece it is stands under `piece`: `type` is a word of the generators' own."""
        fields, brief = artifact.fields, artifact.brief.values
        day = piece_date(artifact, date)
        known: dict[str, Json] = {
            "title": sound_line(fields.get(title_name(fields))),
            "description": next((sound_line(fields[one]) for one in DESCRIPTIONS if fields.get(one)), ""),
            "date": day,
            "slug": page_name(artifact),
            "author": sound_line(fields.get("author") or brief.get("author")),
            "language": sound_line(brief.get("language")),
            **{
                name: listed(fields.get(name) or (fields.get("keywords") if name == "tags" else None)) for name in LISTS
            },
        }
        front = {key: known[name] for name, key in self.keys.items() if known[name]}
        kept = {"id": artifact.id, "type": artifact.provenance.content_type, "status": artifact.status}
        return {**self.fixed, **front, **(self.drafts if draft else {}), "piece": kept}

    def file_name(self, artifact: Artifact, date: str) -> str:
        """Return what the generator wants the file to be called, without `.md`."""
        day = piece_date(artifact, date)
        return f"{day:%Y-%m-%d}-{page_name(artifact)}" if self.date_in_name and day else page_name(artifact)

    def written(self, text: str) -> str:
        """Return a text, sound and with nothing in it that the generator would run."""
        text = sound(text)
        if self.passes_html:
            text = RUN.sub(r"\1 \2", TAG.sub("&lt;", ENTITY.sub("&amp;", text)))
        for run, shown in self.escaped.items():
            text = text.replace(run, shown)
        return text


@cache
def site_named(name: str) -> Site:
    """Return a site generator by its name."""
    import yaml

    text = files("aigc_plugins.formats").joinpath("sites.yaml").read_text(encoding="utf-8")
    return Site(**yaml.safe_load(text)[name])


def listed(value: Json) -> list[str]:
    """Return tags as a list: they are one already, or a text with commas in it."""
    parts: Sequence[Json] = value if isinstance(value, list) else sound(value).replace("，", ",").split(",")
    return list(dict.fromkeys(filter(None, (sound_line(one) for one in parts if isinstance(one, str)))))


def dumped(front: Mapping[str, Json]) -> str:
    """Return front matter as YAML that readers of 1.1 and 1.2 read alike: every text stands in quotes."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """This writes our quoted texts."""

    Dumper.add_representer(_Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, '"'))
    return yaml.dump(_quoted(front), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)


class _Quoted(str):
    __slots__ = ()


def _quoted(value: Json) -> Json:
    if isinstance(value, str):
        return _Quoted(value)
    if isinstance(value, Mapping):
        return {name: _quoted(one) for name, one in value.items()}
    return [_quoted(one) for one in value] if isinstance(value, list) else value
