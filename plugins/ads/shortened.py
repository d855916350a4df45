"""Shorter ways to say a fact that stay true: tighter, without what only adds to it, in the parts it is made of.

What limits a fact, a "no", a number with its unit, stays with what it limits; where that cannot be told, a fact has no
shorter way. No word is added, none put in another place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from aigc.content import ends_dangling
from aigc.content.comma_lists import comma_parts
from aigc_plugins.ads.fact_lines import DENYING, FINAL
from aigc_plugins.ads.fact_shape import opening, third_person
from aigc_plugins.ads.provisos import has_proviso
from aigc_plugins.ads.word_lists import CJK, word_lists
from aigc_plugins.rules.worded_shares import SHARE

NUMBER = re.compile(r"\d")
LOOSELY = (
    r"(?! of (?:\w+ )?\w+ing (?:gives?|lasts?|adds?|brings?|is|are|covers?|powers?|provides?|means?|makes?|buys?)\b)"
)
ADVERB = re.compile(r"(?<=\w) (?:online|again|easily|quickly|simply|automatically) (?=(?:in|within|to|with|on) )")
INNER_ARTICLE = re.compile(
    r"(?<!\d euros )(?<!\d pounds )(?<!\d dollars )\b(?:an?|the)\s+(?!(?:other|same|following|next)\b)(?=([\w-]+))"
)
ARTICLES = re.compile(r"(?<!^)\b(?:an?|the)\s", re.IGNORECASE)
COORDINATED = re.compile(r"^(?P<before>.+?)(?:,? (?P<joint>and|or) )(?P<after>.+)$")
DETERMINER = re.compile(r"(?:an?|the|your|its|my|our)\s", re.IGNORECASE)
LEAST = 2  # words of what stays
TOGETHER = re.compile(r"\b(?:between|both|either|neither|together|too|alike)\b", re.IGNORECASE)
ANY = re.compile(r"\b(?:any|every|each|all|some|whole)\b", re.IGNORECASE)
DONE_TOO = re.compile(r"[a-z]{3,}ed\b(?! [a-z]+s?$)|[a-z]{3,}ed and\b")  # "every machine stripped, descaled and tested"
RELATIVE = re.compile(r"\s(?:that|which)\s(?:is|are|can|\w+s)\s")
LIMITS = re.compile(r"\b(?:up to|only|without|no|not|if|when|while|until|except)\b")
PLURAL = re.compile(r"\w+[^su]s$")
ENDS_IN_NUMBER = re.compile(r"\d\W*$")
HOW_LONG = re.compile(
    r"\bfor (?:(?:about|around|over|almost|nearly|at least|more than|up to) )?"
    r"(?:(?:\d|an? |one |two |three |half )[^,;]*?\b(?:second|minute|min|hour|day|night|week|month|year|season|winter|"
    r"summer)s?\b|(?:hours|days|weeks|months|years|decades|life)\b)"
)
PRONOUNS = frozenset(["ours", "yours", "theirs", "mine", "it", "them", "one", "ones", "other", "others"])
OBJECTS = frozenset(["it", "them", "you", "us", "him", "her"])
AGAIN = re.compile(r"(?:no|not|without|two|three|four|\d\S*)\b", re.IGNORECASE)


@lru_cache(maxsize=1 << 12)
def tightened(fact: str) -> Sequence[str]:
    """Return a fact as headlines have it, in ever fewer letters: "and" as "&", without articles, without an adverb
    before "in" and the like."""
    if CJK.search(fact):
        return ()
    kept = word_lists()["measured_by"]
    bare = INNER_ARTICLE.sub(lambda found: found.group() if found[1].lower() in kept else "", fact)
    joined = bare.replace(" and ", " & ")
    forms = (fact.replace(" and ", " & "), bare, joined, ADVERB.sub(" ", joined))
    return tuple(form for form in dict.fromkeys(forms) if form != fact)


@lru_cache(maxsize=1 << 12)
def reads_on(form: str, fact: str) -> bool:
    """Tell whether a tighter form of a fact is English: one that lost an article within it reads as a telegram, "folds
    down to size of fist"."""
    return CJK.search(fact) is not None or len(ARTICLES.findall(fact)) <= len(ARTICLES.findall(form))


@lru_cache(maxsize=1 << 12)
def loses_time(line: str, fact: str) -> bool:
    """Tell whether a line says without end what its fact says of a time: "keeps the temperature for 30 minutes". What
    is left out with a whole clause is no such loss."""
    found = HOW_LONG.search(fact)
    if not found or HOW_LONG.search(line):
        return False
    before = [*re.findall(r"[\w'’]+", fact[: found.start()].lower())]
    told = set(re.findall(r"[\w'’]+", line.lower()))
    return bool(before) and before[-1] in told


