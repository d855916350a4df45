"""Personal data in tickets, and what is put in its place.

What is found is found by its form (addresses, numbers of five digits and more, @names, addresses of houses), by the
word before it ("order", "passport", 身份证号), and names by where they stand (after a greeting, in a signature, behind
"my name is", 我叫, beside 先生). Too much is masked rather than too little: a sentence with a mask is not published.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from aigc_plugins.rules.name_reading import person_pattern

HIDDEN = re.compile("\ue000(.)\ue001", re.DOTALL)
LONGEST_NAME = 60  # characters; of a longer one its words are sought
MASK = "▇"  # stands where something personal was; no sentence with it is published
LEAST_DIGITS = 5  # of a number that may be anybody's
_NAME = r"[A-ZÀ-Þ][\wÀ-ɏ'’-]*\.?(?: (?:van |von |de |der |bin |al-)?[A-ZÀ-Þ][\wÀ-ɏ'’-]*\.?){0,3}"
_LATIN = r"[^\W\u4e00-\u9fff]"  # a letter or digit; Chinese stands beside a number without a space
_HAN_NAME = r"[\u4e00-\u9fff]{1,4}"


@cache
def personal_lists() -> Mapping[str, Any]:
    """Return `personal.yaml`: how personal data, greetings and ends are written."""
    import yaml

    text = files("aigc_plugins.support").joinpath("personal.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read


def masked(text: str, *, names: Collection[str] = (), keep: Collection[str] = ()) -> str:
    """Return a text with a mask for everything personal in it: of people by their `names` too, but for what is to be
    kept, such as the shop's own address."""
    kept: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kept.append(found.group())
        return f"\ue000{chr(0xE100 + len(kept) - 1)}\ue001"

    if ours := [re.escape(one) for one in sorted(keep, key=len, reverse=True) if one.strip()]:
        text = re.sub(rf"(?i)(?<![.@-])(?<!{_LATIN})(?:{'|'.join(ours)})(?![@-])(?!{_LATIN})", hide, text)
    for pattern, into in _patterns():
        text = pattern.sub(into, text)
    if names:  # last, as addresses have names in them
        text = _named(frozenset(names)).sub(MASK, text)
    text = re.sub(rf"{MASK}(?:[ ,]*{MASK})+", MASK, text)
    return HIDDEN.sub(lambda found: kept[at] if 0 <= (at := ord(found[1]) - 0xE100) < len(kept) else found[0], text)


def is_personal(text: str, *, names: Collection[str] = (), keep: Collection[str] = ()) -> bool:
    """Tell whether something personal stands in a text."""
    return MASK in text or masked(text, names=names, keep=keep) != text


