"""The check `advertising_law`: what a text may not say, may say with proof, or may say with a notice beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from aigc import check
from aigc.content import once_per_brief
from aigc.types import Field, Finding, Json, Severity, texts_in
from aigc.types.foreign import read_json
from aigc_plugins.law.approved import Approved, approved_claims
from aigc_plugins.law.own_rules import OwnRules
from aigc_plugins.law.rulebook import Broken, Regime, RuleBook, Verdict, rulebook, worst
from aigc_plugins.law.undisguised import PlainText, undisguised

SEVERITIES: Mapping[Verdict, Severity] = {"block": "reject", "evidence": "warn", "info": "note"}
BY_LANGUAGE: Mapping[str, tuple[Regime, ...]] = {"zh": ("china",)}
NAMING = ("product", "brand", "name", "title")  # inputs whose values are names
CAPITALISED = re.compile(r"[A-Z][\w'’&]*(?:[ -](?:(?:of|the|and|&) )?(?:[A-Z][\w'’]*|\d+))+")
SMALL_WORD = re.compile(r"(?<![A-Za-z'’])[a-z]{3,}")
BOOK = re.compile(r"《[^》\n]{1,40}》")
NO_RULES = OwnRules()
LEAST_SMALL = 2  # words of small letters in a sentence that is no headline in title case


@check
def advertising_law(
    text: str,
    field: Field,
    *,
    regimes: Sequence[Regime] = (),
    evidence: str = "claims",
    rules: OwnRules = NO_RULES,
) -> Iterator[Finding]:
    """A text says nothing that advertising law forbids, and what needs proof has it.

    What is forbidden refuses a piece, what needs proof flags it, what needs a notice beside it is noted; each quotes
    the words, names the clause and says what to do. `regimes` are the rules to read: china (广告法, with the exemptions
    of the guide of 2023) or claims (US, EU and UK rules); by default the first for Chinese, the second for all else.
    `evidence` is the input with the claims that you can prove, each with its proof in brackets. `rules` are your own,
    which stand before ours of their names; `NAME: false` leaves one of ours out.
    """
    values = field.draft.brief.values
    plain = undisguised(text)
    chosen = tuple(regimes) or BY_LANGUAGE.get(str(values.get("language")), ("claims",))
    for book in _books(chosen, json.dumps(rules, ensure_ascii=False)):
        found = book.broken_in(plain.text, _plain_brief(values))
        told = (one for one in found if not _is_name(one, text, plain, values))
        for one in worst(one for one in told if not _proven(one, plain, values, evidence)):
            span = plain.span(*one.span)
            yield Finding(message=_told(one, text[slice(*span)]), span=span, severity=SEVERITIES[one.verdict])


def verdict_on(text: str, language: str) -> Verdict | None:
    """Return the worst that is to be said of a text without a brief; None where it is fine."""
    plain = undisguised(text)
    found = [
        one.verdict
        for regime in BY_LANGUAGE.get(language, ("claims",))
        for one in rulebook(regime).broken_in(plain.text)
        if not _is_name(one, text, plain, {})
    ]
    return min(found, key=list(SEVERITIES).index, default=None)


@lru_cache(maxsize=64)
def _books(regimes: tuple[Regime, ...], own: str) -> Sequence[RuleBook]:
    """Return the rules of some regimes, with a project's own: a new one is looked for once, with those of the first."""
    given: Mapping[str, Any] = read_json(own)
    books = [rulebook(regime) for regime in regimes]
    new = {name: rule for name, rule in given.items() if rule and not any(name in book.rules for book in books)}
    changed = [{name: given[name] for name in given if name in book.rules} for book in books]
    return [
        book.with_rules(mine | (new if book is books[0] else {})) for book, mine in zip(books, changed, strict=True)
    ]


def _told(one: Broken, quoted: str) -> str:
    rule = one.rule
    needs = {"block": "is not allowed", "evidence": "needs proof", "info": "needs a notice"}[one.verdict]
    return f"{quoted!r} {needs} ({rule.clause}): {rule.suggest}"


def _is_name(one: Broken, text: str, plain: PlainText, values: Mapping[str, Json]) -> bool:
    """Tell whether a match is part of a name, where names are harmless: one of the brief, a book's, one in capitals."""
    if not one.rule.names:
        return False
    start, end = one.span
    for name in _names(values):
        at = plain.text.find(name)
        while at >= 0:
            if at <= start and end <= at + len(name):
                return True
            at = plain.text.find(name, at + 1)
    first, last = plain.span(start, end)
    if any(found.start() <= first and last <= found.end() for found in BOOK.finditer(text)):
        return True
    from_, to = plain.span(*one.sentence)
    sentence = text[from_:to]
    if len(SMALL_WORD.findall(sentence)) < LEAST_SMALL:
        return False
    return any(
        from_ + found.start() <= first and last < from_ + found.end() and _goes_on(found.group(), text[first:last])
        for found in CAPITALISED.finditer(sentence)
    )


def _goes_on(name: str, matched: str) -> bool:
    """Tell whether a name has a word in capitals, or a number, right behind what was matched."""
    behind = name.partition(matched)[2]
    return bool(re.match(r"[ -](?:(?:of|the|and|&) )?(?:[A-Z]|\d)", behind))


def _proven(one: Broken, plain: PlainText, values: Mapping[str, Json], evidence: str) -> bool:
    """Tell whether a brief holds proof for the claim in which a match stands."""
    if one.verdict != "evidence" or not values.get(evidence):
        return False
    claims: Sequence[Approved] = _approved(values)[evidence]
    return any(claim.covers(plain.text, one.span, _names(values)) for claim in claims)


@once_per_brief
def _approved(values: Mapping[str, Json]) -> Mapping[str, Sequence[Approved]]:
    return {name: approved_claims(texts_in(value)) for name, value in values.items()}


@once_per_brief
def _names(values: Mapping[str, Json]) -> Sequence[str]:
    return [undisguised(value).text for key in NAMING if isinstance(value := values.get(key), str) and value.strip()]


@once_per_brief
def _plain_brief(values: Mapping[str, Json]) -> str:
    return "\n".join(undisguised(text).text for text in texts_in(values))
