"""Which checkpoint is the best: held-out briefs, written by each through the real pipeline.

A loss does not say it: a run whose loss was next to nothing wrote "Aarf" for "Scarf". What counts is what the pipeline
accepts, whether names came through, and whether lines differ. Rows of no content type (chats, plain texts) have no
pipeline: there the held-out loss has to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import cast

from aigc.content import ContentType
from aigc.errors import AigcError, ModelError
from aigc.evaluation import Margins, Scored, WriterFigures, score_texts, write_briefs
from aigc.evaluation.alikeness import distinct, words
from aigc.evaluation.scored import scoring
from aigc.evaluation.writer_figures import number
from aigc.plugs.whole_file import whole_file
from aigc.project import Project, project_over
from aigc.settings import BARE
from aigc.training.one_stage import one_stage, stage_named, stage_values
from aigc.training.sample import Sample
from aigc.types import Artifact, Brief, Generator, Json, Prompt, Request
from aigc.types.foreign import file_bytes, read_json

LOOKED = 24  # requests written with each checkpoint, or a third as many whole pieces of several stages
LEAST_GAIN = 0.1  # nats that the better answers of pairs may lose: less is chance
ALIKE = 0.03  # of quality: a smaller difference is chance
GATED = 60  # that the chosen one and the base are compared on
SHOWN = 4  # briefs whose texts are kept to show


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """This is briefs of one content type that nothing was learnt from, and the `approved` answers to their requests.
    The model `as_it_was` writes them with the examples that an adapter may do without."""

    content_type: ContentType
    briefs: tuple[Brief, ...]
    approved: tuple[str, ...] = ()
    as_it_was: ContentType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """This is what a checkpoint writes: `step` 0 is the model as it was. `quality` is from 0 to 1, `figures` are told
    of the pieces, `texts` are some of them by brief; `loss` is nats per token of held-out answers, or None."""

    step: int
    quality: float | None = None
    loss: float | None = None
    figures: Mapping[str, Json] = field(default_factory=dict)
    texts: Mapping[str, Json] = field(default_factory=dict)


def held_out_briefs(project: Project, samples: Sequence[Sample], *, shots: bool) -> list[HeldOut]:
    """Return the briefs that the samples are about, by the content type that writes them: whole pieces for a job's
    rows, one stage for rows written by hand."""
    found: dict[tuple[str, str], dict[str, Brief]] = {}
    types: dict[tuple[str, str], ContentType] = {}
    before: dict[tuple[str, str], ContentType] = {}
    approved: dict[tuple[str, str], list[str]] = {}
    for sample in samples:
        if not sample.content_type:
            continue
        stage = sample.stage if sample.by == "person" else ""
        key = (sample.content_type, stage)
        if key not in types:
            try:
                whole = project.content_type(sample.content_type)
                before[key] = one_stage(whole, stage) if stage else whole
            except AigcError:  # a stage that others must have gone before is not written by itself
                continue
            types[key] = before[key] if shots else before[key].without_shots()
        values = dict(sample.values)
        if stage:
            values = stage_values(stage_named(types[key], stage), values, sample.item)
        if sample.good is not False:
            approved.setdefault(key, []).append(sample.answer)
        name = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)  # two jobs may have one brief
        found.setdefault(key, {})[name] = Brief(id=name, values=values, source=sample.where)
    return [
        HeldOut(
            content_type=types[key],
            briefs=tuple(sorted(briefs.values(), key=lambda brief: _drawn(brief.id))),
            approved=tuple(approved.get(key, ())),
            as_it_was=before[key],
        )
        for key, briefs in found.items()
    ]


def _drawn(text: str) -> bytes:
    """Return by what briefs are mixed, the same every time: the first few are to stand for all."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()


