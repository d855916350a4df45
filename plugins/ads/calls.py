"""Calls to action: chosen from lists, never written by a model, which would promise what nobody offers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Literal, TypeAlias

from aigc.content import measure
from aigc_plugins.ads.faithful import same_word
from aigc_plugins.ads.word_lists import TAIL, in_language, word_lists

WIDTH = 30
FIRST = 5  # of the calls; the voice `facts` draws from these

WHERE = frozenset(["online", "nearby", "local"])

Offering: TypeAlias = Literal["goods", "service", "software"]


def calls_to_action(language: str = "en", product: str = "", category: str | None = None, count: int = 3) -> list[str]:
    """Return `count` headlines that ask for a click; which ones depends on the product, so a batch varies."""
    calls = in_language(word_lists()["calls"], language)[offering(product, category)][:FIRST]
    return _rotated(calls, product)[:count]


def drawn_calls(
    names: Sequence[str], language: str, category: str | None, avoid: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield headlines that ask for a click, drawn by the product's own name from all there are: in turn a plain one and
    one that names the product. `names` are the product and its shorter forms, of which the longest that fits is used.
    None has a verb that is to be avoided.
    """
    kind = offering(names[0], category, further=True)
    drawn = _drawn(in_language(word_lists()["calls"], language)[kind], names[0])
    plain = [call for call in drawn if not call_verbs(call, language) & avoid]
    fitting = [call for call in named_calls(names, language, kind) if not call_verbs(call, language) & avoid]
    yield from plain[:1]
    yield from fitting
    yield from plain[1:]


def named_calls(names: Sequence[str], language: str, kind: Offering, part: str = "named_calls") -> list[str]:
    """Return the calls of a part of the word lists that fit with a name, those with the first of `names` first."""
    patterns = _drawn(in_language(word_lists()[part], language)[kind], names[0])
    calls = [pattern.format(name=name) for name in names for pattern in patterns]
    return [call[:1].upper() + call[1:] for call in calls if measure(call, "width") <= WIDTH]


def call_verbs(line: str, language: str) -> frozenset[str]:
    """Return what a line asks for, as far as it is a call: the verbs in it that calls have."""
    verbs: list[str] = in_language(word_lists()["call_verbs"], language)
    if language == "zh":
        return frozenset(verb for verb in verbs if verb in line)
    words = re.findall(r"[a-z]+", line.lower())
    return frozenset(verb for verb in verbs for word in words if same_word(word, verb))


def closings(language: str, product: str, category: str | None, *, further: bool = False) -> list[str]:
    """Return the sentences a description may end with; which one comes first depends on the product."""
    return _rotated(
        in_language(word_lists()["closings"], language)[offering(product, category, further=further)], product
    )


def offering(product: str, category: str | None, *, further: bool = False) -> Offering:
    """Return what is sold, read from its category and its name: nobody orders a tutor or books a kettle.

    Of Latin words only the last one before a "for" or "in" counts (a travel mug is no travel), leaving out those that
    say where, such as "online". With `further` more words are known.
    """
    kinds: tuple[Offering, ...] = ("software", "service")
    known = {
        kind: [*word_lists()["kinds"][kind], *(word_lists()["further_kinds"][kind] if further else ())]
        for kind in kinds
    }
    either = word_lists()["either_kinds"] if further else ()
    for text, unsure in ((category or "", either), (product, ())):
        named = [word for word in re.findall(r"\w+", TAIL.sub("", text).lower()) if word not in WHERE]
        for kind in kinds:
            words = [word for word in known[kind] if word not in unsure]
            if any(word in named[-1:] or (not word.isascii() and word in text) for word in words):
                return kind
    return "goods"


def _drawn(lines: Sequence[str], product: str) -> list[str]:
    """Return the lines in an order that is the product's own, as good as random from one product to the next."""
    return sorted(lines, key=lambda line: sha256(f"{product}\n{line}".encode()).digest())


def _rotated(lines: list[str], product: str) -> list[str]:
    start = zlib.crc32(product.encode()) % len(lines)
    return lines[start:] + lines[:start]
