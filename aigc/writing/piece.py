"""The writing of one brief, as a Python generator that yields requests and is sent their completions.

`Piece.steps` reads from top to bottom: stages, composition, repair, artifact. It asks nobody itself, so the pipeline
can keep many pieces in one batch, and it never raises for a bad piece: what goes wrong becomes the artifact's status.
A line written again for the whole piece's sake is not shown to later stages that ran before.
"""

from __future__ import annotations

import logging
from collections.abc import Generator as Coroutine
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias

from aigc.content import Stage
from aigc.content.walk import markdown_fields
from aigc.errors import AigcError, ContentTypeError
from aigc.types import (
    About,
    Artifact,
    Brief,
    Completion,
    Delta,
    Draft,
    Finding,
    Json,
    Provenance,
    Request,
    Severity,
    Status,
    Usage,
)
from aigc.writing.drafting import (
    Origin,
    Signed,
    at_path,
    draft_texts,
    not_written,
    origins,
    plain,
    postprocess,
    root_of,
)
from aigc.writing.item import Item, items_of
from aigc.writing.line_log import Places
from aigc.writing.missing_facts import without_line
from aigc.writing.picking import Picking
from aigc.writing.severity import distinct, verdict
from aigc.writing.sheet import Setup, Sheet
from aigc.writing.suggesting import suggestions

log = logging.getLogger(__name__)

Answers: TypeAlias = Mapping[str, list[Completion]]  # by request id, in candidate order
Steps: TypeAlias = Coroutine[list[Request], Answers | None, Artifact]

LEAST_TRACED = 4  # characters; a shorter text is found in others by chance


class Watcher(Protocol):
    """This is somebody who watches a piece being written: text deltas as they come, each stage item once it stands."""

    def delta(self, about: About, delta: Delta) -> None: ...

    def written(self, stage: str, index: int, value: Json) -> None: ...


