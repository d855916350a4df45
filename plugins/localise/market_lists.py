"""What is known of markets: how each writes English, dates, amounts, and what it measures in. All of it is YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from aigc.errors import UsageError, did_you_mean

LONGEST_NUMBER = 15  # characters of one that is converted; what is longer is a code or a mistake
CUSTOMARY, METRIC = "customary", "metric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """This is where a text is read. `measures` and `roads` name a system of units, `date` is the order of a date's
    numbers (mdy), `written` a date in words, `script` which Chinese characters, nothing for other languages."""

    code: str
    name: str
    language: str
    measures: str
    roads: str
    currency: str
    date: str
    written: str
    script: str = ""


def market_list(name: str) -> Any:
    """Return what stands in a file of this plugin: markets, measures, spelling, formality."""
    return _read(name)


def market_of(code: str) -> Market:
    """Return the market of a code such as gb. UsageError, with the nearest, where it is none."""
    known = _markets()
    if code not in known:
        raise UsageError(f"no market {code!r}", hint=did_you_mean(code, known))
    return known[code]


def market_language(code: str) -> str:
    """Return the language of a market: en for gb."""
    return market_of(code).language


def usual_source(market: Market) -> Market:
    """Return the market that a text comes from where nobody says: the largest other one of the same language."""
    first = {"en": ("us", "gb"), "zh": ("cn", "tw")}.get(market.language, ("us", "gb"))
    return market_of(first[0] if market.code != first[0] else first[1])


@cache
def _markets() -> Mapping[str, Market]:
    return {code: Market(code=code, **told) for code, told in _read("markets")["markets"].items()}


@cache
def _read(name: str) -> Any:
    import yaml

    return yaml.safe_load(files("aigc_plugins.localise").joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
