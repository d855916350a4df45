"""Relations that leave more than one answer: what a thing is used for, other things may be used for too.

The capital of a state is one; of what something does, or is used or known for, the next answer may be as true, and only
where no word is in both does a choice tell them apart. What somebody may know better is asked without a choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.rules.content_words import content

OPEN = re.compile(r"(?:used|found|eaten|grown|worn|spoken|kept|known|drawn|served|sold|played|needed)\b")
WEAK = re.compile(
    r"(?:made|[a-z]+ed)\b|(?:the )?(?:function|job|role|purpose|use|feature|task|work)s? of|"
    r".*(?:用途|作用|功能|特点|用处|原料)$"
)
CLASS = re.compile(r"(?:an? )?(?:[a-z]+ )?(?:source|example|kind|type|sort|form|part|member|species) of")
SOME = re.compile(r"\b(?:source|example|part|member)s? of$|(?:习俗|活动|食物|美食|吃法|做法|习惯|特产|症状|功效)$")
MAIN = re.compile(r"\bmain\b|主要")
GERUND = re.compile(r"[a-z]+ing\b")
# What two answers may both say and still be told apart by the rest: "measures time", "measures weight".
HAN = re.compile(r"[\u3400-\u9fff]")
KIN = 5  # letters
SHARED = frozenset(["measur", "mean", "protect", "call", "made"])


def of_left(relation: str) -> bool:
    """Tell whether a relation is what the left side is: milk is a "source of" calcium, a whale a "kind of" mammal."""
    return bool(CLASS.fullmatch(relation))


def looseness(relation: str, answer: str) -> dict[str, str]:
    """Return `alone` for an answer beside which others may be true, `loose` for one beside which those are that share
    a word with it; nothing where a relation has one answer."""
    if SOME.search(relation) or (OPEN.match(relation) and not GERUND.match(answer)):
        return {"alone": "1"}
    weak = (OPEN.match(relation) or WEAK.match(relation)) and not MAIN.search(relation)
    return {"loose": "1"} if weak else {}


def told_apart(answer: str, others: Sequence[str]) -> list[str]:
    """Return the answers that say nothing that this one says."""
    return [other for other in others if not _in_both(answer, other)]


def _in_both(one: str, other: str) -> frozenset[str]:
    """Return the words that two answers share, or the characters where they share two: 去除腥味, 去腥增香."""
    chars = frozenset(HAN.findall(one)) & frozenset(HAN.findall(other))
    return (content(one) & content(other)) - SHARED or (chars if len(chars) > 1 else frozenset())


def akin(one: str, other: str) -> bool:
    """Tell whether two things share the beginning of a word, "reflector" and "reflective vest", and may do the same."""
    begun = [{word[:KIN] for word in re.findall(rf"[a-z]{{{KIN},}}", text.casefold())} for text in (one, other)]
    return one != other and bool(begun[0] & begun[1])
