"""What kind of thing an answer is, by how its fact asks for it: only answers of one kind stand beside one another.

A person is no wrong answer to "Which technique …?", and "sitting" none to "in the ____ position". Facts that ask in the
same way have answers that fit one another's questions, and any of them could be right for who does not know.
"""

from __future__ import annotations

import re

from aigc_plugins.lessons.quiz_material import GAP, QuizFact

HAN = re.compile(r"[\u3400-\u9fff]")
CODED = re.compile(r"(?i)\b(?:dial|phone|telephone|emergency|hotline|call)\b|电话|号码|热线|拨打?|报警|急救")
TERM = re.compile(
    rf"(?:called|known as|named|(?:forms?|kinds?|types?) of|means) (?:an? |the )?{GAP}|"
    rf"(?:叫做|叫作|称为|被称作|叫){GAP}"
)
QUALITY = re.compile(rf"(?:An?|Each|Every) .*(?:called|known as) {GAP}")  # "A volcano … is called extinct"
HEAD = re.compile(
    rf"(?:The |the )?([\w' -]+?) (?:of|in|on|for|with|that|who|which) .*?(?:is|are|was|were) (?:the )?{GAP}"
)
IS_HEAD = re.compile(rf"(?:The |the )?(?:[\w'-]+ )*?([\w'-]+) (?:is|are|was|were) (?:the )?{GAP}")
HEAD_ZH = re.compile(rf"([\u3400-\u9fff]{{2}})是{GAP}|^{GAP}是.*?([\u3400-\u9fff]{{2}})。$")
IT_IS = re.compile(
    rf"{GAP} (?:is|are|was|were) the (?:[\w'-]+ )*?([\w'-]+)"
    r"(?:\.|,| (?:of|in|on|for|with|that|who|which|to|from|at|nearest|closest|farthest|furthest)\b)"
)
ACTS = re.compile(rf"{GAP} [a-z]+(?:ed|ote|ade|ang|an|ilt|ought|und|ew|ook|ave|on|it)\b")
ACTS_ZH = re.compile(rf"{GAP}[\u3400-\u9fff]{{1,4}}了")
KINDS = (
    ("who", re.compile(r"(?i)^(?:who|whose)\b|谁|哪位")),
    ("where", re.compile(r"(?i)^where\b|哪里|哪儿|什么地方")),
    ("when", re.compile(r"(?i)^when\b|什么时候|哪一?[年天月]|何时")),
    ("why", re.compile(r"(?i)^why\b|为什么")),
)
DESCRIBED = re.compile(
    r"Which description fits|What (?:is|are) (?!the |your |my |\d)(?:an? )?[a-z]+(?: [a-z]+){0,2}\?$"
)
RELATED = re.compile(
    r"^\w+ (?:is|are|was|were) (the [\w -]+?) (?:of|for)\b|\b([a-z]+ (?:of|from|for|by|with|in|as|at))\?$"
)
PLURAL_VERBS = {"are": "is", "were": "was", "do": "does"}
WHICH = re.compile(r"(?i)\b(?:which|what) ([a-z]+)(?: [a-z]+)?|哪[一]?([个座条种位只本颗])(.)|什么([\u3400-\u9fff])")
HOW = re.compile(r"(?i)^(how \w+)|(多[少久大长高重远深快]|几.)")
AROUND = re.compile(rf"((?:[\w'-]+ )?[\w'-]+)? ?{GAP} ?([\w'-]+)?")


def answer_slot(fact: QuizFact) -> str:
    """Return the kind of a fact's answer; facts of one kind are asked alike."""
    question, rest = fact["question"], fact["rest"]
    if question and not fact.get("placed"):
        return _of_question(question)
    if TERM.search(rest):
        return "quality" if QUALITY.match(rest) else "term"
    if ACTS.match(rest) or ACTS_ZH.match(rest):
        return "agent"
    if head := IT_IS.match(rest) or HEAD.search(rest) or IS_HEAD.search(rest) or HEAD_ZH.search(rest):
        return f"the {(head[1] or head[2]).casefold().split()[-1]} is"
    if HAN.search(rest):
        before, _, after = rest.partition(GAP)
        return f"{before[-2:]} {after[:2]}"
    around = AROUND.search(rest)
    return " ".join(str(part).casefold() for part in around.groups() if part) if around else ""


def coded(fact: QuizFact) -> bool:
    """Tell whether a number is one that nobody counts: of a telephone."""
    return bool(CODED.search(fact["statement"]))


def _of_question(question: str) -> str:
    if re.match(r"What goes with|下列哪一项与", question):
        return "pair"
    if DESCRIBED.match(question):
        return "description"
    if found := next((kind for kind, pattern in KINDS if pattern.search(question)), ""):
        return "agent" if found == "who" else found
    if found_how := HOW.search(question):
        return str(found_how[1] or found_how[2]).casefold()
    if which := WHICH.search(question):
        noun = "".join(part for part in which.groups() if part).casefold()
        if noun not in ("is", "are", "was", "were", "do", "does", "did"):
            return f"which {noun}"
    if HAN.search(question):
        return question[-4:]
    if related := RELATED.search(question):
        return (related[1] or related[2]).casefold()
    first, second = (*question.casefold().split()[:2], "")[:2]
    return f"{first} {PLURAL_VERBS.get(second, second)}"
