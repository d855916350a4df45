"""Post-processors every content type can name: they take chatter off, tidy typography and bring a text to its limit.

Each is a plain function in a file beside this one; what a content type does not list never runs. The plugin also brings
`text/continue`, the classic GPT call: a text goes in, and how it goes on comes out; and `text/write`, a text from a
sentence that asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc.content.languages import language_name
from aigc_plugins.text.beginnings import begin_with
from aigc_plugins.text.casing import sentence_case, title_case
from aigc_plugins.text.chatter import strip_chatter
from aigc_plugins.text.chinese import fullwidth_punctuation
from aigc_plugins.text.emoji import strip_emoji
from aigc_plugins.text.endings import drop_final_punctuation, ensure_final_punctuation, limit_exclamations
from aigc_plugins.text.length import drop_incomplete_sentence, trim_to_limit
from aigc_plugins.text.markup import strip_markup
from aigc_plugins.text.quotes import normalise_quotes
from aigc_plugins.text.repeats import collapse_repeats, dedupe_items
from aigc_plugins.text.spaces import normalise_spaces
from aigc_plugins.text.tracking import utm

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("text"))),)


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (
        begin_with,
        collapse_repeats,
        dedupe_items,
        drop_final_punctuation,
        drop_incomplete_sentence,
        ensure_final_punctuation,
        fullwidth_punctuation,
        limit_exclamations,
        normalise_quotes,
        normalise_spaces,
        sentence_case,
        strip_chatter,
        strip_emoji,
        strip_markup,
        title_case,
        trim_to_limit,
        utm,
    )


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(language_name=language_name)
