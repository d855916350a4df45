"""The parts of an article: what to propose points about, which point goes where, and plain texts around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aigc.content import measure, trim
from aigc_plugins.articles.headings import point_heading
from aigc_plugins.rules.content_words import sentences
from aigc_plugins.rules.repetition import near_duplicates

DESCRIPTION_CHARS = 155
TITLE_CHARS, TITLE_PIXELS = 60, 580
# What a model is asked to give a tip about, where the brief brings no facts.
ANGLES: Mapping[str, Sequence[str]] = {
    "en": (
        "how to begin",
        "what to get ready",
        "what to look for",
        "how to save time",
        "a common mistake",
        "how to keep it up",
        "how to save money",
        "what to do when it goes wrong",
        "how to do it more safely",
        "how to get better at it",
        "what others can help with",
        "when to ask for advice",
    ),
    "zh": (
        "怎样开始",
        "需要准备什么",
        "要注意什么",
        "怎样省时间",
        "常见的错误",
        "怎样坚持",
        "怎样省钱",
        "出问题怎么办",
    ),
}


def article_angles(topic: str, sections: int, language: str = "en", facts: Sequence[str] | None = None) -> list[str]:
    """Return the angles from which the model is asked for points, two per section; none where the brief has facts."""
    return [] if facts else list(ANGLES.get(language, ANGLES["en"])[: 2 * sections])


def share_out(points: Sequence[str], sections: int) -> list[list[str]]:
    """Return the points in order, shared evenly among at most `sections` sections; one point more goes to the earlier.

    A section without a point is left out.
    """
    count = min(sections, len(points))
    shared, at = [], 0
    for left in range(count, 0, -1):
        size = -(-(len(points) - at) // left)
        shared.append(list(points[at : at + size]))
        at += size
    return shared


def article_sections(headings: Sequence[str], paragraphs: Sequence[str]) -> list[dict[str, str]]:
    """Return the sections `{heading, text}`.

    Where there are not as many headings as sections, each is made anew from its own section, so that none stands over
    another's; so is one that says the same as a heading before it.
    """
    if len(headings) != len(paragraphs):
        headings = [point_heading(text) for text in paragraphs]
    told: list[str] = []
    for heading, text in zip(headings, paragraphs, strict=True):
        made = (point_heading(sentence) for sentence in sentences(text))
        told.append(next((one for one in (heading, *made) if not _stands_in(one, told)), heading))
    return [{"heading": heading, "text": text} for heading, text in zip(told, paragraphs, strict=True)]


def _stands_in(heading: str, headings: Sequence[str]) -> bool:
    return any(near_duplicates(heading, other) for other in headings)


def article_title(topic: str, audience: str | None = None, language: str = "en") -> str:
    """Return a plain title that fits: the topic, and for whom where there is room."""
    if language == "zh":
        titles = [f"{topic}：写给{audience}的实用指南"] if audience else []
        titles += [f"{topic}：实用指南", topic]
    else:
        named = " ".join(word if len(word) < 4 or not word.islower() else word.capitalize() for word in topic.split())
        named = named[:1].upper() + named[1:]
        titles = [f"{named}: A Guide for {audience.title()}"] if audience else []
        titles += [f"{named}: A Practical Guide", named]
    fitting = (text for text in titles if len(text) <= TITLE_CHARS and measure(text, "pixels") <= TITLE_PIXELS)
    return next(fitting, trim(trim(titles[-1], TITLE_CHARS, "chars"), TITLE_PIXELS, "pixels"))


def article_intro(topic: str, audience: str | None, language: str = "en") -> str:
    """Return a plain opening: what the article is about, and for whom."""
    if language == "zh":
        return f"这篇文章介绍{topic}" + (f"，写给{audience}" if audience else "") + "。"
    reader = f" and is written for {audience}" if audience else ""
    return f"This article is about {topic}{reader}."


def article_description(topic: str, audience: str | None, facts: Sequence[str], language: str = "en") -> str:
    """Return a meta description within 155 characters: the topic, for whom, and the facts one by one, as they fit."""
    named = topic[:1].upper() + topic[1:]
    chinese = language == "zh"
    text = named + (f"，写给{audience}" if chinese else f", for {audience}") if audience else named
    text = trim(text, DESCRIPTION_CHARS - 1, "chars") + ("。" if chinese else ".")
    for fact in facts:
        longer = text + ("" if chinese else " ") + fact.strip()
        longer += "" if fact.strip()[-1:] in ".!?。！？" else text[-1]
        if measure(longer, "chars") <= DESCRIPTION_CHARS:
            text = longer
    return text
