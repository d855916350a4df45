"""Stories that are told for a kind of wish (`shapes_en.yaml`, `shapes_zh.yaml`): what is lost is looked for and found.

A wish that no pattern knows has none: what happens in a story has to come from somebody who knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aigc_plugins.stories.dwellings import StoryDwelling
from aigc_plugins.stories.story_lists import drawn_line, story_list

MANY = re.compile(r"(?:[^s]s|\bpeople|feet|mice|teeth)$")
BESIDE = re.compile(
    r"\s(?:(?:just )?once|for the (?:very )?first time|one day|at last|with (?:\w+) own eyes)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WishTelling:
    """This is one way to tell a story of a kind of wish: `scenes` are lists of lines, a list in them is a choice."""

    titles: Sequence[str]
    bears: Sequence[str]
    scenes: Sequence[Sequence[str | Sequence[str]]]
    closings: Sequence[str]
    lessons: Sequence[str] = ()
    slots: Mapping[str, str] = field(default_factory=dict)

    def bears_out(self, lesson: str) -> bool:
        """Return whether what happens shows a lesson: it has a word of those that this telling is about."""
        return not lesson or any(
            re.search(rf"\b{re.escape(word)}" if word.isascii() else word, lesson, re.IGNORECASE) for word in self.bears
        )

    def beats(self, draw: str) -> Iterator[list[str]]:
        """Yield the lines of each scene, a choice of each drawn."""
        for scene in self.scenes:
            yield [part if isinstance(part, str) else drawn_line(part, draw, "part") for part in scene]


def telling_of(
    wish: str, lesson: str, draw: str, language: str, *, kind: str = "", place: str = ""
) -> WishTelling | None:
    """Return how a wish is told, one that shows the lesson where there is such; none where no story of ours fits the
    wish, or none of them can happen where the hero lives."""
    lists, wish = story_list(f"shapes_{language}"), BESIDE.sub("", wish)
    there = StoryDwelling.of(place, kind, language)
    seen = [one for one in lists["seen"] if not there.has_no(one)]
    for shape in lists["shapes"].values():
        found = next((one for pattern in shape["wish"] if (one := re.search(pattern, wish, re.IGNORECASE))), None)
        if found and not any(_has(found[0], word) for word in shape.get("not", ())):
            slots = {name: text.strip() for name, text in found.groupdict().items() if text}
            ways = [
                WishTelling(**{"closings": lists["closings"]} | told, slots=_slots(slots, seen, draw))
                for one in shape["tellings"]
                if not any(_has(wish, word) for word in one.get("not", ()))
                and not any(word in kind.casefold() for word in one.get("not_for", ()))
                and (told := _told_there(one, there))
            ]
            fitting = [one for one in ways if one.bears_out(lesson)] or ways
            if not fitting:
                continue
            title = drawn_line([one.titles[0] for one in fitting], draw, "telling")
            return next(one for one in fitting if one.titles[0] == title)
    return None


def _told_there(telling: Mapping[str, Any], there: StoryDwelling) -> dict[str, Any]:
    """Return a telling for a place: nothing where a line of it tells of what is not there, unless it can do without."""
    told: dict[str, Any] = {key: telling[key] for key in telling if not key.startswith("not")}
    scenes = []
    for scene in told["scenes"]:
        parts: list[str | list[str]] = []
        for part in scene:
            if isinstance(part, str):
                short, _, more = part.partition("|")
                if there.has_no(short):
                    return {}
                parts.append(short if there.has_no(more) else part)
            elif left := [line for line in part if not there.has_no(line)]:
                parts.append(left)
        scenes.append(parts)
    titles = [title for title in told["titles"] if not there.has_no(title)]
    return told | {"scenes": scenes, "titles": titles or told["titles"]}


def wishes_of_ours(language: str) -> str:
    """Return a wish of each kind that has a story, as a list to read."""
    shapes = story_list(f"shapes_{language}")["shapes"].values()
    return ("；" if language == "zh" else "; ").join(shape["like"] for shape in shapes)


def _slots(named: Mapping[str, str], seen: Sequence[str], draw: str) -> dict[str, str]:
    slots = dict(named) | {"seen": drawn_line(seen, draw, "seen")}
    if "thing" in slots:
        many = bool(MANY.search(slots["thing"]))
        slots |= {"thing_was": "were" if many else "was", "it": "them" if many else "it"}
        slots |= {"it_was": "they were" if many else "it was", "it_is": "they are" if many else "it is"}
    if "sight" in slots:
        slots["sight"] = slots["sight"].replace("下雪", "雪")  # 雪来了
    if "gift" in slots:
        slots["the_gift"] = re.sub(
            r"^(?:(?:an?|one|some)\s|一)", "那" if slots["gift"][0] == "一" else "the ", slots["gift"]
        )
    return slots


def _has(wish: str, word: str) -> bool:
    return bool(re.search(rf"\b{word}s?\b" if word.isascii() else word, wish, re.IGNORECASE))
