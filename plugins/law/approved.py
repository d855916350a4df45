"""Claims that may be made because there is proof of them.

97% of owners would buy it again [survey of 412 owners, 2026-05]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aigc_plugins.law.undisguised import undisguised
from aigc_plugins.rules.proofs import PROOF

CLAUSE_END = re.compile(r"[。！？!?；;\n，,：:](?!\d)|\.(?=\s|$)|\s(?:and|but)(?=\s)")  # each side is looked at alone
WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[a-z]+|[\u3400-\u9fff]")
_LATIN = "a an the of and or to in on for with at by is are was were it its this that our we your you they their be has"
LITTLE = frozenset([*_LATIN.split(), *"的了是在和与也都就这那我们你有为款本一"])


@dataclass(frozen=True, slots=True)
class Approved:
    """This is a claim, by its words, and the proof of it."""

    words: frozenset[str]
    proof: str

    def covers(self, plain: str, span: tuple[int, int], names: Sequence[str]) -> bool:
        """Tell whether the clause around a span says no more than the claim does, names apart."""
        start = max((found.end() for found in CLAUSE_END.finditer(plain, 0, span[0])), default=0)
        end = next((found.start() for found in CLAUSE_END.finditer(plain, span[1])), len(plain))
        named = {word for name in names for word in WORD.findall(name)}
        return set(WORD.findall(plain[start:end])) - LITTLE - named <= self.words


def approved_claims(texts: Iterable[str]) -> list[Approved]:
    """Return the claims that have a proof in brackets behind them; others excuse nothing."""
    found = ((PROOF.search(text), text) for text in texts)
    return [
        Approved(frozenset(WORD.findall(undisguised(text[: proof.start()]).text)), proof[1].strip())
        for proof, text in found
        if proof
    ]
