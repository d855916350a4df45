"""Short facts that commas part in one text: "keeps hot 6 hours, 350 ml, leakproof lid", 保温6小时、350毫升、防漏.

Most commas part no facts: they stand in a sentence, between things of which one thing is said ("red, blue and green",
"works on gas, induction, charcoal"), in a date, a number or an address. Wherever that may be so the text stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEAST = 3  # parts
WORDS, HAN = 5, 12  # of a part, at most
SEPARATOR = re.compile(r",\s+")
HAN_SEPARATOR = "、"
OTHERWISE = re.compile(r"[;；|｜\r\n，:：=→?？!！…]|[.。]\s*$|[.。]\s|\s[–—-]\s")  # parted already, labels, sentences
KANA = re.compile(r"[\u3041-\u3096]")  # of Japanese, whose usual comma is 、
CHARACTER = re.compile(r"[\u3400-\u9fff]")
BRACKETS = ("()", "（）", "[]", "“”", "「」", "《》", "«»")
JOINED = re.compile(  # at the end: the last of several things
    r"(?:^|\s)(?:and|or|und|oder|sowie|et|ou|y|e|ed|o|en|of|och|og|eller|i|oraz|lub|&|\+)\s|[和或与及]|以及|等$",
    re.IGNORECASE,
)
CLAUSE = re.compile(  # begins what is no fact by itself
    r"(?:which|that|who|whose|when|where|while|because|since|if|unless|until|although|though|but|so|yet|nor|not|even|"
    r"just|only|also|too|both|either|then|than|as|like|such|including|especially|plus|with|without|for|from|in|on|at|by|"
    r"of|to|into|via|per|between|under|over|around|he|she|it|they|we|you|i|this|these|those|its|their|his|her|is|are|was|"
    r"were|has|have|and|or|"
    r"der|die|das|wenn|weil|wo|aber|sondern|nicht|auch|sogar|mit|ohne|für|von|aus|im|am|bei|zum|zur|zu|nach|und|oder|sie|"
    r"er|es|wir|qui|que|dont|quand|si|mais|avec|sans|pour|de|du|des|dans|en|sur|par|à|et|con|sin|para|y|pero|del|di|per|"
    r"e|ma|che|met|voor|van|zonder|maar)\b",
    re.IGNORECASE,
)
SHARED = re.compile(  # within the first part: what follows may hold for the others too
    r"\b(?:in|on|of|for|with|from|to|at|by|is|are|was|were|has|have|includes?|including|contains?|supports?|fits?|suits?|"
    r"replaces?|plays?|reads?|accepts?|needs?|like|against|between|"
    r"für|mit|aus|von|auf|bei|zum|zur|gegen|passt|ist|sind|hat|enthält|pour|avec|de|en|sur|contre|est|sont|para|con|por|"
    r"es|son|per|di|da|è|sono)\b",
    re.IGNORECASE,
)
HAN_SHARED = re.compile(r"适用|适合|支持|包括|包含|含有|可选|用于|可在|可用|兼容|配有|分为|由|有")
HAN_TAIL = re.compile(r"[一二两三四五六七八九十\d]+[种色款个项类]\w?$")
BARE = re.compile(r"[\d\W_]*")  # a number, an amount without what is counted
DAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"januar|februar|märz|mai|juni|juli|oktober|dezember)\b",
    re.IGNORECASE,
)
POSTAL = re.compile(r"\d{4,}\s+[A-ZÄÖÜ]\w+$")


def comma_parts(text: str) -> tuple[str, ...]:
    """Return the facts between a text's commas, three short ones at the least; nothing where they may be no facts."""
    text = text.strip()
    if OTHERWISE.search(text) or any(text.count(sign) for pair in BRACKETS for sign in pair) or text.count('"'):
        return ()
    if HAN_SEPARATOR in text:
        parts = [part.strip() for part in text.split(HAN_SEPARATOR)]
        whole = SEPARATOR.search(text) is None and not KANA.search(text) and _stands_in_chinese(parts)
    else:
        parts = [part.strip() for part in SEPARATOR.split(text)]
        whole = not CHARACTER.search(text) and _stands(parts)
    return tuple(parts) if len(parts) >= LEAST and whole and all(map(_is_short, parts)) else ()


def has_comma_lists(texts: Sequence[str]) -> bool:
    """Say whether the texts of a column are such lists: half of them at the least."""
    found = [text for text in texts if ", " in text or HAN_SEPARATOR in text]
    return 2 * len(found) >= len(texts) > 0 and 2 * sum(bool(comma_parts(text)) for text in found) >= len(texts)


def _is_short(part: str) -> bool:
    """Say whether a part may be a fact: some letters, not too many."""
    han = len(CHARACTER.findall(part))
    if BARE.fullmatch(part):
        return False
    return 2 <= han <= HAN or (han == 1 and len(part) > 2) if han else len(part) > 2 and len(part.split()) <= WORDS


def _stands(parts: list[str]) -> bool:
    """Say whether each part says something by itself."""
    first, *others = parts
    if JOINED.search(parts[-1]) or any(map(CLAUSE.match, others)):
        return False
    if any(DAY.search(part) or POSTAL.match(part) for part in parts):
        return False
    small = all(len(one.split()) < len(first.split()) for one in others)
    return not (SHARED.search(first) and small and not any(char.isdigit() for one in others for char in one))


def _stands_in_chinese(parts: list[str]) -> bool:
    first, *others = parts
    if JOINED.search(parts[-1]) or HAN_TAIL.search(parts[-1]):
        return False
    small = all(len(one) < len(first) for one in others)
    return not (HAN_SHARED.search(first) and small and not any(char.isdigit() for one in others for char in one))
