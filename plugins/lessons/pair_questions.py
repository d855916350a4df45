"""How a pair asks that brings no question: "saw = cuts wood" is "What does a saw do?", 苹果 = apple 用英语怎么说.

What a pair says is read from both its sides and from the topic; where nothing tells, both sides are only said to go
together, which is no question for a class.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aigc_plugins.lessons.asked_things import (
    ARTICLE,
    JOINING,
    is_several,
    pair_kinds,
    thing_of,
    with_article,
)
from aigc_plugins.lessons.sentence_ends import SentenceEnd, as_deed, taken_apart

HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ' -]+")
TONED = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
YEAR = re.compile(r"(?:1\d\d\d|20\d\d|\d{1,4} (?:BC|AD|BCE|CE))")
YEAR_ZH = re.compile(r"(?:公元前?)?\d{1,4}年")
AMOUNT = re.compile(r"\d[\d,. ]*(\s?[A-Za-z]+[²³]?|[\u3400-\u9fff]{1,4})")
DOES = re.compile(r"[a-z]+[^s\W]s (?!(?:of|in|on|and|for|from|at|with|or|to|that|who|which)\b)")
RECKONED = re.compile(r"(?:\d|half|double|twice|a quarter|three quarters)\b.* (?:of )?\d.*|\d+ ?% of .+|double \d+")
OCCASION = re.compile(
    r"(?i)\b(?:battle|war|treaty|fall|fire|revolution|invention|discovery|exhibition|expedition|conquest|attack|siege|massacre|d-day|death|birth|opening|end|start)\b"
)
HAPPENS = re.compile(
    r"(?:爆发|签订|成立|灭亡|建立|开始|结束|召开|颁布|发表|统一|出生|逝世|开通|通车|开放|发明|发现|[了年])$"
)
EXPLAINS = re.compile(r"(?:过程|现象|动物|植物|方法|图形|仪器|工具|物质|部分|文字|组织|制度|的[\u3400-\u9fff]{1,4})$")
_TONGUES = "French German Spanish Italian Latin Portuguese Dutch Polish Turkish Swedish Danish Russian Greek"
TONGUES = tuple(_TONGUES.split())
WORDS = re.compile(rf"(?i)\b(?:vocabulary|words|phrases|{'|'.join(TONGUES)})\b")
TONGUE_ZH = re.compile(r"(法|德|日|西班牙|俄|意大利|葡萄牙|韩)语")
UNSAID = ('What goes with "', "下列哪一项与“")
ARTICLED = ("bus", "virus", "cactus", "drum", "stadium", "museum", "album", "chorus", "circus", "focus")
LEAST_TOLD = 3  # pairs from which a topic's relation is read
SYMBOL = 2  # letters, at the most


class PairQuestion(NamedTuple):
    """This is how a pair is asked, and told; `end` where it says what its left side does."""

    question: str
    statement: str
    end: SentenceEnd | None = None


def told_relation(pairs: Sequence[tuple[str, str]], topic: str, language: str) -> str | None:
    """Return what the right sides are to the left ones where the topic says so, and their direction is sure."""
    tongue = "zh" if language == "zh" else "en"
    if len(pairs) < LEAST_TOLD or any(left.endswith(("?", "？")) for left, _ in pairs):
        return None
    for kind in pair_kinds()["topics"][tongue]:
        pattern = kind["topic"] if tongue == "zh" else rf"\b{kind['topic']}\b"
        if kind.get("right") != "classes" and any("的" in left for left, _ in pairs):
            continue
        if re.search(pattern, topic, re.IGNORECASE) and _directed(kind, pairs, tongue):
            return str(kind["relation"])
    return None


def english_question(left: str, answer: str, topic: str = "") -> PairQuestion | None:
    """Return how an English pair without a relation is asked; None where its left side describes the right one."""
    if left.isdecimal() and YEAR.fullmatch(left):
        return PairQuestion(f"What happened in {left}?", f"{left}: {answer}.")
    if RECKONED.fullmatch(left) and answer[:1].isdigit():
        return PairQuestion(f"What is {left}?", f"{_capital(left)} = {answer}")
    if YEAR.fullmatch(answer) and (len(left.split()) > 1 or OCCASION.search(left)):
        return _dated(left, answer)
    if (one := AMOUNT.fullmatch(left)) and (other := AMOUNT.fullmatch(answer)) and one[1] != other[1]:
        return PairQuestion(f"What is {left} in {other[1].strip()}?", f"{left} = {answer}")
    if words_of := _vocabulary_question(left, answer, topic):
        return words_of
    thing = with_article(left)
    if end := _deed(thing, answer):
        asks = f"What {'do' if is_several(left) else 'does'} {thing} do?"
        return PairQuestion(asks, f"{_capital(thing)} {answer}.", end)
    words, is_it = answer.split(), "are" if is_several(left) else "is"
    learned = (
        re.search(r"(?:ia|is|us|um|ae)$", left) and left not in ARTICLED
    )  # "a loss of appetite" is no "an anorexia"
    if len(words) > 2 and not learned and re.match(r"an?\s", answer) and (left.islower() or len(left.split()) == 1):
        return PairQuestion(f"What {is_it} {thing}?", f"{_capital(thing)} {is_it} {answer}.")
    if len(words) > 2 and (taken_apart(_capital(answer)) or learned or _named_thing(left, answer)):
        return PairQuestion(f"Which description fits “{left}”?", f"{_capital(left)}: {answer}.")
    return None


def chinese_question(left: str, answer: str, topic: str = "") -> PairQuestion | None:
    """Return how a Chinese pair without a relation is asked; None where nothing tells."""
    if YEAR_ZH.fullmatch(left):
        return PairQuestion(f"{left}发生了什么事？", f"{left}：{answer}。")
    if YEAR_ZH.fullmatch(answer):
        when = "是在" if HAPPENS.search(left) else "发生在"
        return PairQuestion(f"{left}{when}哪一年？", f"{left}{when}{answer}。")
    if re.match(r"\d", answer) and left.endswith(tuple(pair_kinds()["measured"])):
        return PairQuestion(f"{left}是多少？", f"{left}是{answer}。")
    if LATIN.fullmatch(left) and HAN.search(answer):
        if len(left) <= SYMBOL and "元素" in topic:
            return PairQuestion(f"“{left}”是哪种元素的符号？", f"“{left}”是{answer}的元素符号。")
        return PairQuestion(f"“{left}”是什么意思？", f"“{left}”的意思是“{answer}”。")
    if (one := AMOUNT.fullmatch(left)) and (other := AMOUNT.fullmatch(answer)) and one[1] != other[1]:
        return PairQuestion(f"{left}等于多少{other[1].strip()}？", f"{left} = {answer}")
    if HAN.search(left) and LATIN.fullmatch(answer) and len(answer) > SYMBOL:
        if TONED.search(answer):
            return PairQuestion(f"“{left}”的拼音是什么？", f"“{left}”的拼音是 {answer}。")
        tongue = f"{found[1]}语" if (found := TONGUE_ZH.search(topic)) else "英语"
        return PairQuestion(f"“{left}”用{tongue}怎么说？", f"“{left}”用{tongue}说是 {answer}。")
    if len(left) == len(answer) and len(left) in (5, 7) and re.search("[诗词句联]", topic):
        return PairQuestion(f"“{left}”的下一句是什么？", f"“{left}”的下一句是“{answer}”。")
    if len(answer) > len(left) and re.search("成语|词语|俗语|谚语|歇后语", topic):
        return PairQuestion(f"“{left}”是什么意思？", f"“{left}”的意思是：{answer}。")
    if EXPLAINS.search(answer) and len(answer) > len(left) + 2:
        return PairQuestion(f"什么是{left}？", f"{left}是{answer}。")
    return None


def related_question(left: str, answer: str, relation: str) -> PairQuestion:
    """Return how a relation asks that is no noun: "What is a window made of?"."""
    long = len(left.split()) > 5 or not re.match(r"\w", left)
    thing, is_it = f"“{left}”" if long else with_article(left), "are" if is_several(left) else "is"
    return PairQuestion(f"What {is_it} {thing} {relation}?", f"{_capital(thing)} {is_it} {relation} {answer}.")


def classed_question(left: str, answer: str, relation: str) -> PairQuestion:
    """Return how a relation asks that its left side has: milk is "a good source of" calcium."""
    named = relation if ARTICLE.match(relation) or relation.startswith("part") else with_article(relation)
    thing, is_it = with_article(left), "are" if is_several(left) else "is"
    return PairQuestion(f"What {is_it} {thing} {named}?", f"{_capital(thing)} {is_it} {named} {answer}.")


def describing(left: str, relation: str) -> str:
    """Return what an English relation makes of a pair's left side: "function of the heart"."""
    return f"{relation} {thing_of(relation, left)}"


