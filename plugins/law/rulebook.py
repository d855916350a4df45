"""Rules of advertising law: read from files or from options, and found in a text.

A rule looks for phrases and says what they break, what comes of it, and what is harmless:

    cure:
      clause: 广告法第十七条            # what it breaks
      verdict: block                   # block, evidence (it needs proof) or info
      suggest: Leave the disease out.
      any: ["(cures|heals) {disease}"] # phrase patterns; see phrase_patterns
      unless: ["no ~ cures"]           # harmless where one of these stands over what was found
      without: ["not a medicine"]      # harmless where one of these is in the sentence
      needs: ["{food}"]                # and only where one of these is in the text or the brief
      softer: ["in 20(24|25)"]         # a block that with one of these in the sentence needs evidence instead
      names: true                      # harmless within the name of a product, brand, street, book

A text that has none of the patterns' keys is done at once (`key_index`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from itertools import islice
from typing import Any, Literal, TypeAlias, get_args

from aigc.errors import did_you_mean
from aigc_plugins.law.key_index import KeyIndex
from aigc_plugins.law.phrase_patterns import BadPattern, Part, compiled, one_of

Verdict: TypeAlias = Literal["block", "evidence", "info"]
Regime: TypeAlias = Literal["china", "claims"]

VERDICTS: tuple[str, ...] = get_args(Verdict)
TEXTS = ("clause", "verdict", "suggest", "tier", "sector")
PATTERNS = ("any", "unless", "without", "needs", "softer")
MOST_MATCHES = 20  # of one pattern in one text
SENTENCE_END = re.compile(r"[。！？!?；;\n]|\.(?=\s|$)")


class BadRule(ValueError):
    """This is what is wrong with a rule, and which."""


@dataclass(frozen=True)
class Phrases:
    """These are patterns any of which may be found; they are read when first asked: most never are."""

    patterns: tuple[str, ...] = ()
    words: Mapping[str, Part] = field(default_factory=dict, repr=False)

    @cached_property
    def expressions(self) -> Sequence[re.Pattern[str]]:
        """The patterns as regular expressions; BadPattern says what is wrong with one."""
        return [_expression(way.source) for pattern in self.patterns for way in compiled(pattern, self.words)]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where one is found."""
        for expression in self.expressions:
            for found in expression.finditer(text):
                if found.group():
                    yield found.span()

    def within(self, text: str) -> bool:
        """Tell whether one is there."""
        return any(expression.search(text) for expression in self.expressions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """This is one rule: what is looked for, what it breaks, and what makes it harmless."""

    name: str
    clause: str
    verdict: Verdict
    suggest: str
    patterns: tuple[Part, ...]
    tier: str = ""
    sector: str = ""
    unless: Phrases = Phrases()
    without: Phrases = Phrases()
    needs: Phrases = Phrases()
    softer: Phrases = Phrases()
    names: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """This is a place where a rule is broken, and the sentence around it, as offsets in the plain text."""

    rule: Rule
    verdict: Verdict
    span: tuple[int, int]
    sentence: tuple[int, int]

    @property
    def weight(self) -> int:
        return -VERDICTS.index(self.verdict)


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """These are the rules of a regime, with the source of each file and the day it was read."""

    rules: Mapping[str, Rule]
    source: str = ""
    checked_on: str = ""
    words: Mapping[str, Part] = field(default_factory=dict, repr=False)

    def broken_in(self, text: str, brief: str = "") -> list[Broken]:
        """Return what breaks a rule in a plain text, also where it overlaps, at most so often for each pattern; `brief`
        may say the sector."""
        found: dict[str, list[tuple[int, int]]] = {}
        for rule, source in self._meant(text):
            matches = islice(_expression(source).finditer(text), MOST_MATCHES)
            spans = [_trimmed(match) for match in matches if match.group().strip()]
            if spans:
                found.setdefault(rule.name, []).extend(spans)
        ends = [0, *(end.end() for end in SENTENCE_END.finditer(text)), len(text)] if found else []
        return [one for name, spans in found.items() for one in _broken(self.rules[name], spans, text, brief, ends)]

    def with_rules(self, own: Mapping[str, Any]) -> RuleBook:
        """Return the rules with those of a project, which stand before ours of their names; BadRule says what is wrong
        with them. `false` instead of a rule leaves ours out."""
        dropped = {name for name, rule in own.items() if rule is False}
        for name in dropped - self.rules.keys():
            raise BadRule(_sentence(f"there is no rule {name!r} to leave out", did_you_mean(name, self.rules)))
        read = read_rules({name: rule for name, rule in own.items() if rule is not False}, self.words)
        kept = {name: rule for name, rule in self.rules.items() if name not in dropped}
        return RuleBook(rules=kept | read, source=self.source, checked_on=self.checked_on, words=self.words)

    def _meant(self, text: str) -> list[tuple[Rule, str]]:
        """Return the patterns that may be found in a text, each with its rule."""
        patterns = self._patterns
        return [(patterns[at][0], patterns[at][1].source) for at in self._index.meant(text)]

    @cached_property
    def _patterns(self) -> Sequence[tuple[Rule, Part]]:
        return [(rule, part) for rule in self.rules.values() for part in rule.patterns]

    @cached_property
    def _index(self) -> KeyIndex:
        return KeyIndex([part.keys for _, part in self._patterns])


def read_rule(name: str, given: Any, words: Mapping[str, Part]) -> Rule:
    """Return a rule as it is written; BadRule names it and says what is wrong."""
    if not isinstance(given, Mapping):
        raise BadRule(f"rule {name!r} is no mapping with clause, verdict, suggest and any")
    known = (*TEXTS, *PATTERNS, "names")
    for key in given:
        if key not in known:
            raise BadRule(_sentence(f"rule {name!r} has the unknown key {key!r}", did_you_mean(str(key), known)))
    for key in ("clause", "verdict", "suggest", "any"):
        if not given.get(key):
            raise BadRule(f"rule {name!r} has no {key!r}")
    texts = {key: str(given[key]) for key in TEXTS if key in given}
    if texts["verdict"] not in VERDICTS:
        told = f"rule {name!r}: the verdict {texts['verdict']!r} is not one of {', '.join(VERDICTS)}"
        raise BadRule(_sentence(told, did_you_mean(texts["verdict"], VERDICTS)))
    listed = {key: _listed(name, key, given.get(key, ())) for key in PATTERNS}
    phrases = {key: Phrases(listed[key], words) for key in PATTERNS if key != "any"}
    parts = tuple(way for pattern in listed["any"] for way in compiled(pattern, words))
    return Rule(name=name, patterns=parts, names=bool(given.get("names")), **texts, **phrases)  # type: ignore[arg-type]


def read_rules(rules: Mapping[str, Any], words: Mapping[str, Part]) -> dict[str, Rule]:
    """Return rules by name; BadRule names the first that is wrong and says how."""
    read: dict[str, Rule] = {}
    for name, given in rules.items():
        try:
            read[name] = read_rule(name, given, words)
        except BadPattern as error:
            raise BadRule(f"rule {name!r}: {error}") from None
    return read


def check_rules(rules: Iterable[Rule]) -> None:
    """Read all patterns of rules, those too that make them harmless; BadRule says which is wrong."""
    for rule in rules:
        for phrases in (rule.unless, rule.without, rule.needs, rule.softer):
            try:
                phrases.within("")
            except BadPattern as error:
                raise BadRule(f"rule {rule.name!r}: {error}") from None


def _listed(name: str, key: str, given: Any) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise BadRule(f"rule {name!r}: {key!r} is no list of patterns; write [{given}]")
    return tuple(str(pattern).lower() for pattern in given)


@cache
def rulebook(regime: Regime) -> RuleBook:
    """Return the rules of a regime that come with the plugin."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    words: dict[str, Part] = {}
    text = files("aigc_plugins.law").joinpath(f"{regime}.yaml").read_text(encoding="utf-8")
    read = yaml.load(text, Loader=loader)
    for name, listed in read["words"].items():
        words[name] = one_of([str(one).lower() for one in listed], words)
    rules = read_rules(read["rules"], words)
    return RuleBook(rules=rules, source=read["source"], checked_on=read["checked_on"], words=words)


def worst(found: Iterable[Broken]) -> list[Broken]:
    """Return what was found in the order of the text, of what overlaps the worst and then the longest alone."""
    kept: list[Broken] = []
    for one in sorted(found, key=lambda one: (-one.weight, one.span[0] - one.span[1], one.span)):
        if not any(_overlap(one.span, other.span) for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.span)


def _broken(
    rule: Rule, spans: Sequence[tuple[int, int]], text: str, brief: str, ends: Sequence[int]
) -> Iterator[Broken]:
    """Yield how matches of a rule break it, but for those that are harmless; `ends` are where sentences do."""
    if rule.needs.patterns and not (rule.needs.within(text) or rule.needs.within(brief)):
        return
    harmless = list(rule.unless.spans(text))
    verdicts: dict[int, Verdict | None] = {}  # the beginning of a sentence → what a match in it comes to
    for span in spans:
        at = max(1, bisect_right(ends, span[0]))
        start, end = ends[at - 1], next((one for one in ends[at:] if one >= span[1]), len(text))
        if start not in verdicts:
            verdicts[start] = _verdict(rule, text[start:end])
        verdict = verdicts[start]
        if verdict and not any(_overlap(span, other) for other in harmless):
            yield Broken(rule=rule, verdict=verdict, span=span, sentence=(start, end))


def _verdict(rule: Rule, sentence: str) -> Verdict | None:
    if rule.without.within(sentence):
        return None
    return "evidence" if rule.verdict == "block" and rule.softer.within(sentence) else rule.verdict


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    found = match.group()
    return (match.end() - len(found.lstrip()), match.start() + len(found.rstrip()))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@cache
def _expression(source: str) -> re.Pattern[str]:
    return re.compile(source)


def _sentence(told: str, remedy: str) -> str:
    return f"{told}; {remedy}" if remedy else told


def all_rules(regimes: Iterable[Regime]) -> Mapping[str, Rule]:
    """Return the rules of some regimes, by name."""
    return {name: rule for regime in regimes for name, rule in rulebook(regime).rules.items()}
