"""Other ways to say a fact that are as sure as the fact: in fewer letters, or without an end that only adds to it.

An end only adds where nothing that stays is bound by it: what has a number, a limit, a "no" or "free", what something
does and what was done to it may hold nowhere but in what follows. Where that cannot be told, the end stays.
"""

from __future__ import annotations

import re
from functools import cache

from aigc.content import ends_dangling
from aigc_plugins.ads.fact_lines import FINAL
from aigc_plugins.ads.fact_shape import opening
from aigc_plugins.ads.provisos import has_proviso
from aigc_plugins.ads.shortened import acting_verbs, heads, parts, reads_on, third_persons, tightened, with_short_units
from aigc_plugins.ads.word_lists import CJK, word_lists
from aigc_plugins.rules.numerals import ENGLISH

CLAUSE = re.compile(r"^\s*[,;–—]\s*")
ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)
LISTING = re.compile(r"^,[^,]*(?:,|\band\b|\bor\b)")  # of "gas, induction and charcoal" no "gas"
QUALITIES = re.compile(r"\b(?:for|with|of|in|at|to|an?|the) [a-z-]+$", re.IGNORECASE)
QUALITY = re.compile(r"^,(?: [a-z-]+){2,3}$", re.IGNORECASE)
HELD = "cut|failure|outage|emergency|event|case|storm|hurry|frost|rain|snow|hour|day|week|month|year|minute|second"
JOINT = "when|if|only|whenever|during|while|unless|until|till|after|before|once|except|as long as|subject to|provided"
CONDITION = re.compile(  # what a fact holds for: "runs on battery" in a power cut
    rf"^[,;–—]?\s(?:even )?(?:in (?:an?|the|case)\s(?:\w+ )?(?:{HELD})\b|(?:{JOINT})\b|up to\b|from [£$€]?\d)"
    r"|如果|若|遇|仅|只限|除外|不含|需另|以内|满\d|时$|后$",
    re.IGNORECASE,
)
PAID = re.compile(r"^\s(?:with|for|at|on) .*[£$€¥]\s?\d")  # "unlimited rides" with a wristband that costs
RELATIVE = re.compile(r"^\s(?:that|which)\s")
PURPOSE = re.compile(r"^\sfor\s(?!every|each|one|at |up |over |about |no |\d)")
PLACE = re.compile(r"^\s(?:with|without|from(?! \d)|in|on|inside|under|against|between(?! \d))\s")
MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
TIMED = re.compile(
    rf"\b(?:{MONTH}|{DAY}|[ap]m|\d+(?:st|nd|rd|th)|"
    r"weekdays?|weekends?|mornings?|evenings?|afternoons?|nights?|"
    r"days?|weeks?|months?|years?|hours?|minutes?|seconds?|summer|winter|spring|autumn|season|sunrise|sunset|"
    r"request|demand|appointment|arrangement|application|advance|emergency|exchange|return|case)\b",
    re.IGNORECASE,
)
UNSURE = re.compile(
    r"(?<![\w-])(?:only|not|no|never|except|unless|if|when|while|until|half|least|most|cost|charge|risk|fee)(?!\w)",
    re.IGNORECASE,
)
PEOPLE = re.compile(
    r"\b(?:customers|guests|members|children|kids|students|pupils|people|users|adults|beginners|players|owners|visitors|"
    r"parents|teams|dogs|cats)$",
    re.IGNORECASE,
)
BOUND = re.compile(
    r"(?<!\w)\d|\b(?:discount|reduced|within|before|after|per|from|than|optional|available|possible|allowed|valid|"
    r"guaranteed|safe|suitable|ready|open|closed|compatible|certified|approved|extra|refund|guarantee|warranty)\b",
    re.IGNORECASE,
)
FOR_PEOPLE = re.compile(  # whom alone a fact may hold for: a loan instrument for pupils, a free lesson for under-12s
    r"^[,;–—]?\s(?:but )?(?:only )?(?:for|to) (?:[\w'’-]+ ){0,3}?(?:(?:under|over)[- ]\d+s?|"
    r"[a-z]{3,}(?:er|or|ent|ant|ist|ian|ee)s|guests|kids|pupils|adults|families|locals|couples|groups|clubs|schools|regulars|patients|children|people|"
    r"anyone|everyone|those|women|men|dogs|cats)\b",
    re.IGNORECASE,
)
DONE = re.compile(
    r"(?:\w{2,}ed|born|built|chosen|cut|done|drawn|driven|given|ground|grown|hidden|kept|laid|lent|let|made|paid|put|"
    r"sent|set|sewn|shown|sold|taken|taught|thrown|told|woven|worn|written|away|out|up|off|back)$"
)
AND_DONE = re.compile(r"^ and (?:\w{2,}ed|cut|ground|sewn|sent|set)$")
ANAPHORIC = re.compile(
    r"\b(?:ours|yours|theirs|mine|it|them|one|ones|other|others|same|both|too|also|so)$", re.IGNORECASE
)
SPEAKERS = frozenset(["you", "we", "they", "i", "it"])  # "you leave" with a violin
HAPPENS = re.compile(
    r"^(?P<verb>(?:starts?|begins?|departs?|leaves?|opens?|meets?|runs|ends?)) (?P<one>.+?) "
    r"(?P<other>(?:at|from|on|in|by) .+)$",
    re.IGNORECASE,
)  # where and when, each by itself
COUNTED = re.compile(
    rf"^((?:\d[\d.,]*|{'|'.join(ENGLISH)}) (?!people|persons|guests|places|metres|litres|kilos|grams)[\w-]+s)"
    r"(?= (?:of|from) \d| in \w+ (?:minutes|hours|days|weeks)\b| on (?:mon|tues|wednes|thurs|fri|satur|sun)day)",
    re.IGNORECASE,
)  # "18 lessons" of 12 minutes
RANGE = re.compile(
    rf"(?<=[a-z] )from (?=(?:\d|{MONTH}|{DAY})[^,;]*? to (?:\d|{MONTH}|{DAY}))", re.IGNORECASE
)  # "open from 8 to 6"
EVERY = re.compile(rf"^every ((?:mon|tues|wednes|thurs|fri|satur|sun)day) from (?={MONTH})", re.IGNORECASE)
AMOUNT = re.compile(
    r"^(?:carry|carries|hold|holds|bear|bears|cover|covers|records?|runs?|lasts?|takes?|seats?|stores?|lifts?|prints?|supports?)"
    r" (?=(?:(?:up to|over|at least|about|around|almost) )?\d)"
)
BONUS = re.compile(
    r"^\s(?:at no (?:extra |additional )?(?:cost|charge)|free of charge|for free|included|provided|in the price)$"
)
NUMBERED = re.compile(rf"^(?:\d+|{'|'.join(ENGLISH)}) [\w-]+s$", re.IGNORECASE)
EACH = (  # of two or three things what is said of each
    re.compile(r"^(?P<before>)(?P<one>[a-z-]+s) and (?P<other>[a-z-]+s)(?P<rest> (?:in|for|with|from|of) [a-z ]+)$"),
    re.compile(r"^(?P<before>for )(?P<one>[\w-]+), (?P<other>[\w-]+),? and (?P<third>[\w-]+)(?P<rest>)$"),
    re.compile(r"^(?P<before>)(?P<one>[A-Z]\w+) and (?P<other>[A-Z]\w+)(?P<rest> [a-z]+)$"),
)
ALL = re.compile(r"^all (?=[\w-]+s\b(?! (?:of|in) (?:the|our|your)\b))")
WORDY = (
    (re.compile(r"\bfree of charge\b"), "free"),
    (re.compile(r"\bincluded in the price\b"), "included"),
    (re.compile(r"^(\d+) (minute|hour)s of charg(?:ing|e) gives?\b"), r"\1-\2 charge gives"),
    (re.compile(r"^(?:sold|available|supplied) in (?=packs|boxes|bags|tins|sizes)"), ""),
)
IN_WORDS = re.compile(
    rf"(?<![\w-])(?<!one or )(?<!one to )(?<!one in )(?:{'|'.join(word for word in ENGLISH if word != 'one')})(?![\w-])"
    r"(?= (?!\d|or\b|and\b|to\b|of\b|in\b|by\b|hundred\b|thousand\b|million\b)\w)",
    re.IGNORECASE,
)


