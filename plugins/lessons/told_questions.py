"""A question and its answer, told: "Who wrote Emma?" and "Jane Austen" are "Jane Austen wrote Emma."

Where no sentence is sure, the answer stands behind its question, as books for children tell things: "How long do the
young stay in the nest? About eight weeks."
"""

from __future__ import annotations

import re

from aigc_plugins.lessons.asked_things import is_several, lacks_article
from aigc_plugins.lessons.number_words import CLASSIFIERS
from aigc_plugins.lessons.sentence_ends import SentenceEnd, agreeing

HAN = re.compile(r"[\u3400-\u9fff]")
# What asks in a Chinese question and stands where its answer would; of two, or of how and why, no sentence is sure.
UNSURE = re.compile(
    r"为什么|为何|怎么|怎样|如何|吗|呢|哪些|是不是|能不能|什么样|[干做]什么|什么的|哪(?!里|儿|一?[年天个月](?:[^\u3400-\u9fff]|$))"
)
SOME = re.compile(
    r"(?P<before>[^，。；哪什谁几]*(?:传到|传入|来到|去过|到过|经过|流过|流经|穿过|包括|分为|出使|游览|访问|有)了?)哪些"
    r"(?:地方|国家|城市|省份?|地区|部分|种类|类|季节|民族|朝代|行星|器官|食物|动物|植物|东西|作用|用途|优点|好处)?"
)
LISTED = re.compile(r"[^，。；是有会能可]*[、和][^，。；是有会能可]*")
WITH_WHAT = re.compile(
    r"(?P<before>[^，。；哪什谁几怎]{1,12}[用靠])什么(?P<deed>(?:来)?"
    r"(?:买|卖|运(?!动)|写(?!法)|造(?!型)|付|支付|制作|装饰|盖|喝|吃|打扫|打猎|洗|煮|切|呼吸|走路|飞行|游泳|捕|传递|记录|照明|取暖|做饭|计时)"
    r"[^，。；什哪]{0,6})"
)
MEANS = re.compile(r"[\u3400-\u9fff]{1,10}")
PLACED = re.compile(
    r"(?:in|on|at|near|under|behind|between|beside|inside|outside|above|below|along|around|by|off|among|over|from|"
    r"next to|north|south|east|west)\b"
)
DURING = re.compile(r"(?:during|before|after|every|once|twice)\b")
WHERE_DO = re.compile(r"(?:Where|When) do ((?:[A-Za-z]+ ){0,2}[A-Za-z]+s|people|children) ([a-z]+)")
UNIT = rf"(?:平方米|立方米|公里|千米|厘米|毫米|千克|公斤|毫升|小时|分钟|个月|[度米吨克元斤里升分秒时周{CLASSIFIERS}])"
ASKING = re.compile(
    rf"什么时候|什么时间|什么地方|什么|谁|哪里|哪儿|哪一?[年天个月]|多长时间|多久|多[大长高重远深快宽]|(?:多少|几)(?P<unit>{UNIT})?"
)
PLACE = re.compile(r"[里上中下边旁处内外间面市省县国]$")
WHO = re.compile(r"Who ((?!(?:is|are|was|were|do|does|did|has|have|had|can|will|would|should)\b)[a-z]+ .+)")
WHAT_IS = re.compile(r"(?:What|Who|Where) (is|are|was|were) ((?:the|its|their) .+)")
COUNTED_OUT = re.compile(r"What is ([£$€]?\d.+)")
WHAT_DO = re.compile(  # with what stands behind the verb: "bees eat in winter" is told as "Bees eat honey in winter"
    r"What do (?P<who>(?:[A-Za-z]+ ){0,2}?(?:[A-Za-z]+s|people|children|you|we|they|sheep|fish|men|women)) "
    r"(?P<does>(?!in\b|on\b|at\b|from\b|of\b|with\b|have\b|need\b)[a-z]+)"
    r"(?P<behind>(?: (?:in|on|at|from|with|during|every|per|before|after) .+)?)"
)
WHY_DO = re.compile(r"Why do ((?:[A-Za-z]+ ){0,2}?(?:[A-Za-z]+s|people|children)) ((?!in\b|of\b)[a-z]+.*)")
HOW_DO = re.compile(r"How do ((?:[A-Za-z]+ ){0,2}?(?:[A-Za-z]+s|people|children)) ((?!in\b|of\b)[a-z]+.*)")
WHY_DOES = re.compile(r"Why does ((?:the|a|an|our) [a-z]+) ([a-z]+(?: [a-z ]+)?)")
HOW_DOES = re.compile(r"How does ((?:the|a|an|our) [a-z]+) ([a-z]+(?: [a-z ]+)?)")
WHAT_COLOUR = re.compile(r"What colou?r (is|are) ((?:the|our|its) [a-z ]+)")
CLAUSE = re.compile(r"(?:it|they|the [a-z]+|there) [a-z]+ ")
IS_DONE = re.compile(
    r"(?:Where|When|How often) (?P<be>is|are|was|were) "
    r"(?P<who>(?:the|our|its|a|an) (?:[a-z]+ ){0,2}[a-z]+|[a-z]+ [a-z]+) "
    r"(?P<done>[a-z]{2,}ed|kept|held|built|found|made|grown|sold|paid|done|shut|sent|put|bought|told|taught|written)"
)
OFTEN = re.compile(r"(?:every|once|twice|each)\b|(?:daily|weekly|monthly|yearly)$")
USES = ("作用", "用途", "优点", "好处")
USED_FOR = re.compile(
    r"(?P<what>[^，。；哪什谁几怎]{2,12}?)(?:都|又)?有(?:"
    r"什么(?P<one>用处|用途|作用|用)|哪些(?P<some>作用|用途|优点|好处))"
)
WHY_ZH = re.compile(r"为什么([^，。；这那它]{2,}[是会能要有不很都][^，。；]+)")
DEED_ZH = re.compile(r"[看去打买吃喝扫洗写读玩学跑爬踢放跳唱画听骑参听修种包赏浇喂整练做回]|打扫|锻炼|休息|拜访")
DOES_WHAT = re.compile(r"(?P<when>[^，。；哪什谁几怎为]{2,14}?)[做干]什么")
NEED_TO = re.compile(
    r"What (?P<do>do|does) (?P<who>(?:[A-Za-z]+ ){0,3}[A-Za-z]+) need to "
    r"(?P<act>(?!do\b|be\b)[a-z]+(?: [a-z]+){0,3})"
)
ONE = ("1", "one")
MANY = (("children", "child"), ("people", "person"), ("teeth", "tooth"), ("feet", "foot"), ("men", "man"),
        ("women", "woman"), ("mice", "mouse"), ("leaves", "leaf"), ("halves", "half"))  # fmt: skip
