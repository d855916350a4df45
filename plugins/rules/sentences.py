"""Texts that end where their writer meant them to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from aigc import check
from aigc.content import drop_dangling, ends_dangling, limit_of, measure
from aigc.types import Field, texts_in
from aigc_plugins.rules.units import canonical_unit

ENDED = re.compile(r"[.!?。！？…][\"'”’」』）)\]》*_]*$")
LOOSE_END = re.compile(r"[,;:&/\\(\[{（【「『《，、；：—–-]$")
LIST_ITEM = re.compile(r"\s*(?:[-*•+]\s|\d+[.)]\s)")
BLOCK_LINE = re.compile(r"\s*(?:[-*•+]\s|\d+[.)]\s|\||```)")
HEADING = re.compile(r"\s*#{1,6}\s")
LIST_LABEL = re.compile(r"(?:^|\s)(?:\d{1,2}|[a-zA-Z])$")
# No English sentence ends in one of these; on, in, by, to… may ("to pull them on.").
NEVER_LAST = re.compile(
    r"\b(?:a|an|the|and|or|but|nor|with|without|of|into|onto|via|per|than|your|our|their)[.!…][\"'”’)]*$"
)
BRACKETS = frozenset("()[]{}（）【】「」『』《》“”")
PAIRS = ("()", "[]", "{}", "（）", "【】", "「」", "『』", "《》", "“”")


@check
def complete_sentence(text: str, field: Field) -> Iterator[str]:
    """A text ends like a sentence: final punctuation, no function word left hanging, quotes and brackets closed.

    The last line may be a list item or a table row instead.
    """
    text = text.rstrip()
    last = text.rpartition("\n")[2]
    if HEADING.match(last):
        yield "ends with a heading"
    elif text and not BLOCK_LINE.match(last) and not ENDED.search(text):
        yield from _loose_end(text, field) or ["does not end with a full stop, question or exclamation mark"]
    elif LIST_ITEM.match(last):
        yield from _loose_end(text, field)
    elif (found := NEVER_LAST.search(text)) and not _brief_ends_so(text[: found.end()], field):
        yield f"ends with {found.group()!r}, which promises more"
    yield from _unclosed(text)


@check
def not_cut(text: str, field: Field) -> Iterator[str]:
    """A text does not stop inside a word, at a function word ("with", 的), at a loose mark or with a bracket open."""
    text = text.rstrip()
    yield from _loose_end(text, field)
    if text.endswith(("...", "…")):
        yield "ends with dots"
    yield from _unclosed(text)
    yield from _stump(text, field)


def _loose_end(text: str, field: Field) -> list[str]:
    if LOOSE_END.search(text):
        return [f"ends with {text[-1]!r}"]
    if text and ends_dangling(text) and not text.endswith(_whole_words()) and not _brief_ends_so(text, field):
        left = text[len(drop_dangling(text)) :].strip()
        return [f"ends with {left!r}, which promises more"] if left else []
    return []


def _brief_ends_so(text: str, field: Field) -> bool:
    """Tell whether a text of the brief ends in the same two words, so that nothing need follow them."""
    ending = _words(text)[-2:]
    facts = (*field.draft.brief.values.values(), field.draft.item)
    return len(ending) == 2 and any(_words(fact)[-2:] == ending for value in facts for fact in texts_in(value))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@cache
def _whole_words() -> tuple[str, ...]:
    """Return Chinese words that end like a function word without being one, so that a text may end with them."""
    import yaml

    words = yaml.safe_load(files("aigc_plugins.rules").joinpath("endings.yaml").read_text(encoding="utf-8"))
    return tuple(words["whole"])


def _unclosed(text: str) -> Iterator[str]:
    for pair in () if BRACKETS.isdisjoint(text) else PAIRS:
        if pair[0] not in text and pair[1] not in text:
            continue
        depth = 0
        for place, char in enumerate(text):
            if char == pair[0]:
                depth += 1
            elif char == pair[1]:
                depth -= 1
                if depth < 0 and pair == "()" and LIST_LABEL.search(text[:place]):
                    depth = 0  # "1)" of a list closes nothing
                elif depth < 0:
                    break
        if depth:
            yield f"has {pair[0]} {pair[1]} that do not match"
    if '"' in text and re.sub(r'\d"', "", text).count('"') % 2:
        yield "has a quotation mark without its partner"


def _stump(text: str, field: Field) -> Iterator[str]:
    """Yield a message where a text ran into its limit and its last word is only the beginning of one of the brief's."""
    limit = limit_of(field.schema)
    stopped = field.draft.finish_reason == "length" or (limit and measure(text, limit[0]) >= limit[1])
    last = re.search(r"[A-Za-z]+$", text) if stopped else None
    if not last:
        return
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", " ".join(texts_in(field.draft.brief.values)))}
    stump = last.group().lower()
    whole = [word for word in sorted(words) if word.startswith(stump)]
    unit = canonical_unit(last.group()) if re.search(r"\d\s?[A-Za-z]+$", text) else ""
    if unit and any(canonical_unit(word) == unit for word in whole):
        return  # "10 min" is not cut off from ten minutes
    if whole and stump not in words and not any(word[len(stump) :] in ("s", "es", "ed", "ing", "y") for word in whole):
        yield f"ends with {last.group()!r}, the beginning of {whole[0]!r}"