def is_unsaid(question: str) -> bool:
    """Tell whether a question only says that two things go together."""
    return question.startswith(UNSAID)


def _vocabulary_question(left: str, answer: str, topic: str) -> PairQuestion | None:
    """Return how a word of a vocabulary is asked for what it means; None where the topic names no words."""
    if not WORDS.search(topic) or not LATIN.fullmatch(left):
        return None
    tongue = next((one for one in TONGUES if re.search(rf"(?i)\b{one}\b", topic)), "")
    ours = re.match(r"(?:the|an?|to|I|my)\s", left)
    if ours and tongue:
        return PairQuestion(f"What is “{left}” in {tongue}?", f"“{left}” is “{answer}” in {tongue}.")
    return PairQuestion(f"Which word or phrase means “{left}”?", f"“{left}” means “{answer}”.")


def _dated(left: str, answer: str) -> PairQuestion:
    """Return how the year of an event is asked: of "storming of the Bastille", of "Napoleon becomes emperor"."""
    event = left if ARTICLE.match(left) or left[:1].isdigit() or len(left.split()) == 1 else f"the {left}"
    if (" of " in left or OCCASION.search(left)) and not taken_apart(left):
        return PairQuestion(f"In which year was {event}?", f"{_capital(event)}: {answer}.")
    if not taken_apart(left):
        return PairQuestion(f"Which year belongs to “{left}”?", f"{_capital(left)}: {answer}.")
    return PairQuestion(f"In which year did this happen: {left}?", f"{_capital(left)}: {answer}.")


