"""Amounts of money in the currency of a market, by a rate that somebody gave; without one they stay and are told of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from aigc.errors import UsageError, did_you_mean
from aigc_plugins.localise.market_lists import LONGEST_NUMBER, Market, market_list

AMOUNT = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"
LARGEST_RATE = Decimal(1_000_000_000)
LARGE = re.compile(r"\s?(?:[km]|bn|thousand|million|billion|万|亿)(?![a-z])|[.,]?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRate:
    """This is what one of a currency is in the market's, on a day."""

    is_: Decimal
    on: date


def read_rates(told: Mapping[str, str]) -> dict[str, GivenRate]:
    """Return rates that read `usd: 0.79@2026-11-30`: the currency of the text, what one of it is, and of what day that
    is. UsageError says what is wrong with one; nobody's rate is without its day."""
    return {name.lower(): _rate(name.lower(), str(text)) for name, text in told.items()}


def priced_for(text: str, source: Market, market: Market, rates: Mapping[str, GivenRate]) -> str:
    """Return a text with its amounts in the market's currency, as far as there is a rate for them."""

    def changed(found: re.Match[str]) -> str:
        currency = _currency(found, source)
        rate = rates.get(currency)
        written = found["amount"] or found["number"]
        if currency == market.currency or rate is None or _is_large(found) or len(written) > LONGEST_NUMBER:
            return found.group()
        told = market_list("markets")["currencies"][market.currency]
        step = Decimal(1).scaleb(-int(told["decimals"]))
        amount = (Decimal(written.replace(",", "")) * rate.is_).quantize(step, rounding=ROUND_HALF_UP)
        return f"{told['shown']}{amount:,f}"

    return _pattern().sub(changed, text)


def foreign_prices(text: str, source: Market, market: Market) -> list[tuple[str, tuple[int, int], str]]:
    """Return the amounts of a text that are in another currency than the market's, with place and currency."""
    found = [(one.group(), one.span(), _currency(one, source)) for one in _pattern().finditer(text)]
    return [one for one in found if one[2] != market.currency]


def _currency(found: re.Match[str], source: Market) -> str:
    sign = (found["before"] or found["after"]).upper()
    lists = market_list("markets")
    if sign in ("$", "¥"):
        own = lists["dollars"] if sign == "$" else lists["yuan"]
        return source.currency if source.currency in own else own[0]
    return _signs()[sign]


def _is_large(found: re.Match[str]) -> bool:
    """Say whether an amount goes on, as in $1.5 million."""
    return bool(LARGE.match(found.string[found.end() :])) if found["before"] else False


def _rate(name: str, text: str) -> GivenRate:
    known = market_list("markets")["currencies"]
    if name not in known:
        raise UsageError(f"no currency {name!r}", hint=did_you_mean(name, known))
    value, _, day = text.partition("@")
    try:
        rate, on = Decimal(value.strip()), date.fromisoformat(day.strip())
    except (InvalidOperation, ValueError):
        raise UsageError(
            f"the rate {name}={text!r} is none", hint="what one is worth, and of what day that is: usd=0.79@2026-11-30"
        ) from None
    if not (rate.is_finite() and rate > 0):
        raise UsageError(f"the rate {name}={text!r} is not above 0")
    if not 1 / LARGEST_RATE < rate < LARGEST_RATE:
        raise UsageError(f"the rate {name}={text[:40]!r} is none of two currencies", hint="what one is worth: usd=0.79")
    return GivenRate(is_=rate, on=on)


@cache
def _signs() -> Mapping[str, str]:
    """Return the signs that stand for one currency everywhere → its code."""
    return {sign: code for code, told in market_list("markets")["currencies"].items() for sign in told["signs"]}


@cache
def _pattern() -> re.Pattern[str]:
    signs = sorted((*_signs(), "$", "¥"), key=len, reverse=True)
    sign = "|".join(re.escape(one) for one in signs)
    return re.compile(
        rf"(?<![\w$])(?P<before>{sign})\s?(?P<amount>{AMOUNT})"
        rf"|(?<![\w.,])(?P<number>{AMOUNT})\s?(?P<after>{sign})(?![\w])"
    )