WORD_RANGE = re.compile(
    rf"\b(?:{'|'.join(ENGLISH)})(?: (?:to|or|and|by|of|in) |-)(?:a |an )?(?:{'|'.join(ENGLISH)})\b", re.IGNORECASE
)


def ends_surely(kept: str, lost: str) -> bool:
    """Tell whether the beginning of a fact is as true by itself as with the end that it loses."""
    if has_proviso(lost) or PAID.search(lost):
        return False
    if CJK.search(kept):
        return not CONDITION.search(lost) and not kept.endswith(tuple(word_lists()["unfinished_ends"]))
    words = kept.lower().split()
    if not lost or not words:
        return not lost
    if CONDITION.match(lost) or FOR_PEOPLE.search(lost) or words[0] in SPEAKERS or words[-1] in third_persons():
        return False
    if QUALITIES.search(kept) and QUALITY.match(lost):
        return False  # of "for a slow, even pour" no "for a slow"
    if CLAUSE.match(lost):
        whole = not LISTING.match(lost) or NUMBERED.match(kept) or opening(kept) in ("do", "does")
        return bool(whole) and not ANAPHORIC.search(kept)
    if AND_DONE.match(lost) or (BONUS.match(lost) and kept.endswith(("included", "provided"))):
        return True
    if opening(kept + lost) == "clause" and not RELATIVE.match(lost):
        return _does(kept, lost)
    bound = BOUND.search(kept) or _binding().search(kept) or _counting().search(kept)
    if bound or opening(kept) != "noun" or DONE.search(words[-1]) or ends_dangling(kept):
        return _measured(kept) and PURPOSE.match(lost) is not None and not TIMED.search(lost)
    if RELATIVE.match(lost):
        return True
    if BONUS.match(lost):
        return True
    return bool(PURPOSE.match(lost) or PLACE.match(lost)) and not TIMED.search(lost) and not UNSURE.search(lost)