class Chooser:
    """This writes held-out briefs with checkpoints. The model is opened for each look and closed after it: the one that
    learns has the memory meanwhile. `whole` checkpoints are models by themselves rather than adapters; of held-out
    `pairs` it says which answers an adapter prefers."""

    def __init__(
        self, project: Project, held_out: Sequence[HeldOut], *, whole: bool = False, pairs: Sequence[Sample] = ()
    ) -> None:
        self._project = project
        self._held_out = held_out
        self._whole = whole
        self._pairs = [one for one in pairs if one.prompt is not None and one.rejected is not None]

    def look(
        self,
        step: int,
        checkpoint: Path | None,
        *,
        most: int = LOOKED,
        loss: float | None = None,
        heard: Callable[[Artifact], None] = lambda artifact: None,
    ) -> Look:
        """Write about so many held-out requests with a checkpoint; None is the model as it was. ModelError where there
        is no memory for it."""
        preferred = self._margins(checkpoint) if checkpoint is not None else {}
        if not self._held_out:
            return Look(step=step, loss=loss, figures=preferred)
        artifacts: list[Artifact] = []
        seconds = 0.0
        with self._opened(checkpoint) as (generator, adapter):
            for one in self._held_out:
                share = most // len(self._held_out) // (3 if one.content_type.composed else 1)
                part = one.briefs[: max(2, share)]
                own = one.content_type if checkpoint is not None else one.as_it_was or one.content_type
                written = write_briefs(self._project, own, part, generator, adapter=adapter, heard=heard)
                artifacts += written.artifacts
                seconds += written.seconds
        only = self._held_out[0].content_type if len(self._held_out) == 1 else None
        figures = WriterFigures.of(artifacts, only, seconds=seconds)
        lines = sum(len([line for line in one.lines if line.taken]) for one in artifacts)
        worth = worth_of(figures, [answer for one in self._held_out for answer in one.approved], lines)
        texts = {one.id: dict(one.fields) for one in artifacts[:SHOWN]}
        told = figures.record() | {"quality": worth} | preferred
        return Look(step=step, quality=worth, loss=loss, figures=told, texts=texts)

    def _margins(self, checkpoint: Path) -> dict[str, Json]:
        """Return by how much more than the model as it was a checkpoint prefers the better answers of pairs, in nats;
        nothing where there are no pairs. See `aigc.evaluation.Margins`."""
        if not (pairs := self._pairs):
            return {}
        scored: list[Scored] = []
        with self._opened(checkpoint) as (generator, own):
            for adapter in (own, None):
                for texts in ([one.answer for one in pairs], [one.rejected or "" for one in pairs]):
                    asked = [
                        (Request(id=str(place), prompt=cast(Prompt, one.prompt), adapter=adapter), text)
                        for place, (one, text) in enumerate(zip(pairs, texts, strict=True))
                    ]
                    scored.append(score_texts(scoring(generator), asked))
        found = Margins.of(scored[0], scored[1], (scored[2], scored[3])).values()
        return {"pairs": len(pairs), **{name: number(value) for name, value in found.items()}}

    @contextmanager
    def _opened(self, checkpoint: Path | None) -> Iterator[tuple[Generator, str | None]]:
        """Open the model that writes with a checkpoint, and say which of its adapters that is."""
        if self._whole and checkpoint is not None:
            project, adapter = project_over(self._project, model=str(checkpoint), adapters=BARE), None
        else:
            place = None if checkpoint is None else str(checkpoint.resolve())
            project = project_over(self._project, adapters={"*": place} if place else BARE)
            adapter = project.adapter("any/type")
        try:
            with closing(project.generator()) as generator:
                yield generator, adapter
        except MemoryError as error:
            raise ModelError(
                f"{checkpoint or project.settings.model}: there is not enough memory to write with it meanwhile",
                hint="close other programs; --resume goes on",
            ) from error


def best_look(looks: Sequence[Look]) -> Look:
    """Return the best of some looks: of those whose quality is no worse than the highest by more than chance may have
    it, the one with the lowest held-out loss; where pairs were held out the one that prefers their better answers most
    often, and by most, of those to which these have not become less likely. The earliest of equals."""
    highest = max((look.quality or 0.0) for look in looks)
    good = [look for look in looks if (look.quality or 0.0) >= highest - ALIKE]
    paired = [look for look in good if look.figures.get("margin") is not None]
    if paired:
        likely = [look for look in paired if look.figures["chosen_change"] >= -LEAST_GAIN] or paired
        return max(likely, key=lambda look: (look.figures["margin_above_0"], look.figures["margin"], -look.step))
    return min(good, key=lambda look: (_finite(look.loss), look.step))


def _finite(loss: float | None) -> float:
    return round(loss, 4) if loss is not None and isfinite(loss) else float("inf")


def worth_of(figures: WriterFigures, approved: Sequence[str], lines: int) -> float:
    """Return accepted × lines that the model wrote itself × names kept × how distinct lines are, 0 to 1.

    Lines need be no more distinct, in pairs of words, than as many `approved` ones: what a house says every time is not
    held against it.
    """
    usual = distinct([words(text) for text in approved[: max(lines, 1)]], 2)
    found = min(1.0, figures.distinct_2 / usual) if usual and figures.distinct_2 is not None else 1.0
    own = 1.0 - (figures.fallbacks.share or 0.0)
    return (figures.accepted.share or 0.0) * own * (figures.names_kept.share or 0.0) * found


def keep_look(look: Look, folder: Path) -> None:
    """Write a look beside its checkpoint's run, for one that goes on."""
    write_json(folder / f"look-{look.step:06d}.json", asdict(look))


def write_json(target: Path, record: Mapping[str, Json]) -> None:
    """Write a record in one rename. JobError when the disk refuses."""
    with whole_file(target, errors="replace", hint="what was learnt is kept, --resume goes on") as file:
        file.write(json.dumps(record, ensure_ascii=False, default=str))


def kept_looks(folder: Path) -> dict[int, Look]:
    """Return the looks of a run that was interrupted, by step; one that cannot be read is taken again."""
    looks: dict[int, Look] = {}
    for file in sorted(folder.glob("look-*.json")):
        with suppress(OSError, ValueError, TypeError):
            look = Look(**read_json(file_bytes(file)))
            looks[look.step] = look
    return looks
