"""Search engine texts: `seo/keywords`, `seo/meta` and what their YAML needs beyond the generic extensions.

For keywords the model only finishes phrases people begin ("best trail running shoes for …"); reading the intent,
removing doubles and sorting into clusters is plain code, so nothing here claims a volume or a ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.seo.clusters import keyword_clusters
from aigc_plugins.seo.intent import search_intent
from aigc_plugins.seo.meta import (
    meta_adds_something,
    meta_description,
    says_it_once,
    whole_sentences,
)
from aigc_plugins.seo.phrases import finish_phrase, finishes_phrase, search_phrases
from aigc_plugins.seo.titles import meta_title, title_keeps_to_topic, title_reads_well

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("seo"))),)


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (finish_phrase,)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (finishes_phrase, meta_adds_something, says_it_once, title_keeps_to_topic, title_reads_well, whole_sentences)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(search_intent=search_intent)
    environment.globals.update(
        keyword_clusters=keyword_clusters,
        meta_description=meta_description,
        meta_title=meta_title,
        search_phrases=search_phrases,
    )
