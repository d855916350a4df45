"""A fact of a brief as a sentence with a subject, or nothing where it is only part of one; and what it is about."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, TypeAlias

from aigc_plugins.ads.a_or_an import with_a
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence
from aigc_plugins.ads.fact_shape import opening, third_person
from aigc_plugins.ads.word_lists import word_lists
from aigc_plugins.email.mail_lists import mail_list
from aigc_plugins.email.mail_things import MailThing

MailTheme: TypeAlias = Literal["benefit", "proof", "practical"]

WHOLE = re.compile(
    r"(?i)(?:you|we|they|it|this|that|everyone|everybody|nobody|anyone|who(?:ever|se)?)(?:['’]\w+)? [a-z]|"
    r"there(?:['’]s| is| are| was| were| will| has| have) [a-z]|"
    r"(?:if|when|once|after|before|as soon as) .+(?:, .+| (?:you|we|it|they|nobody|everyone)(?:['’]\w+)? [a-z].+)"
)
# "We collect within 15 miles and bring it back": a pronoun for what no word of the fact names
POINTING = re.compile(r"(?i)\b(?:it|them|those|these)\b")
NAMED = re.compile(r"(?i)\b(?:an?|the|your|our|each|every|any|this|all|both) [a-z]")
DETERMINED = re.compile(
    r"(?i)^(?:an?|the|your|our|its|their|this|these|each|every|all|any|both|no|most|many|some|one|two|three|four|five|six|"
    r"seven|eight|nine|ten|twelve|half|\d[\d.,]*)\b"
)
FINITE = re.compile(
    r"(?i)\b(?:is|are|was|were|has|have|had|can|will|does|do|(?-i:may)|must|won['’]t|can['’]t|don['’]t|isn['’]t|worked|taught|wrote|came|began|won|lived|studied|went)\b"
)
LIMIT = re.compile(
    r"(?i)^(?:at most|up to|no more than|a maximum of|maximum|max\.?|only|never more than)\s+([\w-]+)\s+(\w+)(.*)$"
)
NONE = re.compile(r"(?i)^no (.+)$")
TAILED = re.compile(rf" (?:across|along|around|behind|between|inside|{'|'.join(word_lists()['prepositions'])}) ")
WITH = re.compile(r"(?i)^with (?=\w)")
FOR = re.compile(
    r"(?i)^for (?=(?:ages?|children|adults|beginners|dogs|cats|babies|all|up to|one|two|three|\d|teams|people)\b)"
)
SIZES = re.compile(r"(?i)^(?:in )?((?:sizes|colou?rs|\w+ (?:colou?rs|sizes|flavou?rs|scents))\b.*)$")
# "felted by hand in Estonia"
PARTICIPLE = re.compile(
    r"(?i)(?!(?:seed|shed|speed|need|hundred|sled|weed|feed|breed|bleed)\b)[a-z]{3,}ed (?:by|in|from|with|to) "
)
SUBORDINATE = re.compile(r" (?:who|which|that|if|so|unless|because) ")
# "built around 1960 in Markneukirchen": it was; "made by hand since 1960" is left as it stands
ONCE = re.compile(
    r"(?i)\b(?:in|around|about|circa|before|after) (?:1[5-9]\d\d|20\d\d)\b|\blast (?:week|month|year)\b|\bago\b"
)
SINCE = re.compile(r"(?i)\bsince (?:1[5-9]\d\d|20\d\d)\b")
TIMED = re.compile(r"(?i)an? |[a-z]+ (?:years|months)|[0-9]+ ")  # "two years guarantee"
FINITE_WORDS = frozenset(["is", "are", "was", "were", "has", "have", "had", "can", "will", "must", "do", "does"])
HELPING = {"does": "do", "is": "are", "has": "have", "can": "can", "will": "will"}  # before what a thing does
SPARE = re.compile(r"(?i)^(?:spare|extra|replacement|optional|matching|free)\b")
AFTER = frozenset(["in", "for", "by", "at", "on", "to", "with", "until", "within", "from"])
BEHIND = frozenset([*word_lists()["prepositions"], "and", "until"])  # what may follow a state or a verb
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS = frozenset(["daily", "every", "all", *WEEK, *(f"{day}s" for day in WEEK)])  # open every day
FOLLOWING = BEHIND | frozenset(word_lists()["determiners"])
UNIT = re.compile(r"^\d[\d.,]*\s?(?:[VWA]|mAh|Ah|k?Wh|[cm]?m|m?l|k?g|litre|inch)\b[ -]")


def fact_sentence(fact: str, thing: MailThing, *, goods: bool = True) -> str:
    """Return an English fact as a sentence about a thing, without its end; nothing where its words do not tell how."""
    text = fact.strip(FINAL)
    words = text.lower().split()
    first = words[0] if words else ""
    if len(words) < 2:
        return f"{capital(thing.it)} {'are' if thing.many else 'is'} {text}" if first in _states() else ""
    if re.search(r"[.!?;]\s", text) or WHOLE.match(text):
        return "" if not goods and _points_nowhere(text) else capital(text)
    subject = capital(thing.it)
    if base := _base(text):
        return f"{subject} {base if thing.many else words[0]} {text.split(' ', 1)[1]}"
    if ended := _ended(text, words):
        return ended
    if first in mail_list("telling")["starts"] and words[1] in (*word_lists()["after_verbs"], "how", "what", "for"):
        return capital(text)
    kept = (
        first in word_lists()["verbs"]
        and not (first == "last" and words[1] not in BEHIND and words[1].isalpha())
        and words[1] != "of"
    )
    if opening(text) == "do" or (thing.many and kept):
        return f"{subject} {in_sentence(text)}" if thing.many else ""
    told = SUBORDINATE.split(text)[0]  # "a guide who has shot for magazines" does nothing here
    if told != text and not (FINITE.search(told) or _has_verb(told, told.lower().split())):
        return _of_noun(text, thing, goods)
    denied = NONE.match(text) and not FINITE.search(text)
    if not denied and ((FINITE.search(text) and not FINITE.match(text)) or _has_verb(text, words)):
        return _with_article(text)
    return _of_noun(text, thing, goods)


def fact_theme(fact: str, language: str) -> MailTheme:
    """Return what a fact is good for: it says what stands behind a thing, what is practical, or what it does."""
    lists = mail_list("telling")
    if re.search(lists["proof"][language], fact, re.IGNORECASE):
        return "proof"
    return "practical" if re.search(lists["practical"][language], fact, re.IGNORECASE) else "benefit"


def _points_nowhere(text: str) -> bool:
    """Tell whether a fact about what is no thing begins with who does it, and then has an "it" without a noun."""
    begun = re.match(r"(?i)(?:we|you|they)\b", text)
    found = POINTING.search(text, begun.end()) if begun else None
    return bool(found and not NAMED.search(text[: found.start()]))


def _of_noun(text: str, thing: MailThing, goods: bool) -> str:
    """Return a sentence from a fact that has no verb."""
    subject, be = capital(thing.it), "are" if thing.many else "is"
    words = text.lower().split()
    done = words[0] in _states() or PARTICIPLE.match(text)
    if not goods and words[0] in ("vegan", "organic", "unscented", "undyed"):
        return ""  # what is eaten at a course
    if done and SINCE.search(text):
        return ""
    if done and ONCE.search(text):
        be = "were" if thing.many else "was"
    if found := LIMIT.match(text):
        if not goods and found[2].lower() in {*mail_list("telling")["people"]} - {"places", "seats"}:
            return f"{capital(text)} take part" if not found[3].strip() else ""
        return ""
    if found := NONE.match(text):
        if "," in text:
            return ""
        many = re.search(r"[^sui]s$", TAILED.split(found[1])[0])
        return f"There {'are' if many else 'is'} no {found[1]}"
    if " ".join(words[:2]) in _states() or (words[0] in _states() and (len(words) == 1 or words[1] in BEHIND | DAYS)):
        return f"{subject} {be} {in_sentence(text)}"
    if PARTICIPLE.match(text) and (goods or words[0] in _states()):  # no dog walking "is collected from your door"
        return f"{subject} {be} {in_sentence(text)}"
    if WITH.match(text) and goods:
        return f"{subject} {'come' if thing.many else 'comes'} {in_sentence(text)}"
    if FOR.match(text):
        return f"{subject} {be} {in_sentence(text)}"
    if goods and (found := SIZES.match(text)):
        return f"{subject} {'come' if thing.many else 'comes'} in {in_sentence(found[1])}"
    return _with_part(text, thing) if goods else ""


def _with_part(text: str, thing: MailThing) -> str:
    """Return what a thing has: "It has a leakproof lid"."""
    parts = frozenset([*word_lists()["countable"], *mail_list("telling")["parts"]])
    noun = re.split(r"\s(?:for|of|that|which|with|in|on|to|from|at|by|against)\s|, ", text)[0]
    head = noun.lower().rpartition(" ")[2]
    has = f"{capital(thing.it)} {'have' if thing.many else 'has'}"
    if head in ("warranty", "guarantee") and " and " not in text:
        told = text if TIMED.match(text) else with_a(in_sentence(text))
        return f"{capital(thing.it)} {'come' if thing.many else 'comes'} with {told}"
    if "," in noun or " and " in text or (text[:1].isdigit() and not UNIT.match(text)):
        return ""
    if SPARE.match(text):
        return ""
    one = head.removesuffix("s")
    if head in parts and not head.endswith("s"):
        told = in_sentence(text)
        return f"{has} {told}" if DETERMINED.match(told) and not UNIT.match(told) else f"{has} {with_a(told)}"
    return f"{has} {in_sentence(text)}" if one != head and one in parts else ""


def _base(text: str) -> str:
    """Return the verb that a fact begins with as of many things: hold of "holds 300 litres"; else nothing."""
    first, second = text.lower().split()[:2]
    known = opening(text) == "does"
    verb = _singular().get(first, "")
    if second == "and" and FINITE.search(text):
        return ""  # "suits and veils are lent"
    if second in FINITE_WORDS:
        return ""  # "suits are washed at 60 degrees"
    if first in HELPING:
        return HELPING[first]
    if first == "returns" and second != "to":
        return ""  # "returns free within 60 days": of a thing that somebody sends back
    after = second[:1].isdigit() or second in (
        *word_lists()["after_verbs"],
        *word_lists()["determiners"],
        "no",
        "less",
        "only",
        "tight",
        "well",
    )
    after = after or bool(re.search(r"[^su]s$", second))  # "cuts branches"
    sure = verb in mail_list("telling")["verbs"] and not text[:1].isupper()
    return verb if known or after or sure else ""


def _has_verb(text: str, words: list[str]) -> bool:
    """Tell whether a fact is a clause: a noun and what it does, "last ferry leaves at midnight", "lugs grip mud"."""
    if words[0].endswith("ing") or (words[-1] in _singular() and not FINITE.search(text) and words[0][:1].isdigit()):
        return False  # "30-day returns"
    if opening(text) == "clause":
        return True
    more, plain = {third_person(verb) for verb in mail_list("telling")["verbs"]}, {*_singular().values()}
    for at in range(1, min(len(words) - 1, 5)):
        if words[at - 1] in BEHIND:
            return False
        if (words[at] in more and words[at + 1] in FOLLOWING) or (words[at] in plain and _are_many(words[:at])):
            return True
    return False


def _are_many(nouns: list[str]) -> bool:
    return bool(re.search(r"[^sui]s$", nouns[-1])) or "and" in nouns or nouns[-1] in ("staff", "people", "children")


@cache
def _states() -> frozenset[str]:
    return frozenset(mail_list("telling")["states"])


@cache
def _singular() -> dict[str, str]:
    plain = [*word_lists()["verbs"], *word_lists()["verbs_or_nouns"], *mail_list("telling")["verbs"]]
    return {third_person(verb): verb for verb in plain} | {"is": "are", "has": "have", "does": "do"}


def _ended(text: str, words: list[str]) -> str:
    """Return a sentence from a fact that ends in what is done with its subject: "clay and glazes included"."""
    for at in range(len(words) - 1, 0, -1):
        told = words[at] in mail_list("telling")["ends"] and (at == len(words) - 1 or words[at + 1] in AFTER)
        if told and not FINITE.search(text) and not any(word in word_lists()["prepositions"] for word in words[:at]):
            parts = text.split(" ")
            noun = " ".join(parts[:at])
            many = " and " in noun or re.search(r"[^sui]s$", noun) or noun.lower().endswith("people")
            if "," in noun and " and " in noun:
                return ""
            return _with_article(f"{noun} {'are' if many else 'is'} {' '.join(parts[at:])}")
    return ""


def _with_article(text: str) -> str:
    """Return a sentence with "the" before a single countable noun that has no article: "The lid opens by itself"."""
    words = text.split()
    first = words[0]
    verbs = {*_singular(), *_singular().values()}
    end = next((at for at, word in enumerate(words) if at and (FINITE.fullmatch(word) or word in verbs)), 1)
    end = next((at for at, word in enumerate(words[:end]) if at and word.lower() in word_lists()["prepositions"]), end)
    nouns = [word.lower() for word in words[:end]]
    uncounted = {*mail_list("telling")["not_counted"], *word_lists()["mass"]} & {*nouns}
    bare = DETERMINED.match(text) or (
        first[:1].isupper() and not nouns[0].istitle() and first != capital(first.lower())
    )
    many = any(word.endswith("s") and not word.endswith("ss") for word in nouns[-1:])
    if bare or many or uncounted or " and " in " ".join(nouns) or nouns[-1].endswith("ing") or "," in " ".join(nouns):
        return capital(text)
    return f"The {in_sentence(text)}"
