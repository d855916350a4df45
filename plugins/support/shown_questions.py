"""A customer's question as a page shows it: plain, about nobody in particular, and answered by what is below it."""

from __future__ import annotations

import re

POLITE = re.compile(r"(?i),?\s*\b(?:please|pls|plz|kindly)\b,?(?=\s*[?？]|\s|$)")
HAN_POLITE = re.compile(
    r"^(?:请问|麻烦问一下|麻烦问下|想咨询一下|咨询一下|你好|您好|亲)[，,：:\s]*|(?:谢谢|麻烦了)[！!。]*$"
)
HAN_DRAWN = re.compile(r"[啊呀哦哈哟]+(?=[？?]*$)")  # as one speaks: 多久能充满啊
DAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b")
CHILD = re.compile(r"(?i)\bmy (?:little |younger |older |eldest |youngest )?(?:son|daughter|boy|girl|kid|toddler)\b")
CHILDREN = re.compile(r"(?i)\bmy (?:little )?(?:sons|daughters|boys|girls|kids|children)\b(?!['’]s)")
HAN_CHILD = re.compile(r"(?:我们?家?的?)(?:小?儿子|小?女儿|闺女|娃娃?|宝宝|宝贝|小孩|小朋友|孩子)")
ONE_OF_THEM = re.compile(r"(?i)\b(?:he|she|him|her|his|hers)\b|[他她]")
PRICE = re.compile(r"(?i)^(?:what(?:['’]s| is) the )?(?:the )?(?:price|cost) (?:of|for) (?=(an?|the) )(.+?)[?？]$")
BEGUN = re.compile(
    r"(?i)^(?:how|what|when|where|which|who|whom|whose|why|"
    r"(?:at|in|on|by|from|for|to|until|with|under) (?:what|which|when|how)|"
    r"can|could|do|does|did|is|are|was|were|may|might|must|will|would|should|shall|have|has|am)(?:n['’]t)?\b"
)
YES_NO = re.compile(
    r"(?i)^(?:can|could|do|does|did|is|are|was|were|may|must|will|would|should|have|has|am)(?:n['’]t)?\b"
)
HAN_YES_NO = re.compile(
    r"[吗嘛么][?？]?$|能否|是否|可否|能不能|可不可以|可以不可以|有没有|是不是|会不会|要不要|用不用|行不行|让不让"
)
HAN_ASKING = re.compile(r"怎么|怎样|如何|多久|多少|多长|多大|什么|哪|几|谁|为何|为什么")
FIRST_WORD = re.compile(  # of a sentence, which is in small letters behind "Yes,"
    r"(?:The|A|An|You|Your|We|Our|It|They|There|This|That|These|Please|If|Only|But|Up|On|In|From|At|For|With|Without|As|"
    r"Until|All|Every|Each|Most|Any|No|Not|Just|Both|Some|Children|Parcels|Orders|Caps|Dogs|Guests|Members)\b"
)
ANSWERED = re.compile(
    r"(?i)^(?:yes|no)\b[,.!:;–—-]*\s*"
    r"|^(?:是的|不是的?|是|不是|对|有的?|没有|行|不行|可以的?|不可以|能|不能|会|不会|要|不要|不用|不需要|需要|支持|不支持)[，,。！!]\s*"
)
CONDITION = re.compile(r"(?i)\b(?:if|because|since|although|while)\b|\bwhen (?:my|i|both)\b|如果|要是|万一|因为")
ONE_CASE = re.compile(  # of a question: how long, when or how many for who asks it
    r"(?i) for (?:\d+|an?|one|two|three|four|five|six|ten) (?:days?|weeks?|months?|nights?|hours?|people|persons)\b"
    r"| (?:in|on|from|until|this|next|by) (?:(?:early|late|mid) )?(?:january|february|march|april|may|june|july|august|"
    r"september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|week(?:end)?|month|summer|winter)\b"
    r"(?: \d+\w*)?|下?个?(?:周[一二三四五六日末]|月)(?=[我想能可要])|我?(?:今年)?\d+岁的"
)
ASIDE = re.compile(
    r"(?i)^(?:could|can|would) you (?:tell|let|help|explain)\b|^(?:do|would) you (?:happen to )?know\b|^may i ask\b"
)


def shown_question(question: str) -> str:
    """Return a question without "please", and with what is sure to be meant for all: my child for my son."""
    line = HAN_POLITE.sub("", " ".join(question.split()))
    line = re.sub(r"\s+([?？])", r"\1", POLITE.sub("", line)).strip()
    if not ONE_OF_THEM.search(line):
        line = HAN_CHILD.sub("孩子", CHILDREN.sub("my children", CHILD.sub("my child", line)))
    if found := PRICE.match(line):
        line = f"How much is {found[2]}?"
    line = HAN_DRAWN.sub("", line)
    line = DAY.sub(lambda found: found.group().capitalize(), line[:1].upper() + line[1:])
    return line if not line or line[-1] in "?？" else f"{line}{'?' if line.isascii() else '？'}"


def stands_alone(question: str) -> bool:
    """Tell whether a question is a whole one: not "School jumper in size 9, where do you sell them?"."""
    if any("\u4e00" <= char <= "\u9fff" for char in question):
        return bool(HAN_YES_NO.search(question.rstrip("？? ")) or HAN_ASKING.search(question))
    return bool(BEGUN.match(question) and not ASIDE.match(question))


def oddity(question: str) -> float:
    """Return how much a question is not what a page asks: a fragment, one for a case of one's own."""
    own = len(CONDITION.findall(question)) + len(ONE_CASE.findall(question))
    return (0.0 if stands_alone(question) else 3.0) + 0.5 * own


def without_case(question: str, replies: str) -> str:
    """Return a question without how long, when or how many it was for who asked it, at its end, where no reply names
    that: "a guest for two weeks in August" is a guest."""
    kept, mark = question.rstrip("?？ "), question[-1:]
    while found := next((one for one in ONE_CASE.finditer(kept) if one.end() == len(kept)), None):
        if found.group().strip().casefold() in replies.casefold():
            break
        kept = kept[: found.start()]
    return f"{kept}{mark}" if kept and mark in "?？" else question


def asks_yes_or_no(question: str) -> bool:
    """Tell whether yes or no answers a question."""
    if any("\u4e00" <= char <= "\u9fff" for char in question):
        return bool(HAN_YES_NO.search(question.rstrip("？? ")))
    return bool(YES_NO.match(question))


def says_yes_or_no(answer: str) -> bool:
    """Tell whether an answer begins with yes or no."""
    return bool(ANSWERED.match(answer))


def fitting_answer(question: str, answer: str, lead: str = "") -> str:
    """Return an answer that begins with the yes or no of the question shown, its `lead` in the reply to it, and with
    none where nothing was asked that yes or no answers.

    "Yes" to whether caps are compulsory is "no" to whether one may swim without: another ticket's does not fit.
    """
    found = ANSWERED.match(answer)
    left = answer[found.end() :] if found else answer
    if not asks_yes_or_no(question) or (found and not lead and any("\u4e00" <= char <= "\u9fff" for char in answer)):
        return (left[:1].upper() + left[1:] if left else answer) if found else answer
    if not lead or not left:
        return answer
    inside = left[:1].isascii() and FIRST_WORD.match(left) is not None and lead.rstrip().endswith(",")
    return lead + (left[:1].lower() + left[1:] if inside else left)
