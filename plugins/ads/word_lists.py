"""The plugin's word lists, read once."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# A product's name may end before one of these: "Invoice software | for freelancers".
TAIL = re.compile(r"\s+(?:for|with|at|in|of|from|by|to)\s+.*$", re.IGNORECASE)


@cache
def word_lists() -> dict[str, Any]:
    """Return `word_lists.yaml`: what the plugin writes itself, and the words it reads facts by, under their names."""
    return _read("word_lists.yaml")


@cache
def closing_lists() -> dict[str, Any]:
    """Return `closings.yaml`: what descriptions end with, by language and by what is sold."""
    return _read("closings.yaml")


@cache
def neutral() -> frozenset[str]:
    """Return the words that say nothing by themselves."""
    return frozenset(word_lists()["neutral"])


def in_language(lists: dict[str, Any], language: str) -> Any:
    """Return what one of the lists holds for a language; for English where it lacks that language."""
    return lists.get(language, lists["en"])


def _read(name: str) -> dict[str, Any]:
    import yaml

    lists: dict[str, Any] = yaml.safe_load(files("aigc_plugins.ads").joinpath(name).read_text(encoding="utf-8"))
    return lists
