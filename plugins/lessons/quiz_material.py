"""A brief's facts as quiz material: what is asked, what is the answer, and which sentence says so.

A fact is one of
    largest planet = Jupiter            a description and its answer; also =>, → or a tab between them
    Berlin - Germany                    where all facts of the brief are so
    Alabama = Montgomery                with the brief's relation "capital of"; without one it is only said to go with
    4 + 5 = 9, len([]) = 0              an expression and its value
    Paris is in ____. = France          a sentence with a blank, and what belongs there
    Who wrote Hamlet? = Shakespeare     a question as it is to be asked; also with a space between, or as Q: … A: …
    Water boils at **100 °C**.          a sentence, its answer between asterisks, one or two
    Water boils at 100 °C.              a sentence with a number, which is asked for
    A firewall filters traffic.         a sentence of several; how it goes on is asked
    Jupiter is the largest planet.      a sentence; the answer is found: who did it, or what follows "is"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from aigc_plugins.lessons.asked_things import (
    ARTICLE,
    JOINING,
    asked_with,
    is_mass,
    is_several,
    lacks_article,
    pair_kinds,
    with_article,
)
from aigc_plugins.lessons.chinese_stems import asked_in_place, placed_answer
from aigc_plugins.lessons.loose_relations import akin, looseness, of_left, told_apart
from aigc_plugins.lessons.pair_questions import (
    PairQuestion,
    chinese_question,
    classed_question,
    describes,
    describing,
    english_question,
    is_unsaid,
    related_question,
    told_relation,
)
from aigc_plugins.lessons.plain_questions import plain_question
from aigc_plugins.lessons.sentence_ends import LEAST_OTHERS, SentenceEnd, goes_on, is_note, others_of, taken_apart
from aigc_plugins.lessons.told_questions import told_question
from aigc_plugins.lessons.told_rules import is_order

# statement, answer, question (or empty), rest: the statement with a gap for the answer; of a sentence whose end is
# asked, others: the ends that it might have, a line each; placed where the question is the statement, asking in its
# gap; told what is said where the statement would lack an article
QuizFact = dict[str, str]

GAP = "____"
BLANK = re.compile(r"_{2,}|（\s*）")  # as people leave one
STARRED = re.compile(
    r"(?:(?<![\w*])|(?<=[\u3400-\u9fff]))(\*{1,3}|__)(?=[^\s*])(.+?)(?<=[^\s*])\1(?:(?![\w*])|(?=[\u3400-\u9fff]))"
)
PAIRS = (  # what stands between the sides of a pair, the surest first
    re.compile(r" *\t+ *"),
    re.compile(r"\s+(?:<?=+>|<?-+>|→|⇒|↔|⇔|=|＝)\s+"),
    re.compile(r"\s*(?:<=+>|<-+>|=+>|→|⇒|↔|⇔|＝)\s*|\s*(?<![=!<>:])=(?![=>])\s*"),
)
DASHED = re.compile(r"(\S.*?)\s+[-–—]\s+(\S.*)")
ASKED = re.compile(r"(?:(?:Q|Question|问题?)\s*[:：.]\s*)?(.+?[?？])\s*(?:(?:A|Answer|答案?)\s*[:：.]\s*)?([^?？]+)")
CODE = re.compile(r"[\d()\[\]{}<>+*/^|&%_\\]|[a-z]\.[a-z]")
ARITHMETIC = re.compile(r"[\d\s.,/()+*×x÷:−-]+")
PROSE = re.compile(r"(?<![\w(.\[{'\"_])[a-z]{2,}(?![\w(.\[{'\"_])|[\u3400-\u9fff]")
NUMBER = re.compile(
    r"(?<![^\W\u3400-\u9fff])(?<![.第:：/-])\d[\d,.]*\d?(?![:：]?\d)"
    r"(?:\s?(?:°\s?[CF]|%|km/h|km|cm|mm|kg|mg|g|m|l|ml|years|days|hours)(?!\w))?"
)
COPULA = re.compile(
    r"\b(?:is|are|was|were)\s+(?:called|known as|named)\s+|\b(?:is|are|was|were)\s+(?=(?:an?|the)\s|[A-Z])|"
    r"\bmeans\s+|(?:叫做|称为|是|属于|产于|位于|坐落于)"
)
SAME = re.compile(r"(.+?)(?:\s+(?:is|are|was|were|means|ist|sind|est)\s+|是)(.+)", re.DOTALL)
ACTS = re.compile(
    r"^(?!(?:An?|The|This|That|Each|Every|All|Some|Most|No|It|He|She|They|We|I)\s)((?:[A-Z][\w.'-]*\s?){1,4})"
    r"(?=\s(?!(?:can|than)\b)[a-z]+(?:ed|ote|new|made|ang|an|ilt|ought)\b)"
)
# A relation that is no noun: "used for", "made of".
PARTICIPLE = re.compile(r"(?:used|made|known|found|eaten|worn|built|grown|drawn|spoken|kept|born|sung|[a-z]+ed)\b")
SEVERAL = re.compile(r"(?:[a-z]+ )?[a-z]+[^s\W]s(?: (?:of|in|for|to|at|on))?", re.IGNORECASE)  # a relation: "moves of"
DOES = re.compile(r"[a-z]+[^s\W]s\s")  # an answer that says what something does: "smooths a surface"
RANGE = re.compile(r"\d\s*(?:to|and|or|-|–|—)\s*\d|\bbetween\b", re.IGNORECASE)
MOST_ANSWER_WORDS = 5
SINGLED_OUT = re.compile(
    r"((?!It |This |That )[A-Z][a-z]+(?: [A-Z][a-z]+)?) (?:is|was) the (?:\w+est|most|first|last|only) \w+ "
)
NICKNAMED = re.compile(r"((?:[a-z]+ )?[a-z]+) ((?:called|known as|nicknamed|named) .+)")
ENOUGH = 3  # questions
ENDS = ("?", "？")
OTHERS = re.compile(  # how a word or a verb of a vocabulary begins: no description
    r"(?:to|der|die|das|den|dem|ein|eine|le|la|les|un|une|el|los|las|una|il|lo|gli|het|een|ich|du|er|sie|es|wir|ihr|je|"
    r"tu|nous|vous|yo|ella|io|noi)\s|l['’]"
)
SUPERLATIVE = re.compile(r"(?:[A-Z][a-z]+est|Most|Least|First|Last|Only) [a-z]")
SMALL_WORDS = ("of", "the", "and", "de", "la", "du", "von", "van", "in", "on")


def quiz_facts(
    facts: Sequence[str], relation: str | None = None, language: str = "en", topic: str = ""
) -> list[QuizFact]:
    """Return every usable fact of a brief as `{statement, answer, question, rest}`; doubles are left out, and pairs of
    which nobody says what they are to one another where enough others are asked."""
    found: list[QuizFact] = []
    for made in read_facts(facts, relation, language, topic):
        if made and all(made["statement"] != other["statement"] for other in found):
            placed = "" if made["question"] else asked_in_place(made["rest"], made["answer"])
            found.append(made | {"question": placed, "placed": "1"} if placed else made)
    if relation and any("told" in made for made in found):  # all in one form
        found = [_told_alike(made) for made in found]
    clear = [made for made in found if not is_unsaid(made["question"])]
    return clear if len(clear) >= ENOUGH else found


def read_facts(
    facts: Sequence[str], relation: str | None = None, language: str = "en", topic: str = ""
) -> list[QuizFact | None]:
    """Return each fact as quiz material; None for one in which nothing can be asked for.

    How a sentence goes on is asked where it brings no answer of its own, and three others could go on from its start
    and are not true of it, as far as the `topic` and their words tell.
    """
    known = with_equals(facts)
    relation = relation or told_relation(list(filter(None, map(_named_pair, known))), topic, language)
    deeds = {fact: made.end for fact in known if (made := _as_worded(fact, relation, language, topic)) and made.end}
    plain = [fact for fact in known if not STARRED.search(fact) and not _pair(fact, relation, language, topic)]
    taken = {fact: end for fact in plain if (end := taken_apart(fact)) and goes_on(end)}
    ends = [end for end in (*taken.values(), *deeds.values()) if end]
    asked: list[QuizFact | None] = []
    for fact in known:
        end = None if _one_number(fact) else taken.get(fact)
        others = others_of(end, ends, topic) if end else []
        one = quiz_fact(fact, relation, language, topic)
        if fact in deeds and one:
            far = [other for other in ends if not akin(other.subject, deeds[fact].subject)]
            asked.append(one | {"others": "\n".join(told_apart(one["answer"], others_of(deeds[fact], far, topic)))})
        else:
            asked.append(_ending(fact, end, others) if end and len(others) >= LEAST_OTHERS else one)
    return asked


def _named_pair(fact: str) -> tuple[str, str] | None:
    """Return the sides of a pair that asks nothing itself; None of what is none, or an expression and its value."""
    left, answer = _sides(fact)
    happened = left.isdecimal() and PROSE.search(answer)  # in a year
    asks = left.endswith(ENDS) or BLANK.search(left) or (_is_code(left) and not happened)
    return None if asks or not left or not answer else (left, answer.rstrip(".。"))


def _is_code(left: str) -> bool:
    """Tell whether a left side is an expression; "1 m" is an amount."""
    return bool(CODE.search(left)) and not PROSE.search(left) and not re.fullmatch(r"\d[\d,.]* ?[A-Za-z]{1,3}", left)


def _as_worded(fact: str, relation: str | None, language: str, topic: str) -> PairQuestion | None:
    """Return how a pair without a relation is asked by what its sides say."""
    if relation or not (pair := _named_pair(fact)):
        return None
    return chinese_question(*pair, topic) if language == "zh" else english_question(*pair, topic)


def _ending(fact: str, end: SentenceEnd, others: Sequence[str]) -> QuizFact:
    return {
        "statement": _stopped(fact.strip()),
        "answer": end.end,
        "question": f"Which ending fits best? {end.subject[:1].upper()}{end.subject[1:]} …",
        "rest": end.subject,
        "others": "\n".join(others),
    }


def with_equals(facts: Sequence[str]) -> list[str]:
    """Return facts with `=` for the dash where all of them, two at the least, have one dash between two sides that are
    no numbers, and nothing else that parts a pair."""
    sides = [DASHED.fullmatch(fact.strip()) for fact in facts]
    pairs = [(one[1], one[2]) for one in sides if one]
    if len(pairs) < max(len(facts), 2) or not all(_is_pair(*pair) for pair in pairs):
        return list(facts)
    return [f"{left} = {right}" for left, right in pairs]


def _is_pair(left: str, right: str) -> bool:
    marked = any(mark.search(side) for mark in (*PAIRS, STARRED) for side in (left, right))
    return not marked and not DASHED.fullmatch(right) and not (left[-1].isdigit() and right[0].isdigit())


def quiz_fact(fact: str, relation: str | None = None, language: str = "en", topic: str = "") -> QuizFact | None:
    """Return one fact as quiz material; None where nothing in it can be asked for, as where `x = x`."""
    made = None if says_the_same(fact) else _pair(fact, relation, language, topic) or _sentence(fact)
    told = made is not None and is_order(fact) and made["rest"].startswith(GAP)
    return None if told else made  # "____ pan handles inward": nobody is asked what to do by its verb


def says_the_same(fact: str) -> bool:
    """Say whether both sides of a pair, or of an "is", are the same, which asks nothing."""
    left, right = _sides(fact)
    if not left and (found := SAME.fullmatch(fact.strip())):
        left, right = found[1], found[2]
    return bool(left) and _plain(left) == _plain(right)


def _plain(side: str) -> str:
    """Return a side of a pair as sides are compared; in a vocabulary capitals tell words apart: bank = Bank."""
    return re.sub(r"[\s.。]+", "", unicodedata.normalize("NFKC", side))


def quiz_stem(fact: QuizFact, language: str = "en") -> str:
    """Return a plain question for a fact, where no better one was written.

    It is the fact's own question, "What is the …?", or the fact with a gap to fill in.
    """
    if fact["question"]:
        return fact["question"]
    described = re.fullmatch(rf"The (.+) (is|are) {GAP}\.", fact["rest"])
    if described and (one := NICKNAMED.fullmatch(described[1])):  # "Which planet is called …", not "What is the planet"
        return f"Which {one[1]} {described[2]} {one[2]}?"
    if described:
        return f"{asked_with(described[1])} {described[2]} the {described[1]}?"
    if asked := asked_in_place(fact["rest"], fact["answer"]) or plain_question(fact["rest"], fact["answer"]):
        return asked
    rest = re.sub(rf"\b([Aa])n? (?={GAP})", r"\1(n) ", fact["rest"])  # which article would tell
    return ("填空：" if language == "zh" else "Fill in the gap: ") + rest


def _pair(fact: str, relation: str | None, language: str, topic: str = "") -> QuizFact | None:
    left, answer = _sides(fact)
    if not left and (asked := ASKED.fullmatch(fact.strip())):
        left, answer = asked[1], asked[2]
    left, answer = left.removesuffix("=").rstrip(), answer.rstrip(".。")
    if not left or not answer:
        return None
    if len(BLANK.findall(left)) == 1:
        rest = BLANK.sub(GAP, left)
        return {"statement": rest.replace(GAP, answer), "answer": answer, "question": "", "rest": rest}
    relation = None if ARITHMETIC.fullmatch(left) else relation
    loose = looseness(relation, answer) if relation else {}
    if relation and language != "zh" and not left.endswith(ENDS) and (PARTICIPLE.match(relation) or of_left(relation)):
        related_as = (classed_question if of_left(relation) else related_question)(left, answer, relation)
        return _asked(related_as.question, related_as.statement, answer) | loose
    if left.endswith(ENDS):
        return _asked(left, told_question(left, answer), answer)
    if not relation:
        if worded := _as_worded(fact, relation, language, topic):
            return _asked(worded.question, worded.statement, answer)
        if question := _asked_as_it_stands(left, answer, language):
            return _asked(question, _told(left, answer, question), answer)
    if language == "zh":
        classed = relation in pair_kinds()["classes"]
        rest = f"{left}属于{GAP}。" if classed else f"{related(left, relation) if relation else left}是{GAP}。"
    else:
        described = re.sub(r"^(?:the|The)\s+", "", describing(left, relation) if relation else left)
        described = described[:1].lower() + described[1:] if SUPERLATIVE.match(described) else described
        rest = f"The {described} {'are' if relation and SEVERAL.fullmatch(relation) else 'is'} {GAP}."
        of_words = relation and relation_word(relation) in pair_kinds()["words"]
        loose |= _bare_noun(described, answer, rest, relation) if lacks_article(answer) and not of_words else {}
    made = {"statement": rest.replace(GAP, answer), "answer": answer, "question": "", "rest": rest}
    return made | ({"question": quiz_stem(made, language)} if relation else {}) | loose


def _bare_noun(described: str, answer: str, rest: str, relation: str | None) -> QuizFact:
    """Return what is other in a pair whose right side needs an article that it has not: of money it is "the", of others
    nobody knows it, and they are `told` without "is"."""
    if relation and relation_word(relation).split()[-1] == "currency":
        money = rest.replace(GAP, f"the {GAP}")
        asks = f"What is the {described}?"
        return {"statement": money.replace(GAP, answer), "rest": money, "question": asks}
    return {"told": f"{described[:1].upper()}{described[1:]}: {answer}."}


def _told_alike(made: QuizFact) -> QuizFact:
    """Return a pair told as those are whose right side lacks its article: "Young of a duck: duckling."."""
    described = re.fullmatch(rf"The (.+) (?:is|are) (?:the )?{GAP}\.", made["rest"])
    if not described or not made["question"] or "told" in made:
        return made
    return made | {"told": f"{described[1][:1].upper()}{described[1][1:]}: {made['answer']}."}


def said_of(fact: QuizFact) -> str:
    """Return a fact as it is told to a class."""
    return fact.get("told") or fact["statement"]


def relation_word(relation: str) -> str:
    """Return the noun of an English relation: plural of "the plural of"."""
    return JOINING.split(f"{relation} ")[0].casefold().strip().removeprefix("the ")


def _asked(question: str, statement: str, answer: str) -> QuizFact:
    return {"statement": statement, "answer": answer, "question": question, "rest": question}


def _told(left: str, answer: str, question: str) -> str:
    """Return what a pair says that is asked as it stands."""
    if question.startswith(("What is ", "Which description ")) and PROSE.search(left):
        return f"{left[:1].upper()}{left[1:]}: {answer}."
    return f"{left} = {answer}"


def related(left: str, relation: str) -> str:
    """Return what a Chinese relation makes of a pair's left side: 浙江的省会, 珠江注入的海 with its own 的."""
    quoted = f"“{left}”" if relation.endswith(tuple(pair_kinds()["quoted"])) and left[0] not in "“《" else left
    return f"{quoted}{'' if '的' in relation else '的'}{relation}"