class Piece:
    """This is the writing of one brief. `serial` tells its requests from those of every other piece in the batch."""

    def __init__(self, setup: Setup, brief: Brief, serial: str, watcher: Watcher | None) -> None:
        self.setup = setup
        self.content_type = setup.content_type
        self.brief = brief
        self.serial = serial
        self.watcher = watcher
        self.sheet = Sheet(setup=setup, brief=brief)
        self.items: dict[str, list[Item]] = {}
        self.usage = Usage()
        self.requests = 0
        self.picking = Picking(setup, f"{serial}:{brief.id}", brief.id)

    def steps(self) -> Steps:
        """Tell the story. Whatever is raised on the way, a plugin's mistake included, fails this piece alone."""
        try:
            for stage in self.setup.stages:
                self.items[stage.name] = items_of(stage, self.sheet)
                yield from self._settle(self.items[stage.name])
                self._collect(stage)
            draft, findings = self._compose()
            while accused := self._accused(draft, findings):
                yield from self._settle(accused)
                for stage in self.content_type.stages:
                    self._collect(stage)
                draft, findings = self._compose()
            places = self._places(draft)
            unfit = [*self._unfit(places), *self._left_out()]
            return self._artifact(draft, places, distinct([*unfit, *findings, *self._carried(places, draft)]))
        except AigcError as error:
            return self._failed(str(error))
        except Exception as error:
            log.exception("brief %r", self.brief.id)
            return self._failed(f"{type(error).__name__}: {error}")

    # -- stages -------------------------------------------------------------------------------------------------------

    def _settle(self, items: Sequence[Item]) -> Coroutine[list[Request], Answers, None]:
        """Ask for `items`, and again for those that fail, until each stands, falls back or is left out.

        AigcError with the generator's own word where it could not answer one of them at all.
        """
        while waiting := [item for item in items if item.open]:
            names = {
                f"{self.serial}:{self.brief.id}/{item.stage.name}/{item.index}/{item.attempts}": item
                for item in waiting
            }
            self.requests += len(names)
            answers = yield [item.request(name, stream=self.watcher is not None) for name, item in names.items()]
            for name, item in names.items():
                self.usage += item.judge(answers[name])
            if silent := next((item for item in waiting if item.unanswered), None):
                raise AigcError(silent.error)
        yield from self.picking.pick([item for item in items if item.pickable])
        for item in items:
            if item.failing and not item.left_out:
                item.give_up()
            if self.watcher and not item.left_out:
                self.watcher.written(item.stage.name, item.index, plain(item.result()))

    def _collect(self, stage: Stage) -> None:
        """Publish a stage's results under its name, for later stages and the output: None for one that is not run."""
        items = self.items[stage.name]
        values = [item.result() for item in items if not item.left_out]
        self.sheet.results[stage.name] = values if stage.foreach else values[0] if values else None

    # -- the whole piece ----------------------------------------------------------------------------------------------

    def _compose(self) -> tuple[Draft, list[Finding]]:
        """Make the output from the stages' results and check it as a whole."""
        content_type, names = self.content_type, self.sheet.names()
        if not content_type.composed:
            (item,) = next(iter(self.items.values()))
            draft = Draft(brief=self.sheet.brief, fields=item.signed(), schema=content_type.output, assets=item.assets)
            return draft, item.findings
        fields = {name: self.sheet.evaluate(schema["from"], names) for name, schema in content_type.output.items()}
        assets = [asset for items in self.items.values() for item in items for asset in item.assets]
        draft = Draft(
            brief=self.sheet.brief,
            fields=fields,
            schema=content_type.output,
            stages=self.sheet.results,
            assets=tuple(assets),
        )
        steps, patience = content_type.postprocess, self.setup.patience
        draft = postprocess(draft, steps, lambda text: self.sheet.evaluate(text, names), patience)
        return draft, self.sheet.judged(draft, (*content_type.checks, *self.setup.policy), names)

    def _accused(self, draft: Draft, findings: Sequence[Finding]) -> list[Item]:
        """Return the items behind the rejected texts of a composed draft that can still be bettered; none where the
        brief is rejected too, which no other text mends."""
        if self.sheet.hopeless(findings, (*self.content_type.checks, *self.setup.policy)):
            return []
        guilty: dict[tuple[str, int], dict[str, list[Finding]]] = {}
        for finding in findings if self.content_type.composed else ():
            value = at_path(draft.fields, finding.field)
            if finding.severity != "reject" or (isinstance(value, list) and "[" not in finding.field):
                continue  # too few headlines are no one headline's fault
            for origin in list(origins(value)) or _traced(value, self._written(), both_ways=True):
                refused = guilty.setdefault((origin.stage, origin.item), {})
                refused.setdefault(origin.field, []).append(finding)
        accused = []
        for (stage, index), refused in sorted(guilty.items()):
            item = self.items[stage][index]
            if not item.left_out:
                item.blame(refused)
                accused.append(item)
        return [item for item in accused if item.movable]

    def _written(self) -> list[tuple[Origin, str]]:
        """Return the texts of the stages, each with its origin."""
        return [
            (Origin(item.stage.name, item.index, root_of(path)), text)
            for items in self.items.values()
            for item in items
            if item.draft is not None and not item.left_out
            for path, text, _ in draft_texts(item.draft)
        ]

    def _places(self, draft: Draft) -> dict[Origin, list[str]]:
        """Return where in the piece each stage text stands: its origin → paths such as `headlines[2]`."""
        places: dict[Origin, list[str]] = {}
        written = self._written()
        for path, text, _ in draft_texts(draft):
            for origin in [text.origin] if isinstance(text, Signed) else _traced(text, written):
                places.setdefault(origin, []).append(path)
        return places

    # -- the artifact -------------------------------------------------------------------------------------------------

    def _carried(self, places: Places, draft: Draft) -> Iterator[Finding]:
        """Yield what stage checks found in results that are in the piece, and the reason why others are not in it."""
        if not self.content_type.composed:
            return
        texts = [text for _, text, _ in draft_texts(draft)]
        for name, items in self.items.items():
            nothing = bool(items) and all(item.left_out and not item.by_design for item in items)
            for item in items:
                place = f"{name}[{item.index}]" if item.stage.foreach else name
                if item.left_out:
                    severity: Severity = "reject" if nothing else "note" if item.by_design else "warn"
                    yield without_line(item.value, item.left_out, self.brief, texts, place, severity)
                    continue
                for finding in item.findings:
                    used = places.get(Origin(name, item.index, root_of(finding.field)))
                    if used or finding.severity == "reject":
                        yield replace(finding, field=used[0] if used else place)

    def _unfit(self, places: Places) -> list[Finding]:
        """Return what the model that wrote the piece is not up to, and what in its row the content type is not."""
        fitness = self.setup.fitness
        if fitness is None:
            return []
        written = {
            origin.stage: None
            for origin in places
            if origin.field not in self.items[origin.stage][origin.item].fallbacks
        }
        return fitness.findings(self.brief, written, asked=self.requests > 0)

    def _left_out(self) -> Iterator[Finding]:
        """Yield what the row gives and the piece does without."""
        for name, why in self.brief.left_out.items():
            what = f"some of {name}" if self.brief.values.get(name) else name
            yield Finding(message=f"{what} is left out: {why}", check="inputs", severity="warn")

    def _artifact(self, draft: Draft, places: Places, findings: list[Finding]) -> Artifact:
        status, reason = verdict(findings)
        if odd := not_written(draft.fields):
            raise ContentTypeError(f"the output holds {odd}, which no file can hold")
        return self._sealed(draft, places, status, reason, tuple(findings))

    def _failed(self, reason: str) -> Artifact:
        draft = Draft(brief=self.sheet.brief, fields={}, schema=self.content_type.output)
        return self._sealed(draft, {}, "failed", reason, ())

    def _sealed(
        self, draft: Draft, places: Places, status: Status, reason: str, findings: tuple[Finding, ...]
    ) -> Artifact:
        by = {origin: self.items[origin.stage][origin.item] for origin in places}
        fallbacks = {origin: paths[0] for origin, paths in places.items() if origin.field in by[origin].fallbacks}
        mended = {origin: paths[0] for origin, paths in places.items() if origin.field in by[origin].rewritten}
        provenance = Provenance(
            content_type=self.content_type.name,
            version=self.content_type.version,
            model=self.setup.model if self.content_type.stages else "",
            seed=self.setup.seed,
            requests=self.requests + self.picking.requests,
            usage=self.usage + self.picking.usage,
            lines=len(places),
            markup=tuple(markdown_fields(self.content_type.output)),
            fallbacks=tuple(fallbacks.values()),
            repaired=tuple(path for origin, path in mended.items() if origin not in fallbacks),
        )
        items = [item for of_stage in self.items.values() for item in of_stage]
        return Artifact(
            id=self.brief.id,
            status=status,
            fields=plain(draft.fields),
            brief=self.brief,
            provenance=provenance,
            findings=findings,
            reason=reason,
            assets=draft.assets,
            suggestions=suggestions(draft, self.sheet, items, places),
            lines=tuple(line for item in items for line in item.lines(places)),
        )


def _traced(value: Json, written: Sequence[tuple[Origin, str]], *, both_ways: bool = False) -> list[Origin]:
    """Return the origins of the stage texts that `value` contains; with `both_ways` also of those it is a part of.

    An expression of the content type joins or cuts texts, and the result carries no origin of its own.
    """
    if not isinstance(value, str) or len(value) < LEAST_TRACED:
        return []
    return [
        origin
        for origin, text in written
        if (len(text) >= LEAST_TRACED and text in value) or (both_ways and value in text)
    ]
