"""Facts and question stems → multiple-choice items: wrong answers, their order, and where the right one stands.

Everything is drawn from a hash of the item's own words, so the same brief gives the same quiz.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from aigc_plugins.lessons.answer_shapes import pool_for
from aigc_plugins.lessons.answer_slots import answer_slot, coded
from aigc_plugins.lessons.asked_things import lacks_article
from aigc_plugins.lessons.closed_sets import others_of_set
from aigc_plugins.lessons.doubtful_options import fits_as_well, follows, is_rough, of_one_place, pools_fit, tells_itself
from aigc_plugins.lessons.number_words import CLASSIFIERS, near_counts, of_like_count
from aigc_plugins.lessons.option_lengths import many_like, of_fair_lengths
from aigc_plugins.lessons.quiz_material import GAP, QuizFact, quiz_stem, said_of
from aigc_plugins.lessons.worked_sums import near_amounts, near_results, steps_of

OPTIONS = 4
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
YEAR = re.compile(r"1[0-9]\d\d|20\d\d")
CENTURY = re.compile(rf"{GAP}(?:th)? century")
THIS_CENTURY = 21
HAN = re.compile(r"[\u3400-\u9fff]")
CLASSIFIED = re.compile(rf"(?<!第){GAP}[{CLASSIFIERS}]")
DATED = re.compile(rf"\b(?:in|since|until) (?:the year )?{GAP}(?:\.| AD| BC)")
FINE = 10  # from which a number with a tenth has others of its tenth beside it: 38.5, 39.5
BOILING = 100  # °C: below it a number has none beside it that is above
FEW_WORDS = 3  # up to which answers of the same words in another order are one
FAR = 2  # times: a number that is so far from the right one is no choice
ROUND = (1000, 500, 100, 50, 10, 5, 2)  # a number that one of these divides has neighbours that it divides too


def quiz_items(
    facts: Sequence[QuizFact],
    stems: Sequence[str],
    wrong: Sequence[str] = (),
    pool: Sequence[str] | None = None,
    language: str = "en",
) -> list[dict[str, object]]:
    """Return the items `{stem, options, answer, feedback}`, four different options with the answer among them.

    `stems` belong to the facts that bring no question, in order. Wrong answers come from the other facts, the brief's
    `pool`, other numbers near a number, and `wrong`: lines of a model, `answer: wrong; wrong; wrong`. A fact without
    enough of its kind is left to `short_questions`. Neither where the right answer stands nor its length tells.
    """
    ready = [
        (fact, stem, _as_begun(options, stem))
        for fact, stem, options in _offered(facts, stems, wrong, pool, language)
        if len(options) >= OPTIONS
    ]
    places = key_places([fact["statement"] for fact, _, _ in ready])
    bare = any(lacks_article(fact["answer"]) for fact, _, _ in ready)
    fair = of_fair_lengths([options for _, _, options in ready], OPTIONS)
    return [
        {
            "stem": stem,
            "options": _arranged(options, place, fact["statement"]),
            "answer": options[0],
            "feedback": _feedback(fact, language, bare=bare),
        }
        for (fact, stem, _), options, place in zip(ready, fair, places, strict=True)
    ]


def short_questions(
    facts: Sequence[QuizFact],
    stems: Sequence[str],
    wrong: Sequence[str] = (),
    pool: Sequence[str] | None = None,
    language: str = "en",
) -> list[dict[str, str]]:
    """Return `{stem, answer, statement}` for each fact that `quiz_items` leaves out: one that has too few wrong answers
    of its kind is asked without any, since others would tell which is right."""
    offered = _offered(facts, stems, wrong, pool, language)
    return [
        {"stem": stem, "answer": fact["answer"], "statement": said_of(fact)}
        for fact, stem, options in offered
        if len(options) < OPTIONS
    ]


def _offered(
    facts: Sequence[QuizFact],
    stems: Sequence[str],
    wrong: Sequence[str],
    pool: Sequence[str] | None,
    language: str,
) -> Iterator[tuple[QuizFact, str, list[str]]]:
    """Yield each fact with its question, and its answer among what may be chosen; alone where that is too little."""
    asked = [fact for fact in facts if not fact["question"]]
    written = list(stems) if len(stems) == len(asked) else [quiz_stem(fact, language) for fact in asked]
    waiting = iter(written)
    for fact in facts:
        stem = fact["question"] or next(waiting)
        fitting = pool_for(fact, facts, pool) if pools_fit(stem, facts) else ()
        options = _different(fact["answer"], distractors(fact, facts, fitting))
        if _lacks(fact, options):
            options = _different(fact["answer"], [*_model_answers(fact, wrong), *options[1:]])
        begun = fact["rest"].startswith(GAP)  # with a capital, which may be no name's
        small = [options[0][:1].lower() + options[0][1:], *options[1:]] if begun else options
        like = max(many_like(options), many_like(small)) >= OPTIONS - 1
        options = of_one_place(stem, options)
        enough = len(options) >= OPTIONS and ("others" in fact or like)
        yield fact, stem, options if enough and not tells_itself(stem, options) else options[:1]


def _feedback(fact: QuizFact, language: str, *, bare: bool) -> str:
    """Return what is said after an answer: the fact, and of a sum how it is worked out; `bare` in words that every
    answer of the quiz fits."""
    statement = said_of(fact)
    if fact["question"] and statement.startswith(fact["question"]):  # which would only say the question once more
        is_it = "Answer:" if bare else "The answer is"
        return f"正确答案：{fact['answer']}。" if language == "zh" else f"{is_it} {fact['answer']}."
    steps = steps_of(statement, language)
    return f"{statement.rstrip('.。')}{'。' if language == 'zh' else '. '}{steps}" if steps else statement


def lacking_answers(facts: Sequence[QuizFact], pool: Sequence[str] | None = None) -> list[QuizFact]:
    """Return the facts for which `distractors` finds fewer than three wrong answers, or beside a name fewer than three
    names, so that a model is asked."""
    options = {
        fact["statement"]: _different(fact["answer"], distractors(fact, facts, pool_for(fact, facts, pool)))
        for fact in facts
    }
    return [fact for fact in facts if not fact.get("alone") and _lacks(fact, options[fact["statement"]])]


def distractors(fact: QuizFact, facts: Sequence[QuizFact], pool: Sequence[str] | None = None) -> list[str]:
    """Return wrong answers of the right one's kind: the pool's, the other facts', and for a number others near it."""
    answer = fact["answer"]
    if "others" in fact:
        ends = fact["others"].splitlines()
        _draw(fact["statement"]).shuffle(ends)
        return sorted(ends, key=lambda end: abs(len(end) - len(answer)) > len(answer))
    right = {_plain(other["answer"]) for other in facts if fits_as_well(other, fact)}
    if row := others_of_set(answer, fact["rest"]):
        its_set = [other for other in row if _plain(other) not in right][: 2 * OPTIONS]
        _draw(fact["statement"]).shuffle(its_set)
        return its_set
    kind = _kind(answer, fact)
    told = [] if fact.get("alone") else [other for other in facts if not fits_as_well(other, fact)]
    others = [*(_kinds(pool or (), fact)), *((other["answer"], _kind(other["answer"], other)) for other in told)]
    others = [(other, its) for other, its in others if _plain(other) not in right]
    same_kind = [other for other, its in others if its == kind]
    same_kind = [other for other in same_kind if _of_like_size(other, answer) and _of_like_script(other, answer)]
    if kind[1] == "description" and (named := re.search("“(.+)”", fact["question"])):  # it would say itself
        same_kind = [other for other in same_kind if named[1].casefold() not in other.casefold()]
    if kind[1] == "description" and not any(
        other != answer and _article(other) == _article(answer) for other in same_kind
    ):
        return []  # the right one alone would begin as it does
    _draw(fact["statement"]).shuffle(same_kind)
    same_kind.sort(key=lambda other: (_named(other) != _named(answer), _article(other) != _article(answer)))
    if kind[0] == "code":
        return same_kind
    counted = bool(
        re.search(rf"{GAP} ?(?:°|[a-z]{{1,3}}\b|[^\W\d_]*s\b|[多余]|[\u3400-\u9fff]?[米克吨升℃人])", fact["rest"])
    )
    century = CENTURY.search(fact["rest"]) and answer.isdecimal()
    near = (
        _near_centuries(int(answer))
        if century
        else _near_numbers(
            answer,
            rough=is_rough(fact),
            counted=counted,
            dated=bool(DATED.search(fact["rest"])),
            warm="温" in fact["rest"],
        )
    )
    if NUMBER.match(answer) and len(_different(answer, same_kind)) >= OPTIONS:
        return [other for other in same_kind if not follows(fact, other)]
    beside = [*map(str, near_results(fact["statement"])), *near_amounts(fact["statement"])]
    if len(beside) >= OPTIONS - 1:
        return beside
    found = [*beside, *of_like_count(answer, same_kind), *near, *near_counts(answer)]
    counting = HAN.match(answer) and CLASSIFIED.search(fact["rest"])  # 两次, not 二次
    found = ["两" if counting and other == "二" else other for other in found]
    return [other for other in found if not follows(fact, other)]


