"""The plugin's YAML, and how a line of it is drawn: as good as random from brief to brief, the same each time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from aigc_plugins.ads.a_or_an import LIKE_YOU, SILENT_H

ARTICLE = re.compile(r"(?:an?|the|his|her|their|my|one|some)\s", re.IGNORECASE)


@cache
def story_list(name: str) -> Mapping[str, Any]:
    """Return `NAME.yaml` of this plugin."""
    import yaml

    read: Mapping[str, Any] = yaml.safe_load(
        files("aigc_plugins.stories").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    )
    return read


def drawn_line(lines: Sequence[str], *seed: object) -> str:
    """Return one of some lines by what it is drawn for."""
    told = "\n".join(map(str, seed))
    return min(lines, key=lambda line: sha256(f"{told}\n{line}".encode()).digest())


def with_article(noun: str) -> str:
    """Return an English noun with a or an, unless it brings an article."""
    if ARTICLE.match(noun):
        return noun
    vowel = SILENT_H.match(noun) or (noun[:1].lower() in "aeiou" and not LIKE_YOU.match(noun))
    return f"{'an' if vowel else 'a'} {noun}"


def located(place: str, language: str) -> str:
    """Return a place with the word that says where of it one is: in an old orchard, on the hill, 果园里, 山上."""
    words = story_list(f"bedtime_{language}")["places"]
    if language == "zh":
        if place.endswith(tuple(words["own"])):
            return place
        return place + next((word for word in ("上", "边") if place.endswith(tuple(words[word]))), "里")
    tokens = place.casefold().split()
    if not tokens or tokens[0] in words["own"]:
        return place
    after = next(
        (
            at
            for at, word in enumerate(tokens)
            if at and word in (*words["own"], "of", "with", "without", "where", "that", "who")
        ),
        len(tokens),
    )
    head = tokens[:after]
    ends = {head[-1], " ".join(head[-2:])}
    return f"{next((word for word in ('on', 'at') if ends & {*words[word]}), 'in')} {place}"
