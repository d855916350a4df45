"""Facts made false in one place, so that a class can find it: a number, a word by its opposite, a denial, a name of
another fact. What is not surely false then is left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from aigc_plugins.lessons.answer_slots import answer_slot
from aigc_plugins.lessons.fact_kinds import STEP
from aigc_plugins.lessons.number_words import near_counts
from aigc_plugins.lessons.quiz_material import GAP
from aigc_plugins.lessons.sure_gaps import ONE_NUMBER
from aigc_plugins.lessons.taught_facts import TaughtFact
from aigc_plugins.lessons.told_rules import is_order

HAN = re.compile(r"[\u3400-\u9fff]")
BOUND = re.compile(  # a number that others satisfy as well
    r"(?i)\b(?:more than|over|at least|at most|less than|fewer than|up to|under|between|from|about|around|"
    r"nearly|almost|every|each|per|once|one of|twice|to|or|can|may|could|some|no|minimum|maximum)\b|"
    r"超过|至少|最多|不到|以上|以下|大约|约|左右|多|几|每|到|可以|能|左右|第"
)
UNSURE = re.compile(
    r"(?i)\b(?:or|but|while|whereas|than|not|never|no|may|can|could|some|both|also|too|because|so|since|if|when)\b|因为|所以|因此|由于|如果|时，|后，|也|或|但|而|可能|有的|都"
)
DENIED = (
    re.compile(r"\b(?P<verb>is|are|was|were) not (?=\w)"),
    re.compile(r"\b(?P<verb>can)not (?=\w)"),
    re.compile(r"(?P<may>(?<![是能会要])不能)(?!不)"),
    re.compile(r"(?<![是能会要])不(?=(?:是|会|需要)(?!不))"),
    re.compile(r"(?<!有)没(?=有(?!没))"),
)
CODE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
NOUN = r"(?= (?!(?:ago|and|for|from|than|the|when|with|enough|time|into|after|before|between)\b)[a-z]{3,})"
MOST_LENGTH = 200
SMALL = 12  # up to which a number is changed by a few
YEARS = range(1000, 2100)


@dataclass(frozen=True, slots=True)
class FalseStatement:
    """This is a fact made false, and the fact as it is true."""

    wrong: str
    told: str


def false_statements(taught: Sequence[TaughtFact]) -> list[FalseStatement]:
    """Return for each sentence among facts that can surely be made false how it reads then."""
    found = []
    for one in taught:
        told = one.material["statement"]
        if one.kind == "sentence" and len(told) < MOST_LENGTH and not STEP.match(told):
            wrong = _other_name(one, taught) or _denied(told) or _opposite(told) or _other_number(told)
            if wrong and wrong != told:
                found.append(FalseStatement(wrong=wrong, told=told))
    return found


def _denied(told: str) -> str:
    for shape in DENIED:
        if len(shape.findall(told)) == 1 and not re.search(r",|，|\b(?:or|but|and)\b|但|而", told):
            return shape.sub(_affirmed, told)
    return ""


def _affirmed(found: re.Match[str]) -> str:
    named = found.groupdict()
    return f"{named['verb']} " if "verb" in named else "可以" if "may" in named else ""


def _opposite(told: str) -> str:
    """Return a fact with one word turned into its opposite, where only one word of it has one."""
    chinese = bool(HAN.search(told))
    if UNSURE.search(told) or (is_order(told) and not chinese):
        return ""  # "tie back short hair" is no falsehood
    places: dict[tuple[int, int], str] = {}
    known = _opposites()
    sure = [(*pair, "") for pair in known["zh" if chinese else "en"]]
    for left, right, behind in sure if chinese else [*sure, *((*pair, NOUN) for pair in known["before_noun"])]:
        for word, other in ((left, right), (right, left)):
            noun = "(?=的)" if word.startswith("最") else ""  # not in 最远到达
            pattern = re.escape(word) + noun if chinese else rf"(?<![\w-]){word}(?![\w-]){behind}"
            for one in re.finditer(pattern, told):
                if re.search(r"\b(?:an?|the)(?: \w+)? $", told[: one.start()]) and re.match(
                    r" (?:in|of)\b", told[one.end() :]
                ):
                    continue  # a rise in prices, which is no verb
                places.setdefault(one.span(), other)
    if len(places) != 1:
        return ""
    ((start, end), other), *_ = places.items()
    joined = re.search(r"\b(?:and|than) $", told[:start]) or re.match(r" and\b", told[end:])
    if other.casefold() in told.casefold() or joined:
        return ""  # "short and short signals"
    article = re.search(r"\b([Aa])n? $", told[:start])
    before = told[:start]
    if article:
        before = f"{before[: article.start()]}{article[1]}{'n' if other[0] in 'aeiou' else ''} "
    return before + other + told[end:]


def _other_number(told: str) -> str:
    numbers = list(ONE_NUMBER.finditer(told))
    if len(numbers) != 1 or BOUND.search(told.replace(numbers[0].group(), " ")) or UNSURE.search(told):
        return ""
    if re.search(r"(?i)\bphone|\bdial|电话|号码|拨打", told):
        return ""  # nobody is to learn a wrong one
    start, number = numbers[0].start(), numbers[0].group()
    figures = CODE.match(number)
    if figures is None:
        other = next((near for near in near_counts(number) if near not in ("one", "一")), "")
        return f"{told[:start]}{other}{told[start + len(number) :]}" if other else ""
    figure = figures.group()
    if "." in figure or int(figure.replace(",", "")) in YEARS or int(figure.replace(",", "")) < 2:
        return ""
    value = int(figure.replace(",", ""))
    if re.match("年", told[start + len(figure) :]) and value >= YEARS.start // 10:
        return ""
    other_value = (
        value + 2 if value <= SMALL else value // 2 if "%" in told[start : start + len(number) + 2] else value * 2
    )
    shown = f"{other_value:,}" if "," in figure else str(other_value)
    return told[:start] + shown + told[start + len(figure) :]


def _other_name(one: TaughtFact, taught: Sequence[TaughtFact]) -> str:
    """Return a fact with the name of another one of its kind: what two things are called, turned round."""
    if not one.gap or one.material["rest"].count(GAP) != 1:
        return ""
    slot = answer_slot(one.material)
    if slot not in ("term", "agent"):
        return ""
    for other in taught:
        same = other is not one and other.gap and answer_slot(other.material) == slot and other.kind == "sentence"
        same = same and other.answer.casefold() != one.answer.casefold()
        if same and other.answer.casefold() not in one.material["statement"].casefold():
            article = "an" if other.answer[0] in "aeiou" else "a"
            rest = re.sub(rf"\ban? (?={GAP})", f"{article} ", one.material["rest"])
            return rest.replace(GAP, other.answer)
    return ""


@cache
def _opposites() -> Mapping[str, Sequence[Sequence[str]]]:
    text = files("aigc_plugins.lessons").joinpath("opposites.yaml").read_text(encoding="utf-8")
    known: Mapping[str, Sequence[Sequence[str]]] = yaml.safe_load(text)
    return known