def key_places(statements: Sequence[str]) -> list[int]:
    """Return where the right answer stands in each item: every place equally often, in no order one could guess."""
    places = [at % OPTIONS for at in range(len(statements))]
    _draw("\n".join(statements)).shuffle(places)
    return places


def _arranged(options: Sequence[str], place: int, statement: str) -> list[str]:
    answer, *others = options
    _draw("options " + statement).shuffle(others)
    return [*others[:place], answer, *others[place:]]


def _lacks(fact: QuizFact, options: Sequence[str]) -> bool:
    """Tell whether three that look like the right one are not among the options; ends of sentences all do."""
    return len(options) < OPTIONS or ("others" not in fact and many_like(options) < OPTIONS - 1)


def _different(answer: str, others: Sequence[str]) -> list[str]:
    """Return the answer and the others that nobody could take for it or for one another."""
    options = [answer]
    for other in others:
        if not any(_same(other, option) for option in options):
            options.append(other)
    return options


def _kind(answer: str, fact: QuizFact) -> tuple[str, str]:
    """Return what must be alike for an option to be believable: a number counts the same thing, in the same unit, and
    the end of a sentence goes with other ends only."""
    if "others" in fact:
        return "end", ""
    if NUMBER.match(answer) and coded(fact):
        return "code", ""
    if NUMBER.match(answer):
        unit = NUMBER.sub("", answer, count=1).strip()
        after = re.search(rf"{GAP}\s+([^\W\d]+)", fact["rest"]) if not unit else None
        return "number", unit or (after[1] if after else "year" if YEAR.fullmatch(answer) else "")
    return "text", answer_slot(fact)


