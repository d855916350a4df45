"""A"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.localise.for_market import fits_market, for_market
from aigc_plugins.localise.market_lists import market_language

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (for_market,)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (fits_market,)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.globals.update(market_language=market_language)
