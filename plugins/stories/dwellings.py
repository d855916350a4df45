"""Who lives where a story happens, and what there is not: no hedgehog on the ice, and no path at the bottom of the sea.

`dwellings_en.yaml` and `dwellings_zh.yaml` know some places by their words and by who the hero is. Anywhere else the
friends and the tellings of a country with trees and paths will do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aigc_plugins.stories.story_lists import story_list


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDwelling:
    """This is where a story happens: `friends` who live there, none where ours of the fields do; `without` are words
    for what there is not."""

    friends: Sequence[Mapping[str, str]] = ()
    without: Sequence[str] = ()

    @classmethod
    def of(cls, place: str, kind: str, language: str) -> StoryDwelling:
        """Return what is known of a place, and of who the hero is: a whale lives in the sea, whatever its bay."""
        known: list[Mapping[str, Any]] = list(story_list(f"dwellings_{language}").values())
        there = [one for one in known if _named(place, one.get("place"))]
        there += [one for one in known if one not in there and _named(kind, one.get("kind"))]
        friends = next((one["friends"] for one in there), ())
        return cls(friends=friends, without=[word for one in there for word in one.get("without", ())])

    def has_no(self, line: str) -> bool:
        """Return whether a line tells of what there is not in such a place."""
        return any(_named(line, word) for word in self.without)


def _named(text: str, pattern: str | None) -> bool:
    if not pattern:
        return False
    return bool(re.search(rf"\b(?:{pattern})\b" if pattern.isascii() else pattern, text, re.IGNORECASE))
