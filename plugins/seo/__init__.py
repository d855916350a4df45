"""Search engine texts: keywords, titles and descriptions, plans of articles, alt texts, links within a site.

For keywords the model only finishes phrases people begin ("best trail running shoes for …"); reading the intent,
removing doubles and sorting into clusters is plain code, so nothing here claims a volume or a ranking. Plans, alt texts
and links are the brief's own words: no model is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.seo.article_plan import not_covered, plan_links, plan_schema, plan_titles
from aigc_plugins.seo.clusters import keyword_clusters
from aigc_plugins.seo.intent import plan_intent, search_intent
from aigc_plugins.seo.meta import (
    meta_adds_something,
    meta_description,
    says_it_once,
    says_what_the_page_is,
    tells_its_facts,
    whole_sentences,
)
from aigc_plugins.seo.outlines import (
    facts_are_sorted,
    facts_have_headings,
    outline_has_facts,
    outline_text,
    plan_outline,
    plan_sections,
    searches_have_answers,
)
from aigc_plugins.seo.phrases import finish_phrase, finishes_phrase, search_phrases, searched_for
from aigc_plugins.seo.pictures import alt_text, names_no_picture, picture_file, picture_told_whole, picture_words
from aigc_plugins.seo.site_links import leads_somewhere, nearest_pages, pages_have_addresses, text_links
from aigc_plugins.seo.subjects import keeps_its_subject
from aigc_plugins.seo.titles import meta_title, title_keeps_to_topic, title_reads_well
from aigc_plugins.seo.web_names import has_web_name, web_name

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
    return (
        finishes_phrase,
        has_web_name,
        keeps_its_subject,
        leads_somewhere,
        meta_adds_something,
        names_no_picture,
        facts_are_sorted,
        facts_have_headings,
        outline_has_facts,
        pages_have_addresses,
        picture_told_whole,
        says_it_once,
        says_what_the_page_is,
        searched_for,
        searches_have_answers,
        title_keeps_to_topic,
        title_reads_well,
        tells_its_facts,
        whole_sentences,
    )


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(search_intent=search_intent)
    environment.globals.update(
        alt_text=alt_text,
        keyword_clusters=keyword_clusters,
        meta_description=meta_description,
        meta_title=meta_title,
        nearest_pages=nearest_pages,
        not_covered=not_covered,
        outline_text=outline_text,
        picture_file=picture_file,
        picture_words=picture_words,
        plan_intent=plan_intent,
        plan_links=plan_links,
        plan_outline=plan_outline,
        plan_schema=plan_schema,
        plan_sections=plan_sections,
        plan_titles=plan_titles,
        search_phrases=search_phrases,
        text_links=text_links,
        web_name=web_name,
    )