def _of_like_script(other: str, answer: str) -> bool:
    """Tell whether two answers are both numbers, or neither is."""
    return bool(re.match(r"\d", other)) == bool(re.match(r"\d", answer))


def _kinds(pool: Sequence[str], fact: QuizFact) -> list[tuple[str, tuple[str, str]]]:
    """Return the answers that a brief gives to choose from, each with its kind as an answer of the fact."""
    return [(answer, _kind(answer, fact)) for answer in pool]


def _as_begun(options: Sequence[str], stem: str) -> list[str]:
    """Return options with a capital each where they begin a sentence, which else only the right one would have."""
    if not re.search(rf": {GAP}", stem):
        return list(options)
    return [option[:1].upper() + option[1:] for option in options]


def _article(answer: str) -> bool:
    return bool(re.match(r"(?:an?|the)\s", answer, re.IGNORECASE))


def _named(answer: str) -> bool:
    return bool(re.match(r"(?:the |an? )?[A-Z]", answer))


def _of_like_size(other: str, answer: str) -> bool:
    """Tell whether a number is within ten times another one; whatever else stands beside whatever else."""
    found = [NUMBER.match(text) for text in (other, answer)]
    one, two = (Decimal(number.group().replace(",", "")) if number else Decimal(0) for number in found)
    return not (one and two) or max(one, two) <= FAR * min(one, two)