def with_short_units(fact: str) -> str:
    """Return a fact with "30 min" for "30 minutes", nothing where there is no such unit. One that is an amount of what
    then does something stays, for "10 min of charging give 5 hrs" is no English."""
    shorter: dict[str, str] = word_lists()["short_units"]
    text = _units().sub(lambda found: shorter[found.group()], fact)
    return text if text != fact else ""


@cache
def _units() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<=\d )|(?<=per ))(?:{'|'.join(word_lists()['short_units'])})\b{LOOSELY}")


@lru_cache(maxsize=1 << 12)
def heads(fact: str) -> Sequence[str]:
    """Return what a fact begins with where that is true by itself, the longest first: a noun without what tells more of
    it ("lumbar support" that adjusts in 6 steps) or does something ("50 ml tube" fits hand luggage)."""
    text = fact.strip(FINAL)
    if CJK.search(text):
        return ()
    places = [found.start() for found in _tails().finditer(text)]
    place = _verb_place(text) if opening(text) == "clause" else 0
    places += [place] if NUMBER.search(text[:place]) else []
    kept = [text[:place] for place in sorted(places, reverse=True) if place and _stands(text[:place], text[place:])]
    if opening(text) == "does" and (by := re.fullmatch(r"(\S+ \S+ .+?) by (?!\d)[\w -]+", text)):
        kept += [by[1]] if _stands(by[1], text[by.end(1) :], doing=True) else []
    return tuple(kept)


@lru_cache(maxsize=1 << 12)
def parts(fact: str) -> Sequence[str]:
    """Return what a fact says of several things, of each by itself: "works on induction" and "works on open fire"; what
    stands between commas in Chinese, or where several short facts are one."""
    text = fact.strip(FINAL)
    several = comma_parts(text)
    if several and not any(map(DONE_TOO.match, several[1:])):
        return tuple(one for one in several if CJK.search(one) or " " in one)
    return tuple(_chinese_parts(text) if CJK.search(text) else _latin_parts(text))


def _latin_parts(text: str) -> list[str]:
    found = None if has_proviso(text) else COORDINATED.match(text)
    if not found or COORDINATED.match(found["after"]) or TOGETHER.search(text):
        return []
    if found["joint"] == "or" and "," in found["before"]:
        return []  # "meet at the gate, rain or shine"
    first = found["before"].split(" ")[0].lower()
    if opening(found["after"]) == "does" and first in third_persons():  # "charges in 4 hours and | lasts 3 weeks"
        return [found["before"], found["after"]] if " " in found["before"] else []
    again = AGAIN.match(found["after"])  # "no grain and | no sugar": each has its own beginning
    shared = "" if again else _shared(found["before"])
    items = found["before"][len(shared) :].split(", ")
    last, rest = _last_item(found["after"], items)
    counted = [_counts(one) for one in (*items, last)]
    if not (again or shared or rest) or _counts(shared + rest):
        return []
    if len(set(counted)) > 1 and not DETERMINER.match(last):
        return []
    if any(not one or ENDS_IN_NUMBER.search(one) or ANY.search(one) or _acts(one) for one in (*items, last)):
        return []
    if found["joint"] == "and" and not again and DENYING.search(found["before"]):
        return []
    told = [shared + one + rest for one in items] if _alike(items, last) or again else []
    whole = (one for one in (*told, shared + last + rest) if len(one.split()) > 1 and not ends_dangling(one))
    return [one for one in whole if one.split(" ")[-1].lower() not in PRONOUNS]


def loses_particle(line: str, fact: str) -> bool:
    """Tell whether a line ends within a fact whose verb has its particle at the very end: "keep snow" and wind out."""
    text = fact.strip(FINAL).lower()
    cut = text.startswith(line.lower()) and text[len(line) :].startswith((" and ", " or "))
    return cut and text.split(" ")[-1] in word_lists()["particles"]


