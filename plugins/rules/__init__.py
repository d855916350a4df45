"""Checks every content type can name: limits, facts, support, words, repetition, sentences, garble.

They report and change nothing.
Each is a plain function in a file beside this one that yields messages or Findings. What is right is also shown: the
filter `nearest_lines` finds the lines of a bank that a template gives as shots, and `printable` writes a fact as ad
platforms print it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.rules.bank import nearest_lines
from aigc_plugins.rules.editorial import editorial, no_lost_cross, signs_left_out
from aigc_plugins.rules.facts import facts_from_brief
from aigc_plugins.rules.garbled import no_markup, no_mojibake, real_words
from aigc_plugins.rules.gimmicks import plain_spelling, printable
from aigc_plugins.rules.keywords import keyword_placed, no_keyword_stuffing
from aigc_plugins.rules.lengths import longer_than, shorter_than
from aigc_plugins.rules.limits import limits, min_words
from aigc_plugins.rules.once import sentences_differ
from aigc_plugins.rules.phrasing import no_stock_phrases, promises_from_brief
from aigc_plugins.rules.placeholders import brief_filled_in, no_placeholder
from aigc_plugins.rules.reading_ease import readability
from aigc_plugins.rules.repetition import distinct_openings, no_near_duplicates, no_repetition
from aigc_plugins.rules.run_ons import no_glued_sentences
from aigc_plugins.rules.sentences import complete_sentence, not_cut
from aigc_plugins.rules.support import rests_on_facts, supported_by_brief
from aigc_plugins.rules.topic import about_brief, contains, language_matches, written_in
from aigc_plugins.rules.words import forbidden_words, no_chatter

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (plain_spelling,)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (
        about_brief,
        brief_filled_in,
        complete_sentence,
        contains,
        distinct_openings,
        no_glued_sentences,
        editorial,
        facts_from_brief,
        forbidden_words,
        keyword_placed,
        language_matches,
        limits,
        longer_than,
        min_words,
        no_chatter,
        no_keyword_stuffing,
        no_lost_cross,
        no_markup,
        no_mojibake,
        no_near_duplicates,
        no_placeholder,
        no_repetition,
        no_stock_phrases,
        not_cut,
        promises_from_brief,
        readability,
        real_words,
        rests_on_facts,
        sentences_differ,
        shorter_than,
        signs_left_out,
        supported_by_brief,
        written_in,
    )


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(nearest_lines=nearest_lines, printable=printable)