def _directed(kind: Mapping[str, str], pairs: Sequence[tuple[str, str]], tongue: str) -> bool:
    """Tell whether the right sides are what a topic names, and not the left ones."""
    left, right = ([side[at].strip() for side in pairs] for at in (0, 1))
    if kind.get("left") == "titles":
        return all(re.fullmatch("《.+》", one) for one in left)
    if kind["right"] == "classes":
        last = Counter(other[-1:] for other in right)
        return len(set(right)) < len(right) or 2 * max(last.values()) >= len(right)
    if kind["right"] == "longer":
        return all(len(other) > len(one) and HAN.search(other) for one, other in pairs)
    if kind["right"] == "symbols":
        named = tongue == "zh" or all(len(one) > SYMBOL for one in left)
        return named and all(re.fullmatch(r"[A-Z][a-z]?", other) for other in right)
    if kind["right"] in ("words", "verbs"):
        return all(len(one.split()) == 1 and not re.search(r"\d", one) for one in (*left, *right)) and (
            kind["right"] == "words" or not any(one.endswith("ed") for one in left)
        )
    known = pair_kinds()[kind["right"]][tongue]
    if kind["right"] == "currencies":
        return all(other.casefold().endswith(tuple(known)) for other in right)
    return any(other in known for other in right) and not any(one in known for one in left)


def describes(left: str) -> bool:
    """Tell whether a left side describes the right one: "largest planet", "author of Emma"."""
    return bool(
        ARTICLE.match(left) or re.search(r"\b(?:of|for|in|on|with|at|\w+est|most|least|first|last|only)\b", left)
    )


def _named_thing(left: str, answer: str) -> bool:
    """Tell whether a left side is the name of what the right one describes, "flat white", whose article nobody says."""
    if len(left.split()) == 1:
        return answer.startswith("the ")
    told = JOINING.search(answer) or ARTICLE.match(answer)
    return bool(told) and left.islower() and answer[:1].islower() and not describes(left)


def _deed(thing: str, answer: str) -> SentenceEnd | None:
    """Return a pair as a sentence whose end is what the left side does; None where the answer is no deed."""
    if len(answer.split()) < 2 or ARTICLE.match(answer):
        return None
    several, subject = is_several(thing), _capital(thing)
    end = as_deed(subject, answer, several=several)
    if not end and not several and DOES.match(answer):
        end = SentenceEnd(subject, answer, "one")  # "smooths a surface", with a verb that no list has
    helping = re.match(r"(?:is|are|was|were|has|have|had|can|cannot|may|must)\b", answer)
    return None if helping else end


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
