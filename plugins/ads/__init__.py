"""Search ads: `ads/google-search` and what its YAML needs beyond the generic post-processors and checks.

The model turns one fact into one line; what needs no writing (the product's name, an offer, a call to action, the
display path) is composed here by plain functions that the content type calls in its expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.ads.a_or_an import drop_leading_article, mend_articles
from aigc_plugins.ads.calls import calls_to_action
from aigc_plugins.ads.compose import ad_descriptions, ad_headlines, close_description, display_path, product_name
from aigc_plugins.ads.fact_lines import ad_line, ad_sentence, fact, introduced, paired, shared_out
from aigc_plugins.ads.fact_shape import told_together
from aigc_plugins.ads.faithful import keeps_to_fact, plain_line
from aigc_plugins.ads.feed_ads import feed_part, keeps_ad_advice, keeps_ad_limits
from aigc_plugins.ads.headline_set import headline_set
from aigc_plugins.ads.kept_commas import keeps_commas
from aigc_plugins.ads.long_lines import asset_descriptions, baidu_descriptions, baidu_title, long_headlines
from aigc_plugins.ads.pinned import pins_can_show, with_pins
from aigc_plugins.ads.search_assets import ad_callouts, ad_keywords, ad_sitelinks, has_callouts, pages_are_links
from aigc_plugins.ads.strength import ad_strength
from aigc_plugins.ads.untold import price_is_told
from aigc_plugins.ads.wording import joins_well

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("ads"))),)


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (close_description, drop_leading_article, mend_articles)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (
        ad_strength,
        has_callouts,
        joins_well,
        keeps_ad_advice,
        keeps_ad_limits,
        keeps_commas,
        keeps_to_fact,
        pages_are_links,
        pins_can_show,
        price_is_told,
    )


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(
        ad_line=ad_line,
        ad_sentence=ad_sentence,
        fact=fact,
        introduced=introduced,
        paired=paired,
        plain_line=plain_line,
        product_name=product_name,
        shared_out=shared_out,
        told_together=told_together,
        with_pins=with_pins,
    )
    environment.globals.update(
        ad_callouts=ad_callouts,
        ad_descriptions=ad_descriptions,
        ad_headlines=ad_headlines,
        ad_keywords=ad_keywords,
        ad_sitelinks=ad_sitelinks,
        asset_descriptions=asset_descriptions,
        baidu_descriptions=baidu_descriptions,
        baidu_title=baidu_title,
        calls_to_action=calls_to_action,
        display_path=display_path,
        feed_part=feed_part,
        headline_set=headline_set,
        long_headlines=long_headlines,
    )