def loses_bound(line: str, fact: str) -> bool:
    """Tell whether a line is the beginning of its fact and says more, or something else, than the whole of it."""
    for form in (fact, ARTICLE.sub("", fact), *tightened(fact)):
        form = form.strip(FINAL)
        if form.lower().startswith(line.lower()) and not form[len(line) : len(line) + 1].isalnum():
            return not ends_surely(line, form[len(line) :]) and line.lower() not in map(str.lower, parts(fact))
    return False


def is_bare_thing(line: str, fact: str) -> bool:
    """Tell whether a line is but the two-word name of a thing, which says too little without the product's: "dust
    sheets" from door to hearth."""
    named = line.count(" ") == 1 and opening(line) == "noun" and not re.search(r"\d", line)
    return named and line.lower() != fact.lower()


def in_figures(fact: str) -> str:
    """Return a fact with "3 hours" for "three hours"; nothing where it has no such number."""
    if WORD_RANGE.search(fact):
        return ""  # "four to 5 weeks"
    text = IN_WORDS.sub(lambda found: str(ENGLISH[found.group().lower()]), fact)
    return text if text != fact else ""


def shorter_whole(fact: str) -> list[str]:
    """Return forms of a fact in which nothing of it is lost, in ever fewer letters: without articles and empty words,
    with figures and short units."""
    text = fact.strip(FINAL)
    if CJK.search(text):
        return []
    plainer = text
    for wordy, plain in WORDY:
        plainer = wordy.sub(plain, plainer)
    plainer = EVERY.sub(r"\1s, ", plainer)  # "every Thursday from May to September"
    plainer = RANGE.sub("", plainer)
    forms = [plainer, *(form for form in tightened(plainer) if reads_on(form, plainer))]
    forms += [AMOUNT.sub("", form) for form in forms]
    forms += [figures for form in forms if (figures := in_figures(form))]
    forms += [short for form in forms if (short := with_short_units(form))]
    return [form for form in dict.fromkeys(sorted(forms, key=len, reverse=True)) if form != text]


