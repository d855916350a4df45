"""What a scorer looks at in a candidate: its fact, the brief's other facts, its words, texts per language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from aigc.types import Candidate, Json, texts_in

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
    return fact or " ".join(_told_by(candidate.draft.item))


def other_facts(candidate: Candidate, fact: str, facts: Sequence[str] = ()) -> list[str]:
    """Return the other facts of the brief: those of `facts`, else of its input of that name, else of the list that the
    item is from, or each of several that it tells."""
    values, own = candidate.draft.brief.values, _told_by(candidate.draft.item)
    known = facts or list(texts_in(values.get("facts") or ())) or _list_with(own, values)
    return [one for one in known if one.strip() and one != fact and one not in own]


def _told_by(item: Json) -> list[str]:
    return list(texts_in(item["fact"] if isinstance(item, Mapping) and "fact" in item else item))


def _list_with(own: Sequence[str], values: Mapping[str, Json]) -> list[str]:
    """Return the texts of the first list of a brief that has all of an item's own."""
    lists = [list(texts_in(value)) for value in values.values() if isinstance(value, list)]
    return next((texts for texts in lists if own and {*own} <= {*texts}), [])


def words_of(text: str, candidate: Candidate) -> list[str]:
    """Return the telling words of a text, each as far as its stem; one of Chinese is a character."""
    little = frozenset(in_its_language(texts()["little_words"], candidate))
    words = [word.casefold() for word in WORD.findall(text)]
    return [word if any(map(str.isdigit, word)) else word[:STEM] for word in words if word not in little]


def _likelihood(candidate: Candidate) -> float:
    return -math.inf if candidate.mean_logprob is None else candidate.mean_logprob
