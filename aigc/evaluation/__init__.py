"""HOW GOOD a model writes: the same briefs through the real pipeline, one table for all models.

A writer is a model, or a model with an adapter. It writes briefs of a content type by the very pipeline that jobs
run, and `writer_figures` are taken of its pieces: accepted share, fallbacks, repairs, freshness (lines that are not a
brief's words in order), distinct-n, self-similarity, names kept, length fit, tokens a second. Texts that are there
already are scored instead of written: perplexity, bits per byte, and of pairs the margin over the reference.

    briefs ──► write_briefs ──► WriterFigures.of ──► Column ──► comparison_rows, write_comparison, unmet
    texts ───► score_texts ───► Scored, Margins ──┘
    labels ──► LabelScoring ──► fit_mix ──► FittedMix

Names: `WriterFigures`, `quality`, `NamedWriter`, `write_briefs`, `score_texts`, `Column`, `comparison_rows` (the
table), `write_comparison` (the page), `Threshold`; `read_labels`, `LabelScoring` and `fit_mix` fit the mix of a stage's
scorers to labelled lines. Knows: content types, projects, jobs, the Generator seam, `Generator.score`. Does not know:
how a model learns, what a command looks like. Imports no torch; names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aigc.evaluation.comparison import Column, column_record, comparison_rows
    from aigc.evaluation.given_texts import GivenText, GivenTexts, passages, read_texts
    from aigc.evaluation.labelled_numbers import KeptNumbers, LabelScoring
    from aigc.evaluation.labels import Labelled, read_labels
    from aigc.evaluation.mix_fitting import FittedMix, Telling, fit_mix
    from aigc.evaluation.proportion import Estimate, Proportion
    from aigc.evaluation.scored import Margins, Scored, ScoringGenerator, score_passages, score_texts
    from aigc.evaluation.side_by_side import write_comparison
    from aigc.evaluation.thresholds import Threshold, read_thresholds, unmet
    from aigc.evaluation.writer_figures import WriterFigures, quality
    from aigc.evaluation.writers import (
        NamedWriter,
        asked_of,
        by_model,
        named_writers,
        open_writer,
        open_writers,
        own_writer,
    )
    from aigc.evaluation.written import Written, write_briefs

_ROOMS = {
    "comparison": ("Column", "column_record", "comparison_rows"),
    "given_texts": ("GivenText", "GivenTexts", "passages", "read_texts"),
    "labelled_numbers": ("KeptNumbers", "LabelScoring"),
    "labels": ("Labelled", "read_labels"),
    "mix_fitting": ("FittedMix", "Telling", "fit_mix"),
    "proportion": ("Estimate", "Proportion"),
    "scored": ("Margins", "Scored", "ScoringGenerator", "score_passages", "score_texts"),
    "side_by_side": ("write_comparison",),
    "thresholds": ("Threshold", "read_thresholds", "unmet"),
    "writer_figures": ("WriterFigures", "quality"),
    "writers": (
        "NamedWriter",
        "asked_of",
        "by_model",
        "named_writers",
        "open_writer",
        "open_writers",
        "own_writer",
    ),
    "written": ("Written", "write_briefs"),
}

__all__ = [
    "Column",
    "Estimate",
    "FittedMix",
    "GivenText",
    "GivenTexts",
    "KeptNumbers",
    "LabelScoring",
    "Labelled",
    "Margins",
    "NamedWriter",
    "Proportion",
    "Scored",
    "ScoringGenerator",
    "Telling",
    "Threshold",
    "WriterFigures",
    "Written",
    "asked_of",
    "by_model",
    "column_record",
    "comparison_rows",
    "fit_mix",
    "named_writers",
    "open_writer",
    "open_writers",
    "own_writer",
    "passages",
    "quality",
    "read_labels",
    "read_texts",
    "read_thresholds",
    "score_passages",
    "score_texts",
    "unmet",
    "write_briefs",
    "write_comparison",
]


def __getattr__(name: str) -> object:
    for room, names in _ROOMS.items():
        if name in names:
            found: object = getattr(import_module(f"{__name__}.{room}"), name)
            globals()[name] = found  # so that the next one finds it without asking here
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
