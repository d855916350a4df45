"""Wrong answers that may be right after all: other answers that fit the question as well as its own.

Nobody here knows what is true. A relation with one answer, the capital of a state, has no other; what a thing is used
for, or what it does, others may do too: where two answers say the same word, "cuts wood" and "cuts joints", or nothing
tells them apart, none is chosen from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.lessons.chinese_stems import ASKING, FUNCTION
from aigc_plugins.lessons.loose_relations import told_apart
from aigc_plugins.lessons.quiz_material import GAP, QuizFact
from aigc_plugins.rules.content_words import content

ROUGHLY = re.compile(
    rf"(?i)(?:\b(?:about|around|roughly|nearly|almost|some|approximately)|大?约|将近|差不多)[\u3400-\u9fff]{{0,2}}\s*{GAP}|"
    rf"{GAP}\S{{0,3}}左右|"
    rf"\b(?:takes?|needs?|lasts?|bakes?|cooks?|boils?|rests?|rises?) (?:for )?{GAP} (?:minutes|hours|weeks)|"
    rf"[煮蒸烤炒焖炖醒泡腌]{GAP}(?:分钟|小时|天)|需要?{GAP}分钟"
)

_WANTED = "(?:要|需要?|有|为)?"
LEAST = re.compile(
    rf"(?i)(?:\b(?:at least|more than|over|above|a minimum of)|至少|超过|不少于|高于){_WANTED}\s*{GAP}|"
    rf"{GAP}\S{{0,3}}以上|{GAP}(?: [a-z]+)? or (?:more|above|over|higher|longer)\b"
)
NOT_OVER = r"(?:not|never|n't|cannot)(?: \w+){0,2} (?:over|above|more than|longer than|exceed|beyond)"
MOST = re.compile(
    rf"(?i)(?:\b(?:at most|{NOT_OVER}|less than|under|below|up to|a maximum of)|不超过|最多|低于|少于)"
    rf"{_WANTED}\s*{GAP}|"
    rf"{GAP}\S{{0,3}}以下|{GAP}(?: [a-z]+)? or (?:less|below|under|fewer|lower)\b"
)
SHARE = re.compile(rf"{GAP} ?(?:%|per ?cent)|%$")
WHOLE = 100  # per cent
FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
LEAST_SAID = 2  # words by which two sentences are known to ask for the same
HAN = re.compile(r"[\u3400-\u9fff]")
WHERE = re.compile(r"(?i)^where\b|哪里|哪儿|什么地方")
NEAR = re.compile(
    r"(?:in|on|at|near|under|behind|between|beside|inside|outside|above|below|along|around|by|among|over|from|"
    r"next to|to)\b"
)
WITHIN = re.compile(r"[里上中下内外旁]$")


def fits_as_well(other: QuizFact, fact: QuizFact) -> bool:
    """Tell whether another fact's answer may be right as well where a fact is asked."""
    if other["statement"] == fact["statement"]:
        return False
    if other["rest"] == fact["rest"]:
        return True
    if fact.get("loose"):
        return not told_apart(fact["answer"], [other["answer"]])
    if any(one["question"] and not one.get("placed") for one in (other, fact)):
        return False
    theirs, mine = _asked_about(other), _asked_about(fact)
    return min(len(theirs), len(mine)) >= LEAST_SAID and (theirs <= mine or mine <= theirs)


def follows(fact: QuizFact, other: str) -> bool:
    """Tell whether another number is true because the right one is, as what takes at least 3 months takes at least 2,
    or is no share of a whole."""
    mine, theirs = (FIGURE.match(text) for text in (fact["answer"], other))
    if not mine or not theirs:
        return False
    right, near = (float(found.group().replace(",", "")) for found in (mine, theirs))
    if SHARE.search(f"{fact['rest']} {fact['answer']}") and right <= WHOLE < near:
        return True
    most = MOST.search(fact["rest"])  # "not over" has an "over" too
    return bool(near > right if most else LEAST.search(fact["rest"]) and near < right)


def _asked_about(fact: QuizFact) -> frozenset[str]:
    rest = fact["rest"].replace(GAP, "")
    return content(rest) | frozenset(re.findall(r"\w*\d\w*", rest))


def is_rough(fact: QuizFact) -> bool:
    """Tell whether a number is only roughly told, so that one beside it is as right: "about 10 minutes"."""
    return bool(ROUGHLY.search(fact["rest"]))


def tells_itself(stem: str, options: Sequence[str]) -> bool:
    """Tell whether the first option, the right one, says a word of its question that no other says: 锯子, 锯断木料."""
    answer, *others = options
    if re.match(r"[\d一二两三四五六七八九十百千]", answer):
        return False
    both = {word for word in content(stem) & content(answer) if not word.isdecimal()}
    if HAN.search(answer):
        both |= (set(HAN.findall(stem)) & set(HAN.findall(answer))) - FUNCTION - ASKING
    return any(not any(word in content(other) or word in other for other in others) for word in both)


def of_one_place(stem: str, options: Sequence[str]) -> list[str]:
    """Return the first of some options, which is right, and those that name a place as it does, where that is asked: a
    bone is none beside "in the ear"."""
    if not WHERE.search(stem):
        return list(options)
    return [option for option in options if _place(option) == _place(options[0])]


def pools_fit(stem: str, facts: Sequence[QuizFact]) -> bool:
    """Tell whether a brief's wrong answers may stand at a question: where one asks for a place, and others do not,
    nobody knows which of them are places."""
    return not WHERE.search(stem) or all(WHERE.search(fact["question"]) for fact in facts)


def _place(option: str) -> tuple[bool, bool, bool]:
    """Return how an option names a place: with "in" or 里, or as a name."""
    within = NEAR.match(option) or WITHIN.search(option)
    return bool(within), option[:1].isupper(), bool(HAN.search(option))