def _near_centuries(number: int) -> Iterator[str]:
    """Yield other centuries that are written with the same ending."""
    for step in (-1, 1, -2, 2, -3, 3):
        if 4 <= number + step <= THIS_CENTURY - 1:
            yield str(number + step)


def _near_numbers(
    answer: str, *, rough: bool = False, counted: bool = False, dated: bool = False, warm: bool = False
) -> Iterator[str]:
    found = NUMBER.match(answer)
    if not found:
        return
    written = found.group().replace(",", "")
    number, digits = Decimal(written), len(written.partition(".")[2])
    if (YEAR.fullmatch(answer.strip()) or dated) and not (rough or counted):
        changes = [number - 10, number + 7, number - 3, number + 15]
    elif rough:
        changes = [
            _rounded(number * Decimal(times), number) for times in ("1.5", "0.5", "2", "3", "0.25", "0.7", "1.3")
        ]
    elif number < 1:
        changes = [number * 10, number / 10, number * 2, number * 5, number * 3]
        digits = 3
    elif digits == 1 and number >= FINE:
        changes = [number + 1, number - 1, number + 2, number - 2, number - 3]
    elif number == number.to_integral_value() and number <= 12:
        changes = [number + 1, number - 1, number + 2, number + 3, number - 2, number - 3]
    else:
        most = (number + 100) / 2 if answer.endswith("%") and number <= 100 else number * Decimal("1.2")
        more = () if answer.endswith("%") else (number * Decimal("1.5"), number * Decimal("0.6"))
        near = (number * Decimal("0.8"), most, *more, number * Decimal("0.9"), most * Decimal("0.9"))
        near = (*near, number * Decimal("1.4"), number * Decimal("0.7"))
        changes = [_rounded(change, number) for change in near]
    boils = (warm or re.search(r"° ?C|℃|摄氏度", answer)) and number < BOILING
    for change in changes:
        rounded = round(change, digits)
        if not (boils and rounded > BOILING) and rounded > 0 and rounded != number:
            grouped = f"{rounded:,.{digits}f}" if "," in found.group() else f"{rounded:.{digits}f}"
            if "." in grouped and not written.endswith("0"):
                grouped = grouped.rstrip("0").rstrip(".")
            yield grouped + answer[found.end() :]


def _rounded(change: Decimal, number: Decimal) -> Decimal:
    """Return a number near another one, as round as that is."""
    step = next((step for step in ROUND if number % step == 0 and 4 * step <= number), 1)
    return round(change / step) * Decimal(step) if number == number.to_integral_value() else change


def _model_answers(fact: Mapping[str, str], wrong: Sequence[str]) -> list[str]:
    """Return what a model holds for wrong answers of a fact, but for words of the sentence that asks."""
    for line in wrong:
        answer, _, others = line.partition(": ")
        if _plain(answer) == _plain(fact["answer"]):
            options = [other.strip() for other in re.split(r"[;,；，、]", others)]
            return [option for option in options if option and option.casefold() not in fact["rest"].casefold()]
    return []


def _same(one: str, other: str) -> bool:
    """Tell whether two answers are one: "Gutenberg" and "Johannes Gutenberg" are."""
    mine, theirs = _plain(one), _plain(other)
    if (figure := NUMBER.match(one)) and (their := NUMBER.match(other)) and one[figure.end() :] == other[their.end() :]:
        return Decimal(figure.group().replace(",", "")) == Decimal(their.group().replace(",", ""))
    if NUMBER.match(one) or not one.isascii():
        return mine == theirs
    words, others = mine.split(), theirs.split()
    if min(len(words), len(others)) > FEW_WORDS:
        return f" {mine} " in f" {theirs} " or f" {theirs} " in f" {mine} "
    return set(words) <= set(others) or set(others) <= set(words)


def _plain(text: str) -> str:
    return re.sub(r"^(?:the|a|an)\s+", "", " ".join(text.casefold().split())).rstrip(".。s")


def _draw(text: str) -> random.Random:
    return random.Random(hashlib.sha256(text.encode()).digest())
