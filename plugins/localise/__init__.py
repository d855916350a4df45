"""A"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.localise.back_translation import translates_back
from aigc_plugins.localise.for_market import fits_market, for_market
from aigc_plugins.localise.market_lists import market_language
from aigc_plugins.localise.translating import lines_to_translate, translated_text
from aigc_plugins.localise.translation_checks import all_translated, translation_keeps

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("localise"))),)


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (for_market,)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (all_translated, fits_market, translation_keeps)


@hookimpl
def aigc_scorers() -> Sequence[Extension]:
    return (translates_back,)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.globals.update(
        lines_to_translate=lines_to_translate, market_language=market_language, translated_text=translated_text
    )
