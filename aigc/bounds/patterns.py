r"""Regular expressions of a content type that cannot hang, whatever they are held against.

Python's `re` tries every way in which `(\w+\s?)*!` may match, which takes for ever on sixty letters. `regex` tries them
for so long at most; what it leaves open llguidance decides, which never goes back: it is what keeps a model to the same
pattern, and takes fifty times as long for a text that is easy, so it comes second. A pattern that was too much once
goes to it at once from then on. What repeats too often for either is refused when it is loaded.
"""

from __future__ import annotations

import re
import warnings
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llguidance import LLMatcher

SECONDS = 0.1
LONGEST = 200_000  # bytes of a text that llguidance is asked about
LARGEST = 20_000  # parts of a pattern once its repetitions are written out
DEEPEST = 100  # parentheses within each other
_CLASS = r"\[\^?\]?(?:\\.|[^\]])*\]"
_PART = re.compile(
    rf"\\.|{_CLASS}|\((?:\?:)?|\)|[*+?][?+]?|\{{(?P<least>\d*)(?P<to>,?)(?P<most>\d*)\}}[?+]?|.", re.DOTALL
)
_OTHERWISE = re.compile(
    rf"\\.|{_CLASS}|(?P<letter>\{{(?!\d*,?\d*\}}))|\{{(?=,)", re.DOTALL
)  # what is read in other ways elsewhere


class TooComplex(ValueError):
    """This is why a pattern cannot be used, or not be held against a text."""


class BoundedPattern:
    """This is a pattern that answers in a time that grows with the text alone."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._slow = False

    def found_in(self, text: str) -> bool:
        """Say whether it matches anywhere in a text, as `re.search` does. TooComplex where that cannot be told."""
        if not self._slow:
            try:
                return self._quick.search(text, timeout=SECONDS) is not None
            except TimeoutError:
                self._slow = True
        letters = list(text.encode("utf-8", "surrogatepass"))
        matcher = self._steady.deep_copy() if len(letters) <= LONGEST else None
        if matcher is None:
            raise TooComplex("takes too long to be held against this text")
        taken = matcher.try_consume_tokens(letters)
        if taken < len(letters) and matcher.is_error():
            raise TooComplex("takes too long to be held against this text")
        return taken == len(letters) and bool(matcher.is_accepting())

    @cached_property
    def _quick(self) -> Any:
        import regex  # type: ignore[import-untyped]

        return regex.compile(self._plain, regex.V0)

    @cached_property
    def _plain(self) -> str:
        """The pattern so that others read it as `re` does."""
        return _OTHERWISE.sub(_as_in_re, self.source)

    @cached_property
    def _steady(self) -> LLMatcher:
        from llguidance import LLMatcher, LLTokenizer

        ends = self._plain.endswith("$") and not self._plain.endswith(r"\$")
        inside = self._plain.removeprefix("^")[: -1 if ends else None]
        before = "" if self._plain.startswith("^") else "(?s:.)*"
        whole = f"{before}(?:{inside}){'' if ends else '(?s:.)*'}"
        matcher = LLMatcher(LLTokenizer("byte"), LLMatcher.grammar_from_regex(whole), log_level=0)
        if matcher.is_error():
            raise TooComplex("takes too long to be held against a text")
        return matcher


@lru_cache(maxsize=512)
def bounded_pattern(source: str) -> BoundedPattern:
    """Return a pattern, with what was found out about it."""
    return BoundedPattern(source)


def check_pattern(source: str) -> None:
    """Refuse with a TooComplex what is no regular expression, or repeats too often."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sets within sets, which there are none of
            re.compile(source)
    except (re.error, OverflowError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise TooComplex(f"is no regular expression: {reason}") from None
    if (size := _size(source)) > LARGEST:
        raise TooComplex(f"repeats too often: it has {size:,} parts when written out, at most {LARGEST:,}")


def _size(source: str) -> int:
    """Return how many parts a pattern has once every repetition is written out as often as it may be."""
    open_: list[list[int]] = [[]]  # sizes of what stands in each open parenthesis
    for part in _PART.finditer(source):
        if part[0] in ("(", "(?:"):
            open_.append([])
        elif part[0] == ")" and len(open_) > 1:
            inside = sum(open_.pop())
            open_[-1].append(inside + 1)
        elif part["to"] is not None and open_[-1]:
            times = int(part["most"] or part["least"] or 1)
            open_[-1].append(open_[-1].pop() * max(times, 1))
        elif part[0][0] not in "*+?" or part[0][0] == "\\":
            open_[-1].append(1)
        if len(open_) > DEEPEST:
            raise TooComplex(f"has over {DEEPEST} parentheses within each other")
    return sum(map(sum, open_))


def _as_in_re(part: re.Match[str]) -> str:
    """Return a part of a pattern as nobody can misread it: a brace that is a letter, a bracket within a class."""
    text = part[0]
    if text == "{":
        return r"\{" if part["letter"] else "{0"
    return text[0] + text[1:].replace("[", r"\[") if text[0] == "[" else text
