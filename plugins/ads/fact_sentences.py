"""Which facts are surely sentences, or surely what a thing does or is: those alone stand in prose.

Nothing is parsed. What is of no known shape, as "two days, six people at most", belongs in a list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence
from aigc_plugins.ads.fact_shape import FINITE, opening
from aigc_plugins.ads.word_lists import word_lists
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.stems import bases

FEWEST = 3  # words of a sentence
BEGINS = re.compile(r"[a-z]+(?:['’-][a-z]+)*", re.IGNORECASE)
ABLE = re.compile(
    r"(?P<verb>can|will|may|has|have|is|are|doesn['’]t|can['’]t|cannot|won['’]t)\s(?!if\b|included\b)", re.IGNORECASE
)
MONTH = re.compile(r"may (?:to|and|until|or|through|\d)|.*\bmay,", re.IGNORECASE)
TIMED = re.compile(r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|evenings?|nights?)\b", re.IGNORECASE)
STOPS = re.compile(r"(?:stops|starts|ends|begins) (?:when|if|after|as|by|at|on|in)\b", re.IGNORECASE)
_DOES_WORDS = """
    adapts sharpens teaches reminds tells sends saves learns speaks translates warns beeps glows shuts lets
    knows understands foams shows reads talks syncs updates imports remembers detects
"""
DOES = frozenset(_DOES_WORDS.split())
STATE = re.compile(  # what follows "is": "made of oak", "not waterproof", "for ages 2 to 5"
    r"(?:not (?:yet )?)?(?:(?:hand|home|cold|slow|oven|stone|wood)[ -]?)?(?:made|built|woven|knitted|sewn|printed|"
    r"bound|roasted|baked|pressed|extracted|grown|dyed|turned|forged|cast|carved|finished|tested|designed|suitable|available|"
    r"safe for|able to|compatible with)\b|not (?:waterproof|for|meant|intended|recommended|machine washable|"
    r"dishwasher safe|heated|insulated)\b|waterproof\b|washable\b|machine washable\b|dishwasher safe\b"
    r"|for (?:ages?|up to|beginners|children|adults|teams|groups|families|people|\d|one|two|three|four|five|six)\b",
    re.IGNORECASE,
)
HAVING = re.compile(r"(?:an?|two|three|four|five|six|seven|eight|nine|ten|several) [a-z]", re.IGNORECASE)
JOINS = re.compile(  # what may go on behind a comma without a verb of its own
    r",\s+(?:and|but|or|so|which|who|where|when|if|because|unless|even|including|with|without|as|until|while|not|at)\b",
    re.IGNORECASE,
)
ALONE = re.compile(
    r"\b(?:and|or|but|if|when|which|(?:is|are) not|cannot|\w+n['’]t)\b|,"
)  # what no second deed is joined to
LED = re.compile(r"(?:if|when|once|until|since|after|before|because|as|unless|while)\b", re.IGNORECASE)
MANY = {"has": "have", "is": "are", "doesn't": "don't", "doesn’t": "don’t"}
BEHIND = re.compile(r"\s(?:if|when|once|until|since|because|unless|while|whenever|as long as)\s", re.IGNORECASE)
PERSON = re.compile(r"(?:(?:if|when|once|until|as)\b.*\s)?(?:you|we|nobody|everyone|everybody)\s+\w+", re.IGNORECASE)
_SURE_WORDS = """
    costs takes uses lasts needs weighs keeps makes holds stays goes works comes gets gives wants helps looks
    stands lies lives stays may must should could would don't doesn't can't won't isn't aren't cannot was were
    had
"""
SURE = frozenset(_SURE_WORDS.split())
_DETERMINERS = """
    a an the your our my his her each every all any both two three four five six seven eight nine ten some many
    most few several one
