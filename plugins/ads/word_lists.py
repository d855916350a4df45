"""The plugin's word lists, read once."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
PREPOSITION = re.compile(  # "dining tables | made to order"
    r"\s+(?:(?:made|built|cut|tailored|ready|printed|sewn)\s+)?(?:for|with|at|in|of|from|by|to)\s+.*$", re.IGNORECASE
)
COMMA = re.compile(r",\s+(?!.*(?:\b(?:and|or)\b|&)).*$", re.IGNORECASE)  # of several things none is the name


class NameTail:
    """This is what a product's name may end before: "Invoice software | for freelancers", "Tea towel |, set of 3".

    Behind a comma stand a number or single words: of "Soft, warm blanket" nothing is left out.
    """

    def search(self, name: str) -> re.Match[str] | None:
        """Return the tail of a name, None where it has none."""
        found, comma = PREPOSITION.search(name), COMMA.search(name)
        if comma and (found is None or comma.start() < found.start()):
            first, *others = (part.strip() for part in comma.group()[1:].split(","))
            last = others[-1] if others else first
            one = found is not None and " " not in name[comma.start() + 1 : found.start()].strip()
            if NUMBER.search(first) or " " not in last or one:
                return comma  # "Wallpaper |, cut to length"
        return found

    def sub(self, instead: str, name: str) -> str:
        """Return a name with something in place of its tail."""
        found = self.search(name)
        return name[: found.start()] + instead if found else name


NUMBER = re.compile(r"\d|^(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b", re.IGNORECASE)
TAIL = NameTail()


@cache
def word_lists() -> dict[str, Any]:
    """Return `word_lists.yaml`: what the plugin writes itself, and the words it reads facts by, under their names."""
    return _read("word_lists.yaml")


@cache
def closing_lists() -> dict[str, Any]:
    """Return `closings.yaml`: what descriptions end with, by language and by what is sold."""
    return _read("closings.yaml")


@cache
def occasions() -> dict[str, dict[str, list[str]]]:
    """Return `occasions.yaml`: what one does with a service that is not simply booked, by its kind."""
    return _read("occasions.yaml")


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