@lru_cache(maxsize=8)
def _named(names: frozenset[str]) -> re.Pattern[str]:
    all_parts = {part for name in names if len(name.strip()) > 1 for part in (name, *name.split())}
    parts = [part for part in all_parts if (len(part) > 2 or not part.isascii()) and len(part) <= LONGEST_NAME]
    latin, other = (any_of(one for one in parts if one.isascii() is ascii) for ascii in (True, False))
    return re.compile(rf"(?i)(?<!\w)(?:{latin})(?!\w)|{other}")


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of some words, the longest that fits: what they begin with alike is tried once, so that
    thousands of them take no longer than a few."""
    tree: dict[str, Any] = {}
    for word in sorted(words):
        branch = tree
        for char in word:
            branch = branch.setdefault(char, {})
        branch[""] = {}
    return _branches(tree) or "(?!)"


def _branches(tree: Mapping[str, Any]) -> str:
    told = "|".join(re.escape(char) + _branches(below) for char, below in tree.items() if char)
    return f"(?:{told}){'?' if '' in tree else ''}" if told else ""


@cache
def _patterns() -> Sequence[tuple[re.Pattern[str], str]]:
    """Return the patterns of personal data with what takes their place, in the order in which they are sought."""
    lists = personal_lists()
    streets = "|".join(lists["streets"])
    english = "|".join(re.escape(one).replace(r"\ ", r"\s") for one in sorted(lists["labelled"]["en"], key=len)[::-1])
    chinese = "|".join(map(re.escape, sorted(lists["labelled"]["zh"], key=len, reverse=True)))
    told = "|".join(map(re.escape, lists["introductions"]))
    greeting = "|".join(map(re.escape, sorted(lists["greetings"], key=len, reverse=True)))
    code = r"(?=[\w/.-]{0,40}\d)[A-Za-z0-9][\w/.-]{2,}\w"
    found = [
        r"(?i)\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+",
        r"[A-Za-z0-9_.+%-]{1,64}@[\w-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
        r"[\w.+%-]{1,64} ?(?:\(at\)|\[at\]| at (?=[\w-]+ dot )) ?[\w-]+(?: ?(?:\.|\(dot\)|\[dot\]| dot ) ?[\w-]+)+",
        r"(?<![\w@])@[\w.]{2,}",
        r"(?i)\b(?:[a-z0-9-]{1,63}\.){1,8}(?:com|net|org|io|cn|de|co\.uk|example|test)\b(?:/\S*)?",
        r"(?i)\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b",  # MAC
        r"(?i)\b(?:[0-9a-f]{1,4}:){3,7}:?[0-9a-f]{0,4}\b|\b[0-9a-f]{0,4}::[0-9a-f:]+\b",  # IPv6
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
        r"-?\d{1,3}\.\d{4,}\s?[°NSEW]?,\s?-?\d{1,3}\.\d{4,}\s?[°NSEW]?",  # where somebody is
        r"(?i)\b(?:bc1|0x)[0-9a-z]{20,}\b",
        r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b",  # IBAN
        r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",  # UK NI number
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6}",
        r"(?i)\b(?:born(?: on)?|birth(?:day| date)?|dob)\b\W{0,3}(?:is |on )?[\w ,./-]{0,4}\d[\w ,./-]{3,18}\d",
        (
            rf"(?i)(?<![\w-])(?:no\.? ?)?\d{{1,5}}[a-z]?,? (?:[a-zß-ÿ'’.-]+ ){{1,4}}(?:{streets})\b\.?"
            r"(?:,? [\w ]{2,30}(?=[,.\n]|$))?"
        ),
        rf"(?i)\b[a-zß-ÿ-]{{1,40}}(?:{streets[streets.index('straße') :]}) \d{{1,4}}[a-z]?\b",
        r"(?i)\b(?:p\.?o\.? box|flat|apt\.?|apartment|unit) \d+\w*",
        r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",  # UK postcode
        (
            r"(?:[\u4e00-\u9fff]{2,8}[省市区县镇]){0,3}[\u4e00-\u9fff]{1,8}(?:路|街|巷|弄|大道|胡同|小区|花园)"
            r"[\u4e00-\u9fff\d]{0,6}\d+[号弄栋幢室单元楼层\d-]*"
        ),
        r"\d+(?:号楼|栋|幢|单元|室)(?:\d+室?)?",
        r"(?<!\w)\+?\(?\d[\d ()./-]{5,}\d(?!\w)|\d(?:[ -]?\d){4,}",  # telephones, cards
        r"(?i)#\s?[a-z]*-?\d[\w-]*",
        r"\b(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{2,}(?:-[A-Z0-9]+)+\b|\b(?=\w{0,40}\d\w{0,40}\d\w{0,40}\d)(?=\w{0,40}[A-Za-z])[A-Za-z0-9]{6,}\b",
    ]
    masks = [(re.compile(one), MASK) for one in found]
    secret = r"password|passwort|pass|username|user name|user|login|pin"
    labels = [
        rf"(?i)\b((?:my |the )?(?:{secret})\s?[:=]\s*|my (?:{secret}) (?:is|was) )\S+",
        rf"(?i)\b((?:{english})(?:\s?(?:no|number|id|code|nr|ref|name)\b\.?)?\s*[:#=]\s*)(?:{code}|\"[^\"\n]+\"|\S+)",
        rf"(?i)\b((?:{english})(?:\s?(?:no|number|id|code|nr|ref)\b\.?)?\s+(?:(?:is|was)\s+)?){code}",
        rf"((?:{chinese})(?:号码|号|码)?\s?[:：]\s?)(?!\ue000)[^\s，。！？；,;!?]+",
        rf"((?:{chinese})(?:号码|号|码)?\s?[是为]?\s?)(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{{3,}}",
        rf"((?i:\b(?:{told})) +){_NAME}",
        rf"(?m)(^\W*(?i:{greeting})[ ,]+){_NAME}",
        rf"((?i:\b(?:mr|mrs|ms|miss|dr|prof|herr|frau)\b\.? ?)){_NAME}",
        rf"((?:我叫|我是|(?<![限需须由凭非])本人|姓名是|名字是|收件人)[:：]?\s?){_HAN_NAME}(?=[，。,！\s]|$)",
    ]
    masks += [(re.compile(one), rf"\g<1>{MASK}") for one in labels]
    masks += [(re.compile(person_pattern()), MASK)]
    return masks