def _sides(fact: str) -> tuple[str, str]:
    """Return the two sides of a pair; nothing of a fact that is none."""
    splits = (mark.split(fact.strip(), maxsplit=1) for mark in PAIRS)
    left, right = next((map(_bare, sides) for sides in splits if len(sides) == 2), ("", ""))
    return left, right


def _bare(side: str) -> str:
    """Return one side of a pair without the asterisks around it."""
    side = side.strip()
    starred = STARRED.fullmatch(side)
    return starred[2] if starred else side


def _asked_as_it_stands(left: str, answer: str, language: str) -> str:
    """Return the question of a pair that says how it is asked, or of one that leaves nothing to say but what belongs
    together: an expression and its value, two names. A description is left to be asked by what it says."""
    numbered = left.isdecimal() and PROSE.search(answer)  # a year and what happened then
    if CODE.search(left) and not PROSE.search(left) and not numbered:
        asked = "等于多少" if ARITHMETIC.fullmatch(left) else "的结果是什么"
        return f"{left} {asked}？" if language == "zh" else f"What is {left}?"
    if language == "zh":
        return "" if "的" in left else f"下列哪一项与“{left}”相对应？"
    words = left.split()
    named = all(word[0].isupper() or word in SMALL_WORDS for word in words) and not left.startswith("The ")
    plain = answer[:1].islower() and not re.search(r"\d", answer) and not describes(left)
    if len(words) > 1 and not named and not OTHERS.match(left) and not DOES.match(answer) and not plain:
        return ""
    described = len(answer.split()) > 2 and left.islower() and not DOES.match(answer)
    described = described and bool(JOINING.search(answer) or ARTICLE.match(answer))
    if described and not (is_mass(left) or is_several(left)):
        return f"Which description fits “{left}”?"
    verb = "are" if is_several(left) else "is"
    return f"What {verb} {with_article(left)}?" if described else f'What goes with "{left}"?'


