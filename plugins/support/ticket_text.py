"""What of a mail or chat is the question or the answer: no greeting, no end, no mail that is quoted below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from aigc_plugins.rules.content_words import HAN, content, is_chinese, sentences
from aigc_plugins.support.personal import MASK, personal_lists

QUOTED_BELOW = re.compile(
    r"(?m)^(?:>.*|On .{4,120} wrote:.*|-{2,} ?(?:Original|Forwarded) .*|From: .*|"
    r"Von: .*|发件人[:：].*|在.{4,60}写道[:：].*|"
    r"-- ?|_{5,})$"
)
ASKED = re.compile(r"[?？]\s*$")
ASKING = re.compile(
    r"(?i)^(?:how|what|when|where|which|who|why|can|could|do|does|did|is|are|may|will|would|should)\b|吗|怎么|如何|多久|什么|哪|能否|是否|几"
)
OF_NUMBER = re.compile(rf"(?i)(?:(?<=order)|(?<=parcel)|(?<=invoice)|(?<=booking)) (?:number |no\.? )?#?{MASK}")
NUMBERED = re.compile(
    rf"(?i),?\s*\(?\b(?:of|for|with|on|from|in|about|regarding)\s+(?:my |the |our |an? )?"
    rf"(?:order|parcel|ticket|booking|account)"
    rf"(?: number| no\.?| id)?[ :#]*{MASK}\)?"
    rf"|[（(，,]?\s?(?:订单|快递单|运单|工单)(?:号码|编号|号)?[:：是为]?\s?{MASK}[）)]?"
)
REGRET = re.compile(
    r"^(?:sorry|i'm sorry|we're sorry|i'm afraid|unfortunately)[,:]\s*(?=\w)|^(?:i am|we are) sorry,? but\s+"
    r"|^(?:非常|很|十分)?(?:抱歉|不好意思|对不起)[，,]\s*",
    re.IGNORECASE,
)
AGREED = re.compile(
    r"^(?:yes|sure|of course|certainly|not at all|no problem),\s*(?=\w+ \w+ \w+)"
    r"|^(?:是的|有的|可以的|好的|没问题|当然)[，,]\s*",
    re.IGNORECASE,
)
PARTICLE = re.compile(r"[哦噢哈呢呀啦哟~～]+(?=[。！!]*$)")
FIRST_CLAUSE = re.compile(r"^[^，,。！!；]{6,}(?=[，,。！!；]|$)")
LEAD = re.compile(
    r"(?i)^(?:and|so|but|also|well|ok|okay|please|quick question|just wondering|i was wondering|question)[,:]? +"
    r"|^(?:请问(?:一下)?|想问(?:一下|下)?|问一下|那|还有)[，, ]*"
)
LONGEST_MESSAGE = 10_000  # characters; behind them stand logs and what was quoted
OWN = re.compile(r"(?<![\w.])i(?=['’ ](?!\.))")  # as people write I in a hurry
LONGEST_QUESTION = 160  # characters; what is longer tells a story


def own_text(text: str) -> str:
    """Return a message without what it quotes, its greeting and its signature."""
    text = shortened(text).replace("\r\n", "\n").replace("\u00a0", " ")
    if below := QUOTED_BELOW.search(text):
        text = text[: below.start()]
    greeting, han_greeting, farewell, han_farewell = _patterns()
    lines = [line.strip() for line in text.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line and (farewell.match(line) or han_farewell.match(line)) and any(kept):
            break
        kept.append(han_greeting.sub("", greeting.sub("", line)) if not any(kept) else line)
    return re.sub("\n{3,}", "\n\n", "\n".join(kept).strip())


def shortened(text: str) -> str:
    """Return a message as long as anybody reads one, up to its last whole line or else word."""
    if len(text) <= LONGEST_MESSAGE:
        return text
    begin = text[:LONGEST_MESSAGE]
    return begin[: max(begin.rfind("\n"), 0) or max(begin.rfind(" "), 0)]


def questions_of(text: str) -> list[str]:
    """Return the sentences of a message that ask something, without the number of an order in them."""
    found = [_led(without_numbers(one)) for one in _lines(text) if ASKED.search(one)]
    return [one for one in found if one and len(one) <= LONGEST_QUESTION]


def without_numbers(sentence: str) -> str:
    """Return a sentence without the masked number of an order or the like: "the invoice of order ▇" is the invoice."""
    return OF_NUMBER.sub("", NUMBERED.sub("", sentence))


def as_question(text: str) -> str:
    """Return a subject as a question where it is one without its mark, else nothing."""
    line = _led(" ".join(text.split()).rstrip(" .。!！"))
    line = re.sub(r"(?i)^(?:re|fwd?|aw|回复|转发)[:：]\s*", "", line)
    if ASKED.search(line):
        return line
    return (
        f"{line}{'？' if not line.isascii() else '?'}" if ASKING.search(line) and len(line) <= LONGEST_QUESTION else ""
    )


def answers_of(text: str) -> list[str]:
    """Return the sentences of a reply that tell something: no courtesy, no question, nothing personal."""
    courtesies = _courtesies()
    return [
        one
        for one in map(_without_regret, _lines(own_text(text)))
        if MASK not in one and not ASKED.search(one) and not any(each.fullmatch(one) for each in courtesies)
    ]


def words_of(sentence: str) -> frozenset[str]:
    """Return the words of a sentence, of Chinese the characters two by two, without numbers, which may differ."""
    if is_chinese(sentence):
        plain = "".join(char for char in sentence if HAN.match(char))
        return frozenset(plain[at : at + 2] for at in range(len(plain) - 1)) or frozenset([plain])
    words = frozenset(word for word in content(sentence) if not any(map(str.isdigit, word)))
    return words or frozenset(sentence.casefold().split())


def first_clause(sentence: str) -> str:
    """Return the first clause of a Chinese sentence, without its mark; nothing of a very short one."""
    found = FIRST_CLAUSE.match(sentence)
    return found.group() if found and not sentence.isascii() else ""


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from (re.sub(r"^\s*(?:[-*•]|\d+[.)])\s+", "", one).strip() for one in sentences(line))


def _without_regret(sentence: str) -> str:
    """Return a sentence without the regret or yes that it begins with, which was for one person: "Sorry, …"."""
    told = PARTICLE.sub("", AGREED.sub("", REGRET.sub("", sentence)))
    return told[:1].upper() + told[1:]


def _led(line: str) -> str:
    """Return a question without what leads to it."""
    short = LEAD.sub("", line.strip())
    short = short[short.rfind(f"{MASK},") + 2 :].strip() if f"{MASK}," in short[:12] else short
    return OWN.sub("I", short[:1].upper() + short[1:])


@cache
def _courtesies() -> Sequence[re.Pattern[str]]:
    lists = personal_lists()["courtesies"]
    return [re.compile(one, re.IGNORECASE | re.DOTALL) for language in lists.values() for one in language]


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    lists = personal_lists()
    greetings = "|".join(sorted(map(re.escape, lists["greetings"]), key=len, reverse=True))
    farewells = "|".join(sorted(map(re.escape, lists["farewells"]), key=len, reverse=True))
    return (
        re.compile(
            rf"(?i)^(?:{greetings})\b(?: (?:there|all|team|everyone|support|{MASK}|(?-i:[A-Z])\w*))*"
            rf"\s*(?:[,!.:–-]+\s*|$)"
        ),
        re.compile(lists["han_greetings"]),
        re.compile(rf"(?i)^(?:{farewells})\b(?:[ ,!.]*|(?: from)?[ ,]+[\w{MASK} ]{{0,30}})$"),
        re.compile(lists["han_farewells"]),
    )
