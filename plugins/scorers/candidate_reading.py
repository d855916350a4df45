"""What a scorer looks at in a candidate: its fact, the brief's other facts, its words, texts per language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from aigc.types import Candidate, texts_in

CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:[.,'’-][^\W_{CJK}]+)*")
STEM = 5  # letters: "pours" and "pouring" are one word
UNKNOWN = float("nan")


@cache
def texts() -> Mapping[str, Any]:
    """Return `texts.yaml`: everything that is said in a language, under its name."""
    import yaml

    found: dict[str, Any] = yaml.safe_load(
        files("aigc_plugins.scorers").joinpath("texts.yaml").read_text(encoding="utf-8")
    )
    return found


def in_its_language(entry: Mapping[str, Any], candidate: Candidate) -> Any:
    """Return what an entry holds for the language of a candidate's brief; for English where it lacks that."""
    return entry.get(candidate.draft.language, entry["en"])


def likeliest(candidates: Sequence[Candidate], top: int) -> list[int]:
    """Return the places of the `top` candidates by the writer's likelihood, in order; all of them for 0."""
    return sorted(range(len(candidates)), key=lambda place: -_likelihood(candidates[place]))[: top or None]


def spread(numbers: Mapping[int, float], count: int) -> list[float]:
    """Return the numbers of some of `count` candidates as those of all: who was not asked about has the least."""
    least = min(filter(math.isfinite, numbers.values()), default=UNKNOWN)
    return [numbers.get(place, least) for place in range(count)]


def fact_of(candidate: Candidate, fact: str = "") -> str:
    """Return what a candidate has to say: `fact` where that is given, else the item, or what is called so in it."""
    item = candidate.draft.item
    if isinstance(item, Mapping) and "fact" in item:
        item = item["fact"]
    return fact or " ".join(texts_in(item))


def other_facts(candidate: Candidate, fact: str, facts: Sequence[str] = ()) -> list[str]:
    """Return the other facts of the brief: those of `facts`, else of its input of that name."""
    known = facts or list(texts_in(candidate.draft.brief.values.get("facts") or ()))
    return [one for one in known if one.strip() and one != fact]


def words_of(text: str, candidate: Candidate) -> list[str]:
    """Return the telling words of a text, each as far as its stem; one of Chinese is a character."""
    little = frozenset(in_its_language(texts()["little_words"], candidate))
    words = [word.casefold() for word in WORD.findall(text)]
    return [word if any(map(str.isdigit, word)) else word[:STEM] for word in words if word not in little]


def _likelihood(candidate: Candidate) -> float:
    return -math.inf if candidate.mean_logprob is None else candidate.mean_logprob
