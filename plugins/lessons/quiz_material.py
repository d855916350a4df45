"""A brief's facts as quiz material: what is asked, what is the answer, and which sentence says so.

A fact is one of
    largest planet = Jupiter            a description and its answer; also =>, → or a tab between them
    Alabama = Montgomery                with the brief's relation "capital of"; without one it is only said to go with
    4 + 5 = 9, len([]) = 0              an expression and its value
    Who wrote Hamlet? = Shakespeare     a question as it is to be asked; also with a space between, or as Q: … A: …
    Water boils at **100 °C**.          a sentence, its answer between asterisks, one or two
    Water boils at 100 °C.              a sentence; the answer is found: a number, or what follows "is"
"""

from __future__ import annotations

import re
from collections.abc import Sequence

QuizFact = dict[str, str]  # statement, answer, question (or empty), rest: the statement with a gap for the answer

GAP = "____"
STARRED = re.compile(r"(?<![\w*])(\*{1,3}|__)(?=[^\s*])(.+?)(?<=[^\s*])\1(?![\w*])")
PAIRS = (  # what stands between the sides of a pair, the surest first
    re.compile(r" *\t+ *"),
    re.compile(r"\s+(?:=+>|-+>|→|⇒|=|＝)\s+"),
    re.compile(r"\s*(?:=+>|→|⇒|＝)\s*|\s*(?<![=!<>:])=(?![=>])\s*"),
)
ASKED = re.compile(r"(?:(?:Q|Question|问题?)\s*[:：.]\s*)?(.+?[?？])\s*(?:(?:A|Answer|答案?)\s*[:：.]\s*)?([^?？]+)")
CODE = re.compile(r"[\d()\[\]{}<>+*/^|&%_\\]|[a-z]\.[a-z]")
PROSE = re.compile(r"(?<![\w(.\[{'\"_])[a-z]{2,}(?![\w(.\[{'\"_])|[\u3400-\u9fff]")
NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*\d?(?:\s?(?:°\s?[CF]|%|km/h|km|cm|mm|kg|mg|g|m|l|ml|years|days|hours)(?!\w))?")
COPULA = re.compile(r"\b(?:is|are|was|were)\s+(?:called\s+|known as\s+)?|\bmeans\s+|(?:叫做|称为|是)")
ACTS = re.compile(r"^((?:[A-Z][\w.'-]*\s?){1,4})(?=\s[a-z]+(?:ed|ote|new|made|ang|an|ilt|ought)\b)")
MOST_ANSWER_WORDS = 5
ENDS = ("?", "？")
SMALL_WORDS = ("of", "the", "and", "de", "la", "du", "von", "van", "in", "on")


def quiz_facts(facts: Sequence[str], relation: str | None = None, language: str = "en") -> list[QuizFact]:
    """Return every usable fact of a brief as `{statement, answer, question, rest}`; doubles are left out."""
    found: list[QuizFact] = []
    for fact in facts:
        made = quiz_fact(fact, relation, language)
        if made and all(made["statement"] != other["statement"] for other in found):
            found.append(made)
    return found


def quiz_fact(fact: str, relation: str | None = None, language: str = "en") -> QuizFact | None:
    """Return one fact as quiz material; None where nothing in it can be asked for."""
    return _pair(fact, relation, language) or _sentence(fact)


def quiz_stem(fact: QuizFact, language: str = "en") -> str:
    """Return a plain question for a fact, where no better one was written.

    It is the fact's own question, "What is the …?", or the fact with a gap to fill in.
    """
    if fact["question"]:
        return fact["question"]
    described = re.fullmatch(rf"The (.+) is {GAP}\.", fact["rest"])
    if described:
        return f"What is the {described[1]}?"
    asked = re.fullmatch(rf"(.+)是{GAP}。", fact["rest"])
    if asked:
        return f"{asked[1]}是什么？"
    return ("填空：" if language == "zh" else "Fill in the gap: ") + fact["rest"]


def _pair(fact: str, relation: str | None, language: str) -> QuizFact | None:
    splits = (mark.split(fact.strip(), maxsplit=1) for mark in PAIRS)
    left, answer = next((map(_bare, sides) for sides in splits if len(sides) == 2), ("", ""))
    if not left and (asked := ASKED.fullmatch(fact.strip())):
        left, answer = asked[1], asked[2]
    left, answer = left.removesuffix("=").rstrip(), answer.rstrip(".。")
    if not left or not answer:
        return None
    question = _asked_as_it_stands(left, answer, language) if not relation else left if left.endswith(ENDS) else ""
    if question:
        gap = " " if question.endswith("?") else ""
        return {"statement": f"{question}{gap}{answer}", "answer": answer, "question": question, "rest": question}
    if language == "zh":
        described = f"{left}的{relation.removeprefix('的')}" if relation else left
        rest = f"{described}是{GAP}。"
    else:
        described = f"{relation} {left}" if relation else left
        described = re.sub(r"^(?:the|The)\s+", "", described)
        rest = f"The {described} is {GAP}."
    return {"statement": rest.replace(GAP, answer), "answer": answer, "question": "", "rest": rest}


def _bare(side: str) -> str:
    """Return one side of a pair without the asterisks around it."""
    side = side.strip()
    starred = STARRED.fullmatch(side)
    return starred[2] if starred else side


def _asked_as_it_stands(left: str, answer: str, language: str) -> str:
    """Return the question of a pair that says how it is asked, or of one that leaves nothing to say but what belongs
    together: an expression and its value, two names. A description is left to be asked by what it says."""
    if left.endswith(ENDS):
        return left
    if CODE.search(left) and not PROSE.search(left):
        return f"{left} 的结果是什么？" if language == "zh" else f"What is {left}?"
    if language == "zh":
        return "" if "的" in left else f"下列哪一项与“{left}”相对应？"
    words = left.split()
    named = all(word[0].isupper() or word in SMALL_WORDS for word in words) and not left.startswith("The ")
    if len(words) > 1 and not named:
        return ""
    return f"What is {left}?" if len(answer.split()) > 2 and left.islower() else f'What goes with "{left}"?'


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
    statement = (
        text if text.endswith((".", "!", "。", "！")) else text + ("。" if re.search(r"[\u3400-\u9fff]", text) else ".")
    )
    rest = statement[:start] + GAP + statement[start + len(answer) :]
    return {"statement": statement, "answer": answer, "question": "", "rest": rest}


def _answer(text: str) -> tuple[str, int] | None:
    """Return the part of a sentence to ask for and where it starts; None where the sentence is too short."""
    bare = text.rstrip(".。!！ ")
    number = NUMBER.search(bare)
    if number:
        return number.group().rstrip(",."), number.start()
    actor = ACTS.match(bare)
    if actor:
        return actor[1].strip(), 0
    copulas = list(COPULA.finditer(bare))
    for copula in reversed(copulas):
        after = bare[copula.end() :]
        if after and len(after.split()) <= MOST_ANSWER_WORDS:
            return after, copula.end()
    words = bare.split()
    if len(words) < 3:
        return None
    return words[-1], len(bare) - len(words[-1])
