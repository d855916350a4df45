"""A bedtime story from its brief: told for its kind of wish, or a plot of ours filled in, or the brief's own events.

Stories for a kind of wish stand in `shapes_en.yaml` and `shapes_zh.yaml` (`wish_shapes`), plots that are told of any
wish in `bedtime_en.yaml` and `bedtime_zh.yaml`. What a model writes is one scene at a time, from the part of
the plot that stands there else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc.types import Json
from aigc_plugins.ads.capital import capital
from aigc_plugins.stories.dwellings import StoryDwelling
from aigc_plugins.stories.story_lists import drawn_line, located, story_list, with_article
from aigc_plugins.stories.wish_shapes import WishTelling, telling_of

FULL = 5  # years: from this age on all of a line is told
FINAL = " .。;；,，"
ENDED = re.compile(r"[.!?。！？…][\"”’」]*$")
TO = re.compile(r"^(?:(?:(?:wants?|wished?|hopes?) )?to\s+|想要?(?!起|念|象)|希望)", re.IGNORECASE)
LEARN = re.compile(r"^(?:learn(?: how)? to\s+|学会|学着)", re.IGNORECASE)
LONG = re.compile(r"\s(?:with|in|on|of|from|who|that|without)\s")
WHERE = re.compile(r"^(?:(?:in|on|at)\s)?(?:(?:an?|the)\s)?", re.IGNORECASE)
WHERE_TAIL = re.compile(r"\s(?:in|on|at|from|of)\s(?:(?:an?|the)\s)?(.+)$", re.IGNORECASE)
WHO = re.compile(r"\s(?:who|that)\s")
PRONOUNS = {
    "she": ("she", "her", "her", "herself", "was"),
    "he": ("he", "him", "his", "himself", "was"),
    "it": ("it", "it", "its", "itself", "was"),
    "they": ("they", "them", "their", "themself", "were"),
}
CHINESE = {"she": "她", "he": "他", "it": "它", "they": "他"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BedtimeBrief:
    """This is what a bedtime story is made of. `telling` is how we tell its kind of wish, `plot` a name in the lists,
    empty where there is a telling or the brief brings events."""

    language: str
    hero: str
    kind: str
    pronoun: str
    place: str
    wish: str
    age: int
    plot: str
    telling: WishTelling | None
    friend: str
    friend_kind: str
    events: tuple[str, ...] = ()
    lesson: str = ""
    child: str = ""
    draw: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Json]) -> BedtimeBrief:
        """Return what a brief's values give; friend and plot are drawn where it names none."""
        language = "zh" if values.get("language") == "zh" else "en"
        names = ("hero", "kind", "place", "lesson", "child")
        told = {name: " ".join(str(values.get(name) or "").split()) for name in names}
        told["kind"] = _without_place(told["kind"], told["place"])
        wish = TO.sub("", " ".join(str(values.get("wish") or "").split()), count=1).strip(FINAL)
        lists = story_list(f"bedtime_{language}")
        draw = "\n".join([told["hero"], told["kind"], told["place"], wish, str(values.get("draw") or "")])
        others = [
            one
            for one in StoryDwelling.of(told["place"], told["kind"], language).friends or lists["friends"]
            if one["name"] != told["hero"] and one["kind"].split()[-1].casefold() not in told["kind"].casefold()
        ]
        drawn = drawn_line([one["name"] for one in others], draw, "friend")
        friend = next(one for one in others if one["name"] == drawn)
        if values.get("friend"):
            friend = {"name": str(values["friend"]).strip(), "kind": str(values.get("friend_kind") or "").strip()}
        events = tuple(one for event in values.get("events") or [] if (one := " ".join(str(event).split())))
        plot, telling = str(values.get("plot") or ""), None
        if not plot and not events:
            telling = telling_of(wish, told["lesson"], draw, language, kind=told["kind"], place=told["place"])
            plot = "" if telling else drawn_line(_fitting(lists, f"{wish} {told['kind']}"), draw, "plot")
        return cls(
            language=language,
            pronoun=str(values.get("pronoun") or "they"),
            wish=wish,
            age=int(values.get("age") or FULL),
            plot="" if events else plot,
            telling=telling,
            friend=friend["name"],
            friend_kind=friend["kind"],
            events=events,
            draw=draw,
            **told,
        )

    @property
    def lists(self) -> Mapping[str, Any]:
        """The lines of its language."""
        return story_list(f"bedtime_{self.language}")

    @property
    def joint(self) -> str:
        """What stands between two sentences."""
        return "" if self.language == "zh" else " "

    def slots(self) -> dict[str, str]:
        """Return what stands for each word in braces; the friend's name as it is after the first time."""
        named = {"hero": self.hero, "friend": self.friend, "wish": self.wish, "lesson": self.lesson}
        named["done"] = LEARN.sub("", self.wish) or self.wish
        named |= dict(self.telling.slots) if self.telling else {}
        named |= {"child": self.child, "place": located(self.place, self.language), "kind": self.kind}
        if self.language == "zh":
            kind = self.kind if self.kind.startswith(("一", "个")) else f"一{self._measure()}{self.kind}"
            return named | {"she": CHINESE[self.pronoun], "a_kind": kind}
        she, her, hers, herself, was = PRONOUNS[self.pronoun]
        named |= {"she": she, "She": capital(she), "her": her, "hers": hers, "herself": herself, "was": was}
        a_kind = with_article(self.kind)
        there = re.sub(r"\b(?:an?)\s", "the ", named["place"], count=1, flags=re.IGNORECASE)
        return named | {"a_kind": a_kind, "A_kind": capital(a_kind), "Place": capital(named["place"]), "there": there}

    def _measure(self) -> str:
        """Return the Chinese measure word of who the hero is: 个 for people, 只 for most animals."""
        ends = {end: measure for measure, words in self.lists["measures"].items() for end in words}
        return next((ends[end] for end in sorted(ends, key=len, reverse=True) if self.kind.endswith(end)), "只")

    def introduced(self) -> str:
        """Return the friend as it is named first."""
        if not self.friend_kind:
            return self.friend
        if self.language == "zh":
            return f"{self.friend_kind}{self.friend}"
        return f"{self.friend} the {self.friend_kind}"


