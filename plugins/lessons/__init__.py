"""Lesson material: `lessons/plan`, `quiz`, `flashcards`, `worksheet` and `reading`, and what they need.

What can be computed is computed: minutes, wrong answers taken from the other facts, where the right one stands, gaps,
pairs and keys. The model writes the single lines between: an objective, a question, a meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.lessons.bloom import begins_with_verb, measurable
from aigc_plugins.lessons.flashcards import cards_differ, every_fact_taught, flashcards
from aigc_plugins.lessons.full_worksheets import enough_to_do, full_worksheet
from aigc_plugins.lessons.lesson_checks import lesson_has_facts
from aigc_plugins.lessons.lesson_lines import (
    answer_first,
    classroom_task,
    covers_topic,
    no_given_word,
    of_class,
    says_words_once,
    term_first,
)
from aigc_plugins.lessons.levels import hard_words, reads_at_level
from aigc_plugins.lessons.minutes import adds_up, five_e_minutes
from aigc_plugins.lessons.multiple_choice import lacking_answers, quiz_items, short_questions
from aigc_plugins.lessons.option_lengths import key_not_longest
from aigc_plugins.lessons.phases import lesson_materials, planned_lesson
from aigc_plugins.lessons.questions import asks_the_fact, every_fact_asked, well_formed_items, wrong_answers
from aigc_plugins.lessons.quiz_material import quiz_facts, quiz_stem
from aigc_plugins.lessons.readings import every_fact_read, reading_tasks, reading_text
from aigc_plugins.lessons.taught_facts import to_ask
from aigc_plugins.lessons.worksheets import key_answers_sheet

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("lessons"))),)


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (answer_first, term_first)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (
        adds_up,
        asks_the_fact,
        begins_with_verb,
        cards_differ,
        classroom_task,
        covers_topic,
        enough_to_do,
        every_fact_asked,
        every_fact_read,
        every_fact_taught,
        key_answers_sheet,
        lesson_has_facts,
        key_not_longest,
        measurable,
        no_given_word,
        reads_at_level,
        says_words_once,
        well_formed_items,
        wrong_answers,
    )


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(five_e_minutes=five_e_minutes, of_class=of_class, quiz_stem=quiz_stem)
    environment.globals.update(
        flashcards=flashcards,
        hard_words=hard_words,
        lacking_answers=lacking_answers,
        planned_lesson=planned_lesson,
        lesson_materials=lesson_materials,
        quiz_facts=quiz_facts,
        quiz_items=quiz_items,
        reading_tasks=reading_tasks,
        reading_text=reading_text,
        short_questions=short_questions,
        to_ask=to_ask,
        worksheet=full_worksheet,
    )
