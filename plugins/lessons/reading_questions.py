"""Questions that a text answers, made of its sentences by what they surely bear: a Chinese number, a reason, a
statement that is true or false."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aigc_plugins.lessons.fact_kinds import LEANING, reasons
from aigc_plugins.lessons.false_statements import false_statements
from aigc_plugins.lessons.number_words import CLASSIFIERS, NOT_BEGUN
from aigc_plugins.lessons.taught_facts import TaughtFact
from aigc_plugins.lessons.told_rules import is_order

HAN = re.compile(r"[\u3400-\u9fff]")
NUMBER = re.compile(
    r"(?<![第每几\d一二两三四五六七八九十百千万亿.])(?P<number>\d+|[一二两三四五六七八九十百千万]+)"
    rf"(?P<unit>平方米|公里|千米|厘米|毫米|千克|公斤|毫升|小时|分钟|个月|点钟|[点度米吨克元斤升岁天年倍{CLASSIFIERS}]){NOT_BEGUN}(?![前后半月日多几])"
)
LARGE = re.compile(r"[百千万]|.[一二三四五六七八九十]|\d\d")  # is asked with 多少
MANY = re.compile(r"\d|[一二两三四五六七八九十几百千万]")
MOST = 2  # statements of a text that are false
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "finish": "Finish the sentence: {} …",
        "complete": "Complete the sentence: {}",
        "truth": "True or false? If it is false, correct it: {}",
        "true": "True.",
        "false": "False. {}",
    },
    "zh": {
        "why": "为什么{}？",
        "finish": "把句子写完整：{}……",
        "complete": "填空：{}",
        "truth": "判断对错，错的请改正：{}",
        "true": "对。",
        "false": "错。{}",
    },
}


def more_questions(taught: Sequence[TaughtFact], language: str) -> dict[str, str]:
    """Return questions on sentences of a text, each with its answer: one for a sentence at the most, in their order,
    and behind them some statements that are true or false."""
    return dict(questions_of(taught, language).values())


def questions_of(taught: Sequence[TaughtFact], language: str) -> dict[str, tuple[str, str]]:
    """Return the sentences on which something is asked, each with its question and the answer."""
    texts = WORDS.get(language, WORDS["en"])
    told = [one for one in taught if one.kind == "sentence"]
    asked: dict[str, tuple[str, str]] = {}
    for one in told:
        statement = one.material["statement"]
        if found := next(_asked(statement, texts), None):
            asked[statement] = found
    rest = [one for one in told if one.material["statement"] not in asked]
    false = {one.told: one.wrong for one in false_statements(rest) if not LEANING.match(one.told)}
    true = [text for one in rest if (text := one.material["statement"]) not in false and _judged(text)]
    few = list(false.items())[:MOST]
    judged = {told: (texts["truth"].format(wrong), texts["false"].format(told)) for told, wrong in few}
    if judged:
        judged |= {text: (texts["truth"].format(text), texts["true"]) for text in true[:1]}
    return asked | judged


def _judged(text: str) -> bool:
    return not LEANING.match(text) and not is_order(text)


def completed(gap: str, language: str) -> str:
    """Return a sentence with a gap as a task of its own, beside no list of words."""
    return WORDS.get(language, WORDS["en"])["complete"].format(gap)


def _asked(statement: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a sentence lets one ask, with the answer, the surest first."""
    if LEANING.match(statement):
        return
    for reason in reasons([statement]):
        why = texts.get("why") if reason.whole and "因为" in reason.lead and HAN.search(statement) else None
        if why and reason.lead.startswith(reason.whole):
            yield why.format(reason.whole), f"因为{reason.rest}"
        else:
            yield texts["finish"].format(reason.lead), reason.rest
    if HAN.search(statement) and len(MANY.findall(statement)) < len(statement):
        yield from _how_many(statement)


def _how_many(statement: str) -> Iterator[tuple[str, str]]:
    numbers = list(NUMBER.finditer(statement))
    if len(numbers) != 1 or numbers[0]["number"] == "一" or "，" in statement:
        return
    found, rest = numbers[0], NUMBER.sub("", statement)
    if MANY.search(rest.replace("一", "")) or "多" in rest:
        return
    many = "多少" if LARGE.search(found["number"]) and not found["unit"].startswith("点") else "几"
    asked = f"{statement[: found.start()]}{many}{found['unit']}{statement[found.end() :]}"
    yield asked.rstrip("。！") + "？", found["number"] + found["unit"]
