"""Scorers: a number for each candidate, the greater the better, to pick by and to fit a mix of.

`likelihoods` ask how likely texts are, `compared_words` compare words and lengths, `verdicts` has a model answer yes or
no; `candidate_reading` finds in a candidate what all of them look at. Questions, shots, prompts and little words stand
per language in `texts.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc import Extension, hookimpl
from aigc_plugins.scorers.compared_words import apart, asks, kept_words, length, longer, named, novel, times
from aigc_plugins.scorers.likelihoods import backward, fit, likely, specific
from aigc_plugins.scorers.verdicts import judged


@hookimpl
def aigc_scorers() -> Sequence[Extension]:
    return (apart, asks, backward, fit, judged, kept_words, length, likely, longer, named, novel, specific, times)
