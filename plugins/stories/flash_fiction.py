"""Flash fiction from a logline: who, wants, obstacle, turn, ending, between lines of its genre (`flash.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc.types import Json
from aigc_plugins.ads.capital import capital
from aigc_plugins.stories.bedtime import CHINESE, ENDED, FINAL, PRONOUNS, TO
from aigc_plugins.stories.story_lists import drawn_line, located, story_list, with_article

VERB = re.compile(r"<([^|<>]*)\|([^|<>]*)\|([^|<>]*)>")
JOINED = re.compile(r"(?:but|then|and|only|yet|still)\b|[可但然偏却]", re.IGNORECASE)
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashBrief:
    """This is what a piece of flash fiction is made of."""

    language: str
    hero: str
    role: str
    pronoun: str
    place: str
    wants: str
    obstacle: str
    turn: str
    ending: str
    genre: str
    first: bool
    past: bool
    draw: str

    @classmethod
    def of(cls, values: Mapping[str, Json]) -> FlashBrief:
        """Return what a brief's values give."""
        names = ("hero", "role", "place", "wants", "obstacle", "turn", "ending")
        told = {name: " ".join(str(values.get(name) or "").split()) for name in names}
        told["wants"] = TO.sub("", told["wants"], count=1).strip(FINAL)
        return cls(
            language="zh" if values.get("language") == "zh" else "en",
            pronoun=str(values.get("pronoun") or "they"),
            genre=str(values.get("genre") or "literary"),
            first=values.get("person") == "first",
            past=values.get("tense") != "present",
            draw="\n".join([*told.values(), str(values.get("draw") or "")]),
            **told,
        )

    def line(self, part: str) -> str:
        """Return a line of a part of the lists, of this genre where there are such, filled in."""
        lines = story_list("flash")[self.language][part]
        return self.filled(drawn_line(lines[self.genre] if isinstance(lines, Mapping) else lines, self.draw, part))

    def filled(self, line: str) -> str:
        """Return a line with the brief's words, its verbs in the person and tense of the story."""
        form = 1 if self.past else 3 if self.first else 2
        slots = self._slots()
        return capital(VERB.sub(lambda found: found[form], SLOT.sub(lambda found: slots[found[1]], line)))

    def sentences(self, text: str) -> str:
        """Return what the brief tells as sentences."""
        text = capital(text)
        return text if ENDED.search(text) or not text else text.rstrip(FINAL) + ("。" if self.language == "zh" else ".")

    def _slots(self) -> dict[str, str]:
        told = {"name": self.hero, "wants": self.wants, "place": located(self.place, self.language)}
        if self.language == "zh":
            hero = "我" if self.first else self.hero
            mine = "我的" if self.first else f"{CHINESE[self.pronoun]}的"
            return told | {"hero": hero, "role": self.role, "my": mine}
        role = with_article(self.role)
        hero, me, own = ("I", "me", "I") if self.first else (self.hero, *PRONOUNS[self.pronoun][1::-1])
        place = told.pop("place")
        was = ("was" if self.past else "am") if self.first else "was" if self.past else "is"
        return told | {
            "Hero": hero,
            "Hero_me": "me" if self.first else self.hero,
            "Hero_self": own,
            "me": me,
            "role": role,
            "Role_is": f"{hero} {was} {role}",
            "Place": capital(place),
            "Place_in": place,
        }


@pass_context
def flash_title(context: Context) -> str:
    """Return a title for the flash fiction of a brief, where it brings none."""
    brief = FlashBrief.of(context.get_all())
    return brief.line("titles")


@pass_context
def flash_about(context: Context) -> str:
    """Return the logline of a brief in a sentence."""
    brief = FlashBrief.of(context.get_all())
    place = located(brief.place, brief.language)
    if brief.language == "zh":
        return f"{place}，{brief.role}{brief.hero}想{brief.wants}。"
    return capital(f"{with_article(brief.role)} {place} wants to {brief.wants}.")


@pass_context
def flash_beats(context: Context) -> list[dict[str, Any]]:
    """Return what a model is asked to write, a scene each: `note` is what happens, `told` how it stands without a
    model, `before` the scene before, `names` who is in it."""
    return _flash_items(FlashBrief.of(context.get_all()))


@pass_context
def flash_scenes(context: Context, written: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the scenes of the flash fiction of a brief, as `flash_scenes(stages.scenes)`: each as a model wrote it
    where it did, and at the end the brief's own sentence."""
    brief = FlashBrief.of(context.get_all())
    told = [one["told"] for one in _flash_items(brief)]
    texts = [str(one or "").strip() for one in written]
    if len(texts) == len(told):
        told = [text or plain for text, plain in zip(texts, told, strict=True)]
    return [{"text": text} for text in (*told, brief.sentences(brief.ending))]


def _flash_items(brief: FlashBrief) -> list[dict[str, Any]]:
    joint = "" if brief.language == "zh" else " "
    obstacle, turn, opening = brief.sentences(brief.obstacle), brief.sentences(brief.turn), brief.line("opening")
    scenes = (
        (f"{opening}{joint}{brief.line('want')}", [opening, brief.line("want")]),
        (obstacle, [_after_but(obstacle, brief), brief.line("reaction")]),
        (turn, [brief.line("pause"), turn, brief.line("after")]),
    )
    items, before = [], ""
    for note, lines in scenes:
        told = joint.join(lines)
        names = [brief.hero] if brief.hero in note and not brief.first else []
        items.append({"note": note, "told": told, "before": before, "names": names})
        before = told
    return items


def _after_but(sentence: str, brief: FlashBrief) -> str:
    """Return what stands in the way after "But", in small letters unless it begins with a name; as it is where it
    brings such a word."""
    if not sentence or JOINED.match(sentence):
        return sentence
    but = drawn_line(story_list("flash")[brief.language]["but"], brief.draw, "but")
    common = sentence.split(maxsplit=1)[0].casefold() in story_list("flash")["small"]
    return but + (sentence[0].lower() + sentence[1:] if common else sentence)


def known_words(language: str) -> str:
    """Return all that is told without a model in a language, en or zh, as one text: its words name nobody."""
    return str(story_list(f"bedtime_{language}")) + str(story_list("flash")[language])
