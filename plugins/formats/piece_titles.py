"""What a piece is called, in words and as a file, and which of its fields tell about it and are not its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from aigc import file_name
from aigc.types import Artifact, Json

HAN = re.compile(r"[\u3400-\u9fff]")
TITLES = ("title", "headline", "heading", "name", "question", "stem")  # what a piece, or a part of one, is called
BODIES = ("text", "body", "content", "intro")  # these need no heading of their own
FRONT = (
    *("slug", "description", "meta_title", "meta_description", "summary"),
    *("tags", "keywords", "categories", "author", "citations"),
)


def title_name(fields: Mapping[str, Json]) -> str:
    """Return which field is the title, empty where none is."""
    return next((name for name in TITLES if isinstance(fields.get(name), str) and fields[name].strip()), "")


def label(name: str) -> str:
    """Return the name of a field as people read it."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def as_labelled(fields: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the fields of a piece under the names that its reader knows, of a Chinese one Chinese: 教学目标. What
    decides how a piece is laid out, such as its title, keeps its name."""
    title = fields.get(title_name(fields))
    if not (isinstance(title, str) and HAN.search(title)):
        return fields
    return {_labels().get(name, name): _renamed(value) for name, value in fields.items()}


def _renamed(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {_labels().get(name, name): _renamed(one) for name, one in value.items()}
    return [_renamed(one) for one in value] if isinstance(value, list) else value


@cache
def _labels() -> Mapping[str, str]:
    import yaml

    text = files("aigc_plugins.formats").joinpath("labels.yaml").read_text(encoding="utf-8")
    labels: Mapping[str, str] = yaml.safe_load(text)["zh"]
    return labels


def one_line(value: Json) -> str:
    """Return a value as text without line breaks."""
    return " ".join(str(value).split())


def page_name(artifact: Artifact) -> str:
    """Return what the piece's page is called: after its slug, else its title, else its id."""
    title = title_name(artifact.fields)
    for text in (artifact.fields.get("slug"), artifact.fields.get(title), artifact.id):
        if isinstance(text, str) and (name := file_name(text)):
            return name
    return "piece"


def free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken, and take it."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free)
    return free