"""
DETERMINERS = frozenset(_DETERMINERS.split())
WRITTEN = re.compile(r"[A-Z].*[.!?]$")
LISTED = re.compile(r"^[^,]*(?:, [^,]+)*,? (?:and|or) [^,]+$")
_MASS_WORDS = """
    coffee tea wine beer bread meat fish entry admission delivery shipping postage parking lunch breakfast
    dinner food drink water noise power dust help support payment access insurance assembly installation soap
    care life light heat milk sugar flour oil salt advice registration membership equipment furniture clothing
    music software storage people children men women half most many some only both once soon everyone everybody
    nobody nothing everything anyone somebody mice feet staff police cattle
"""
MASS = frozenset(_MASS_WORDS.split())


def deed(fact: str, *, many: bool = False) -> str:
    """Return what a thing does, has or is, as it stands behind its name: "drain", of many, for "drains"; nothing where
    that is not sure, or a comma splits it."""
    text = " ".join(str(fact).split()).strip(FINAL)
    first, _, rest = text.partition(" ")
    if not rest or re.search(r"[;:–—(]", text):
        return ""
    if STATE.match(text):
        text = re.sub(r",\s+not\b", " but not", text, count=1)
        text = re.sub(r",\s+never\b", " and never", text, count=1)
        return "" if "," in text else f"{'are' if many else 'is'} {in_sentence(text)}"
    if MONTH.match(text):  # "May to September"
        return ""
    if able := ABLE.match(text):
        text = f"{_agreeing(able['verb'].lower(), many)} {rest}"
    elif opening(text) == "does" or STOPS.match(text) or _does(first, rest):
        text = f"{_agreeing(first.lower(), many)} {rest}"
    elif many and first.lower() in word_lists()["verbs"] and (opening(text) == "do" or rest.startswith("about ")):
        text = f"{first.lower()} {rest}"
    else:
        return ""
    before, comma, after = text.partition(", ")
    if comma and opening(after) == "does" and "," not in after and " and " not in before:
        verb, _, more = after.partition(" ")
        return f"{before} and {_agreeing(verb.lower(), many)} {more}"
    return "" if comma and not LISTED.match(text) else text


def had(fact: str) -> str:
    """Return what a thing has, "two pockets", where a fact is surely that and nothing else."""
    text = " ".join(str(fact).split()).strip(FINAL)
    sure = HAVING.match(text) and not TIMED.search(text) and opening(text) == "noun" and not re.search("[,;:–—]", text)
    named = re.split(r"\s(?:at|by|for|from|in|of|on|that|to|with|without)\s", text.lower())[0].split()
    if not re.match(r"an?\s", text, re.IGNORECASE) and not named[-1].endswith("s"):  # "two year warranty" is of one
        return ""
    verbs = (word in SURE | FINITE or _acts([word], 0) for word in text.lower().split()[2:])
    return in_sentence(text) if sure and not any(verbs) else ""


def clause(fact: str) -> str:
    """Return a fact that is surely a sentence, with "the" before a bare thing that it is about: "The seat adjusts from
    33 to 41 cm."; else nothing."""
    text = " ".join(str(fact).split()).strip(FINAL)
    words = text.split()
    if WRITTEN.match(str(fact).strip()) and any(map(_is_verb, words)):
        return " ".join(str(fact).split())  # its author wrote it as one
    if len(words) < FEWEST or re.search(r"[;:–—]", text) or not _is_whole(text):
        return ""
    if not LED.match(text) and "," in JOINS.sub("", text) and not LISTED.match(text):
        return ""
    return f"{capital(_with_article(text))}."


def deeds_told(name: str, deeds: Sequence[str], *, many: bool = False) -> list[str]:
    """Return what a thing does as sentences of one or two deeds, the first with its name, the others with "it"."""
    told = list[str]()
    at = 0
    while at < len(deeds):
        both = deeds[at : at + 2]
        mixed = len({one.startswith(("is ", "are ")) for one in both}) > 1
        pair = both[:1] if mixed or any(map(ALONE.search, both)) else both
        subject = ("They" if many else "It") if told else name
        told.append(f"{capital(subject)} {' and '.join(pair)}.")
        at += len(pair)
    return told


