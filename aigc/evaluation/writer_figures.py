"""How good the pieces of one writer are, in figures that can be worked out by hand.

Figures of lines are of what a model wrote and a piece took: raw answers, before the content type makes fields of them.
They are there where pieces carry their lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aigc.content import ContentType, limit_of, measure
from aigc.content.walk import ANYTHING, leaves
from aigc.evaluation.alikeness import distinct, in_order, self_similarity, words
from aigc.evaluation.broken_names import broken_lines
from aigc.evaluation.proportion import Estimate, Proportion
from aigc.types import Artifact, Brief, Json, Line, texts_in
from aigc.types.foreign import read_json

Value: TypeAlias = Proportion | Estimate | float | int | None
FITTING = (0.6, 1.0)  # of a limit: a text that uses the room there is


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureKind:
    """This is what a figure is called, which way is `better` (nothing where neither is), and what it means."""

    name: str
    label: str
    better: Literal["more", "less", ""]
    meaning: str


KINDS: tuple[FigureKind, ...] = tuple(
    FigureKind(name=name, label=label, better=better, meaning=meaning)  # type: ignore[arg-type]
    for name, label, better, meaning in (
        ("pieces", "Pieces", "", "Pieces that were written, one for each brief."),
        ("accepted", "Accepted", "more", "Pieces without a complaint, of all pieces."),
        ("fallbacks", "Fallback lines", "less", "Texts in pieces that no model wrote, of all that stages wrote."),
        ("repaired", "Repaired lines", "less", "Texts in pieces that were written again, of all that stages wrote."),
        ("refused", "First answers refused", "less", "Answers of the first attempt that a check refuses, of all such."),
        ("fresh", "Fresh lines", "more", "The model's lines that are not the brief's own words in order, of all its."),
        ("names_kept", "Names kept", "more", "The model's lines without a broken word of the brief, of all its."),
        ("length_fit", "Length fits", "more", "The model's texts within 60 to 100 % of their limit, of all limited."),
        ("distinct_1", "Distinct words", "more", "Different words of all words, over all lines."),
        ("distinct_2", "Distinct pairs", "more", "Different pairs of words of all pairs, over all lines."),
        ("self_similarity", "Self-similarity", "less", "How alike a line is to its nearest, 0 to 1, on average."),
        ("tokens_per_second", "Tokens/s", "more", "Tokens written, rejected answers too, per second of the whole run."),
        ("quality", "Quality", "more", "Accepted × names kept × distinct pairs, 0 to 1."),
        ("texts", "Texts", "", "Texts that were scored."),
        ("tokens", "Tokens", "", "Tokens of those texts, as this model cuts them."),
        ("nats_per_token", "Nats/token", "", "What a token costs the model, in natural logarithms; by its own tokens."),
        ("perplexity", "Perplexity", "", "e to the nats per token; to compare models with the same tokens."),
        ("bits_per_byte", "Bits/byte", "less", "What a byte (UTF-8) of the texts costs the model: fair between all."),
        ("margin", "Margin", "more", "How much more than the reference it prefers the better text of a pair, in nats."),
        ("margin_above_0", "Margin > 0", "more", "Pairs with a margin above 0, of all pairs."),
        ("chosen_change", "Chosen, change", "more", "Nats the better texts gained over the reference, on average."),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterFigures:
    """This is what is counted over the pieces of one content type by one writer; `KINDS` says what each means.

    Shares are `Proportion`s. `distinct_1`, `distinct_2` and `self_similarity` are 0 to 1, over all lines that stages
    wrote, fallbacks too; None where there are too few. `tokens_per_second` is None where the time is not known.
    """

    pieces: int
    accepted: Proportion
    fallbacks: Proportion
    repaired: Proportion
    refused: Proportion
    fresh: Proportion
    names_kept: Proportion
    length_fit: Proportion
    distinct_1: float | None
    distinct_2: float | None
    self_similarity: float | None
    tokens_per_second: float | None

    @classmethod
    def of(
        cls,
        artifacts: Sequence[Artifact],
        content_type: ContentType | None = None,
        *,
        seconds: float = 0.0,
        every_line: bool = True,
    ) -> WriterFigures:
        """Count pieces, which carry their lines. `content_type` gives the limits of their fields; `seconds` is what
        writing them took, 0 where nobody knows. Without `every_line` pieces have only what they took."""
        written = [one.provenance for one in artifacts]
        stage_texts = sum(one.lines for one in written)
        model, all_lines = _lines(artifacts)
        first = [line for one in artifacts for line in one.lines if not line.attempt] if every_line else []
        broken = len(broken_lines([(brief, text) for brief, text, _ in model]))
        tokens = sum(one.usage.sampled + one.usage.forced for one in written)
        return cls(
            pieces=len(artifacts),
            accepted=Proportion(sum(one.status == "accepted" for one in artifacts), len(artifacts)),
            fallbacks=Proportion(sum(len(one.fallbacks) for one in written), stage_texts),
            repaired=Proportion(sum(len(one.repaired) for one in written), stage_texts),
            refused=Proportion(sum(map(_is_refused, first)), len(first)),
            fresh=Proportion(sum(not _repeats(brief, text) for brief, _, text in model), len(model)),
            names_kept=Proportion(len(model) - broken, len(model)),
            length_fit=_length_fit(artifacts, content_type),
            distinct_1=distinct(all_lines, 1),
            distinct_2=distinct(all_lines, 2),
            self_similarity=self_similarity(all_lines),
            tokens_per_second=tokens / seconds if seconds > 0 and tokens else None,
        )

    def values(self) -> dict[str, Value]:
        """Return the figures by name, `quality` with them."""
        return {name: getattr(self, name) for name in self.__slots__} | {"quality": quality(self)}

    def record(self) -> dict[str, float | None]:
        """Return the figures as JSON, each as one number: shares 0 to 1, None where there is none."""
        return {
            name: None if (own := number(value)) is None else round(own, 4) for name, value in self.values().items()
        }


def number(value: Value) -> float | None:
    """Return a figure as one number: a share, a mean, or itself."""
    if isinstance(value, Proportion):
        return value.share
    if isinstance(value, Estimate):
        return value.mean
    return value


def quality(figures: WriterFigures) -> float:
    """Return accepted × names kept × distinct pairs, 0 to 1. A model that wrote no line itself has none.

    Checkpoints of a training are chosen by `aigc.training.checkpoint_choice.worth_of`, which also counts the share of
    lines that no fallback stands for, and measures distinct pairs by those of approved lines.
    """
    accepted, kept = figures.accepted.share or 0.0, figures.names_kept.share or 0.0
    return accepted * kept * (figures.distinct_2 or 0.0)


def _is_refused(line: Line) -> bool:
    return any(finding.severity == "reject" for finding in line.findings)


def _repeats(brief: Brief, line: Sequence[str]) -> bool:
    """Say whether a line is nothing but words of its brief, in the order in which they stand there."""
    return in_order(line, (word for text in texts_in(brief.values) for word in words(text)))


def _lines(artifacts: Sequence[Artifact]) -> tuple[list[tuple[Brief, str, list[str]]], list[list[str]]]:
    """Return the model's lines (brief, text, words), and all lines that stages wrote, as words."""
    model = []
    every = []
    for artifact in artifacts:
        places = {path: value for path, value, _ in _leaves(artifact) if isinstance(value, str)}
        for line in artifact.lines:
            if line.taken:
                texts = [(artifact.brief, text, words(text)) for text in _texts(line, places)]
                model += [one for one in texts if one[2]]
        if artifact.lines:
            every += [words(places[path]) for path in artifact.provenance.fallbacks if path in places]
    return model, [*(own for _, _, own in model), *every]


def _texts(line: Line, places: Mapping[str, str]) -> list[str]:
    """Return what a model's answer says: of one in JSON the texts that are in the piece, else all its texts."""
    if not line.text.lstrip().startswith(("{", "[")):
        return [line.text]
    try:
        value: Json = read_json(line.text, marked=True)
    except ValueError:
        return [line.text]
    return [places[path] for path in line.fields if path in places] or list(texts_in(value))


def _length_fit(artifacts: Sequence[Artifact], content_type: ContentType | None) -> Proportion:
    low, high = FITTING
    fits = whole = 0
    for artifact in artifacts:
        own = {path for line in artifact.lines if line.taken for path in line.fields}
        for path, value, schema in _leaves(artifact, content_type):
            limit = limit_of(schema) if isinstance(value, str) and path in own else None
            if limit and limit[1]:
                whole += 1
                fits += low * limit[1] <= measure(value, limit[0]) <= high * limit[1]
    return Proportion(fits, whole)


def _leaves(
    artifact: Artifact, content_type: ContentType | None = None
) -> Iterator[tuple[str, Json, Mapping[str, Json]]]:
    schemas = content_type.output if content_type else {}
    for name, value in artifact.fields.items():
        yield from leaves(value, schemas.get(name, ANYTHING), name)
