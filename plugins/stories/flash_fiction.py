"""Flash fiction from a logline: who, where and what is wanted in a line of ours (`flash.yaml`), then the brief's own
sentences. What stands between them happens in nobody's plot, so nothing of ours does."""

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
BUT = re.compile(r"^[^.!?。！？]*(?:[,，;；] ?but\b|[，；](?:可|但|却))", re.IGNORECASE)  # one is enough
JOINED = re.compile(r"(?:but|then|and|only|yet|still)\b|[可但然偏却]", re.IGNORECASE)
SLOT = re.compile(r" ?\{(where)\}|\{(\w+)\}")
WORD = re.compile(r"[a-z]{3,}")
STEADY = {"the", "her", "his", "their", "with", "and", "for", "from", "last", "first", "old", "new", "one", "two"}
ROLE_PLACE = re.compile(r"\s(?:in|on|at|aboard)\s(.+)$")
TITLE, LEAST_HAN, MOST_HAN = 40, 2, 12  # characters
ABOARD = ("车", "船", "岛", "轮渡", "飞机")
LEAST_WORDS = 3  # of a wish that ends before a clause
AFTERWARDS = re.compile(r"[,，；;]| (?:before|after|without|that|who|which|by|while|until|because|so|when|if|and)\b")
SMALL = frozenset(["a", "an", "the", "and", "or", "of", "in", "on", "at", "to", "for", "from", "by", "with"])


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
    events: tuple[str, ...]
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
            events=tuple(one for event in values.get("events") or [] if (one := " ".join(str(event).split()))),
            first=values.get("person") == "first",
            past=values.get("tense") != "present",
            draw="\n".join([*told.values(), str(values.get("draw") or "")]),
            **told,
        )

    def opening(self) -> str:
        """Return who it is, where, and what is wanted."""
        lists = story_list("flash")[self.language]
        return self.filled(drawn_line(lists["first" if self.first else "third"], self.draw, "opening"))

    def title(self) -> str:
        """Return a title: what is wanted, where that is short, or else who wants something."""
        wanted = self._wanted()
        first = AFTERWARDS.split(wanted, maxsplit=1)[0] if wanted else ""
        short = wanted if self.language == "en" and len(first.split()) < LEAST_WORDS else first  # find out who …
        slots = {"name": self.hero, "wants": short}
        if self.language == "en":
            slots["wants"] = _headed(slots["wants"])
        lines = story_list("flash")[self.language]["titles"]
        titles = [SLOT.sub(lambda found: slots[found[1] or found[2]], line) for line in lines]
        most, least = (MOST_HAN, LEAST_HAN) if self.language == "zh" else (TITLE, 0)
        return titles[0] if least < len(titles[0]) <= most else titles[1]

    def filled(self, line: str) -> str:
        """Return a line with the brief's words, its verbs in the person and tense of the story."""
        form = 1 if self.past else 3 if self.first else 2
        slots = self._slots()
        told = SLOT.sub(lambda found: slots[found[1] or found[2]], line)
        return capital(VERB.sub(lambda found: found[form], told))

    def sentences(self, text: str) -> str:
        """Return what the brief tells as sentences."""
        text = capital(text)
        return text if ENDED.search(text) or not text else text.rstrip(FINAL) + ("。" if self.language == "zh" else ".")

    @property
    def _placed(self) -> bool:
        """Tell whether the role says the place already: a repairer of clocks on a space station, in a station."""
        already = set(WORD.findall(" ".join(ROLE_PLACE.findall(self.role.casefold()))))
        return bool(already & set(WORD.findall(self.place.casefold())) - STEADY)

    def about(self) -> str:
        """Return the logline in a sentence."""
        if self.language == "zh":
            return f"在{self.place.removeprefix('在')}，{self.role}{self.hero}想{self.wants}。"
        return self.filled("{role} wants to {wants}." if self._placed else "{role} {where} wants to {wants}.")

    def _wanted(self) -> str:
        """Return what is wanted in the person of the story: who tells it eats my sandwich, not hers."""
        if not self.first or self.language == "zh":
            return self.wants
        own = {"she": "her", "he": "his", "they": "their"}[self.pronoun]
        return re.sub(rf"\b{own}(?= (?!and\b|to\b|with\b|in\b|on\b|at\b|for\b|from\b|by\b)\w)", "my", self.wants)

    def _slots(self) -> dict[str, str]:
        told = {"name": self.hero, "wants": self._wanted()}
        if self.language == "zh":
            place = self.place.removeprefix("在")
            place = f"{place}上" if place.endswith(ABOARD) else place  # 在夜车上
            she = "我" if self.first else CHINESE[self.pronoun]
            return told | {"hero": "我" if self.first else self.hero, "role": self.role, "she": she, "place": place}
        role, she = with_article(self.role), "I" if self.first else PRONOUNS[self.pronoun][0]
        was = ("was" if self.past else "am") if self.first else "was" if self.past else "is"
        hero = "I" if self.first else self.hero
        she = hero if self.pronoun == "they" else she  # they want, and Pell wants: one verb cannot tell both
        where = f", {with_article(self.place)}" if self._placed else f" {located(self.place, 'en')}"
        told |= {"Hero": hero, "she": she, "She": capital(she), "role": role, "Role_is": f"{hero} {was} {role}"}
        return told | {"where": where}


@pass_context
def flash_title(context: Context) -> str:
    """Return a title for the flash fiction of a brief, where it brings none."""
    brief = FlashBrief.of(context.get_all())
    return brief.title()


@pass_context
def flash_about(context: Context) -> str:
    """Return the logline of a brief in a sentence."""
    brief = FlashBrief.of(context.get_all())
    return brief.about()


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
    scenes = [brief.opening(), _after_but(brief.sentences(brief.obstacle), brief)]
    scenes += [brief.sentences(one) for one in (*brief.events, brief.turn)]
    items, before = [], ""
    for told in scenes:
        names = [brief.hero] if brief.hero in told and not brief.first else []
        items.append({"note": told, "told": told, "before": before, "names": names})
        before = told
    return items


def _after_but(sentence: str, brief: FlashBrief) -> str:
    """Return what stands in the way after "But", in small letters unless it begins with a name; as it is where it
    brings such a word."""
    if not sentence or JOINED.match(sentence) or BUT.search(sentence):
        return sentence
    but = drawn_line(story_list("flash")[brief.language]["but"], brief.draw, "but")
    common = sentence.split(maxsplit=1)[0].casefold() in story_list("flash")["small"]
    return but + (sentence[0].lower() + sentence[1:] if common else sentence)


def _headed(wish: str) -> str:
    """Return what is wanted as a title has it: "send one day of snow" as "Send One Day of Snow"."""
    return " ".join(word if word in SMALL else capital(word) for word in wish.split())


def known_words(language: str) -> str:
    """Return all that is told without a model in a language, en or zh, as one text: its words name nobody."""
    lists = [story_list(f"bedtime_{language}"), story_list(f"shapes_{language}"), story_list("flash")[language]]
    return "".join(map(str, lists))