def other_lines(fact: str) -> list[str]:
    """Return what says a part of a fact and is true by itself: its clauses, what it says of several things, where and
    when something happens, and its beginnings that end surely."""
    text = fact.strip(FINAL)
    if CJK.search(text):
        return list(parts(fact))
    lines = [*_clauses(text), *parts(text), *_where_and_when(text), *heads(text), *COUNTED.findall(text), *_each(text)]
    lines += [ALL.sub("", text)] if ALL.match(text) else []
    places = [found.start() for found in re.finditer(r"\s(?=\w)", text)]
    lines += [text[:at] for at in reversed(places) if _is_thing(text[:at]) and ends_surely(text[:at], text[at:])]
    return [line for line in dict.fromkeys(lines) if not ANAPHORIC.search(line) and not ends_dangling(line)]


def _does(kept: str, lost: str) -> bool:
    """Tell whether what stays names the thing that does what is lost: "suction base" holds on wet worktops."""
    verb = re.match(r"\s(\w+)\s", lost)
    acts = verb is not None and verb[1].lower() in acting_verbs() and " " in ARTICLE.sub("", kept)
    bound = BOUND.search(kept) or _binding().search(kept) or _counting().search(kept) or PEOPLE.search(kept)
    return acts and not bound and opening(kept) == "noun" and not DONE.search(kept.lower().split()[-1])


def _is_thing(kept: str) -> bool:
    words = ARTICLE.sub("", kept.lower()).split()
    return 2 <= len(words) <= 4 and not {*words} & {*word_lists()["prepositions"], "and", "or", "not", "no"}


def _clauses(text: str) -> list[str]:
    """Return the two clauses of a fact, where each is built like the other or says something by itself."""
    pieces = re.split(r"[,;]\s+|\s+[–—]\s+", text)
    if len(pieces) != 2 or (re.search(r"\b(?:and|or)\b", pieces[1]) and not re.search(r"\d", pieces[1])):
        return []
    one, other = pieces
    if has_proviso(other):
        return []
    if QUALITIES.search(one) and QUALITY.match(f", {other}"):
        return []
    if re.search(r"\d$", one) and re.match(r"\d", other):
        return []  # "packs of 50, 200 or 1,000"
    first = [piece.split(" ")[0].lower() for piece in pieces]
    prepositions = {*word_lists()["prepositions"], "not", "but", "so", "then", "and", "or"}
    if first[1] in prepositions or min(len(piece.split()) for piece in pieces) < 2 or ANAPHORIC.search(other):
        return []
    counted = [bool(re.search(r"\d", piece)) for piece in pieces]
    shapes = [opening(piece) for piece in pieces]
    alike = all(counted) and shapes == ["noun", "noun"] and first[0] not in prepositions
    acts = re.match(r"(?:collect|return|pay|cancel|change|no)\b", other)
    return [one, other] if alike or acts else [one]


def _each(text: str) -> list[str]:
    found = next(filter(None, (pattern.match(text) for pattern in EACH)), None)
    if not found or UNSURE.search(text) or _counting().search(text) or _binding().search(text):
        return []
    things = found.groupdict()
    named = [things[name] for name in ("one", "other", "third") if things.get(name)]
    return [f"{things['before']}{thing}{things['rest']}" for thing in named]


def _where_and_when(text: str) -> list[str]:
    found = HAPPENS.match(text)
    if (
        not found
        or CONDITION.match(f" {found['other']}")
        or not re.match(r"(?:at|from|on|in|by)\s", found["one"])
        or (found["one"].startswith("from") and (found["other"].startswith("to ")))
    ):
        return []
    return [f"{found['verb']} {found['one']}", f"{found['verb']} {found['other']}"]


def _measured(kept: str) -> bool:
    """Tell whether a beginning is a measure: "38 cm deep", which it is for whatever it is so."""
    return re.fullmatch(r"\d[\d.,]*\s?\w+(?: (?:deep|wide|high|long|tall|across|thick))", kept) is not None


@cache
def _binding() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(word_lists()['binding'])})\b", re.IGNORECASE)


@cache
def _counting() -> re.Pattern[str]:
    return re.compile(rf"\b(?:one|{'|'.join(ENGLISH)})\b", re.IGNORECASE)
