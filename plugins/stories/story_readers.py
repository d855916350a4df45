"""Whom a story suits: which words its rating rules out, how long it is, how hard to follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.rules.content_words import HAN, is_chinese, sentences
from aigc_plugins.rules.reading_ease import automated_grade, reading_grade
from aigc_plugins.stories.story_lists import story_list

Rating = Literal["small", "children", "teen", "adult"]


@check
def keeps_rating(text: str, *, rating: str) -> Iterator[Finding]:
    """A text has no words that its `rating` rules out: small (to six), children (to twelve), teen, adult.

    `ratings.yaml` says which kinds of words those are: fright, violence, gore, death, weapons, substances, adult,
    profanity. That the brief has such a word is no excuse.
    """
    language = "zh" if is_chinese(text) else "en"
    for kind in story_list("ratings")["ratings"][rating]:
        if found := _ruled_out(kind, language).search(text):
            yield Finding(message=f"has {found.group()!r} ({kind}), not for {rating}", span=found.span())


@check
def story_length(
    draft: Draft, *, least: int = 0, most: int = 0, age: int = 0, field: str = "scenes"
) -> Iterator[Finding]:
    """A story has from `least` to `most` words (Chinese: characters), 0 for any, with an `age` those of ages.yaml."""
    text = _whole(draft, field)
    chinese = is_chinese(text)
    if age:
        least, most = _band(age)["characters" if chinese else "words"]
    size, unit = (len(HAN.findall(text)), "characters") if chinese else (measure(text, "words"), "words")
    if least and size < least:
        yield Finding(message=f"has {size} {unit}, at least {least} are wanted", field=field)
    elif most and size > most:
        yield Finding(message=f"has {size} {unit}, at most {most} are wanted", field=field)


@check
def suits_age(draft: Draft, *, age: int, field: str = "scenes") -> Iterator[Finding]:
    """A story is as easy to follow as listeners of an `age` (years, 3 to 9) need it: mean and longest sentence, grade.

    What is asked of each age stands in `ages.yaml`. The grade is the mean of Flesch and Kincaid's and of ARI, in years
    of a US school, and is asked of English alone.
    """
    band, text = _band(age), _whole(draft, field)
    chinese = is_chinese(text)
    sizes = [len(HAN.findall(one)) if chinese else measure(one, "words") for one in sentences(text)]
    if not sizes:
        return
    mean, unit = sum(sizes) / len(sizes), "characters" if chinese else "words"
    if mean > (most := band["zh_sentence" if chinese else "sentence"]):
        yield Finding(message=f"its sentences have {mean:.0f} {unit} on average, at most {most} at {age}", field=field)
    if max(sizes) > (most := band["zh_longest" if chinese else "longest"]):
        yield Finding(message=f"has a sentence of {max(sizes)} {unit}, at most {most} at {age}", field=field)
    grade = 0.0 if chinese else (reading_grade(text) + automated_grade(text)) / 2
    if grade > band["grade"]:
        yield Finding(message=f"reads as grade {grade:.0f}, at most {band['grade']} at {age}", field=field)


def age_rating(age: int) -> str:
    """Return the rating of stories for an age, in years, as `{{ age | age_rating }}`."""
    return str(_band(age)["rating"])


def _band(age: int) -> Mapping[str, Any]:
    bands = story_list("ages")["bands"]
    found: Mapping[str, Any] = next((band for band in bands if age <= band["to"]), bands[-1])
    return found


def _whole(draft: Draft, field: str) -> str:
    return "\n".join(texts_in(draft.fields.get(field)))


@cache
def _ruled_out(kind: str, language: str) -> re.Pattern[str]:
    words = story_list("ratings")["kinds"][kind][language]
    if language == "zh":
        heads = (r"(?<![\u4e00-\u9fff])" if word[:1] == "^" else "" for word in words)  # ^妈的, but not 她妈妈的
        return re.compile("|".join(head + re.escape(word.lstrip("^")) for head, word in zip(heads, words, strict=True)))
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
