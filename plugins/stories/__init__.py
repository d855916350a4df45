"""Stories: `stories/bedtime`, `stories/flash`, what their YAML needs, and books of them (`epub`).

A story is told for its kind of wish (`shapes_en.yaml`, `shapes_zh.yaml`), from plots and lines of ours that fit any
(`bedtime_en.yaml`, `bedtime_zh.yaml`), or in the brief's own sentences behind an opening (`flash.yaml`); a model, where
one is asked, writes a scene at a time.
Which words a rating rules out (`ratings.yaml`) and what each age follows (`ages.yaml`) is data.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.stories.bedtime import bedtime_about, bedtime_beats, bedtime_scenes, bedtime_title
from aigc_plugins.stories.drawn_lines import lines_fit_the_plot, logline_tells_enough
from aigc_plugins.stories.epub_books import epub_books
from aigc_plugins.stories.flash_fiction import flash_about, flash_beats, flash_scenes, flash_title
from aigc_plugins.stories.scene_repeats import scenes_go_on
from aigc_plugins.stories.story_names import hero_stays, keeps_cast, no_new_names, spoken_of
from aigc_plugins.stories.story_readers import age_rating, keeps_rating, story_length, suits_age
from aigc_plugins.stories.story_voice import (
    ends_closed,
    keeps_point_of_view,
    keeps_tense,
    no_talk_of_story,
    told_in_first_person,
)

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("stories"))),)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (
        ends_closed,
        hero_stays,
        keeps_cast,
        keeps_point_of_view,
        keeps_rating,
        keeps_tense,
        lines_fit_the_plot,
        logline_tells_enough,
        no_new_names,
        no_talk_of_story,
        scenes_go_on,
        story_length,
        suits_age,
        told_in_first_person,
    )


@hookimpl
def aigc_exporters() -> Sequence[Extension]:
    return (epub_books,)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters["age_rating"] = age_rating
    environment.filters["spoken_of"] = spoken_of
    environment.globals.update(
        bedtime_about=bedtime_about,
        bedtime_beats=bedtime_beats,
        bedtime_scenes=bedtime_scenes,
        bedtime_title=bedtime_title,
        flash_about=flash_about,
        flash_beats=flash_beats,
        flash_scenes=flash_scenes,
        flash_title=flash_title,
    )
