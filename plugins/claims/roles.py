"""Who does what: the cheap signs of a line that turned its fact round or joined what does not belong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check
from aigc.types import Field
from aigc_plugins.claims.claim_lists import found_in
from aigc_plugins.claims.line_words import CJK, Grounds, given_to, relates, root, roots_of, telling, words_in

HOOK = re.compile(r"^([^?？]{1,40})[?？]")
TO_PRODUCT = re.compile(r"\d[\d.,]* [a-z]+ (?:to|from) (?:an?|the|your) ([a-z -]+)$")
BARE_END = re.compile(r"\b(in|on|from|for|with|at|to) ([a-z]+)$")
LEAST = 4  # letters of "used"
DONE = re.compile(r"(?<!be )\b([a-z]+)\b")
AGENT = re.compile(r"\b(you|we|they|it) ([a-z]{3,})")


@check
def who_does_what(text: str, field: Field) -> Iterator[str]:
    """A question that opens the line has to do with the fact or the product, and nobody else does what the fact says.

    A word relates to another of its form, or of a topic that the lists name (rain, wet, umbrella). What a comma joins
    is no conclusion (", so you sleep") and no next step that has nothing to do with either (", then the carpet").
    """
    given = given_to(field)
    if (hook := HOOK.match(text)) and not _belongs(hook[1], given):
        yield f"asks {hook.group()!r}, which has nothing to do with the fact"
    for word in found_in(given.lists.phrases.conclusions, text):
        if word not in given.text.lower():
            yield f"concludes with {word!r} what the fact does not say"
    for joint in given.lists.phrases.sequels.finditer(text.lower()):
        if joint["found"] and not _belongs(text[joint.end() :], given):
            yield f"goes on with {text[joint.start() :]!r}, which has nothing to do with the fact"
    yield from _turned(text, given)
    if not CJK.search(text):
        yield from _told_to(text.lower(), given)
        yield from _misplaced(text.lower(), given)


def _belongs(part: str, given: Grounds) -> bool:
    words = telling(words_in(part), given.lists)
    return not words or relates([*words, part] if CJK.search(part) else words, given)


def _turned(text: str, given: Grounds) -> Iterator[str]:
    """Yield verbs that the fact gives to one person and the line to another: "you eat" is not "we eat"."""
    facts = "\n".join(given.facts)
    stated = _agents(facts, given)
    of_product = {root(word, given.language) for word in words_in(facts) if word.endswith(("s", "ed"))}
    for verb, person in _agents(text, given).items():
        if verb in stated and stated[verb] != person:
            yield f"says that {person} {verb!r}; the fact says {stated[verb]!r}"
        elif verb not in stated and person == "you" and verb in of_product:
            yield f"says that you {verb!r}; in the fact it is the product"


def _told_to(text: str, given: Grounds) -> Iterator[str]:
    """Yield what a line tells the reader to do, where the fact says that it is done: "woven in Ecuador" is not "weave
    it in Ecuador". What "can be" done is anyone's."""
    verb = next(iter(words_in(text.rpartition("?")[2])), "")
    if not verb or verb.endswith(("s", "ed", "ing")) or verb in given.lists.alike:
        return
    for word in DONE.findall("\n".join(given.facts).lower()):
        regular = word.endswith("ed") and len(word) > LEAST and root(word, given.language) == root(verb, given.language)
        if word != verb and (regular or given.lists.alike.get(word) == verb):
            yield f"tells the reader to {verb}; the fact says {word!r}"


def _agents(text: str, given: Grounds) -> dict[str, str]:
    """Return the roots of verbs → who does them, where a pronoun right before says so."""
    found = AGENT.findall(text.lower())
    return {root(verb, given.language): person for person, verb in found if verb not in given.lists.function}


def _misplaced(text: str, given: Grounds) -> Iterator[str]:
    """Yield an amount that leads to the product itself, and a product without its article: "4 steps from ladder"."""
    name = given.names[0] if given.names else ""
    if found := TO_PRODUCT.search(text):
        facts, product = roots_of("\n".join(given.facts), given.language), roots_of(name, given.language)
        words = {root(word, given.language) for word in telling(words_in(found[1]), given.lists)}
        if words and words <= product - facts:
            yield f"leads to the product: {found.group()!r}"
    if found := BARE_END.search(text):
        noun = words_in(name)[-1:] == (found[2],) and not found[2].endswith(("s", "ing"))
        if noun and found.group() not in given.text.lower():
            yield f"lacks an article: {found.group()!r}"
