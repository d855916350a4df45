"""What a line may say beyond its fact: checks for texts that a model worded freely, in English and Chinese.

A line is one text of a draft; its fact is the draft's item (or each text of it), or without an item the brief's facts.
The brief's product, category, brand, keyword, offer and price may be named as well. Numbers, denials, names and the
fact's telling words stay as they are; what comes on top may be everyday words only, which claim nothing.

Knows: the word lists of a language (`en.yaml`, `zh.yaml`; another language needs one more file), numbers and units of
`rules`. Does not know: models, what an ad is. `kind_of_line` tells a fresh line from a plain one, the scorer `adds`
that one says more than its fact, `only_calls` one that only asks for a click.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc import Extension, hookimpl
from aigc_plugins.claims.conditions import same_conditions
from aigc_plugins.claims.counted import same_numbers
from aigc_plugins.claims.denials import same_negations
from aigc_plugins.claims.doers import same_doers
from aigc_plugins.claims.kept_words import keeps_key_word
from aigc_plugins.claims.line_kinds import adds, adds_something, kind_of_line, no_filler, only_calls
from aigc_plugins.claims.named import names_kept
from aigc_plugins.claims.new_words import no_comparatives, no_new_claims
from aigc_plugins.claims.roles import who_does_what
from aigc_plugins.claims.stumps import no_stump

__all__ = ["kind_of_line", "only_calls"]


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (
        adds_something,
        keeps_key_word,
        names_kept,
        no_comparatives,
        no_filler,
        no_new_claims,
        no_stump,
        same_conditions,
        same_doers,
        same_negations,
        same_numbers,
        who_does_what,
    )


@hookimpl
def aigc_scorers() -> Sequence[Extension]:
    return (adds,)
