"""Short sentences of a text that go on in one: what is told of one thing twice, and what surely leans on the first.

The Nile is a river. The Nile flows into the sea.         The Nile is a river and flows into the sea.
The fire began in 1666. It lasted four days.              The fire began in 1666, and it lasted four days.
长江是中国最长的河流。长江流入东海。                          长江是中国最长的河流，流入东海。
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.lessons.sentence_ends import taken_apart

MOST_JOINED, MOST_HAN = 20, 40  # words, characters of two sentences that are made one
LEANS = re.compile(r"(?:It|They|Its|Their) [a-z]")
JOINED = re.compile(r"[,;:]| (?:and|but|or|because|so|when|while|if|that|which|who) ")
JOINED_ZH = re.compile(r"[，；：、“”《》]|因为|所以|如果")
GOES_ON = re.compile(r"是|有|在|会|能|吃|喝|住|生活|流|位于|属于|发源|主要|全长|由|被|不|可以|喜欢")
LEAST_SUBJECT, MOST_SUBJECT = 2, 6  # characters


def flowing(sentences: Sequence[str], language: str) -> list[str]:
    """Return the sentences of a text, where two short ones surely are one as one; never three."""
    found: list[str] = []
    free = True  # what stands last is one sentence
    for sentence in sentences:
        one = (_chinese if language == "zh" else _english)(found, sentence) if found and free else ""
        if one:
            found[-1] = one
        else:
            found.append(sentence)
        free = not one
    return found


def _english(found: Sequence[str], sentence: str) -> str:
    before = found[-1]
    if not before.endswith(".") or JOINED.search(before) or len(f"{before} {sentence}".split()) > MOST_JOINED:
        return ""
    first, then = taken_apart(before), taken_apart(sentence)
    if first and then and first.subject == then.subject:
        return f"{before[:-1]} and {then.end}."
    about = [*before.casefold().split()[:2], *found[0].casefold().split()[:2]]
    leads = len(found) == 1 or about[:2] == about[2:]  # what "it" is
    if leads and LEANS.match(sentence) and not JOINED.search(sentence):
        return f"{before[:-1]}, and {sentence[0].lower()}{sentence[1:]}"
    return ""


def _chinese(found: Sequence[str], sentence: str) -> str:
    before = found[-1]
    if not before.endswith("。") or JOINED_ZH.search(before) or len(before) + len(sentence) > MOST_HAN:
        return ""
    size = next((at for at, pair in enumerate(zip(before, sentence, strict=False)) if pair[0] != pair[1]), 0)
    for end in range(min(size, MOST_SUBJECT), LEAST_SUBJECT - 1, -1):
        rests = before[end:], sentence[end:]
        if all(GOES_ON.match(rest) for rest in rests) and not GOES_ON.match(before[end - 1]):
            return f"{before[:-1]}，{rests[1]}"
    return ""
