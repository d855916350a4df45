"""What people decided of a job's pieces, place by place: labels for scorers, lines for training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from aigc.content import ContentType, Stage
from aigc.errors import AigcError
from aigc.types import Brief, Decision, Json
from aigc.writing.item import items_of
from aigc.writing.sheet import Setup, Sheet

FAULTY, AS_GOOD, BETTER = 0, 1, 2  # than what stands unasked
LABEL_COLUMNS = ("item", "text", "label", "stage", "id", "field", "times", "logprob", "brief")  # no row's inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """This is what people decided of one place in all. `text` stands there instead of `was`, which is the model's or a
    fallback; None where that was left standing. `own` ones were written by a person. `refused` suggestions are faulty,
    `passed` ones no better than what stands. `stage` and its `item` are where they come from, nothing where that is not
    known; `values` are the brief's."""

    id: str
    field: str
    values: Mapping[str, Json]
    stage: str = ""
    item: int = 0
    was: str = ""
    text: str | None = None
    own: bool = False
    refused: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()

    def labels(self) -> dict[str, int]:
        """Return the texts with their labels."""
        labels = dict.fromkeys(self.passed, AS_GOOD) | ({self.was: AS_GOOD} if self.was else {})
        labels |= dict.fromkeys(self.refused, FAULTY)
        return labels | ({self.text: BETTER} if self.text is not None else {})


def judgements(log: Iterable[Decision]) -> list[Judgement]:
    """Return what decisions come to, the first one first; what was undone is in none."""
    found: dict[tuple[str, str], Judgement] = {}
    for one in log:
        place = (one.id, one.field)
        if one.verb == "undone":
            found.pop(place, None)
        else:
            found[place] = _after(found.get(place) or Judgement(id=one.id, field=one.field, values=one.values), one)
    return [*found.values()]


def _after(judgement: Judgement, one: Decision) -> Judgement:
    if judgement.values != one.values:  # of another brief: what was decided there says nothing here
        judgement = Judgement(id=one.id, field=one.field, values=one.values)
    judgement = replace(judgement, was=one.was)
    if one.stage:
        judgement = replace(judgement, stage=one.stage, item=one.item)
    if one.verb in ("picked", "written"):
        (text,) = one.texts
        refused = tuple(other for other in judgement.refused if other != text)
        return replace(judgement, text=text, own=one.verb == "written", refused=refused)
    if one.verb == "kept":
        return replace(judgement, passed=tuple(other for other in one.texts if other != judgement.text))
    refused = (*judgement.refused, *(other for other in one.texts if other not in judgement.refused))
    return replace(judgement, refused=refused, text=None if judgement.text in one.texts else judgement.text)


def label_rows(setup: Setup, log: Iterable[Decision]) -> Iterator[dict[str, Json]]:
    """Yield a row per text that people decided something of, as `aigc evaluate --fit` reads them: the brief's inputs,
    the stage's item, text and label. An input that is called like one of these stands under `brief`. Texts of no known
    stage or item have none."""
    for judgement in judgements(log):
        stage = _stage(setup.content_type, judgement.stage)
        brief = Brief(id=judgement.id, values=judgement.values)
        item = subject(setup, brief, judgement.stage, judgement.item)
        if stage is not None and (item is not None or not stage.foreach):
            for text, label in judgement.labels().items():
                told = {"item": item, "text": text, "label": label, "stage": judgement.stage, "id": judgement.id}
                yield {**_inputs(judgement.values), **told, "field": judgement.field}


def _inputs(values: Mapping[str, Json]) -> dict[str, Json]:
    within = {name: value for name, value in values.items() if name in LABEL_COLUMNS}
    flat = {name: value for name, value in values.items() if name not in within}
    return flat | ({"brief": within} if within else {})


def subject(setup: Setup, brief: Brief, name: str, item: int) -> Json:
    """Return what a stage wrote an item about: a value that it goes over, else None."""
    stage = _stage(setup.content_type, name)
    if stage is None or not stage.foreach:
        return None
    try:
        return items_of(stage, Sheet(setup=setup, brief=brief))[item].value
    except (AigcError, IndexError):  # it goes over what an earlier stage gave, which is not kept
        return None


def _stage(content_type: ContentType, name: str) -> Stage | None:
    return next((stage for stage in content_type.stages if stage.name == name), None)
