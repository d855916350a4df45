"""Of what a description speaks: the thing that its topic names, not a part of it; a price is the price of something.

Seen accepted: "A red light that shines for nine hours" of a head torch with red light, "修复一张35元的老照片" of a
repair that costs 35 yuan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check
from aigc.types import Field, Finding, texts_in
from aigc_plugins.rules.content_words import stem

BEHIND = re.compile(r"\s(?:with|without|for|in|on|of|from|at|by|near|that|which|and)\s", re.IGNORECASE)
SUBJECT = re.compile(
    r"(?:^|(?<=[.!?]\s))(?P<subject>(?:An?|The|This)\s(?:[\w'-]+\s){1,4}?)(?:that|which|with|is|are|has|holds?|weighs?)\s"
)
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
FOR_MANY = re.compile(rf"\bfor (?P<many>\d+|{'|'.join(NUMBERS)}) (?P<noun>[a-z]{{3,}})\b", re.IGNORECASE)
PRICED = re.compile(r"\d[\d.,]*\s?(?:元|块钱?|美元|欧元)的(?=[\u3400-\u9fff])")


@check
def keeps_its_subject(text: str, field: Field) -> Iterator[Finding]:
    """No sentence is about what the topic only has behind "with" or "for", and no thing goes by the price of another.

    Nothing is "for eight seats" where the brief has no eight seats. In "head torch with red light" the light may be
    named, but facts of the torch are not told of it. In Chinese a price before 的 must
    stand so in the brief.
    """
    values = field.draft.brief.values
    topic = str(values.get("topic") or "")
    head, *rest = BEHIND.split(f" {topic} ", maxsplit=1)
    named = _stems(head)
    behind = set() if head.rstrip().endswith("ing") else _stems(" ".join(rest)) - named  # a deed is told by its things
    for found in SUBJECT.finditer(text):
        noun = BEHIND.split(found["subject"], maxsplit=1)[0].split()[-1]
        if stem(noun.casefold()) in behind:
            yield Finding(
                message=f"speaks of {found['subject'].strip()!r} instead of {head.strip()!r}", span=found.span()
            )
    brief = " ".join(texts_in(values))
    for found in FOR_MANY.finditer(text):
        if not _counted(found["many"], found["noun"], brief):
            yield Finding(message=f"says {found.group()!r}, which the brief does not", span=found.span())
    for found in PRICED.finditer(text):
        if found.group() not in brief:
            yield Finding(message=f"makes {found.group()!r} a property of something", span=found.span())


def _counted(many: str, noun: str, brief: str) -> bool:
    """Tell whether a brief has so many of something, in figures or in words, with a word between or none."""
    digits = str(NUMBERS.index(many.casefold()) + 1) if many.casefold() in NUMBERS else many
    word = NUMBERS[int(digits) - 1] if 0 < int(digits) <= len(NUMBERS) else digits
    counted = re.finditer(rf"\b(?:{digits}|{word})[\s-]+(?:\w+[\s-]+)?(\w+)", brief, re.IGNORECASE)
    plain = re.finditer(rf"\b(?:{digits}|{word})[\s-]+(\w+)", brief, re.IGNORECASE)
    return any(stem(one[1].casefold()) == stem(noun.casefold()) for one in (*counted, *plain))


def _stems(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[a-z]+", text.casefold())}