NO_DEED = ("do", "like", "for", "with", "of", "on", "in")
HOW_MANY = re.compile(r"How many ([a-z ]+?) (do|does) (.+?) have")
HOW_MANY_ARE = re.compile(r"How many ([a-z ]+?) are (?:there )?((?:in|on|at) .+)")
HOW_MANY_DO = re.compile(r"How many ([a-z]+) do (.+?) ([a-z]+)")
HOW_LONG = re.compile(r"How long do (?!.* (?:take|need|last)\b)(.+)")
FOR = re.compile(r"(?:about |around |up to |at least )?(?:\d|an? |two|three|four|five|six|seven|eight|nine|ten)")


def of_number(things: str, number: str) -> str:
    """Return things as their number has them: 1 moon."""
    if number not in ONE or things.endswith("ss"):
        return things
    one = next((ones for many, ones in MANY if things == many or things.endswith(f" {many}")), "")
    if one:
        return re.sub(r"\w+$", one, things)
    return re.sub(r"(?<=[sxz])es$|(?<=[cs]h)es$|(?<=[^s])s$", "", re.sub(r"ies$", "y", things))


def told_question(question: str, answer: str) -> str:
    """Return what a question and its answer say, as text to read; where no sentence is sure, both as they stand."""
    bare, right = question.strip().rstrip("?？ "), answer.strip().rstrip(".。 ")
    stands = f"{bare}？{right}。" if HAN.search(bare) else f"{bare}? {right[:1].upper()}{right[1:]}."
    return surely_told(question, answer) or stands


def surely_told(question: str, answer: str) -> str:
    """Return the sentence that a question and its answer are; empty where none is sure."""
    bare, right = question.strip().rstrip("?？ "), answer.strip().rstrip(".。 ")
    return _chinese(bare, right) if HAN.search(bare) else _english(bare, right)


def _chinese(question: str, answer: str) -> str:
    if used := USED_FOR.fullmatch(question):
        noun = used["some"] or "作用"
        return f"{used['what']}的{noun}是{answer}。" if not re.match("可以|能|用[来于]", answer) else ""
    if (does := DOES_WHAT.fullmatch(question)) and not does["when"].endswith(("要", "是", "来", "用", "能")):
        return f"{does['when']}{answer}。" if DEED_ZH.match(answer) else ""
    if (why := WHY_ZH.fullmatch(question)) and (because := re.fullmatch("因为([^，。；]+)", answer)):
        return f"因为{because[1]}，所以{why[1]}。"
    if question.endswith("有哪些"):
        return f"{question[:-3]}包括{answer}。" if LISTED.fullmatch(answer) else ""
    if (some := SOME.fullmatch(question)) and LISTED.fullmatch(answer):
        return f"{some['before']}{answer}。"  # 传到了哪些国家: 朝鲜和日本
    if (means := WITH_WHAT.fullmatch(question)) and MEANS.fullmatch(answer):
        return f"{means['before']}{answer}{means['deed']}。"
    found = list(ASKING.finditer(question))
    if len(found) != 1 or UNSURE.search(question) or re.search(r"[，。；？]", question):
        return ""
    unit = found[0].groupdict().get("unit") or ""
    behind = unit if unit and unit not in answer and re.search(r"[\d一二两三四五六七八九十百千万]$", answer) else ""
    if unit and not behind and unit not in answer:
        return ""
    start, end = found[0].span()
    if found[0].group() in ("哪里", "哪儿") and question[end:] and not PLACE.search(answer):
        return ""  # 血液在肺吸收氧气
    if (
        found[0].group() in ("什么", "谁")
        and question[end : end + 1]
        and not re.match("[了的在]", question[end:])
        and start
    ):
        return ""  # 用什么水泡茶: what is asked is 什么水, and the answer may have it as well
    if answer[:1] == question[start - 1 : start]:
        answer = answer[1:]  # 吃什么: 吃蜂蜜
    return f"{question[:start]}{answer}{behind}{question[end:]}。"