def _stands(kept: str, lost: str, *, doing: bool = False) -> bool:
    """Tell whether the beginning of a fact is true and whole without its end."""
    words = DETERMINER.sub("", kept.lower()).split()
    bound = _binding().search(kept.lower())
    counted = {*lost.split()} & {*word_lists()["number_words"]}
    meant = re.match(r"\sfor\s\d+\s(?!euros?\b|pounds?\b|dollars?\b)", lost) and not counted
    added = RELATIVE.match(lost) or meant or (not _counts(lost) and not re.match(r"\s(?:that|which)\b", lost))
    loose = words[0] in ("you", "we", "they", "i", "it") or " and " in kept or words[-1] in word_lists()["prepositions"]
    if len(words) < LEAST or loose or bound or not added or LIMITS.search(lost) or ends_dangling(kept):
        return False
    if doing:
        return opening(kept) == "does"
    verbal = PLURAL.match(words[0]) or words[-1] in third_persons() or words[-1].endswith(_qualities())
    measured = NUMBER.search(kept) and re.match(r"\swith\b", lost)  # "26 hours with case"
    return opening(kept) == "noun" and not verbal and not measured and not ENDS_IN_NUMBER.search(kept)


def _acts(item: str) -> bool:
    """Tell whether one of several things is none, but another verb or where to: "closes", "down"."""
    first, *others = item.lower().split(" ")
    if others[:1] and others[0] in OBJECTS:  # "files it" of "works out your VAT and files it"
        return True
    return first in third_persons() or first in (*word_lists()["particles"], *word_lists()["prepositions"])


def _counts(text: str) -> bool:
    words = {*text.lower().split()} & {*word_lists()["number_words"]}
    return bool(NUMBER.search(text)) or bool(words) or SHARE.search(text) is not None


def _shared(before: str) -> str:
    """Return what stands before the first of several things and holds for each, up to the last preposition or verb."""
    words, prepositions = before.split(" "), {*word_lists()["prepositions"], "is", "are"}
    first = before.split(", ")[0].split(" ")
    at = max((place + 1 for place, word in enumerate(first) if word.lower() in prepositions and place), default=0)
    if not at and (opening(before) in ("does", "do") or words[0].lower() == "no"):
        at = 1
    return " ".join(words[:at]) + " " if at else ""


def _alike(items: list[str], last: str) -> bool:
    """Tell whether each of several things is whole without the last one: no "hot" of "hot and cold drinks"."""
    if all(word[:1].isupper() for one in (*items, last) for word in one.split()):
        return True  # "Outlook" and "Google Calendar"
    return DETERMINER.match(last) is not None or all(len(one.split()) >= len(last.split()) for one in items)


def _last_item(after: str, items: list[str]) -> tuple[str, str]:
    """Return the last of several things, and what follows it and holds for each ("included")."""
    words = after.split(" ")
    if len(words) > 1 and words[-1].lower() in word_lists()["shared_ends"] and len(words) - 1 <= len(items[0].split()):
        return " ".join(words[:-1]), f" {words[-1]}"
    return after, ""


def _chinese_parts(text: str) -> list[str]:
    pieces = re.split("[，；]", text)
    if any(map(has_proviso, pieces)):
        return []
    begins, ends = tuple(word_lists()["unfinished"]), tuple(word_lists()["unfinished_ends"])
    if sum(map(_counts, pieces)) > 1 or any(one.startswith(begins) or one.endswith(ends) for one in pieces):
        return []
    return [one for one in pieces if len(one) > 3] if len(pieces) > 1 else []


def _verb_place(text: str) -> int:
    """Return where the verb of a clause begins, with the space before it; 0 where it is not found."""
    for found in re.finditer(r"\s(?=(\w+)\s)", text):
        if found[1].lower() in acting_verbs():
            return found.start()
    return 0


@cache
def _binding() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, word_lists()['binding']))})\b")


@cache
def acting_verbs() -> frozenset[str]:
    """Return the verbs that are no nouns, in both their forms."""
    verbs = {*word_lists()["verbs"]} - {*word_lists()["verbs_or_nouns"]}
    return frozenset([*verbs, *map(third_person, verbs)])


@cache
def third_persons() -> frozenset[str]:
    """Return all verbs as of one thing, those that are nouns as well too: "holds", "seals"."""
    return frozenset(map(third_person, [*word_lists()["verbs"], *word_lists()["verbs_or_nouns"]]))


@cache
def _qualities() -> tuple[str, ...]:
    return tuple(word_lists()["qualities"])


@cache
def _tails() -> re.Pattern[str]:
    """Return a pattern that finds where something begins that a noun may go without."""
    tails, times = ("|".join(word_lists()[name]) for name in ("tails", "times"))
    return re.compile(rf"\s(?:{tails})\s|\s(?:all|every)\s(?:{times})$|\sfor\s(?=\d+\s\w+$)")
