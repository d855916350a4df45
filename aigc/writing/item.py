"""One result a stage owes: how it is asked for, judged, asked for again, and given up.

A `Stage` is what the content type declares: its prompt, output schema, checks, `candidates` per request, how many
`attempts`, a `foreach` list, `fallback` expressions. An `Item` keeps the best draft so far. Asked again, only its
failing fields are written: the others are in the grammar as constants and stay as they stood. Attempts are counted over
the whole life of an item, whoever found it wanting.

A stage with a `pick` keeps every candidate that passed in a `pool`: once one did, scorers see them all, and the best
that is worth enough stands. Where none is the fallback does, which is no fault and costs no attempt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from aigc.content import Stage, parse_output, render_prompt, with_kept
from aigc.errors import ContentTypeError, describe
from aigc.types import (
    SEVERITIES,
    About,
    Asset,
    Completion,
    Draft,
    Finding,
    FinishReason,
    Json,
    Line,
    Prompt,
    Request,
    Usage,
    taken,
)
from aigc.writing.drafting import Origin, plain, postprocess, root_of, sign
from aigc.writing.line_log import LineLog, Places
from aigc.writing.ranking import Asking, Contender, Pool, floor_of, unjudged, weigh
from aigc.writing.severity import distinct, severity_rank
from aigc.writing.sheet import Sheet
from aigc.writing.wish import with_wish

SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode
REJECT = SEVERITIES.index("reject")
MOST_ITEMS = 1000  # that a stage goes over for one piece
BELOW = "no candidate is worth enough"
WARMER = 0.15  # added to the temperature per repeated attempt: the same draw would fail again


@dataclass(slots=True, kw_only=True)
class Item:
    """This is one result of a stage: `value` is its foreach item.

    `blamed` are fields that checks on the whole piece reject; `left_out` says why the item is not part of the piece,
    `by_design` that its own fallback came out empty: the content type wants nothing there then. `pool` is what it
    may be picked from, `log` is there where the model's lines are kept.
    """

    sheet: Sheet
    stage: Stage
    index: int
    value: Json = None
    draft: Draft | None = None
    findings: list[Finding] = field(default_factory=list)
    logprob: float = float("-inf")
    attempts: int = 0
    blamed: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    fallbacks: frozenset[str] = frozenset()
    left_out: str = ""
    by_design: bool = False
    error: str = ""
    log: LineLog | None = None

    def __post_init__(self) -> None:
        if (keep := self.sheet.setup.keep_lines) != "none":
            self.log = LineLog(keep=keep)

    @property
    def pool(self) -> Pool:
        """What it may be picked from."""
        return self.sheet.pools[self.stage.name, self.index]

    @property
    def failing(self) -> frozenset[str]:
        """The fields to write again: blamed ones and those a reject finding names, or all when it names none."""
        everything = frozenset(self.stage.output)
        if self.draft is None:
            return everything
        named = {root_of(finding.field) for finding in self.findings if finding.severity == "reject"}
        return self.blamed | named if named <= everything else everything

    @property
    def unanswered(self) -> bool:
        """Whether the generator could not answer at all: nothing may stand in for that."""
        return bool(self.error) and self.draft is None

    @property
    def open(self) -> bool:
        """Whether it has to be asked for (again)."""
        tired = self.fallbacks or self.error or self.left_out or self.attempts > self.stage.attempts
        return bool(self.failing) and not tired

    @property
    def movable(self) -> bool:
        """Whether anything is left to try: another attempt or candidate, a fallback, or leaving it out of a list."""
        if self.left_out:
            return False
        falls_back = not self.fallbacks and self.failing <= set(self.stage.fallback)
        return self.open or self.pickable or falls_back or bool(self.stage.foreach)

    def request(self, name: str, *, stream: bool) -> Request:
        """Return the request that asks for what is failing; what stands is given in its grammar."""
        stage, kept, adapter = self.stage, plain(self._kept()), self.sheet.setup.adapter_of(self.stage.name)
        prompt = self.prompt()
        if stage.pick:
            self.pool.prompt = prompt
        sampling = replace(
            stage.sampling,
            n=stage.candidates,
            seed=self._seed(),
            temperature=stage.sampling.temperature + WARMER * (self.attempts + self.sheet.brief.nudges),
        )
        grammar = with_kept(stage.output, kept) if kept else stage.grammar
        return Request(
            id=name,
            prompt=prompt,
            sampling=sampling,
            grammar=grammar,
            adapter=adapter,
            stream=stream and stage.candidates == 1 and not stage.foreach,
            about=About(brief=self.sheet.brief.id, stage=stage.name, item=self.index, attempt=self.attempts),
            digest=self.log.ask(prompt, sampling, grammar, adapter) if self.log else "",
        )

    def prompt(self) -> Prompt:
        """Render the stage's prompt with what is known by now: the brief, earlier stages' results, foreach's item."""
        prompt = render_prompt(
            self.sheet.setup.environment,
            self.stage,
            {**self.sheet.brief.values, **self.sheet.setup.named},
            item=self.value,
            index=self.index if self.stage.foreach else None,
            stages=self.sheet.results,
            avoid=self.sheet.brief.avoid,
        )
        return with_wish(prompt, self.sheet.brief)

    def judge(self, completions: Sequence[Completion]) -> Usage:
        """Keep the best of what stood and what came: mildest findings first, then highest mean log-probability.

        What stood loses to anything when the whole piece rejects it.
        """
        self.attempts += 1
        kept, asked = self._kept(), self.failing
        best = None if self.draft is None or self.blamed else (severity_rank(self.findings), -self.logprob)
        self.error = next((one.error or "no reason given" for one in completions if one.finish_reason == "error"), "")
        finished: dict[tuple[str, FinishReason], tuple[Draft, list[Finding]]] = {}  # candidates are often the same
        for place, one in enumerate(completions):
            if one.finish_reason in ("error", "cancelled"):
                continue
            if (answer := (one.text, one.finish_reason)) not in finished:
                found = parse_output(self.stage.output, self.stage.single, *answer)
                finished[answer] = self._finish(found, kept, cut=one.finish_reason == "length")
            draft, findings = finished[answer]
            logprob = float("-inf") if one.mean_logprob is None else one.mean_logprob
            rank = (severity_rank(findings), -logprob)
            better = best is None or rank < best
            source = None
            if self.log:
                source = self.log.add(self.attempts - 1, place, one, findings, asked if better else ())
            if self.stage.pick and rank[0][0] < REJECT:
                prompt = self.pool.prompt = self.pool.prompt or self.prompt()
                contender = Contender(
                    draft=draft, findings=findings, logprob=logprob, prompt=prompt, asked=asked, source=source
                )
                self.pool.add(contender)
            if better:
                best, self.draft, self.findings, self.logprob = rank, draft, findings, logprob
                self.error, self.blamed = "", frozenset()
                self.rewritten |= asked if self.attempts > 1 else frozenset()
        return taken(completions)

    def blame(self, refused: Mapping[str, Sequence[Finding]]) -> None:
        """Note the fields that checks on the whole piece reject, and why."""
        self.blamed = frozenset(refused)
        if self.draft is not None:
            self.pool.refuse(self.draft)
        if self.log:
            self.log.blame(refused)

    @property
    def pickable(self) -> bool:
        """Whether there are candidates to pick from, and no fallback stands already."""
        return bool(self.pool) and not self.fallbacks and not self.left_out

    def pick(self) -> Asking[None]:
        """Have scorers weigh what passed the checks; let the best stand, or the fallback where none is worth enough."""
        pick, mix = self.stage.pick, self.sheet.setup.mixes.get(self.stage.name)
        assert pick is not None, "only with a pick there is a pool"
        names = self.sheet.names(item=self.value, index=self.index)
        beside, patience = self.sheet.lines_beside(self.stage.name, self.index, pick.field), self.sheet.setup.patience
        weighing = weigh(self.pool, pick, mix, lambda text: self.sheet.evaluate(text, names), patience, beside)
        yield from unjudged(weighing) if self.stage.name in self.sheet.setup.unjudged else weighing
        first = self.pool.ranked()[0]
        best = self.pool.best(floor_of(pick, mix, first.draft.language))
        chosen = best or first
        self.draft, self.findings, self.logprob = chosen.draft, chosen.findings, chosen.logprob
        self.blamed, self.error = frozenset(), ""
        if self.log and chosen.source:
            self.log.take(chosen.source, chosen.asked)
        if best is None:
            self._fall_back(frozenset(self.stage.fallback), BELOW)

    def give_up(self) -> None:
        """Put the declared fallback in place of what fails; leave a list's item that still fails out.

        Where the generator broke off the repair, a finding says so.
        """
        reason, broken = self._reason(), self._broken_off()
        if not self.fallbacks and self.failing <= set(self.stage.fallback):
            reason = self._fall_back(self.failing, reason, broken=bool(broken))
            if self.left_out:
                return
        self.findings = distinct([*self.findings, *broken])
        if self.failing and self.stage.foreach:
            self.left_out = reason

    def _fall_back(self, names: frozenset[str], reason: str, *, broken: bool = False) -> str:
        """Put fallbacks in place of some fields, unless what stands fails less; one of a list that comes out empty
        leaves it out. Return the reason with what is wrong with the fallback."""
        kept = {k: v for k, v in self.draft.fields.items() if k not in names} if self.draft else {}
        known = self.sheet.names(item=self.value, index=self.index)
        values = {name: self.sheet.evaluate(self.stage.fallback[name], known) for name in names}
        if self.stage.foreach and any(value in (None, "", []) for value in values.values()):
            self.left_out, self.by_design = reason, not broken
            return reason
        draft, findings = self._finish(values, kept, cut=False)
        picked = not self.failing
        if picked or self.draft is None or self.blamed or severity_rank(findings) <= severity_rank(self.findings):
            self.draft, self.findings, self.fallbacks = draft, findings, names
            self.blamed, self.error = frozenset(), ""
            if self.log:
                self.log.replaced(names)
            reason = f"{reason}; its fallback: {self._reason()}"
        if picked and self.failing and self.stage.foreach:
            self.left_out = reason
        return reason

    def result(self) -> Json:
        """Return what the item contributes, each text signed: its one text, or its fields."""
        fields = self.signed()
        return fields.get("text") if self.stage.single else fields or None

    @property
    def assets(self) -> tuple[Asset, ...]:
        """The files that the stage's post-processors added to what the item contributes."""
        return self.draft.assets if self.draft is not None and not self.left_out else ()

    def signed(self) -> dict[str, Json]:
        return {
            name: sign(value, Origin(self.stage.name, self.index, name), fallback=name in self.fallbacks)
            for name, value in (self.draft.fields.items() if self.draft else ())
        }

    def lines(self, places: Places) -> list[Line]:
        """Return what a model wrote for it, as far as that is kept; `places` says where in the piece texts stand."""
        return self.log.lines(self.stage, self.index, places, left_out=bool(self.left_out)) if self.log else []

    def _kept(self) -> dict[str, Json]:
        failing = self.failing
        return {} if self.draft is None else {k: v for k, v in self.draft.fields.items() if k not in failing}

    def _finish(
        self, written: Mapping[str, Json], kept: Mapping[str, Json], *, cut: bool
    ) -> tuple[Draft, list[Finding]]:
        """Run the stage's post-processors over what was written, and its checks over that and what was kept."""
        names = self.sheet.names(item=self.value, index=self.index)
        draft = Draft(
            brief=self.sheet.brief,
            fields={n: kept[n] if n in kept else written[n] for n in self.stage.output if n in kept or n in written},
            schema=self.stage.output,
            stages=self.sheet.results,
            item=self.value,
            finish_reason="length" if cut else "stop",
        )
        steps, patience = self.stage.postprocess, self.sheet.setup.patience
        draft = postprocess(draft, steps, lambda text: self.sheet.evaluate(text, names), patience)
        if kept:  # processed once already
            draft = replace(draft, fields={**draft.fields, **kept})
        return draft, self.sheet.judged(draft, self.stage.checks, names)

    def _reason(self) -> str:
        if self.error:
            return self.error
        refusals = "; ".join(finding.message for finding in self.findings if finding.severity == "reject")
        return refusals or ("the whole piece's checks reject it" if self.blamed else "nothing usable")

    def _broken_off(self) -> list[Finding]:
        """Return a warning per field that the generator did not answer when it was to be written again."""
        message = f"could not be written again: {self.error}"
        names = sorted(self.failing) if self.error else ()
        return [Finding(message=message, field=name, check="repair", severity="warn") for name in names]

    def _seed(self) -> int:
        """Return a seed that depends on what is written and nothing else: not on order, batch or neighbours, nor on an
        empty list, so that a list which a type can take by now changes nothing for briefs without it."""
        setup, brief = self.sheet.setup, self.sheet.setup.content_type.drawn_from(self.sheet.brief)
        values = {name: value for name, value in brief.values.items() if value != []}
        written_from = [setup.seed, setup.content_type.name, plain(values), self.stage.name, self.index]
        written_from += [{"draw": brief.draw}] if brief.draw else []
        text = SORTED([*written_from, plain(self.value), self.attempts])
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def items_of(stage: Stage, sheet: Sheet) -> list[Item]:
    """Return what a stage owes a piece: one item, or with `foreach` one for each value of the list it goes over; none
    in a voice that it is not run in."""
    setup = sheet.setup
    if not setup.content_type.demands.runs(stage.name, setup.spoken):
        return []
    if not stage.foreach:
        return [Item(sheet=sheet, stage=stage, index=0)]
    values = sheet.evaluate(stage.foreach, sheet.names())
    told = f"stage {stage.name!r}: foreach goes over a list, and {stage.foreach!r} gave"
    if values is not None and not isinstance(values, list):
        raise ContentTypeError(f"{told} {describe(values)}")
    if values is not None and len(values) > MOST_ITEMS:
        raise ContentTypeError(f"{told} one of {len(values):,} items, at most {MOST_ITEMS:,}")
    return [Item(sheet=sheet, stage=stage, index=index, value=value) for index, value in enumerate(values or [])]
