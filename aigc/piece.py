"""The writing of one brief, as a Python generator that yields requests and is sent their completions.

Stages, composition, repair, artifact: `Piece.steps` reads from top to bottom. It asks nobody itself, so the pipeline
can keep many pieces in one batch, and it never raises for a bad piece: what goes wrong becomes the artifact's status.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator as Coroutine
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

import jinja2

from aigc.content import ContentType, Stage, evaluate, parse_output, render_prompt, with_kept
from aigc.drafting import Origin, Written, at_path, check, draft_texts, origins, plain, postprocess, severity_rank, sign
from aigc.errors import AigcError
from aigc.extension import Bound
from aigc.types import (
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

Answers: TypeAlias = Mapping[str, list[Completion]]  # by request id, in candidate order
Steps: TypeAlias = Coroutine[list[Request], Answers | None, Artifact]

WARMER = 0.15  # added to the temperature per repeated attempt: the same draw would fail again


class Watcher(Protocol):
    """This sees a piece being written: text deltas as they come, and each stage item once it stands."""

    def delta(self, delta: Delta) -> None: ...

    def written(self, stage: str, index: int, value: Json) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """This is what all pieces of one run share."""

    content_type: ContentType
    environment: jinja2.Environment
    policy: tuple[Bound, ...] = ()
    model: str = ""
    seed: int = 0


@dataclass(slots=True, kw_only=True)
class Item:
    """This is one result a stage owes: what is asked for, and the best draft so far."""

    stage: Stage
    index: int
    value: Json = None  # the foreach item
    draft: Draft | None = None
    findings: list[Finding] = field(default_factory=list)
    logprob: float = float("-inf")
    attempts: int = 0
    fallbacks: frozenset[str] = frozenset()  # fields no model wrote
    left_out: str = ""  # why this item is not part of the piece
    error: str = ""

    @property
    def failing(self) -> set[str]:
        """This is the fields to write again: those a reject finding names, all when it names none."""
        bad = [finding for finding in self.findings if finding.severity == "reject"]
        if self.draft is None:
            return set(self.stage.output)
        roots = {finding.field.partition("[")[0].partition(".")[0] for finding in bad}
        return roots if roots <= set(self.stage.output) else set(self.stage.output)


class Piece:
    """This is the writing of one brief."""

    def __init__(self, order: Order, brief: Brief, serial: str, watcher: Watcher | None) -> None:
        self.order = order
        self.content_type = order.content_type
        self.brief = brief
        self.serial = serial
        self.watcher = watcher
        self.items: dict[str, list[Item]] = {}
        self.results: dict[str, Json] = {}  # stage name → what later stages and `from:` see
        self.usage = Usage()
        self.requests = 0
        self.repaired: set[Origin] = set()

    def steps(self) -> Steps:
        """This is the story: stages, composition, repair, artifact. It never raises for a bad piece."""
        try:
            for stage in self._stages():
                self.items[stage.name] = self._items(stage)
                yield from self._settle(self.items[stage.name])
                self._collect(stage)
            draft, findings = self._compose()
            if self.content_type.composed:
                draft, findings = yield from self._repair(draft, findings)
            return self._artifact(draft, findings)
        except AigcError as error:
            return self._failed(str(error))

    # -- stages -------------------------------------------------------------------------------------------------------

    def _stages(self) -> Iterator[Stage]:
        """This yields the stages; the simple form's one stage is judged by the type's own steps and checks."""
        if self.content_type.composed:
            yield from self.content_type.stages
            return
        stage = self.content_type.stages[0]
        yield replace(
            stage,
            postprocess=(*stage.postprocess, *self.content_type.postprocess),
            checks=(*stage.checks, *self.content_type.checks, *self.order.policy),
        )

    def _items(self, stage: Stage) -> list[Item]:
        if not stage.foreach:
            return [Item(stage=stage, index=0)]
        values = evaluate(self.order.environment, stage.foreach, self._names())
        return [Item(stage=stage, index=index, value=value) for index, value in enumerate(values)]

    def _settle(self, items: list[Item]) -> Coroutine[list[Request], Answers, None]:
        """This asks for `items`, and again for those that fail, until each stands, falls back or is given up."""
        for attempt in range(1 + max((item.stage.attempts for item in items), default=0)):
            open_items = [item for item in items if self._open(item, attempt)]
            if not open_items:
                break
            yield from self._ask(open_items)
        for item in items:
            if item.failing and not item.fallbacks:
                self._fall_back(item)
            if self.watcher and not item.left_out:
                self.watcher.written(item.stage.name, item.index, plain(_result(item)))

    @staticmethod
    def _open(item: Item, attempt: int) -> bool:
        return bool(item.failing) and not item.fallbacks and not item.error and attempt <= item.stage.attempts

    def _ask(self, items: list[Item]) -> Coroutine[list[Request], Answers, None]:
        """This asks once for each of `items` and keeps the better of what stood and what came."""
        requests = {f"{self.serial}/{item.stage.name}/{item.index}/{item.attempts}": item for item in items}
        answers = yield [self._request(name, item) for name, item in requests.items()]
        for name, item in requests.items():
            self._judge(item, answers[name])
            item.attempts += 1

    def _request(self, name: str, item: Item) -> Request:
        stage = item.stage
        kept = {} if item.draft is None else {k: v for k, v in item.draft.fields.items() if k not in item.failing}
        self.requests += 1
        return Request(
            id=name,
            prompt=render_prompt(
                self.order.environment,
                stage,
                self.brief.values,
                item=item.value,
                index=item.index if stage.foreach else None,
                stages=self.results,
            ),
            sampling=replace(
                stage.sampling,
                n=stage.candidates,
                seed=self._seed(stage, item),
                temperature=stage.sampling.temperature + WARMER * item.attempts,
            ),
            grammar=with_kept(stage.output, plain(kept)) if kept and not stage.single else stage.grammar,
            stream=self.watcher is not None and stage.candidates == 1 and not stage.foreach,
        )

    def _seed(self, stage: Stage, item: Item) -> int:
        """This depends on what is written and nothing else: not on order, batch or neighbours."""
        said = [self.order.seed, self.content_type.name, plain(self.brief.values), stage.name, item.index]
        text = json.dumps([*said, plain(item.value), item.attempts], ensure_ascii=False, sort_keys=True, default=str)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1

    def _judge(self, item: Item, completions: Sequence[Completion]) -> None:
        """This keeps the best candidate: mildest findings first, then the highest mean log-probability."""
        errors = [one.error for one in completions if one.finish_reason == "error"]
        if errors:
            item.error = errors[0]
        for one in completions:
            self.usage += one.usage
            if one.finish_reason in ("error", "cancelled"):
                continue
            draft, findings = self._draft(item, one)
            logprob = float("-inf") if one.mean_logprob is None else one.mean_logprob
            best = (severity_rank(item.findings), -item.logprob)
            if item.draft is None or (severity_rank(findings), -logprob) < best:
                if item.attempts:
                    self.repaired |= {Origin(item.stage.name, item.index, name) for name in item.failing}
                item.draft, item.findings, item.logprob, item.error = draft, findings, logprob, ""

    def _draft(self, item: Item, completion: Completion) -> tuple[Draft, list[Finding]]:
        stage = item.stage
        fields = parse_output(stage.output, stage.single, completion.text, completion.finish_reason)
        if item.draft is not None:
            fields = {name: fields.get(name, item.draft.fields.get(name)) for name in stage.output}
            fields = {name: value for name, value in fields.items() if value is not None}
        return self._finish(item, fields, completion.finish_reason == "length")

    def _finish(self, item: Item, fields: Mapping[str, Json], cut: bool) -> tuple[Draft, list[Finding]]:
        """This runs a stage's post-processors and checks over freshly written (or fallback) fields."""
        stage = item.stage
        names = self._names() | {"item": item.value, "index": item.index}
        draft = Draft(
            brief=self.brief,
            fields=fields,
            schema=stage.output,
            stages=self.results,
            item=item.value,
            finish_reason="length" if cut else "stop",
        )
        missing = [
            Finding(message="was not written", field=name, check="parse") for name in stage.output if name not in fields
        ]
        draft = postprocess(draft, stage.postprocess, lambda text: evaluate(self.order.environment, text, names))
        render = names | plain(draft.fields)
        found = check(draft, stage.checks, lambda text: evaluate(self.order.environment, text, render))
        return draft, [*missing, *found]

    def _fall_back(self, item: Item) -> None:
        """This puts the declared fallback in place of what failed, or leaves a list's item out and says why."""
        reason = item.error or "; ".join(f.message for f in item.findings if f.severity == "reject") or "nothing usable"
        expressions = {name: item.stage.fallback[name] for name in item.failing if name in item.stage.fallback}
        if expressions and set(expressions) == item.failing:
            names = self._names() | {"item": item.value, "index": item.index}
            stood = dict(item.draft.fields) if item.draft else {}
            for name, expression in expressions.items():
                stood[name] = evaluate(self.order.environment, expression, names)
            draft, findings = self._finish(
                item, {name: stood[name] for name in item.stage.output if name in stood}, False
            )
            if severity_rank(findings) <= severity_rank(item.findings) or item.draft is None:
                item.draft, item.findings, item.fallbacks, item.error = draft, findings, frozenset(expressions), ""
        if item.failing and item.stage.foreach:
            item.left_out = reason

    def _collect(self, stage: Stage) -> None:
        """This publishes a stage's results under its name, each text signed with its origin."""
        values = [_result(item) for item in self.items[stage.name] if not item.left_out and item.draft is not None]
        self.results[stage.name] = values if stage.foreach else next(iter(values), None)

    # -- the whole piece ----------------------------------------------------------------------------------------------

    def _compose(self) -> tuple[Draft, list[Finding]]:
        """This makes the output from the stages' results and checks it as a whole."""
        content_type = self.content_type
        if not content_type.composed:
            item = next(iter(self.items.values()))[0]
            if item.draft is None:
                raise AigcError(item.error or "the model gave nothing usable")
            return replace(item.draft, fields=_signed(item)), item.findings
        names = self._names()
        fields = {
            name: evaluate(self.order.environment, schema["from"], names)
            for name, schema in content_type.output.items()
        }
        draft = Draft(brief=self.brief, fields=fields, schema=content_type.output, stages=self.results)
        draft = postprocess(draft, content_type.postprocess, lambda text: evaluate(self.order.environment, text, names))
        render = names | plain(draft.fields)
        checks = (*content_type.checks, *self.order.policy)
        return draft, check(draft, checks, lambda text: evaluate(self.order.environment, text, render))

    def _repair(
        self, draft: Draft, findings: list[Finding]
    ) -> Coroutine[list[Request], Answers, tuple[Draft, list[Finding]]]:
        """This asks again for the lines the whole piece's checks reject; then falls back; then leaves them out."""
        attempts = max((stage.attempts for stage in self.content_type.stages), default=0)
        for attempt in range(attempts + 2):
            blamed = self._blamed(draft, findings)
            if not blamed:
                break
            if attempt < attempts:
                yield from self._settle_again(blamed)
            else:
                self._give_up(blamed, fall_back=attempt == attempts)
            for stage in self.content_type.stages:
                self._collect(stage)
            draft, findings = self._compose()
        return draft, findings

    def _settle_again(self, items: list[Item]) -> Coroutine[list[Request], Answers, None]:
        for item in items:
            item.draft, item.logprob, item.fallbacks = None, float("-inf"), frozenset()
        yield from self._ask(items)
        for item in items:
            if item.failing:
                self._fall_back(item)

    def _give_up(self, items: list[Item], *, fall_back: bool) -> None:
        for item in items:
            if fall_back and item.stage.fallback and not item.fallbacks:
                item.draft, item.findings = None, []
                self._fall_back(item)
            elif item.stage.foreach:
                item.left_out = "the whole piece's checks reject it"

    def _blamed(self, draft: Draft, findings: Sequence[Finding]) -> list[Item]:
        """This is the stage items behind the rejected texts of a composed draft."""
        guilty = {
            (origin.stage, origin.item)
            for finding in findings
            if finding.severity == "reject" and finding.field
            for origin in origins(at_path(draft.fields, finding.field))
            if "[" in finding.field or not isinstance(at_path(draft.fields, finding.field), list)
        }
        return [self.items[stage][index] for stage, index in sorted(guilty)]

    # -- the artifact -------------------------------------------------------------------------------------------------

    def _artifact(self, draft: Draft, findings: list[Finding]) -> Artifact:
        findings = [*findings, *self._carried(draft)]
        worst = severity_rank(findings)[0]
        status: Status = "rejected" if worst == 2 else "flagged" if worst == 1 else "accepted"
        told = [f for f in findings if f.severity == ("reject" if worst == 2 else "warn")]
        reason = f"{told[0].field or 'the piece'}: {told[0].message}" if told else ""
        return self._sealed(draft, status, reason, tuple(findings))

    def _carried(self, draft: Draft) -> list[Finding]:
        """This is what stage checks had to say of the results that went into the piece, and of those that did not."""
        if not self.content_type.composed:
            return []
        places = {text.origin: path for path, text, _ in draft_texts(draft) if isinstance(text, Written)}
        carried = []
        for name, items in self.items.items():
            for item in items:
                place = f"{name}[{item.index}]" if item.stage.foreach else name
                if item.left_out or item.draft is None:
                    severity: Severity = "note" if item.stage.foreach else "reject"
                    why = item.left_out or item.error or "the model gave nothing usable"
                    carried.append(Finding(message=f"left out: {why}", field=place, check="repair", severity=severity))
                    continue
                for finding in item.findings:
                    origin = Origin(name, item.index, finding.field.partition("[")[0].partition(".")[0])
                    carried.append(replace(finding, field=places.get(origin, place)))
        return carried

    def _failed(self, reason: str) -> Artifact:
        draft = Draft(brief=self.brief, fields={}, schema=self.content_type.output)
        return self._sealed(draft, "failed", reason, ())

    def _sealed(self, draft: Draft, status: Status, reason: str, findings: tuple[Finding, ...]) -> Artifact:
        written = [(path, text) for path, text, _ in draft_texts(draft) if isinstance(text, Written)]
        provenance = Provenance(
            content_type=self.content_type.name,
            version=self.content_type.version,
            model=self.order.model,
            seed=self.order.seed,
            requests=self.requests,
            usage=self.usage,
            lines=len(written),
            fallbacks=tuple(path for path, text in written if text.fallback),
            repaired=tuple(path for path, text in written if text.origin in self.repaired and not text.fallback),
        )
        return Artifact(
            id=self.brief.id,
            status=status,
            fields=plain(draft.fields),
            brief=self.brief,
            provenance=provenance,
            findings=findings,
            reason=reason,
        )

    def _names(self) -> dict[str, Json]:
        return {**self.brief.values, "stages": self.results}


def _signed(item: Item) -> dict[str, Json]:
    assert item.draft is not None
    return {
        name: sign(value, Origin(item.stage.name, item.index, name), fallback=name in item.fallbacks)
        for name, value in item.draft.fields.items()
    }


def _result(item: Item) -> Json:
    """This is what a stage item contributes: its one text, or its fields."""
    if item.draft is None:
        return None
    fields = _signed(item)
    return fields.get("text") if item.stage.single else fields
