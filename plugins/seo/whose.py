"""Whose price or size a sentence tells: that of the thing, or of a repair, a delivery or a part of it."""

from __future__ import annotations

import re

from aigc_plugins.rules.content_words import HAN, content

FIGURE_OF_MONEY = re.compile(
    r"[$€£¥￥]\s?\d|\d\s?万?(?:[$€£¥￥元块p]|usd|eur|gbp)|[一二两三四五六七八九十百千]+(?:元|块)|"
    r"\b(?:dollars?|euros?|pounds?|pence|francs?|yuan|kron\w+|cents?)\b",
    re.IGNORECASE,
)
# A sentence that names no thing of its own: "45 minutes are enough.", 一般七个工作日。
SUBJECTLESS = re.compile(
    r"^(?:(?:it|they|this|that|these|most|all|allow|about|usually|normally|mostly|within|from|between|up to|at most|"
    r"you|we|ready|done)\b|\W*\d)"
    r"|^(?:一般|通常|大约|大概|约|全程|从[^，。]{1,8}到|最[快慢多少]|需要?|要|慢慢|平均|共|只要|[\d一二两三四五六七八九十半])",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,;，；。]")
# What is paid for beside a thing. What is behind "for" in Chinese stands before 费: 修理费.
FEE = re.compile(
    r"\b(?:repairs?|repaired|deliver(?:y|s|ed)|shipping|postage|deposits?|parking|tuning|tuned|installation|insurance|"
    r"cleaning|servicing|replacements?|replacing|spares?|refills?|surcharges?|cancellations?|fines?)\b"
    r"|(?P<for>[\u3400-\u9fff]{1,2})费(?!用)|押金|(?P<deed>修|换|调音|调律|搬|运|送|拆|装)(?=[^，。；]*\d ?元)",
    re.IGNORECASE,
)
# Whom or what a price is for where a sentence with it is of the thing itself.
PAYERS = re.compile(
    r"\b(?:adults?|children|child|kids?|students?|families|family|members?|per|each|an? (?:hour|day|night|week|"
    r"month|year|person|head|lesson|session|visit|ticket|place|seat|metre|kilo)|tickets?|lessons?|sessions?|hours?|days?)\b"
    r"|成人|儿童|学生|家庭|会员|[每一][人位次节天晚月年小堂套只件台把间]|票|学费|课",
    re.IGNORECASE,
)
SIZED = re.compile(r"\bsizes?\b|\bone[- ]size\b|\d码|尺码|[SMLX]码", re.IGNORECASE)
MEASURES = "高|宽|长|深|直径|尺寸|面积|占地|约|有|是|为|\\d"


def has_price_of_another(fact: str, known: str) -> bool:
    """Tell whether the price of a sentence is that of a repair, a delivery or the like, which the `known` words have
    not: "A new bridge is £90" is not told apart, "A repair is £90" is."""
    money = FIGURE_OF_MONEY.search(fact)
    told = CLAUSE.split(fact[: money.start()])[-1] if money else ""
    clause = told + (CLAUSE.split(fact[money.start() :])[0] if money else fact)
    for found in FEE.finditer(clause):
        words = content(found.group())
        if HAN.search(found.group()):
            if (found["for"] or found["deed"] or found.group()) not in known:
                return True
        elif not words & content(known):
            return True
    return False


def has_price_of_thing(fact: str, keyword: str) -> bool:
    """Tell whether the price of a sentence is surely that of a keyword: it names it, or nothing, or who pays."""
    if has_price_of_another(fact, keyword):
        return False
    return bool(SUBJECTLESS.match(fact) or PAYERS.search(fact) or _names(fact, keyword))


def measures_the_thing(fact: str, keyword: str) -> bool:
    """Tell whether a sentence tells a size of a keyword, not of its part: it names the size, the thing or nothing."""
    if SUBJECTLESS.match(fact) or SIZED.search(fact):
        return True
    if not HAN.search(fact):
        return _names(fact, keyword)
    ends = "|".join(re.escape(keyword[at:]) for at in range(len(keyword)))
    return bool(re.match(rf"(?:整个?|[这每][款个张台件只])?(?:{ends})的?(?:{MEASURES})", fact))


def _names(fact: str, keyword: str) -> bool:
    """Tell whether a sentence has a word of a keyword, of a Chinese one its last two characters."""
    return keyword[-2:] in fact if HAN.search(keyword) else bool(content(fact) & content(keyword))
