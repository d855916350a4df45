"""A finished job for another market: what changes by rule, and what of a translation can be known.

`aigc localise DIR --market gb` (in `aigc.jobs.localising`) changes the pieces of a job and their briefs alike, by the
post-processor `for_market`, and has the job's own content type judge them anew: its limits, its checks, its exports. So
a piece for another market is held to what the piece was held to, and nothing here knows any content type.

*By rule, without a model*: how English is spelt (`spelling.yaml`), units (`measures.yaml`: exact factors, how results
are rounded, never more than "up to" says), dates (written out, since 5/12 is two days), Chinese characters (OpenCC, the
extra `opencc`), prices by a rate that somebody gave with its day. `fits_market` flags what nobody could convert without
knowing more. Addresses, codes, quotations, fields that programs fill in, brands and `keep` stay (`kept_parts`).

*Into another language*, by a model: `localise/text` translates a line at a time. Numbers, links and names are not put
out of the model's sight by placeholders, which a small one garbles; `translation_keeps` looks for each of them
afterwards, and for length, the glossary, the form of address, words left untranslated. What is there in both may still
be nonsense, so `translates_back` asks how likely the source is after the translation, and below a floor none stands.
Then the line stays as it was and `all_translated` flags it. The type `needs` a model of 7B: of what a 1.5B was sure of,
half could be published.

Not done: other words for a thing (lift, autumn), number formats of other languages, sizes of clothes.
"""

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