def _english(question: str, answer: str) -> str:
    if found := WHO.fullmatch(question):
        told = found[1]
        if re.match(r"(?!does\b)[a-z]+[^s\W]s\b", told) and (is_several(answer) or " and " in answer):
            told = agreeing(SentenceEnd("", told, "one"), several=True)
        return f"{_capital(answer)} {told}." if told else ""
    if question.startswith("Where ") and not PLACED.match(answer):
        return ""  # "the first lighthouse was Egypt"
    if (found := WHERE_DO.fullmatch(question)) and (PLACED.match(answer) or DURING.match(answer)):
        return f"{_capital(found[1])} {found[2]} {answer}." if found[2] not in NO_DEED else ""
    if found := COUNTED_OUT.fullmatch(question):
        return f"{found[1]} is {answer}."
    if (found := WHAT_IS.fullmatch(question)) and not re.search(r"\b(?:for|like|about|called|made|from|of)$", found[2]):
        bare = found[1] in ("is", "was") and not question.startswith("Where ") and lacks_article(answer)
        return f"{_capital(found[2])} {found[1]} {answer}." if len(found[2].split()) < 8 and not bare else ""
    if (found := HOW_MANY_ARE.fullmatch(question)) and not re.search(rf"\b{found[1]}\b", answer):
        be = "is" if answer in ONE else "are"
        return f"There {be} {answer} {of_number(found[1], answer)} {found[2]}."
    if (found := HOW_MANY.fullmatch(question)) and not re.search(rf"\b{found[1]}\b", answer):
        return f"{_capital(found[3])} {'have' if found[2] == 'do' else 'has'} {answer} {of_number(found[1], answer)}."
    if (found := HOW_MANY_DO.fullmatch(question)) and not re.search(rf"\b{found[1]}\b", answer):
        return f"{_capital(found[2])} {found[3]} {answer} {of_number(found[1], answer)}."
    if (found := HOW_LONG.fullmatch(question)) and FOR.match(answer):
        return f"{_capital(found[1])} for {answer}."
    if (found := NEED_TO.fullmatch(question)) and not re.search(r"\b(?:in|on|with|for|about|of|to)$", found["act"]):
        need = "need" if found["do"] == "do" else "needs"
        return f"To {found['act']}, {found['who']} {need} {answer}." if not re.match(r"to\b", answer) else ""
    if (found := WHAT_DO.fullmatch(question)) and found["does"] not in (*NO_DEED, "to"):
        return f"{_capital(found['who'])} {found['does']} {answer}{found['behind']}."
    return _circumstance(question, answer)


def _circumstance(question: str, answer: str) -> str:
    """Return the sentence of a question for why, how, when or where something is done; empty where none is sure."""
    why, how, done = WHY_DO.fullmatch(question), HOW_DO.fullmatch(question), IS_DONE.fullmatch(question)
    if (one := WHY_DOES.fullmatch(question)) and CLAUSE.match(answer):
        deed = agreeing(SentenceEnd(one[1], one[2], "several"), several=False)
        return f"{_capital(one[1])} {deed} because {answer}." if deed else ""
    if (by := HOW_DOES.fullmatch(question)) and re.match(r"(?:with|by|through)\b", answer):
        deed = agreeing(SentenceEnd(by[1], by[2], "several"), several=False)
        return f"{_capital(by[1])} {deed} {answer}." if deed else ""
    if (coloured := WHAT_COLOUR.fullmatch(question)) and answer.replace(" and ", "").isalpha():
        return f"{_capital(coloured[2])} {coloured[1]} {answer}."
    if why and CLAUSE.match(answer):
        return f"{_capital(why[1])} {why[2]} because {answer}."
    if why and re.match(r"(?:to [a-z]+|because)\b", answer):
        return f"{_capital(why[1])} {why[2]} {answer}."
    if how and re.match(r"(?:with|by|through)\b", answer):
        return f"{_capital(how[1])} {how[2]} {answer}."
    if done and (PLACED.match(answer) or DURING.match(answer) or OFTEN.match(answer)):
        return f"{_capital(done['who'])} {done['be']} {done['done']} {answer}."
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
