"""What exporters ask of a piece: what its fields say, else its brief. Texts come out sound, see `sound_text`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from aigc.errors import JobError
from aigc.types import Artifact, Json
from aigc_plugins.formats.piece_dates import DATES
from aigc_plugins.formats.piece_titles import page_name, title_name
from aigc_plugins.formats.sites import listed
from aigc_plugins.formats.sound_text import sound, sound_line

LINKS = ("link", "url", "final_url")  # fields or inputs, the first that there is
DESCRIPTIONS = ("meta_description", "description", "summary", "excerpt")
LINK = re.compile(r"https?://[^\s/]\S*$", re.IGNORECASE)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")
RIGHT_TO_LEFT = ("ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi")
COUNTED = re.compile(r"0\d{3}(?:/|$)")  # the id of a row that has none of its own
SHOWN = 3
FILLED = "Text"


def unwritten(artifact: Artifact) -> bool:
    """Say whether it is a row, whose fields are all None yet."""
    return all(value is None for value in artifact.fields.values())


def filled_in(artifact: Artifact) -> Artifact:
    """Return a row, whose fields are all None yet, as a piece with a text in each but those for a link or a date: what
    a format lacks then it will lack whatever is written. A piece is returned as it is."""
    if not unwritten(artifact):
        return artifact
    return replace(artifact, fields={name: None if name in (*LINKS, *DATES) else FILLED for name in artifact.fields})


def writes(artifact: Artifact, *names: str) -> bool:
    """Say whether it is a row whose piece may yet get one of these fields."""
    return unwritten(artifact) and not set(names).isdisjoint(artifact.fields)


def refuse(name: str, problems: Iterable[tuple[Artifact, str]]) -> None:
    """Raise a JobError of the format that names its pieces' problems, where there are any."""
    told = [f"{artifact.id}: {what}" for artifact, what in problems]
    if told:
        more = f" (and {len(told) - SHOWN} more)" if len(told) > SHOWN else ""
        raise JobError(f"{name}: {'; '.join(told[:SHOWN])}{more}")


def first(values: Mapping[str, Json], *names: str) -> str:
    """Return the first of these that there is, in one line."""
    return next((line for name in names if (line := sound_line(_plain(values.get(name))))), "")


def of_piece(artifact: Artifact, *names: str) -> str:
    """Return the first of these fields that there is, else the first of these inputs, in one line."""
    return first(artifact.fields, *names) or first(artifact.brief.values, *names)


def flag_of(artifact: Artifact) -> str:
    """Return why a piece is flagged, in one line; empty where it is not."""
    return sound_line(f"flagged: {artifact.reason}") if artifact.status == "flagged" else ""


def title_of(artifact: Artifact) -> str:
    """Return what the piece is called."""
    return first(artifact.fields, title_name(artifact.fields))


def description_of(artifact: Artifact) -> str:
    """Return what is told of the piece in a line or two."""
    return first(artifact.fields, *DESCRIPTIONS)


def tags_of(artifact: Artifact) -> list[str]:
    """Return the piece's tags."""
    return listed_field(artifact, "tags") or listed_field(artifact, "keywords")


def listed_field(artifact: Artifact, name: str) -> list[str]:
    """Return a field that is a list of names, or a text with commas in it."""
    return listed(artifact.fields.get(name))


def language_of(artifact: Artifact) -> str:
    """Return the language as BCP 47 has it, English where none is told, empty where what is told is no such code."""
    told = of_piece(artifact, "language") or artifact.brief.language or "en"
    return told if LANGUAGE.match(told) else ""


def right_to_left(language: str) -> bool:
    """Say whether a language is written from right to left."""
    return language.partition("-")[0].lower() in RIGHT_TO_LEFT


def own_id(artifact: Artifact, *names: str) -> str:
    """Return the id that a shop knows the piece's thing by: a field or input of these names, else the piece's own id,
    which the column `id` of its file gave it; empty where its row was only counted."""
    return of_piece(artifact, *names) or ("" if COUNTED.match(artifact.id) else sound_line(artifact.id))


def link_of(artifact: Artifact, option: str = "") -> str:
    """Return the address of the piece's page: its own, else the option, in which {id} and {slug} are the piece's."""
    own = of_piece(artifact, *LINKS)
    return own or sound_line(option).replace("{id}", sound_line(artifact.id)).replace("{slug}", page_name(artifact))


def link_problems(artifact: Artifact, option: str = "", *, needed: str = "") -> Iterator[str]:
    """Yield what is wrong with the link of a piece; `needed` is what it is called where there must be one."""
    link = link_of(artifact, option)
    if link and not LINK.match(link):
        yield f"has the link {link[:80]!r}, which is none: one begins with https:// and has no spaces"
    elif not link and needed and not writes(artifact, *LINKS):
        yield f"has no {needed}, which a field or input `url` gives, or the option `url`: https://example.com/{{id}}"


def text_of(artifact: Artifact, *names: str) -> str:
    """Return the first of these fields that there is, with its line breaks."""
    return next((text for name in names if (text := sound(_plain(artifact.fields.get(name))).strip())), "")


def _plain(value: Json) -> Json:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None
