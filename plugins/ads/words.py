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
def words() -> dict[str, Any]:
    """This is `words.yaml`."""
    import yaml

    lists: dict[str, Any] = yaml.safe_load(files("aigc_plugins.ads").joinpath("words.yaml").read_text(encoding="utf-8"))
    return lists


def said_in(lists: dict[str, Any], language: str) -> Any:
    """This is what a list has for a language; English where the list lacks it."""
    return lists.get(language, lists["en"])
