"""The words of press releases, landing pages and newsletters, and what their briefs write as pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL

ENDED = re.compile(r"[.!?。！？…][\"'”’)）」』]*$")
PAIR = re.compile(r"^(?P<left>.+?)\s+=\s+(?P<right>.+)$|^(?P<asked>[^?？]+[?？])\s*=?\s*(?P<answer>\S.*)$", re.DOTALL)
TOGETHER = 2  # facts of one paragraph


@cache
def page_wording() -> Mapping[str, Any]:
    """Return `pages.yaml`: what these pages say beside the brief's own words."""
    import yaml

    text = files("aigc_plugins.articles").joinpath("pages.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read


def worded_for(part: str, language: str) -> Any:
    """Return a part of the wording in a language."""
    return page_wording()[part]["zh" if language == "zh" else "en"]


def ended_line(text: str, language: str) -> str:
    """Return a text as a sentence, in one line."""
    text = capital(" ".join(str(text).split()))
    return text if not text or ENDED.search(text) else text.rstrip(FINAL) + ("。" if language == "zh" else ".")


def in_paragraphs(facts: Sequence[str], language: str) -> str:
    """Return facts as sentences, two to a paragraph; a last one alone goes with the two before it."""
    told = [line for fact in facts if (line := ended_line(fact, language))]
    joint, alone = "" if language == "zh" else " ", len(told) % TOGETHER and len(told) > TOGETHER
    starts = list(range(0, len(told) - (1 if alone else 0), TOGETHER))
    ends = [*starts[1:], len(told)]
    return "\n\n".join(joint.join(told[start:end]) for start, end in zip(starts, ends, strict=True))


def pair_of(text: str) -> tuple[str, str]:
    """Return the two sides of `Question? = Answer` or `Title = what it is`; the second is empty where it is no pair."""
    found = PAIR.match(" ".join(str(text).split()))
    if found is None:
        return " ".join(str(text).split()), ""
    left, right = found["left"] or found["asked"], found["right"] or found["answer"]
    return left.strip(), right.strip()
