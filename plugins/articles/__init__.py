"""Articles: `articles/blog` and what its YAML needs beyond the generic post-processors and checks.

The facts are shared out among the sections, each fact to one of them. The model makes a paragraph of a section's facts;
a sentence that they do not support is taken out again, and a fact that is left untold stands as the brief has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.articles.announcing import announces, keep_announcements
from aigc_plugins.articles.headings import first_sentence, heads_its_points, point_heading
from aigc_plugins.articles.paragraphs import keep_supported_sentences, retells_facts, tell_facts_once
from aigc_plugins.articles.parts import (
    article_angles,
    article_description,
    article_intro,
    article_sections,
    article_title,
    share_out,
)

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("articles"))),)


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (keep_announcements, keep_supported_sentences, tell_facts_once)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (announces, heads_its_points, retells_facts)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(first_sentence=first_sentence, point_heading=point_heading, share_out=share_out)
    environment.globals.update(
        article_angles=article_angles,
        article_description=article_description,
        article_intro=article_intro,
        article_sections=article_sections,
        article_title=article_title,
    )
