"""What can be known of a translation without knowing both languages: everything that is there is there again, once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Field, Finding, Json, texts_in
from aigc_plugins.localise.market_lists import market_list
from aigc_plugins.localise.translating import MARKED, is_same_line, term_pair
from aigc_plugins.rules.fact_reading import Fact, facts_in
from aigc_plugins.rules.units import is_unit

HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-zÀ-ÿ]+(?:[-'’][A-Za-zÀ-ÿ]+)*")
YEAR_LAST = re.compile(r"日\s?\d{4}\s?年?")
WIDEST, NARROWEST, FREE = (
    4.0,
    0.6,
    6,
)  # Chinese characters for an English word: 1.5 to 2 are usual; and some for short lines
MARKS = (("?", "？"), ("%", "％"))


@check
def translation_keeps(text: str, field: Field) -> Iterator[Finding]:
    """A translated line has all that its source has and nothing else: numbers, units, prices, dates, links, names.

    It is in the other language to the last word but names and abbreviations, as long as such a line is (0.6 to 4
    Chinese characters for an English word), within the limit of its field, true to the glossary, and addresses the
    reader in the `formality` that is asked for. The source is the `text` of the stage's item (`lines_to_translate`);
    where it stands itself, `all_translated` tells of it.
    """
    item = field.draft.item
    if not isinstance(item, Mapping):
        return
    source, language = str(item["text"]), str(item["language"])
    if is_same_line(text, source):  # no translation: `all_translated` tells of it
        return
    yield from _facts(text, source)
    yield from _names(text, source, item)
    yield from _language(
        text, source, language, [*map(str, item["keep"]), *(term_pair(one)[1] for one in item["terms"])]
    )
    yield from _length(text, source, language)
    for counter, most in item["limit"].items():
        if (size := measure(text, counter)) > most:
            yield Finding(message=f"has {size} {counter}, at most {most}")
    if language == "zh" and (found := YEAR_LAST.search(text)):
        yield Finding(message=f"writes the year last: {found.group()!r}", span=found.span())
    forms = market_list("formality").get(language, {})
    if (pattern := forms.get(item["formality"])) and (found := re.search(pattern, text)):
        yield Finding(message=f"{found.group()!r} is not {item['formality']}", span=found.span())


@check(severity="warn")
def all_translated(draft: Draft, *, of: Sequence[Mapping[str, Json]]) -> Iterator[Finding]:
    """No line stands as it was in the source because no translation of it held; `of` are the lines to translate."""
    source = [str(one["text"]) for one in of]
    for name, value in draft.fields.items():
        for text in texts_in(value):
            for line in text.split("\n"):
                told = MARKED.sub("", line, count=1)
                if told and any(is_same_line(told, one) for one in source):
                    yield Finding(message=f"is not translated, no candidate holds: {told.strip()[:60]!r}", field=name)


def _facts(text: str, source: str) -> Iterator[Finding]:
    """Yield what differs in numbers, dates and addresses. Numbers in words vouch for digits, and are not asked for."""
    before, after = _Facts(source), _Facts(text)
    for fact in before.sure:
        if not after.has(fact):
            yield Finding(message=f"leaves out {fact.text!r}")
    for fact in after.sure:
        if not before.has(fact):
            yield Finding(message=f"has {fact.text!r}, which the source has not", span=fact.span)
    for marks in MARKS:
        if any(mark in source for mark in marks) != any(mark in text for mark in marks):
            yield Finding(message=f"has {marks[0]!r} where the source has none, or the other way round")


class _Facts:
    """These are the facts of a text: digits, months and links, which have to be there, and all that may be meant."""

    def __init__(self, text: str) -> None:
        found = facts_in(text, words="any")
        self.sure = [one for one in found if one.kind in ("link", "month") or any(char.isdigit() for char in one.text)]
        self.links = {one.key for one in found if one.kind == "link"}
        self.numbers: dict[Decimal, set[str]] = {}
        for one in found:
            if one.kind in ("number", "month"):
                self.numbers.setdefault(abs(one.number), set()).add(one.unit)
            for part in one.parts:
                self.numbers.setdefault(part, set()).add("")
        self.codes = {one.key for one in found if one.kind == "word"}

    def has(self, fact: Fact) -> bool:
        """Say whether a fact of another text is among these: a number with its unit, if both texts know it."""
        if fact.kind == "link":
            return fact.key in self.links
        if fact.kind == "word":
            return fact.key in self.codes or (bool(fact.parts) and all(part in self.numbers for part in fact.parts))
        units = self.numbers.get(abs(fact.number))
        if units is None:
            return False
        return not is_unit(fact.unit) or fact.unit in units or not any(map(is_unit, units))


def _names(text: str, source: str, item: Mapping[str, Json]) -> Iterator[Finding]:
    for name in item["keep"]:
        if str(name) not in text:
            yield Finding(message=f"leaves out the name {name!r}")
    for term in item["terms"]:
        theirs, ours = term_pair(term)
        if ours.casefold() not in text.casefold():
            yield Finding(message=f"does not say {ours!r} for {theirs!r}")


def _language(text: str, source: str, language: str, names: Sequence[str]) -> Iterator[Finding]:
    """Yield what stands in the text in the language that it was translated from."""
    rest = text
    for name in sorted(filter(None, names), key=len, reverse=True):
        rest = rest.replace(name, " ")
    for fact in facts_in(rest, words="none"):
        rest = rest.replace(fact.text, " ")
    if language == "zh":
        if not HAN.search(text):
            yield Finding(message="has no Chinese character")
        strange = [word for word in LATIN.findall(rest) if not (word.isupper() and word in source)]
        if strange:
            yield Finding(message=f"{strange[0]!r} is not translated")
    elif found := HAN.search(rest):
        yield Finding(message=f"{found.group()!r} is not translated")


def _length(text: str, source: str, language: str) -> Iterator[Finding]:
    """Yield that a line is too long or too short for its source, where one of both is Chinese."""
    chinese, other = (text, source) if language == "zh" else (source, text)
    many, words = len(HAN.findall(chinese)), len(LATIN.findall(other))
    if not (many or words) or not HAN.search(chinese):
        return
    if many > WIDEST * words + FREE or many + FREE / 3 < NARROWEST * words:
        yield Finding(message=f"is too long or too short: {many} Chinese characters for {words} words")