@pass_context
def bedtime_title(context: Context) -> str:
    """Return the title of the bedtime story of a brief."""
    brief = BedtimeBrief.of(context.get_all())
    if brief.telling:
        return _filled(drawn_line(brief.telling.titles, brief.draw, "title"), brief)
    if brief.plot:
        return _filled(drawn_line(brief.lists["plots"][brief.plot]["titles"], brief.draw, "title"), brief)
    place = brief.place if brief.language == "zh" else re.sub(r"^(?:in|on|at)\s", "", brief.place)
    return f"{place}的{brief.hero}" if brief.language == "zh" else f"{brief.hero} and {_titled(place)}"


@pass_context
def bedtime_about(context: Context) -> str:
    """Return in a line what the story of a brief is about."""
    brief = BedtimeBrief.of(context.get_all())
    slots = brief.slots()
    if brief.language == "zh":
        return f"{brief.kind}{brief.hero}住在{slots['place']}，有一个心愿：{brief.wish}。"
    return _filled("{hero}, {a_kind}, lives {place} and wants to {wish}.", brief)


@pass_context
def bedtime_scenes(context: Context, written: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the scenes of the story of a brief, as `bedtime_scenes(stages.scenes)`: each as a model wrote it where it
    did, else as the plot tells it; the last is how the hero falls asleep."""
    brief = BedtimeBrief.of(context.get_all())
    told = [item["told"] for item in _items(brief)]
    texts = [str(one or "").strip() for one in written]
    if len(texts) == len(told):
        told = [text or plain for text, plain in zip(texts, told, strict=True)]
    closing = _Introducing(brief, known=True).filled(_closing(brief))
    return [{"text": text} for text in (*told, closing)]


@pass_context
def bedtime_beats(context: Context) -> list[dict[str, Any]]:
    """Return what a model is asked to write, a scene each: `note` is what happens in it, `told` the plot's own words,
    `before` the scene before, `names` who is in it."""
    return _items(BedtimeBrief.of(context.get_all()))


def _items(brief: BedtimeBrief) -> list[dict[str, Any]]:
    fill, items, before = _Introducing(brief), [], ""
    for lines in _beats(brief):
        told = brief.joint.join(text for line in lines if (text := fill.filled(line).strip()))
        names = [name for name in (brief.hero, brief.friend) if name in told]
        items.append({"note": told, "told": told, "before": before, "names": names})
        before = told
    return items


def _beats(brief: BedtimeBrief) -> Iterator[list[str]]:
    """Yield the lines of each scene but the last."""
    lists, draw = brief.lists, brief.draw
    openings = (story_list(f"shapes_{brief.language}") if brief.telling else lists)["openings"]
    if brief.events:  # they say when it is
        openings = [line for line in openings if not any(word in line for word in lists["timed"])]
    clear = [line for line in openings if not (LONG.search(brief.kind) and "_kind} called" in line)]
    if WHO.search(brief.kind):
        clear = [line for line in clear if "_kind} who" not in line and "_kind} and lived" not in line]
    opening = drawn_line(clear, draw, "opening")
    if brief.telling:
        first, *others = brief.telling.beats(draw)
        yield [opening, *first]
        yield from others
        return
    yield [opening, drawn_line(lists["wishes"], draw, "wishes")]
    if brief.events:
        yield from ([_ended(event, brief)] for event in brief.events)
        return
    plot = lists["plots"][brief.plot]
    yield [drawn_line(plot[part], draw, part) for part in ("trouble", "attempt")]
    yield [drawn_line(plot["turn"], draw, "turn")]
    yield [drawn_line(plot["ending"], draw, "ending")]


def _closing(brief: BedtimeBrief) -> str:
    lists, parts, telling = brief.lists, [], brief.telling
    closings = telling.closings if telling else story_list(f"shapes_{brief.language}")["closings"]
    if brief.lesson:
        lesson = brief.lesson.rstrip(FINAL)
        lines = (telling and telling.lessons) or _told_of(lists["lessons"], brief)
        line = drawn_line(lines, brief.draw, "lesson")
        asks = lesson.endswith(("!", "?", "！", "？"))
        parts.append((re.sub(r"(?<=\})[,。]", "", line) if asks else line).replace("{lesson}", lesson))
    if brief.plot:
        closings = lists["closings"]
    parts.append(drawn_line(closings, brief.draw, "closing"))
    if brief.child:
        parts.append(drawn_line(lists["children"], brief.draw, "child"))
    return brief.joint.join(parts)


def _told_of(lines: Sequence[str], brief: BedtimeBrief) -> list[str]:
    """Return the lines that name nobody who is not in the story: events of one's own may have no friend in them."""
    there = not brief.events or any(brief.friend in event for event in brief.events)
    return [line for line in lines if there or "{friend}" not in line]


class _Introducing:
    """This fills lines one after the other, and says who the friend is where it is named first."""

    def __init__(self, brief: BedtimeBrief, *, known: bool = False) -> None:
        self._brief, self._known = brief, known or bool(brief.events)

    def filled(self, line: str) -> str:
        """Return a line with the brief's words, shorter for small children."""
        short, _, more = line.partition("|")
        line = short if self._brief.age < FULL else short + more
        if not self._known and "{friend}" in line:
            line = line.replace("{friend}", self._brief.introduced(), 1)
            self._known = True
        return _filled(line, self._brief)


def _filled(line: str, brief: BedtimeBrief) -> str:
    slots = brief.slots()
    if brief.wish.startswith("not "):
        line = line.replace("to {wish}", "not to {wish}")
        slots["wish"] = brief.wish.removeprefix("not ")
    return re.sub(r"\{(\w+)\}", lambda found: slots[found[1]], line)


def _ended(event: str, brief: BedtimeBrief) -> str:
    event = capital(event.replace("|", " ").replace("{", "(").replace("}", ")"))
    return event if ENDED.search(event) else event.rstrip(FINAL) + ("。" if brief.language == "zh" else ".")


def _fitting(lists: Mapping[str, Any], about: str) -> list[str]:
    """Return the plots that suit a wish and who has it: none of rain for a cloud that wants to rain."""
    unless: Mapping[str, Sequence[str]] = lists["unless"]
    return [plot for plot in lists["plots"] if not any(_tells(about, word) for word in unless.get(plot, ()))]


def _tells(about: str, word: str) -> bool:
    return bool(re.search(rf"\b{word}" if word.isascii() else word, about, re.IGNORECASE))


def _without_place(kind: str, place: str) -> str:
    """Return who the hero is without the place where it lives: a postwoman in a snowy valley, in the snowy valley."""
    bare = WHERE.sub("", place).casefold()
    kind = re.sub(r"^住在[^的]+的(?=.)|\s(?:who|that) lives?\s.+$", "", kind)
    found = WHERE_TAIL.search(kind)
    return kind[: found.start()] if found and bare and found[1].casefold() == bare else kind


def _titled(place: str) -> str:
    small = {"a", "an", "the", "of", "in", "on", "at", "by", "and", "to"}
    words = place.split()
    return " ".join(word if word in small else capital(word) for word in words)
