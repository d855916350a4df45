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
ANSWERED = re.compile(r"(?i)^(?:yes|no)\b[,.!:;–—-]*\s*|^(?:是的|不是的?|没有|不行|可以的|不可以)[，,。！!]\s*")
CONDITION = re.compile(r"(?i)\b(?:if|because|since|although|while)\b|\bwhen (?:my|i|both)\b|如果|要是|万一|因为")
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
    return (0.0 if stands_alone(question) else 3.0) + 0.5 * len(CONDITION.findall(question))


def asks_yes_or_no(question: str) -> bool:
    """Tell whether yes or no answers a question."""
    if any("\u4e00" <= char <= "\u9fff" for char in question):
        return bool(HAN_YES_NO.search(question.rstrip("？? ")))
    return bool(YES_NO.match(question))


def says_yes_or_no(answer: str) -> bool:
    """Tell whether an answer begins with yes or no."""
    return bool(ANSWERED.match(answer))


def fitting_answer(question: str, answer: str) -> str:
    """Return an answer without the yes or no that it begins with, where nothing was asked that it answers."""
    if asks_yes_or_no(question) or not (found := ANSWERED.match(answer)):
        return answer
    left = answer[found.end() :]
    return left[:1].upper() + left[1:] if left else answer
