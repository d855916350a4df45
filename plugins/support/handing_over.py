"""When a message is for a person, and which of its sentences are orders to a machine, which has none to take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from aigc_plugins.rules.content_words import is_chinese, sentences

FEW_WORDS = 5  # of a message that names a person's role and little else
TOKEN = re.compile(r"<\|[^|>\n]{0,40}\|>|\[/?INST\]|<</?SYS>>")  # what parts the turns of a chat


@cache
def handing_over_lists() -> Mapping[str, Any]:
    """Return `handing_over.yaml`."""
    import yaml

    text = files("aigc_plugins.support").joinpath("handing_over.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    one = handing_over_lists()["person"]
    roles, anyone, speech = one["roles"], one["anyone"], one["speech"]
    few, no_role = one["alone"], r"(?! (?:fee|cost|price|discount|rate|hair|size|body)s?\b)"
    wanted = {
        "role": rf"\b(?:{one['verbs']})\b.{{0,60}}\b(?:{roles})\b|\b(?:{roles})\b.{{0,25}}\b(?:{speech})\b",
        "alone": rf"\b(?:{roles}|{few}|a person|real person)\b{no_role}",
        "strong": rf"\b(?:{one['strong']})\b{no_role}",
        "anyone": rf"\b(?:{speech})\b.{{0,40}}\b(?:{anyone})\b|\b(?:{anyone})\b.{{0,25}}\b(?:{speech})\b",
        "no_machine": one["no_machine"],
        "han": one["han"],
        "orders": handing_over_lists()["orders"],
    }
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in wanted.items()}


def asks_for_person(message: str) -> bool:
    """Tell whether a customer asks for a person."""
    found = _patterns()
    text = " ".join(message.split())
    if any(found[name].search(text) for name in ("han", "no_machine", "strong")):
        return True
    alone = len(text.split()) <= FEW_WORDS and found["alone"].search(text)
    return bool(alone or found["role"].search(text) or found["anyone"].search(text))


def is_order(sentence: str) -> bool:
    """Tell whether a sentence is an order to a model, or holds what parts the turns of a chat."""
    return bool(_patterns()["orders"].search(sentence))


def without_orders(text: str) -> str:
    """Return a text without its sentences that are orders to a model."""
    lines = []
    for line in text.split("\n"):
        told = sentences(line)
        kept = [one for one in told if not is_order(one)]
        if kept == told:
            lines.append(line)
        elif kept:
            lines.append(("" if is_chinese(line) else " ").join(kept))
    return TOKEN.sub("", "\n".join(lines)).strip()


def disclosure_of(values: Mapping[str, Any], language: str) -> str:
    """Return what says that a machine answers, where the brief's market asks for it or is not known."""
    how, market = str(values.get("discloses") or "auto"), str(values.get("market") or "").strip().lower()
    asked = not market or market in handing_over_lists()["told_in"]
    told = how == "always" or (how == "auto" and asked)
    return str(handing_over_lists()["disclosure"][language]) if told else ""
