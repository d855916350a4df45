"""How a story is told: by whom, in which tense, and about itself never."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from aigc import check
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.rules.content_words import is_chinese
from aigc_plugins.stories.story_lists import story_list

SPOKEN = re.compile(r"“[^”]*”?|\"[^\"]*\"?|「[^」]*」?|《[^》]*》?")
CLOSED = re.compile(r"[.!。！][\"'”’」』）)]*$")
HELPED = re.compile(  # a participle comes: has got, was never seen
    r"(?:\b(?:ha(?:ve|s|d)|is|are|was|were|be|been|being|gets?|got)|['’](?:ve|s))\s+"
    r"(?:(?:not|just|already|only|never|always|ever|still|\w+ly)\s+)?$"
)
LEAST = 2  # verbs of the other tense in a text: one may be a slip of the list


@check
def keeps_point_of_view(text: str, *, person: Literal["first", "third"] = "third") -> Iterator[Finding]:
    """A story that is told in the third person says no I, we or my (我) outside what somebody says in quotation marks.

    With `person: first` nothing is asked of a single text.
    """
    if person == "first":
        return
    bare = _narrated(text)
    found = _pattern("first", "zh" if is_chinese(text) else "en").search(bare)
    if found:
        yield Finding(message=f"says {found.group()!r} in a story of the third person", span=found.span())


@check
def told_in_first_person(draft: Draft, *, field: str = "scenes") -> Iterator[Finding]:
    """A story in which the hero tells says so at once: its first scene has an I or my (我)."""
    scenes = list(texts_in(draft.fields.get(field)))
    if scenes and not _pattern("first", "zh" if is_chinese(scenes[0]) else "en").search(_narrated(scenes[0])):
        yield Finding(message="does not say I, though the hero tells it", field=f"{field}[0]")


@check
def keeps_tense(text: str, *, tense: Literal["past", "present"] = "past") -> Iterator[Finding]:
    """An English story stays in its `tense`: outside quotation marks two verbs of the other one are one too many.

    Verbs are looked up in `story_words.yaml`; one that is not there tells nothing. Chinese has no tenses.
    """
    if is_chinese(text):
        return
    other = "present" if tense == "past" else "past"
    bare = _narrated(text)
    found = [one for one in _pattern(other, "en").finditer(bare) if not HELPED.search(bare[: one.start()])]
    kept = len(_pattern(tense, "en").findall(bare))
    if tense == "present":  # she lists the hives by the names that he gave them
        kept += len(_pattern("shown", "en").findall(bare))
    if len(found) >= LEAST or (found and not kept):
        words = ", ".join(dict.fromkeys(one.group() for one in found))
        yield Finding(message=f"is told in the {tense}, but says {words}", span=found[0].span())


@check
def no_talk_of_story(text: str) -> Iterator[Finding]:
    """A story does not speak of itself: no "Scene 2", "Here is the story", "The moral of the story", 第二幕, 全文完."""
    for pattern in _talk("zh" if is_chinese(text) else "en"):
        if found := pattern.search(text):
            yield Finding(message=f"speaks of the story itself: {found.group().strip()!r}", span=found.span())


@check
def ends_closed(draft: Draft, *, field: str = "scenes", question: bool = False) -> Iterator[Finding]:
    """A story's last sentence closes it: a full stop, no dots, no "to be continued", no question unless allowed."""
    scenes = list(texts_in(draft.fields.get(field)))
    if not scenes:
        return
    last = scenes[-1].rstrip()
    opened = next((found for one in _opened("zh" if is_chinese(last) else "en") if (found := one.search(last))), None)
    dots = re.search(r"(?:\.\.|…)[\"'”’」』）)]*$", last)
    asks = re.search(r"[?？][\"'”’」』）)]*$", last)
    if opened:
        yield Finding(message=f"ends open: {opened.group().strip()!r}", field=f"{field}[{len(scenes) - 1}]")
    elif dots or not (CLOSED.search(last) or (question and asks)):
        what = "dots" if dots else "a question" if asks else "no full stop"
        yield Finding(message=f"ends with {what}", field=f"{field}[{len(scenes) - 1}]")


def _narrated(text: str) -> str:
    """Return a text with blanks where somebody speaks."""
    return SPOKEN.sub(lambda found: " " * len(found.group()), text)


@cache
def _pattern(part: str, language: str) -> re.Pattern[str]:
    words = sorted(story_list("story_words")[part][language], key=len, reverse=True)
    joined = "|".join(map(re.escape, words))
    if language == "zh":
        return re.compile(joined)
    return re.compile(rf"(?<![\w'’])(?:{joined})\b")


@cache
def _talk(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one, re.IGNORECASE | re.MULTILINE) for one in story_list("story_words")["talk"][language])


@cache
def _opened(language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one, re.IGNORECASE) for one in story_list("story_words")["opened"][language])
