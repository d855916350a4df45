"""Sentences a small model builds wrongly from right words: the joint between the product and its fact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from aigc import check
from aigc.types import Field, Json
from aigc_plugins.ads.a_or_an import is_plural
from aigc_plugins.ads.calls import begins_with_deed, sold_as
from aigc_plugins.ads.fact_shape import opening
from aigc_plugins.ads.faithful import words_of
from aigc_plugins.ads.word_lists import TAIL, word_lists
from aigc_plugins.text.emoji import strip_emoji

PREPOSITION = r"(?:for|in|to|at|from|by|of|with|without|up|under|over|on|against|into|within|when|as|per)"
MEASURED = r"(?:deep|wide|high|long|tall|across|thick|heavy)"
IS = re.compile(r"\b(?:that|which|who)\s+(?:is|are)\s+(.+?)\W*$", re.IGNORECASE)
ADJECTIVE = re.compile(rf"(?!\d)[\w-]+(?:(?:,| and|, and) [\w-]+)*(?:\s+(?:{PREPOSITION}\b|\d).*)?$", re.IGNORECASE)
MEASURE = re.compile(rf"\S*\d\S*\s+\w+\s+{MEASURED}\b", re.IGNORECASE)
WITH_MEASURE = re.compile(rf"\bwith\s+(?:an?\s+)?\S*\d\S*\s+\w+\s+{MEASURED}\W*$", re.IGNORECASE)
WITH_ADJECTIVE = re.compile(
    rf"\bwith\s+(?:\w+-)*\w*(?:proof|resistant|able|safe|ready|tested|seasoned)\s+{PREPOSITION}\b", re.IGNORECASE
)
WITH_AN_ADJECTIVE = re.compile(WITH_ADJECTIVE.pattern.replace(r"\bwith\s+", r"\bwith\s+an?\s+"), re.IGNORECASE)
STATE = re.compile(  # "dishwasher safe": how a thing is, and nothing that it has
    r"(?:(?:dishwasher|microwave|oven|freezer|food|child|pet|skin|machine|baby)[\s-]safe|"
    r"(?:\w+[\s-])?(?:\w*proof|\w*resistant|washable|adjustable|rechargeable|reusable|foldable|stackable|removable|"
    r"compatible|breathable|portable|recyclable|biodegradable|compostable|durable|detachable|waterproofed|seasoned))\W*$",
    re.IGNORECASE,
)
WITH_STATE = re.compile(rf"\bwith\s+(?:{STATE.pattern}|on[\s-]call\b)", re.IGNORECASE)
# With `verbs`: "a course with one day", "a reel with 30 m hose", "a festival with children under 12 go free".
COUNT = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
WITH_TIME = re.compile(
    rf"\bwith\s+{COUNT}\s+(?:day|week|month|hour|minute|evening|night|year|session|week)s?\b", re.IGNORECASE
)
WITH_UNIT = re.compile(
    rf"\bwith\s+{COUNT}\s?(?:m|cm|mm|km|l|ml|kg|g|w|v|inch|lit(?:re|er)s?|met(?:re|er)s?)(?:\s+[a-z-]*[a-rt-z])?\W*$",
    re.IGNORECASE,
)
WITH_PARTICIPLE = re.compile(
    rf"\bwith\s+(?:an?\s+(?:\w+ed\s+(?:up to|{PREPOSITION})|\w+\s+(?:after|within|until|before|up to))\b|"
    r".*\s(?:welcome|allowed|possible|available|optional)\W*$|no\s.*\s(?:needed|required)\W*$)",
    re.IGNORECASE,
)
WITH_OPEN = re.compile(  # "a hall with open until 23:00": how it is, or when
    rf"\bwith\s+(?:(?:open|closed|free|ready|valid|alive|available|suitable|ideal|perfect|dry|warm|cold|hot|clean|fresh|safe|full)\s+"
    rf"(?:{PREPOSITION}|until|till|daily|all|every|seven)\b|(?:for|in|at|from|by|to|every|until|since|per)\b)",
    re.IGNORECASE,
)
OWNS = re.compile(
    r"\b(?:with|has|have)\s+\d[\d.,]*\s?(?:m|km|metres?|miles?|minutes?|min|steps?)\s+(?:from|to|by|on)\b"
)
BEING = frozenset(["is", "are", "has", "have", "comes", "come", "was", "were", "can", "will"])
CAN = re.compile(r"\b(?:that|which|who) can\b", re.IGNORECASE)
# What there is to choose from or to take part in, which nothing has: "lessons with groups of four", "12 colours".
WITH_CHOICE = re.compile(
    rf"\b(?:with|has|have|includes?|offers?|provides?|features?)\s+(?:(?:small\s+)?(?:groups|classes|teams|parties)\s+of|"
    rf"{COUNT}\s+(?:colou?rs|sizes|flavou?rs|scents|shades|lengths|designs|patterns|finishes|styles))\b",
    re.IGNORECASE,
)
SHARED_END = re.compile(r"\b(?:included|needed|required|provided|inside|welcome|allowed)\W*$", re.IGNORECASE)
WITH_CLAUSE = re.compile(
    r"\bwith\s+(?!.*\b(?:that|which|who|where)\b).*?\s(?:is|are|was|go|goes|can|comes?|gets?|has|have|stays?)\b",
    re.IGNORECASE,
)
WITH_DAY = re.compile(
    r"\bwith (?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:january|february|march|april|june|july|august|"
    r"september|october|november|december)|\d+(?:st|nd|rd|th)?(?: of)? [jfmasond][a-z]+(?:y|ch|il|ne|st|er))\b"
    r"(?! (?:\w+ ){0,2}(?:class|course|visit|session|opening|lesson|delivery|service)(?:e?s)?\b)",
    re.IGNORECASE,
)  # "a weekend with Saturday 5 September"
WITH_SPLICE = re.compile(r"\bwith\b[^,]*, (?:we|you|it|they)\b", re.IGNORECASE)  # "with no mess, we bring sheets"
OPEN_ENDED = (WITH_SPLICE, WITH_DAY, WITH_TIME, WITH_UNIT, WITH_CLAUSE, WITH_PARTICIPLE, WITH_CHOICE, WITH_OPEN)
ARTICLE = re.compile(r"^an?\s+", re.IGNORECASE)
THAT = re.compile(r"\bthat\s+([\w-]+)(\s+of\b)?", re.IGNORECASE)
HELPS = frozenset(["can", "will", "may", "are", "have", "was", "were"])
QUALITIES_ALONE = re.compile(r"\ban? [a-z]+ed(?:(?:,|,? and) [a-z]+ed)+[.!]?$")  # "a vetted and trained and insured."
THAT_NUMBER = re.compile(r"\bthat\s+(?:(?:up to|over|under|only)\s+)?(?:\d|no\b)", re.IGNORECASE)


@check
def joins_well(text: str, field: Field, *, verbs: bool = False) -> Iterator[str]:
    """A sentence begins with the product and joins the fact well: "that is waterproof", but "with a steel bowl".

    With `verbs` a fact that begins with no verb does not follow "that": no "hotel that rooms with lake view".
    """
    if field.draft.language != "en":
        return
    if QUALITIES_ALONE.search(text):
        yield "has 'a' before qualities of nothing"
    values = field.draft.brief.values
    product = strip_emoji(str(values.get("product") or ""), symbols=True)
    listed = text.casefold().startswith((f"{product}:".casefold(), f"{TAIL.sub('', product)}:".casefold()))
    if verbs and product and not listed and _does_nothing(product, values, str(field.draft.item)):
        yield "lets a service do what its fact says"
    stated = IS.search(text)
    if stated and not any(form.match(stated[1]) for form in (ADJECTIVE, MEASURE, STATE)):
        yield f"says the product is {stated[1]!r}"
    if WITH_MEASURE.search(text) or WITH_ADJECTIVE.search(text) or WITH_STATE.search(text):
        yield "puts 'with' before what needs 'that is'"
    elif verbs and WITH_AN_ADJECTIVE.search(text):
        yield "puts 'with a' before what needs 'that is'"
    elif verbs and any(form.search(text) for form in OPEN_ENDED):
        yield "says that the product has what it does not have so"
    if verbs and (once := _said_of_itself(text, str(field.draft.item))):
        yield once
    begins = ARTICLE.sub("", text).lower()
    head = ARTICLE.sub("", TAIL.sub("", product)).lower()
    if product and not begins.startswith((head, head.removesuffix("s"))):
        yield f"does not begin with {head!r}"
    elif verbs and product and _runs_on(_behind(begins, product.lower(), head), str(field.draft.item)):
        yield "says the fact's thing as if the product were one: nothing joins them"
    if verbs and product and (several := _multiplied(text, str(field.draft.item), product)):
        yield f"makes several of one: {several!r}"
    joint = THAT.search(text)
    if not joint:
        return
    verb, free = joint[1].lower(), word_lists()["neutral"]
    in_fact = re.search(rf"(?<!\w){re.escape(verb)}(?!\w)", str(field.draft.item), re.IGNORECASE)
    singular = verb in HELPS or (verb.endswith("s") and (in_fact or verb in free))
    if verbs and opening(str(field.draft.item)) == "do" and not is_plural(product):
        yield "lets the product do what its buyer does"
    elif joint[2] or not (singular or is_plural(product)):
        yield f"has no verb after 'that', but {verb!r}"
    elif THAT_NUMBER.search(text) or (
        verbs and in_fact and verb not in free and opening(in_fact.string[in_fact.start() :]) == "noun"
    ):
        yield "has no verb after 'that'"


def _does_nothing(product: str, values: Mapping[str, Json], fact: str) -> bool:
    """Tell whether a sentence of name and fact has to be a list: "Church hall hire: seats 120", "Rent a cello: …"."""
    facts = [one for one in values.get("benefits") or [] if isinstance(one, str)]
    service = sold_as(product, values.get("category"), facts) == "service"
    return begins_with_deed(product) or (service and opening(fact) == "does")


def _behind(text: str, *names: str) -> str:
    """Return what follows the first of the names that a text begins with."""
    return next((text.removeprefix(name) for name in names if text.startswith(name)), text)


def _said_of_itself(text: str, fact: str) -> str:
    """Return why a sentence is none: "piano tuning that is tuned", or "tables up to 12" of "tables for up to 12"."""
    stated = re.search(r"^(.*?) that (?:is|are) (\w{3,4})\w*ed\b", text, re.IGNORECASE)
    if stated and re.search(rf"\b{stated[2]}", stated[1], re.IGNORECASE):
        return f"says of {stated[1]!r} what its name says"
    if re.search(r"\bwith\b.*\bwith\b", text, re.IGNORECASE):
        return "puts 'with' beside 'with'"
    named = re.search(r"\bthat are ([a-z]+s)\b", text, re.IGNORECASE)
    if named and fact.lower().startswith(named[1].lower()):
        return "says that the product is what it has"  # "glasses that are strengths from +1"
    acts = re.search(r"^(.*?) (?:that|which|who) ([a-z]+)\b", text, re.IGNORECASE)
    if any(f" and {part}" in text.lower() for part in fact.lower().split(", ")[1:] if not part.startswith("and ")):
        return "has 'and' for the comma of its fact"  # "with padded heel and thin on top"
    asked = acts and re.search(rf"\b(?:that|which|who) {acts[2]}\b", fact, re.IGNORECASE)  # "see who paid for what"
    if acts and not asked and opening(fact) == "noun" and acts[2].lower() not in BEING:
        return "says that the product does what its fact only names"
    if (
        acts
        and len(acts[2]) > 4
        and any(word.startswith(acts[2].lower().removesuffix("s")) for word in words_of(acts[1]))
    ):
        return f"says of {acts[1]!r} what its name says"  # "a folding desk that folds"
    if OWNS.search(text):
        return "says that the product has how far it is"
    first = fact.lower().split(" ")[1:2]
    if (
        re.search(r"\bwith\b", text)
        and opening(fact) == "noun"
        and first
        and re.fullmatch(r"[a-z]{3,}ed|sent|made", first[0])
    ):
        return "puts 'with' before what is done"  # "repair with dents removed"
    if CAN.search(text) and not re.search(r"\bcan\b", fact, re.IGNORECASE):
        return "says what the product can do of what can be done with it"
    told = re.search(r"^(.*?) with (?:an? )?(.+?)\W*$", text, re.IGNORECASE)
    own = [word for word in words_of(told[2]) if word.isalpha()] if told else []
    if opening(fact) == "does" and told and told[2].lower().startswith(fact.lower().split()[0]):
        return "puts 'with' before what the product does"
    if told and len(own) > 1 and set(own) <= set(words_of(told[1])):
        return f"says of {told[1]!r} what its name says"
    if SHARED_END.search(fact) and re.search(r"\bthat (?!is |are )", text):
        return "takes a thing for a deed"
    lost = "for up to" in fact and "up to" in text and "for up to" not in text
    return "leaves out 'for' of 'for up to'" if lost else ""


def _multiplied(text: str, fact: str, product: str) -> str:
    """Return a noun of which a sentence has several and its fact one: "tanks" of "54 litre glass tank"."""
    known = {*re.findall(r"[a-z]+", f"{fact} {product}".lower())}
    nouns = re.findall(r"(?<!that )(?<!and )(?<!or )(?<!can )\b[a-z]{3,}s\b", text.lower())
    return next((one for one in nouns if one not in known and one[:-1] in known), "")


def _runs_on(rest: str, fact: str) -> bool:
    """Tell whether a fact that begins with a thing follows the product's name at once, "service report in 24 hours", or
    after a comma, as if it were one more: "evening school, MIG and TIG"."""
    if rest.startswith(","):
        return True
    first = fact.lower().split()[:1]
    follows = rest.lower().split()[:1]
    small = {*word_lists()["prepositions"], *word_lists()["neutral"], "until", "till", "all", "every"}
    taken = follows and follows[0] not in small and follows[0] in fact.lower().split()  # "a boiler servicing report"
    return opening(fact) == "noun" and bool(taken or follows == first != [])
