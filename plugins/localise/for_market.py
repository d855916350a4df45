"""A text for another market in the same language, and what of it somebody has to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aigc import check, postprocessor
from aigc.types import Field, Finding
from aigc_plugins.localise.chinese_scripts import in_script
from aigc_plugins.localise.kept_parts import changed_between
from aigc_plugins.localise.market_dates import dated_for, unclear_dates
from aigc_plugins.localise.market_lists import Market, market_of, usual_source
from aigc_plugins.localise.market_measures import Measures, measured_for, unclear_measures
from aigc_plugins.localise.market_prices import foreign_prices, priced_for, read_rates
from aigc_plugins.localise.market_spelling import spelt_for


@postprocessor
def for_market(
    text: str,
    *,
    market: str,
    source: str = "",
    measures: Measures = "replace",
    rates: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
) -> str:
    """Write a text as another market of its language does: spelling, units, dates, Chinese characters, prices.

    `market` and `source`, where the text comes from, are us, gb, ca, cn, tw … (`markets.yaml`; without a source us, or
    cn). `measures` are replaced, or stand before the original in brackets (both), or are kept. A price changes by a
    rate of `rates` alone, {usd: 0.79@2026-11-30}, and stays without one. Addresses, codes, quotations, fields that a
    program fills in and the terms to `keep` stay as they are. For a market of another language, where the text is to be
    translated, prices and English measures change.
    """
    to = market_of(market)
    of = source_of(to, source)
    known = read_rates(rates or {})
    if of.language != "en":
        text = changed_between(text, lambda part: in_script(part, of.script, to.script), keep, quotations=False)
        return changed_between(text, lambda part: priced_for(part, of, to, known), keep)

    def changed(part: str) -> str:
        part = measured_for(priced_for(part, of, to, known), of, to, measures)
        return spelt_for(dated_for(part, of, to), to.code) if to.language == "en" else part

    return changed_between(text, changed, keep)


@check(severity="warn")
def fits_market(text: str, field: Field, *, market: str, source: str = "") -> Iterator[Finding]:
    """A text has nothing left that its market writes in another way and that nobody can convert without knowing more.

    That is a price in another currency, to which no rate was given; degrees that say no scale, ½ inches; 13/5/2026
    from a market where there is no thirteenth month. `market` and `source` are as those of `for_market`.
    """
    to = market_of(market)
    of = source_of(to, source)
    for told, span, currency in foreign_prices(text, of, to):
        message = f"{told!r} is in {currency.upper()}, the market pays in {to.currency.upper()}: no rate was given"
        yield Finding(message=message, span=span)
    if to.language != "en" or of.language != "en":
        return
    for told, span in unclear_measures(text, of, to):
        yield Finding(message=f"{told!r} was not converted: of which scale or unit it is has to be told", span=span)
    for told, span in unclear_dates(text, of, to):
        yield Finding(message=f"{told!r} is no date as {of.name} writes them", span=span)


def source_of(market: Market, source: str) -> Market:
    """Return the market that a text comes from."""
    return market_of(source) if source else usual_source(market)
