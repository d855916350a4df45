"""Questions that an English sentence with a gap surely is, word for word but for their order.

The dam was finished in ____.          In which year was the dam finished?
A spider has ____ legs.                How many legs does a spider have?
A fox's home is called an ____.        What is a fox's home called?
____ discovered radium.                Who discovered radium?
The road is made of ____.              What is the road made of?
"""

from __future__ import annotations

import re

from aigc_plugins.lessons.dull_words import DULL
from aigc_plugins.lessons.number_words import ENGLISH
from aigc_plugins.rules.content_words import telling

GAP = "____"
YEAR = re.compile(r"1\d{3}|20\d{2}")
PERSON = re.compile(r"[A-Z][\w.'-]+(?: (?:de|la|van|von|of|[A-Z][\w.'-]*))* [A-Z][\w.'-]+")
IN_YEAR = re.compile(rf"(?P<who>[^,;:]+?) (?P<be>was|were) (?P<done>[a-z]+[^,;:]*?) in {GAP}\.?")
MADE = re.compile(rf"(?P<who>[^,;:]+?) (?P<be>is|are|was|were) (?P<made>(?:made|built) (?:of|from|out of)) {GAP}\.?")
CALLED = re.compile(rf"(?P<who>[^,;:]+?) (?P<be>is|are|was|were) called (?:an? |the )?{GAP}\.?")
DID = re.compile(rf"{GAP} (?P<did>(?:wrote|painted|composed|discovered|invented) [^,;:]+?)\.?")
HAS = re.compile(
    rf"(?P<who>[^,;:]+?) (?P<has>has|have|had) {GAP} (?P<what>(?:[a-z-]+ )?[a-z]+s)"
    r"(?P<rest>(?: (?:of|in|on|at|with|around) [^,;:]+)?)\.?"
)
HAS_ONE = re.compile(
    r"(?P<who>[^,;:]+?) (?P<has>has|have|had) ____ (?P<what>(?:[a-z-]+ )?[a-z]+[^sxyhz\W])"
    r"(?P<rest>(?: (?:of|in|on|at|with|around) [^,;:]+)?)\.?"
)
BEGINS = re.compile(r"(?:The|An?|Each|Every|All|Most|Many|Some) ")
LEANS = re.compile(r"(?:It|They|He|She|We|You|I|This|That|These|Those|Its|Their|His|Her|There|Here)\b")
BOUND = re.compile(r"(?:up to|about|around|over|under|more than|fewer than|less than|at least|at most|only|nearly) *$")
DOES = {"has": "does", "have": "do", "had": "did"}


def plain_question(rest: str, answer: str) -> str:
    """Return the question that a sentence with a gap is; nothing where that is not sure."""
    if LEANS.match(rest) or rest.count(GAP) != 1 or BOUND.search(rest.partition(GAP)[0]):
        return ""
    if (found := DID.fullmatch(rest)) and PERSON.fullmatch(answer):
        return f"Who {found['did']}?"
    asked = ""
    if (found := IN_YEAR.fullmatch(rest)) and YEAR.fullmatch(answer):
        asked = f"In which year {found['be']} {{who}} {found['done']}?"
    elif found := CALLED.fullmatch(rest):
        asked = f"What {found['be']} {{who}} called?"
    elif found := MADE.fullmatch(rest):
        asked = f"What {found['be']} {{who}} {found['made']}?"
    elif (found := HAS_ONE.fullmatch(rest)) and answer in ("1", "one"):  # beside "rule" only one is right
        asked = f"How many {found['what']}s {DOES[found['has']]} {{who}} have{found['rest']}?"
    elif (found := HAS.fullmatch(rest)) and _counts(answer):
        asked = f"How many {found['what']} {DOES[found['has']]} {{who}} have{found['rest']}?"
    who = _inside(found["who"]) if found else ""
    return asked.format(who=who) if asked and who else ""


def _counts(answer: str) -> bool:
    return answer.isdecimal() or answer in ENGLISH[1:]


def _inside(subject: str) -> str:
    """Return who or what a sentence is about as it stands inside another; nothing where its first word may be a name,
    and may be none."""
    first, _, more = subject.partition(" ")
    if re.search(r"[{}]", subject):
        return ""
    if BEGINS.match(subject) or first.casefold() in DULL or (first.isalpha() and not telling(first)):
        return subject[:1].lower() + subject[1:]
    return subject if more[:1].isupper() else ""
