"""What makes a quiz question answerable by its fact, and an item fair."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from aigc import check
from aigc.types import Draft, Finding, Json
from aigc_plugins.lessons.chinese_stems import strays
from aigc_plugins.lessons.pair_questions import is_unsaid
from aigc_plugins.lessons.quiz_material import GAP, quiz_stem, read_facts, said_of, says_the_same
from aigc_plugins.lessons.worked_sums import wrong_sums

LEAST_ASKED = 3  # questions without which no facts are left out
FEW = 10  # up to which Chinese asks 几
WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?|\d[\d.,]*")
HAN = re.compile(r"[\u3400-\u9fff]")
_SMALL = """
    a an the is are was were be been do does did has have had of in on at to from by for with and or as it its
    that this these those called known means what which who whom whose when where how why many much there
"""
SMALL = frozenset(_SMALL.split())
# Words a question may bring that its fact need not have.
_ASKING = """
    name named kind type number year date person place people city country word term temperature process color
    colour first last part time long far big large often invent invented happen take
"""
ASKING = frozenset(_ASKING.split())
KIND = re.compile(r"\b(?:[Ww]hich|[Ww]hat) ([a-z]+)\b")
COUNTING = re.compile(
    r"(?i)\bhow (?:many|much)\b|\b(?:number|year|amount) (?:of|in|when|did|was)\b|\bwh(?:at|ich) year\b"
)
NUMBERED = re.compile(
    r"(?i)\d|\b(?:no|none|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|"
    r"(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?|"
    r"twice|hundreds?|thousands?|millions?|billions?|dozens?|all|every|few|several)\b"
)
# How a question begins whose answer is a number, and how one whose answer is what something is.
FOR_NUMBER = re.compile(
    r"(?i)\b(?:how|when|(?:what|which) (?:\w+ )?(?:year|date|time|age|number|percentage|temperature|angle|speed|length|"
    r"height|weight|depth|distance|share|pressure)|number|temperature)\b"
)
WHAT_IS = re.compile(r"What (is|are|was|were) (.+?)(?: called)?\?")
IS_IT = re.compile(rf"(.+?) (is|are|was|were) (?:(called|known as|named) )?(?:an? |the )?{GAP}\.?")
NAMING = re.compile(r"\b(?:call|name|known|term|word)", re.IGNORECASE)


@check
def asks_the_fact(text: str, *, fact: Mapping[str, str]) -> Iterator[str]:
    """A question asks for the fact's answer: it keeps the fact's other words and names, and does not give it away."""
    if GAP in text or text == quiz_stem(
        dict(fact)
    ):  # the fact itself with a gap, or as it is asked, right by construction
        return
    if not text.rstrip().endswith(("?", "？")):
        yield "is no question"
    if text.count("?") + text.count("？") > 1:
        yield "asks more than one thing"
    answer = fact["answer"].casefold()
    if re.search(rf"(?<!\w){re.escape(re.sub(r'^(the|an?) ', '', answer))}(?!\w)", text.casefold()) or (
        (HAN.search(answer) and answer in text)
        or (answer.isdecimal() and HAN.search(text) and re.search(rf"(?<!\d){answer}(?!\d)", text))
    ):
        yield f"gives the answer away: {fact['answer']!r}"
    rest = fact["rest"].replace(GAP, " ")
    if "几" in text and (figure := re.match(r"\d+", answer)) and int(figure.group()) > FEW:
        yield f"asks 几, and the answer is {fact['answer']!r}: 多少"
    if HAN.search(rest):
        yield from strays(text, fact["rest"])
        return
    asked = {_stem(word) for word in WORD.findall(text)}
    content = [word for word in WORD.findall(rest) if word.casefold() not in SMALL]
    missing = [word for word in content if _stem(word) not in asked]
    named = [word for word in missing if word[0].isdigit() or (word[0].isupper() and not rest.startswith(word))]
    if named:
        yield f"does not mention {named[0]!r}"
    plain = [word for word in content if word.islower()]
    if not named and 2 * sum(word in missing for word in plain) > len(plain):
        yield f"does not say what is asked: leaves out {', '.join(repr(word) for word in missing[:3])}"
    elif not named and missing:
        yield f"leaves out {', '.join(map(repr, missing[:3]))}"
    known = {_stem(word) for word in WORD.findall(rest)} | {_stem(word) for word in (*SMALL, *ASKING)}
    kind = KIND.search(text)  # "which planet", "what gas" may name what the answer is
    strange = [word for word in WORD.findall(text) if _stem(word) not in known and word != (kind and kind[1])]
    if strange:
        yield f"brings in {', '.join(map(repr, strange[:3]))}"
    if COUNTING.search(text) and not NUMBERED.search(fact["answer"]):
        yield f"asks for a number, but the answer is {fact['answer']!r}"
    yield from _swapped(text, rest)
    yield from _misfits(text, fact)


@check(severity="warn")
def every_fact_asked(draft: Draft, *, field: str = "items") -> Iterator[str | Finding]:
    """Every fact of the brief became a question; one in which nothing can be asked for is named, and a sum that is
    wrong. Where three questions and three of five facts are asked, what is left out is only noted."""
    values = draft.brief.values
    told = [str(item["feedback"]) for item in draft.fields.get(field) or []]
    asked = {str(item.get("stem")) for item in draft.fields.get(field) or []}
    asked |= {str(stem) for stem in draft.fields.get("questions") or []}
    key: Mapping[str, Json] = draft.fields.get("key") or {}
    told += key.get("facts") or []
    facts = values.get("facts") or []
    such = "省会" if draft.language == "zh" else "capital of"
    read = read_facts(facts, values.get("relation"), draft.language, str(values.get("topic") or ""))
    left_out: list[str] = []
    for fact, made in zip(facts, read, strict=True):
        if made is None and says_the_same(fact):
            left_out.append(f"no question from {fact!r}: both sides are the same")
        elif made is None:
            left_out.append(
                f"no question from {fact!r}: write it as question = answer, or put *asterisks* around the answer"
            )
        elif is_unsaid(made["question"]):
            unsaid = (
                f"{fact!r} does not say what its right side is to its left one: give a `relation`, such as {such!r}"
            )
            if made["question"] in asked:
                yield unsaid
            else:
                left_out.append(unsaid)
        elif made["question"] not in asked and not any(one.startswith(said_of(made).rstrip(".。")) for one in told):
            left_out.append(f"no question from {fact!r}: it lacks three wrong answers; give some as `wrong`")
    yield from noted(left_out, len(facts), len(told))
    for fact, value in wrong_sums(facts):
        yield f"{fact!r} is wrong, it comes to {value}"


def noted(left_out: Sequence[str], facts: int, asked: int) -> Iterator[str | Finding]:
    """Yield what is left out of some facts: as a note with its number where enough of them are asked, else each one."""
    if asked < LEAST_ASKED or 5 * len(left_out) > 2 * facts:
        yield from left_out
    elif left_out:
        message = f"{len(left_out)} of {facts} facts left out: {'; '.join(left_out)}"
        yield Finding(message=message, severity="note")


@check
def wrong_answers(text: str, *, answer: str) -> Iterator[str]:
    """A line `answer: wrong; wrong; wrong` has three different wrong answers, about as long as the right one."""
    options = [option.strip() for option in re.split(r"[;,；，、]", text.partition(": ")[2]) if option.strip()]
    plain = {option.casefold() for option in options} - {answer.casefold()}
    if len(plain) < 3:
        yield f"has {len(plain)} wrong answers, 3 are wanted"
    if any(len(option) > 2 * len(answer) + 12 for option in options):
        yield "has a wrong answer much longer than the right one"


@check
def well_formed_items(draft: Draft, *, field: str = "items") -> Iterator[Finding]:
    """Every item has one right answer among different options, no stem comes twice, and keys stand in all places."""
    items: list[dict[str, Json]] = draft.fields.get(field) or []
    stems: set[str] = set()
    for at, item in enumerate(items):
        options = [" ".join(str(option).casefold().split()) for option in item["options"]]
        if options.count(" ".join(str(item["answer"]).casefold().split())) != 1:
            yield Finding(message="its answer is not exactly one of its options", field=f"{field}[{at}].options")
        if len(set(options)) < len(options):
            yield Finding(message="an option comes twice", field=f"{field}[{at}].options")
        stem = str(item["stem"]).casefold()
        if stem in stems:
            yield Finding(message="the same question comes twice", field=f"{field}[{at}].stem")
        stems.add(stem)
    places = Counter(item["options"].index(item["answer"]) for item in items if item["answer"] in item["options"])
    size = max((len(item["options"]) for item in items), default=1)
    if len(items) >= size and places and max(places.values()) > -(-len(items) // size) + 1:
        yield Finding(message="the right answer stands in one place too often", field=field)


def _misfits(text: str, fact: Mapping[str, str]) -> Iterator[str]:
    """Yield why a question does not ask for its fact's answer: it asks for another kind of thing, or says what the fact
    is about in other articles."""
    rest, answer = fact["rest"], fact["answer"]
    if NUMBERED.match(answer) and not FOR_NUMBER.search(text):
        yield f"does not ask for a number, and the answer is {answer!r}"
    if re.search(r"\b(?:it|you) take\b", text) and not re.search(r"\b(?:take|last|need|require)", rest):
        yield "asks how long something takes, which its fact does not say"
    if re.match(r"What (?:is|are) the \w+ (?:called|known as|named)\b", text):
        yield "asks for a name that it says"
    asked, told = WHAT_IS.match(text), IS_IT.fullmatch(rest)
    if asked and not NUMBERED.match(answer):
        same = told and (told[2], told[1].casefold()) == (asked[1], asked[2].casefold())
        if not same and not re.match(rf"{GAP} (?:is|are|was|were)\b", rest):
            yield f"asks what something {asked[1]}, which its fact does not say"
    if re.search(r"\b(?:called|named|known as)\b", text) and not NAMING.search(rest):
        yield "asks what something is called, which its fact does not say"
    if told and told[3] and not NAMING.search(text):
        yield f"does not ask what it is {told[3]}"
    for article, word in re.findall(r"\b(an?) (\w+)", text.casefold()):
        known = f" {rest.casefold()} "
        if f" {word} " in known and f" {article} {word} " not in known:
            yield f"says {article} {word}, which its fact does not"


def _swapped(text: str, rest: str) -> Iterator[str]:
    """Yield a message for each preposition that lost its name: "capital of Ohio" asked as "capital is Ohio"."""
    kept = " ".join(WORD.findall(text.casefold()))
    for preposition, word in re.findall(r"\b(of|in|at|by|from)\s+(?:the\s+)?([A-Z][a-z]+)", rest):
        if not re.search(rf"\b{preposition}\s+(?:the\s+)?{word.casefold()}\b|\b{word.casefold()}'s\b", kept):
            yield f"does not ask {preposition} {word}"


def _stem(word: str) -> str:
    plain = word.casefold()
    if plain[0].isdigit():
        return plain.rstrip(".,")
    stem = re.sub(r"(?:'s|ings?|ed|es|s|e|y)$", "", plain)
    return stem if len(stem) >= 3 else plain