def _sentence(fact: str) -> QuizFact | None:
    text = fact.strip()
    starred = STARRED.search(text)
    if starred:
        answer, start = starred[2].strip(), starred.start()
        text = text[:start] + answer + STARRED.sub(r"\2", text[starred.end() :])
    else:
        found = _answer(text)
        if found is None:
            return None
        answer, start = found
    statement = _stopped(text)
    rest = statement[:start] + GAP + statement[start + len(answer) :]
    return {"statement": statement, "answer": answer, "question": "", "rest": rest}


def _stopped(text: str) -> str:
    """Return a sentence with its capital and its full stop."""
    text = text[:1].upper() + text[1:] if re.match(r"[a-z]{2,}(?= )", text) else text
    if text.endswith((".", "!", "?", "。", "！", "？")):
        return text
    return text + ("。" if re.search(r"[\u3400-\u9fff]", text) else ".")


def _one_number(text: str) -> bool:
    """Tell whether a sentence has a number, one only, and no range: what it asks for is then sure."""
    return len(NUMBER.findall(text)) == 1 and not RANGE.search(text)


def _of_one(text: str, number: re.Match[str]) -> bool:
    """Tell whether a noun behind a number tells that it is one, "1 hour"."""
    return number.group() == "1" and bool(re.match(r" ?[a-z]{3,}", text[number.end() :]))


def _answer(text: str) -> tuple[str, int] | None:
    """Return the part of a sentence to ask for and where it starts; None where no part is surely one."""
    bare = text.rstrip(".。!！ ")
    if (number := NUMBER.search(bare)) and _one_number(bare) and not is_note(text) and not _of_one(bare, number):
        return number.group().rstrip(",."), number.start()
    if is_note(text):
        return None
    if placed := placed_answer(bare):
        return placed
    actor = ACTS.match(bare)
    if actor:
        return actor[1].strip(), 0
    if single := SINGLED_OUT.match(bare):
        return single[1], 0
    for copula in reversed(list(COPULA.finditer(bare))):
        after = bare[copula.end() :]
        if after and len(after.split()) <= MOST_ANSWER_WORDS:
            return after, copula.end()
    return None
