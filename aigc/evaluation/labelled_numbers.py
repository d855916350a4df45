"""What a stage's scorers say of labelled lines, as they would of candidates; what was computed before is kept.

Numbers lie beside the labels, in `LABELS.numbers.jsonl`: a line for each fact and scorer, by the hash of all that
decides them. A model is opened once somebody asks it: not where all are there, nor for scorers that ask nothing. What
it failed to answer is asked again the next time.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from aigc.content import ContentType, Stage
from aigc.errors import BriefError, ContentTypeError, EngineError, UsageError
from aigc.evaluation.labels import SORTED, Labelled
from aigc.plugs.extension import Bound, Render
from aigc.project import Project
from aigc.types import Ask, Brief, Candidate, Completion, Draft, Generator, Likelihood, Prompt, likelihood
from aigc.types.foreign import read_json
from aigc.writing.drafting import postprocess, root_of
from aigc.writing.duty import Patience
from aigc.writing.item import Item
from aigc.writing.ranking import Asking, given_request, scored, together, unjudged
from aigc.writing.sheet import Setup, Sheet

TOGETHER = 8  # facts whose lines are scored at once
LIKELY = "likely"  # the scorer for which a model is asked what the writer of a line did not tell
Numbers = dict[str, float]  # by scorer
Column: TypeAlias = tuple[list[float], bool]  # a scorer's numbers, and whether all that it asked was answered


class KeptNumbers:
    """This is the file of numbers that were computed before; what is added is written at once."""

    def __init__(self, labels: Path) -> None:
        self.file = labels.with_suffix(".numbers.jsonl")
        self._held: dict[str, list[float]] = {}
        text = self.file.read_text(encoding="utf-8", errors="replace") if self.file.is_file() else ""
        self._begin = "\n" if text and not text.endswith("\n") else ""  # after a line that a kill cut
        for line in text.splitlines():
            with suppress(ValueError, TypeError, KeyError):  # it is computed again
                row = read_json(line)
                self._held[row["key"]] = [math.nan if number is None else number for number in row["numbers"]]

    def get(self, key: str) -> list[float] | None:
        """Return what is kept under a key, or None."""
        return self._held.get(key)

    def add(self, key: str, scorer: str, numbers: Sequence[float], *, lasting: bool = True) -> None:
        """Keep numbers, in the file too where they are `lasting`."""
        self._held[key] = list(numbers)
        if not lasting:
            return
        told = [number if math.isfinite(number) else None for number in numbers]
        with self.file.open("a", encoding="utf-8") as file:
            file.write(self._begin + json.dumps({"key": key, "scorer": scorer, "numbers": told}) + "\n")
        self._begin = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """This is the lines of one fact: their places among all, the candidates that they are, how options are rendered."""

    places: Sequence[int]
    candidates: Sequence[Candidate]
    render: Render


class LabelScoring:
    """This scores labelled lines of a stage as the project's model, and its judge, would as candidates."""

    def __init__(self, project: Project, content_type: ContentType, stage: Stage) -> None:
        if stage.pick is None:
            raise UsageError(f"stage {stage.name!r} of {content_type.name} has no `pick`", hint="pick: {by: [fit, …]}")
        self.by = stage.pick.by
        self._field = stage.pick.field
        self._judges = project.may_judge(stage.pick, project.source)
        judge = project.source.judge
        writer = project.model_identity(content_type.name)
        self._made_by = [writer, judge.identity("judge") if judge else "", self._judges]
        self._setup = Setup(
            content_type=content_type,
            environment=project.environment,
            adapter=project.adapter(content_type.name),
            adapted=project.adapted(content_type.name),
            voice=project.voice(content_type),
            policy=project.policy(),
        )
        self._stage = next(one for one in self._setup.stages if one.name == stage.name)  # with all of its checks

    def standing(self, labels: Sequence[Labelled]) -> list[Labelled]:
        """Return the lines that the stage's checks let pass: in writing, scorers see no others."""
        return [one for one in labels if not self._refused(one)]

    def prompt(self, label: Labelled) -> Prompt:
        """Return the prompt that a line's writer had. BriefError where its row lacks what that needs."""
        return self._asked(label)[1].prompt()

    def numbers(
        self,
        labels: Sequence[Labelled],
        kept: KeptNumbers,
        open_generator: Callable[[], Generator],
        heard: Callable[[int], None] = lambda facts: None,
    ) -> list[Numbers]:
        """Return the numbers of each line. `heard` is told how many facts are done; EngineError where the model can
        tell nothing."""
        groups = _side_by_side([self._group(labels, places) for places in _by_fact(labels)], labels)
        missing = [group for group in groups if self._unknown(group, kept)]
        with ExitStack() as stack:
            opened = cache(lambda: stack.enter_context(closing(open_generator())))
            for begin in range(0, len(missing), TOGETHER):
                self._score(missing[begin : begin + TOGETHER], kept, opened)
                heard(min(begin + TOGETHER, len(missing)))
        found: list[Numbers] = [{} for _ in labels]
        for group in groups:
            for bound in self.by:
                column = kept.get(self._key(group, bound)) or []
                for place, number in zip(group.places, column, strict=True):
                    found[place][bound.name] = number
        return found

    def _unknown(self, group: _Group, kept: KeptNumbers) -> list[Bound]:
        return [bound for bound in self.by if kept.get(self._key(group, bound)) is None]

    def _score(self, groups: Sequence[_Group], kept: KeptNumbers, opened: Callable[[], Generator]) -> None:
        wanted = [self._unknown(group, kept) for group in groups]
        asking = together([_columns(group, by, self._setup.patience) for group, by in zip(groups, wanted, strict=True)])
        columns = _answered(
            asking if self._judges else unjudged(asking), opened, self._setup.adapter_of(self._stage.name)
        )
        for group, by, mine in zip(groups, wanted, columns, strict=True):
            for bound, (column, answered) in zip(by, mine, strict=True):
                kept.add(self._key(group, bound), bound.name, column, lasting=answered)

    def _group(self, labels: Sequence[Labelled], places: Sequence[int]) -> _Group:
        sheet, item = self._asked(labels[places[0]])
        names = sheet.names(item=item.value, index=0)
        candidates = [self._candidate(labels[place], sheet, item) for place in places]
        return _Group(places=places, candidates=candidates, render=lambda text: sheet.evaluate(text, names))

    def _asked(self, label: Labelled) -> tuple[Sheet, Item]:
        sheet = Sheet(setup=self._setup, brief=Brief(id="labelled", values=label.values))
        return sheet, Item(sheet=sheet, stage=self._stage, index=0, value=label.item)

    def _candidate(self, label: Labelled, sheet: Sheet, item: Item) -> Candidate:
        """Return a line as scorers see it. BriefError where its row lacks what the stage's prompt needs."""
        names = sheet.names(item=item.value, index=0)
        draft = Draft(brief=sheet.brief, fields={self._field: label.text}, schema=self._stage.output, item=label.item)
        try:
            prompt = item.prompt()
            steps, patience = self._stage.postprocess, self._setup.patience
            draft = postprocess(draft, steps, lambda text: sheet.evaluate(text, names), patience)
        except ContentTypeError as error:
            raise BriefError(f"{label.where}: {error.message}", hint=error.hint) from error
        text = str(draft.fields[self._field])
        return Candidate(text=text, draft=draft, prompt=prompt, mean_logprob=label.logprob, times=label.times)

    def _refused(self, label: Labelled) -> bool:
        """Say whether the stage's checks refuse a line; one that needs what no row tells refuses nothing."""
        sheet, item = self._asked(label)
        draft, names = self._candidate(label, sheet, item).draft, sheet.names(item=item.value, index=0)
        findings = sheet.judged(draft, (), names)
        for bound in self._stage.checks:
            with suppress(ContentTypeError):
                findings += sheet.judged(draft, [bound], names)
        return any(one.severity == "reject" and root_of(one.field) in ("", self._field) for one in findings)

    def _key(self, group: _Group, bound: Bound) -> str:
        first = group.candidates[0]
        prompt = [[turn.role, turn.content] for turn in first.prompt.messages]
        lines = [[one.text, one.times, one.mean_logprob] for one in group.candidates]
        options = [bound.name, bound.resolve(group.render)]
        made_from = [self._made_by, options, prompt, first.draft.brief.values, first.draft.item, lines, first.beside]
        return hashlib.sha256(SORTED(made_from).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _by_fact(labels: Sequence[Labelled]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for place, one in enumerate(labels):
        found.setdefault(one.fact, []).append(place)
    return list(found.values())


def _side_by_side(groups: Sequence[_Group], labels: Sequence[Labelled]) -> list[_Group]:
    """Return the groups with the lines beside them, as in a piece: of each other fact of the product the likeliest."""
    leading: dict[str, dict[int, str]] = {}
    for at, group in enumerate(groups):
        lead = max(group.candidates, key=lambda one: -math.inf if one.mean_logprob is None else one.mean_logprob)
        leading.setdefault(labels[group.places[0]].product, {})[at] = lead.text
    found = []
    for at, group in enumerate(groups):
        mine = leading[labels[group.places[0]].product]
        beside = tuple(text for place, text in mine.items() if place != at)
        found.append(replace(group, candidates=[replace(one, beside=beside) for one in group.candidates]))
    return found


def _columns(group: _Group, by: Sequence[Bound], patience: Patience) -> Asking[list[Column]]:
    """Ask for how likely lines are of which the writer told nothing, if that counts; then have scorers number them."""
    counts = any(bound.name == LIKELY for bound in by)
    untold = [one for one in group.candidates if counts and one.mean_logprob is None]
    told: Iterator[Likelihood | None] = iter((yield [Ask(prompt=one.prompt, text=one.text) for one in untold]))
    known = [
        replace(one, mean_logprob=found.mean if (found := next(told, None)) else None)
        if one.mean_logprob is None
        else one
        for one in group.candidates
    ]
    likely = all(one.mean_logprob is not None for one in known)
    columns = yield from together([_watched(scored(bound, known, group.render, patience)) for bound in by])
    return [
        (column, answered and (likely or bound.name != LIKELY))
        for bound, (column, answered) in zip(by, columns, strict=True)
    ]


def _watched(asking: Asking[list[float]]) -> Asking[Column]:
    """Have a scorer ask, and return its numbers and whether all that it asked was answered."""
    told: Any = None
    answered = True
    while True:
        try:
            asks = asking.send(told)
        except StopIteration as done:
            return done.value, answered
        told = yield asks
        answered = answered and None not in told


def _answered(
    asking: Asking[list[list[Column]]], opened: Callable[[], Generator], adapter: str | None
) -> list[list[Column]]:
    """Answer all that is asked, and return what comes of it."""
    known: dict[Ask, Likelihood | None] = {}
    told: list[Likelihood | None] | None = None
    while True:
        try:
            asks = asking.send(told)
        except StopIteration as done:
            found: list[list[Column]] = done.value
            return found
        if new := [ask for ask in dict.fromkeys(asks) if ask not in known]:
            known |= _likelihoods(new, opened(), adapter)
        told = [known[ask] for ask in asks]


def _likelihoods(asks: Sequence[Ask], generator: Generator, adapter: str | None) -> Mapping[Ask, Likelihood | None]:
    """Return how likely texts are. EngineError where none can be told, UsageError where the answer comes later."""
    named = {str(place): ask for place, ask in enumerate(asks)}
    for name, ask in named.items():
        generator.submit(given_request(name, ask, adapter))
    answers: dict[str, Completion] = {}
    while len(answers) < len(named):
        answers |= {one.request_id: one for one in generator.step() if isinstance(one, Completion)}
    found = {ask: likelihood(answers[name]) for name, ask in named.items()}
    if late := next((one for one in answers.values() if one.finish_reason == "deferred"), None):
        raise UsageError(f"the model answers in another run only ({late.error})", hint="fit with what answers now")
    if found and not any(found.values()):
        raise EngineError(next(iter(answers.values())).error)
    return found
