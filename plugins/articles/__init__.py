"""Articles: `articles/blog`, press releases, landing pages, newsletters, and what their YAML needs.

The facts of a blog article are shared out among paragraphs, two or three that follow one another to each. The first
opens the article: one that only announces what comes says nothing that the title does not. The others are sections; of
a short article they have no headings. The model makes a paragraph of its facts; a sentence that they do not support is
taken out again, and a fact that is left untold stands as the brief has it.

The other three say the brief's own words between those of `pages.yaml`, and ask no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.articles.article_titles import titles_its_topic
from aigc_plugins.articles.grouping import share_out, under_headings
from aigc_plugins.articles.headings import first_sentence, heads_its_points, point_heading
from aigc_plugins.articles.landing_page import (
    asked_questions,
    benefit_blocks,
    benefit_lines,
    hero_line,
    hero_subline,
    page_call,
    page_description,
    questions_have_answers,
)
from aigc_plugins.articles.newsletter import (
    items_have_texts,
    letter_intro,
    letter_preheader,
    letter_sections,
    letter_subject,
)
from aigc_plugins.articles.paragraphs import keep_supported_sentences, retells_facts, tell_facts_once
from aigc_plugins.articles.parts import (
    article_angles,
    article_description,
    article_sections,
    article_title,
    sections_as_asked,
)
from aigc_plugins.articles.press_release import press_part, quotes_have_speakers
from aigc_plugins.articles.prose import as_sentences, reads_as_prose
from aigc_plugins.articles.section_names import names_its_section, says_no_sentence_again, section_name

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("articles"))),)


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (keep_supported_sentences, tell_facts_once)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (
        heads_its_points,
        items_have_texts,
        names_its_section,
        questions_have_answers,
        reads_as_prose,
        quotes_have_speakers,
        retells_facts,
        says_no_sentence_again,
        sections_as_asked,
        titles_its_topic,
    )


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(
        as_sentences=as_sentences,
        first_sentence=first_sentence,
        point_heading=point_heading,
        section_name=section_name,
        share_out=share_out,
        under_headings=under_headings,
    )
    environment.globals.update(
        article_angles=article_angles,
        article_description=article_description,
        article_sections=article_sections,
        article_title=article_title,
        asked_questions=asked_questions,
        benefit_blocks=benefit_blocks,
        benefit_lines=benefit_lines,
        hero_line=hero_line,
        hero_subline=hero_subline,
        page_description=page_description,
        letter_intro=letter_intro,
        letter_preheader=letter_preheader,
        letter_sections=letter_sections,
        letter_subject=letter_subject,
        page_call=page_call,
        press_part=press_part,
    )
