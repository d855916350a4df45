"""Where a sentence can have a gap that a pupil can guess and that one answer fits, though nobody starred a word.

    A spider has ____ legs.                     its one number, in digits or as a word, with its unit; its one date
    Water turning into vapour is called ____.   what something is called
    ____ discovered radium.                     who did it: a name of two words and more
    ____ is the largest planet.                 what "is the …"; others are big too, so that is not asked
    The plural of mouse is ____.                what "the … of …" is

In any other sentence another word may fit as well, "Ice is ____", and it has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc_plugins.lessons.chinese_stems import placed_answer
from aigc_plugins.lessons.number_words import CLASSIFIERS, ENGLISH, NOT_BEGUN
from aigc_plugins.lessons.quiz_material import GAP
from aigc_plugins.lessons.sentence_ends import is_note

HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[^\W\d_]{2,}")
_MONTHS = "January February March April May June July August September October November December"
MONTH = f"(?:{'|'.join(_MONTHS.split())})"
UNITS = (
    r"°\s?[CF]|[°%℃]|km/[hs]|m/s|km²|km|cm|mm|kg|mg|ml|[gml](?!\w)|千米|公里|厘米|毫米|千克|小时|分钟|"
    r"[米克吨年岁个次天秒条只颗座种倍]"
)
COUNTS = "|".join(ENGLISH[1:])
MANY = "|".join(one for one in ENGLISH[1:] if one != "two")  # "Two like poles …" tells no number
NUMERAL = "一二两三四五六七八九十百千万亿零"
ONE_NUMBER = re.compile(
    rf"\b\d{{1,2}} {MONTH} \d{{4}}\b|\b{MONTH} \d{{1,2}}, \d{{4}}\b|\d+年\d+月\d+日|"
    rf"(?<![A-Za-z\d./])\d(?:[\d,.]*\d)?(?:\s?(?:{UNITS}){NOT_BEGUN})?(?![A-Za-z\d/])|"
    rf"(?:^(?i:{MANY})|\b(?:{COUNTS}))\b|"
    rf"(?<![{NUMERAL}第])(?:[{NUMERAL}]{{2,}}|[二两三四五六七八九十])(?:个月(?!亮)|[{CLASSIFIERS}]{NOT_BEGUN})"
    r"(?![^《]*》)"
)
_DID = "wrote led won built made sang began met found fought taught drew flew broke chose gave took became wove"
_DID_NOT = "need feed seed weed speed bleed breed shed embed"
DID = rf"(?:{'|'.join(_DID.split())}|(?!(?:{'|'.join(_DID_NOT.split())})\b)[a-z]+ed)"
IS = r"(?:is|are|was|were)"
NAME = r"[A-Z][\w.'-]*(?: (?:de|la|van|von|of|the|[A-Z][\w.'-]*))* [A-Z][\w.'-]*"
SINGLED_OUT = r"[\w' -]*(?:\bof\b|est\b|\bmost\b|\bfirst\b|\blast\b)"
SHAPES = (  # each finds an answer in a sentence without its full stop
    re.compile(r".*\b(?:called|named|known as|stands for|means) (?P<answer>\S+(?: \S+){0,4})"),
    re.compile(rf"(?P<answer>{NAME}) {DID} \S.*"),
    re.compile(rf"(?P<answer>(?:(?:The|An?) )?[\w'-]+(?: [\w'-]+){{0,2}}) {IS} the .+"),
    re.compile(rf"The (?={SINGLED_OUT})[\w' -]+ {IS} (?P<answer>[\w'-]+(?: [\w'-]+){{0,2}})"),
    re.compile(rf"The [\w' -]+ {IS} (?P<answer>(?:the |[A-Z])[\w'-]+(?: [\w'-]+){{0,2}})"),
    re.compile(r".*(?:叫做|叫作|称为|被称作)(?P<answer>[^，。、]{1,10})"),
    re.compile(r"(?P<answer>[\u3400-\u9fff]{1,8}?)是[^，。]*(?:最|第)[^，。]*"),
    re.compile(r"[^，。]*(?:最|第)[^，。]*是(?P<answer>[^，。、的]{1,10})"),
    re.compile(r"[^，。、]+的[^，。、的]+是(?P<answer>[^，。、的]{1,10})"),
)
LEANS = re.compile(r"(?:It|This|That|They|These|Those|He|She|There|Here)|[它他她这那](?:们|个|里|些)?", re.IGNORECASE)
LOOSE = frozenset(
    "是的了在有和与及或也都就会能可被把让使给从到由用向沿对比为叫做不没很最更要这那它他她们第每约"
)  # stand alone
LEAST_AROUND = 2  # words that must stand around a gap for it to be guessed


def sure_gap(text: str) -> tuple[str, int] | None:
    """Return the answer to ask for in a sentence and where it starts; None where no gap is sure, or one is there."""
    if GAP in text or is_note(text):
        return None
    return next((found for found in _found(text) if _guessed(text, *found)), None)


def gives_away(rest: str, answer: str) -> bool:
    """Tell whether a sentence says its answer beside the gap as well."""
    bare = re.sub(r"^(?:the|an?)\s+", "", answer.casefold())
    around = rest.replace(GAP, " ").casefold()
    return bare in around if HAN.search(bare) else bool(re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", around))


def cuts_a_word(gap: str, answer: str, elsewhere: str) -> bool:
    """Tell whether a Chinese gap begins or ends within what another text has in one piece: ____气 of 二十四节气."""
    before, _, after = gap.partition(GAP)
    edges = ((before[-1:], answer[:1]), (answer[-1:], after[:1]))
    return any(
        HAN.match(one) and HAN.match(other) and not {one, other} & LOOSE and one + other in elsewhere
        for one, other in edges
    )


def _found(text: str) -> Iterator[tuple[str, int]]:
    numbers = list(ONE_NUMBER.finditer(text))
    if len(numbers) == 1 and not (numbers[0].group() == "1" and re.match(r" ?[a-z]{3,}", text[numbers[0].end() :])):
        yield numbers[0].group().rstrip(",."), numbers[0].start()
    bare = text.rstrip(".。!！ ")
    if not numbers and (placed := placed_answer(bare)):
        yield placed
    for shape in () if numbers else SHAPES:
        if found := shape.fullmatch(bare):
            yield found["answer"], found.start("answer")


def _guessed(text: str, answer: str, start: int) -> bool:
    rest = text[:start] + " " + text[start + len(answer) :]
    if LEANS.fullmatch(answer):
        return False
    around = len(HAN.findall(rest)) / 2 if HAN.search(rest) else len(WORD.findall(rest))
    return around >= LEAST_AROUND and not gives_away(rest, answer)
