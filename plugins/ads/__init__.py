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
from aigc_plugins.ads.headline_set import headline_set
from aigc_plugins.ads.strength import ad_strength
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
    return (ad_strength, joins_well, keeps_to_fact)


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
    )
    environment.globals.update(
        ad_descriptions=ad_descriptions,
        ad_headlines=ad_headlines,
        calls_to_action=calls_to_action,
        display_path=display_path,
        headline_set=headline_set,
    )