def is_many(name: str) -> bool:
    """Tell whether a name is of many: "trail running shoes", but not "glass"."""
    head = re.split(r"[,;:(–—]|\s(?:at|by|for|from|in|of|on|to|with|without)\s", name.strip(FINAL))[0].lower()
    return head.endswith("s") and not head.endswith(("ss", "us", "is", "lens", "'s", "’s"))


def _agreeing(verb: str, many: bool) -> str:
    if not many:
        return {"have": "has", "are": "is"}.get(verb, verb)
    if verb in MANY:
        return MANY[verb]
    known = {*word_lists()["verbs"], *word_lists()["verbs_or_nouns"], *lists_for("en").verbs}
    return next((one for one in sorted(bases(verb), key=len, reverse=True) if one in known and one != verb), verb)


def _is_whole(text: str) -> bool:
    first = text.split()[0].lower()
    if first in ("no", "not", "it", "its", "they", "their", "this", "that", "these", "those", "he", "she"):
        return False
    if PERSON.match(text):
        return True
    if LED.match(text):
        return bool(re.search(r"(?:^|\s)(?:you|we|it|they)\s", text)) and "," in text
    main = BEHIND.split(text)[0]  # "cancelled if wind is strong" has no verb of its own
    return not first.endswith("ed") and (opening(main) == "clause" or _has_verb(main))


def _is_verb(word: str) -> bool:
    plain = word.lower().strip(FINAL)
    return plain in FINITE | SURE or not lists_for("en").verbs.isdisjoint(bases(plain))


def _does(first: str, rest: str) -> bool:
    """Tell whether a fact begins with one of the verbs that the lists of ads lack: "adapts to", "reminds you"."""
    after = rest.split()[0].lower()
    known = {*word_lists()["after_verbs"], *DETERMINERS, "when", "if", "you"}
    return first.lower() in DOES and (after in known or after[0].isdigit())


def _has_verb(text: str) -> bool:
    """Tell whether the words of a text, up to what tells more of them, hold what is surely a verb: "costs", "lend a",
    "tested it"."""
    main = re.split(r",|\b(?:that|which|who|whose|where|when|if)\b", text.lower())[0]
    words = re.findall(r"[a-z]+(?:['’-][a-z]+)*|\d\S*", main)
    for before, word, after in zip(words, words[1:], words[2:], strict=False):
        follows = after in word_lists()["after_verbs"] or after in DETERMINERS or after[0].isdigit() or after == "only"
        plain = word in lists_for("en").verbs and word not in word_lists()["verbs_or_nouns"]
        many = before.endswith("s") and plain and before not in lists_for("en").function
        if word in SURE or (many and follows):
            return True
    return False


def _with_article(text: str) -> str:
    """Return a clause with "the" before one bare thing that it begins with in lower case: "the seat adjusts"."""
    words = text.split()
    bare = BEGINS.fullmatch(words[0]) and words[0].islower() and not words[0].endswith(("ing", "ly"))
    if not bare or words[0] in lists_for("en").function | DETERMINERS or _acts(words, 0):
        return text
    if words[0].endswith("s") and not words[0].endswith(("ss", "us", "is")):
        return text  # "vegetables come"
    for at, word in enumerate(words[1:5], 1):
        after = words[at + 1] if at + 1 < len(words) else ""
        if word.endswith("s") and after in lists_for("en").verbs and word not in FINITE | SURE:
            return text  # "air tyres roll"
        if word in ("and", "or") or (words[0] in MASS and at == 1 and _acts(words, at)):
            return text
        if _acts(words, at):
            many = words[at - 1].endswith("s") or word in ("are", "have", "do")
            return text if many else f"the {text}"
    return text


def _acts(words: Sequence[str], at: int) -> bool:
    """Tell whether a word is what one does, "takes", and no thing of many: "parts are", "lights switch"."""
    word, after = words[at], words[at + 1] if at + 1 < len(words) else ""
    if word in FINITE | SURE:
        return True
    known = lists_for("en").verbs
    return word.endswith("s") and not known.isdisjoint(bases(word)) and after not in known | FINITE | SURE
