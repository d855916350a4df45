"""Rows of a job: what a model wrote for its pieces, as the content type would ask for it and judge it today.

Each kept line is a row, and each text of a piece that no model wrote. What is learnt are the lines that pieces take
today; with pairs, the refused lines beside one of those are its worse answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from aigc.content import ContentType, evaluate
from aigc.content.brief import read_values
from aigc.content.demands import VOICE
from aigc.errors import ContentTypeError, NotFound, UsageError
from aigc.jobs import Judgement, judgements, voice_written_in
from aigc.learner.learner_options import Objective
from aigc.ledger import Ledger, opened_ledger
from aigc.project import Project
from aigc.training.account import Gathering
from aigc.training.chosen_rows import Place, chosen_places, judged_lines
from aigc.training.replay import Replay
from aigc.training.sample import Reason, Sample
from aigc.types import About, Artifact, Brief, Delta, Finding, Json, Line, Prompt, standpoint, texts_in

NONE_KEPT = "there is nothing kept that a model wrote for its pieces"


def gather_job(project: Project, folder: Path, found: Gathering, *, objective: Objective, shots: bool) -> None:
    """Add the rows of a finished job, or of one that goes on. UsageError where it kept no lines, NotFound where its
    content type is gone."""
    job = _Job(folder.resolve().name, found, objective)
    lines: dict[str, list[Line]] = defaultdict(list)
    with opened_ledger(folder) as ledger:
        name = str(ledger.facts().get("content_type", ""))
        try:
            job.content_type = project.content_type(name)
        except NotFound as error:
            raise NotFound(f"{folder}: {error.message}", hint=error.hint) from None
        job.voice = voice_written_in(project, job.content_type, ledger)
        replaced = []
        for one in ledger.lines.kept():
            if one.replaced:
                replaced.append((one.brief.id, one.line))
            else:
                lines[one.brief.id].append(one.line)
        pieces = _unrejected(ledger, job.name, found)
        values = {piece.id: piece.brief.values for piece in pieces}
        job.chosen = chosen_places(judgements(ledger.reviews.log()), values)
    if not lines and not replaced and not job.chosen:
        hint = "train from the job they were taken over from, or write it with --fresh --no-reuse -o keep_lines=all"
        raise UsageError(f"{folder}: {NONE_KEPT}", hint=hint)
    for brief, line in replaced:
        found.leave(job.where(brief, line), "rejected", "its piece was written again or is no longer asked for")
    if not shots:
        job.content_type = job.content_type.without_shots()
    replay = Replay(lines)
    job.picking = frozenset(stage.name for stage in job.content_type.stages if stage.pick)
    job.content_type = replay.fitted(job.content_type)
    briefs = job.briefs(pieces, lines)
    written = {
        artifact.id: (artifact, watch)
        for artifact, watch in _written(project, job.content_type, job.voice, replay, briefs)
    }
    for asked in briefs:  # in their order, however the pieces finished
        job.account(project, *written[asked.id], replay)


def _unrejected(ledger: Ledger, name: str, found: Gathering) -> list[Artifact]:
    """Return the pieces but those that people sent back, and count how many they approved, edited and sent back."""
    pieces = []
    for entry in ledger.pieces.entries():
        piece = entry.artifact
        stands = standpoint(piece)
        if stands == "rejected":
            found.leave(f"{name}: {piece.id}", "rejected", "a person sent it back")
        else:
            pieces.append(piece)
        if stands in ("approved", "rejected"):
            found.reviewed["sent back" if stands == "rejected" else stands] += 1
        if piece.review and piece.review.fields:
            found.reviewed["edited"] += 1
    return pieces


@dataclass(slots=True)
class SeenResults:
    """This is a Watcher that keeps each stage's results as later stages see them."""

    results: dict[str, dict[int, Json]] = field(default_factory=dict)

    def delta(self, about: About, delta: Delta) -> None:
        return None

    def written(self, stage: str, index: int, value: Json) -> None:
        self.results.setdefault(stage, {}).setdefault(index, value)


def _written(
    project: Project, content_type: ContentType, voice: str, replay: Replay, briefs: Sequence[Brief]
) -> Iterator[tuple[Artifact, SeenResults]]:
    """Yield the pieces as today's pipeline makes them in a voice. Adapters are left aside: they change no prompt."""
    from aigc.writing.pipeline import Pipeline

    pipeline = Pipeline(
        replay,
        project.environment,
        seed=project.settings.seed,
        policy=project.policy(),
        keep_lines="all",
        voice=lambda content_type: voice,
    )
    session, watches = pipeline.session, {brief.id: SeenResults() for brief in briefs}
    try:
        for brief in briefs:
            session.submit(content_type, brief, watches[brief.id])
        while session.busy:
            for artifact in session.step():
                yield artifact, watches.pop(artifact.id)
    finally:
        session.close()


@dataclass(frozen=True, slots=True)
class _KeptRow:
    """This is a kept line with its verdict of today and the prompt that it answers."""

    kept: Line
    today: Line
    prompt: Prompt

    @property
    def refusals(self) -> list[Finding]:
        return [finding for finding in self.today.findings if finding.severity == "reject"]

    @property
    def cut(self) -> bool:
        return self.kept.finish_reason == "length"


class _Job:
    """This is a job that is being read: what all its rows have in common."""

    content_type: ContentType
    voice: str = ""  # that its pieces were written in

    def __init__(self, name: str, found: Gathering, objective: Objective) -> None:
        self.name = name
        self.found = found
        self.objective = objective
        self.chosen: dict[Place, Judgement] = {}
        self.picking: frozenset[str] = frozenset()  # stages of which only what was picked then is learnt

    def where(self, brief: str, line: Line) -> str:
        """Name a line for people."""
        lists = {stage.name for stage in self.content_type.stages if stage.foreach}
        place = f"{line.stage}[{line.item}]" if line.stage in lists else line.stage
        which = (f" try {line.attempt + 1}" if line.attempt else "") + (
            f" candidate {line.candidate + 1}" if line.candidate else ""
        )
        return f"{self.name}: {brief} {place}{which}"

    def briefs(self, pieces: Sequence[Artifact], lines: Mapping[str, Sequence[Line]]) -> list[Brief]:
        """Return the briefs of the pieces that have lines and fit today's inputs; leave out the rows of the others."""
        found, chosen = [], {brief for brief, _, _ in self.chosen}
        for piece in pieces:
            if piece.id not in lines and piece.id not in chosen:
                told = piece.reason if piece.status == "failed" else "its piece has no kept lines"
                self.found.leave(f"{self.name}: {piece.id}", "no model text", told)
                continue
            given = {name: value for name, value in piece.brief.values.items() if name in self.content_type.brief}
            values, problems = read_values(self.content_type.brief, given, complete=True)
            if problems:
                for line in lines.get(piece.id, ()):
                    self.found.leave(self.where(piece.id, line), "cannot be decoded", f"its brief: {problems[0]}")
            else:
                found.append(Brief(id=piece.id, values=values, source=piece.brief.source))
        return found

    def account(self, project: Project, artifact: Artifact, watch: SeenResults, replay: Replay) -> None:
        """Say of each line of a piece what becomes of it."""
        by_place: dict[tuple[str, int], list[_KeptRow]] = defaultdict(list)
        for line in artifact.lines:
            about = About(brief=artifact.id, stage=line.stage, item=line.item, attempt=line.attempt)
            reply = replay.replies[about]
            if line.candidate < len(reply.lines):  # else the empty text that stands for none
                kept = reply.lines[line.candidate]
                row = _KeptRow(kept=kept, today=line, prompt=reply.prompt)
                by_place[line.stage, line.item].append(row)
        items = self._items(project, artifact.brief, watch)
        for (stage, item), rows in by_place.items():
            value = _value(items, stage, item)
            if judgement := self.chosen.get((artifact.id, stage, item)):
                self._account_judgement(artifact, judgement, rows, rows[0].prompt, value)
            else:
                self._account_item(artifact, rows, value)
        for (brief, stage, item), judgement in self.chosen.items():
            about = About(brief=artifact.id, stage=stage, item=item, attempt=0)
            if brief != artifact.id or (stage, item) in by_place:
                continue
            if about in replay.replies:
                value = _value(items, stage, item)
                self._account_judgement(artifact, judgement, (), replay.replies[about].prompt, value)
            else:
                self.found.leave(f"{self.name}: {brief} {judgement.field} picked", "rejected", "is not asked for today")
        for line in replay.unasked(artifact.id):
            told = (
                "an earlier answer is taken today" if (line.stage, line.item) in by_place else "is not asked for today"
            )
            self.found.leave(self.where(artifact.id, line), "rejected", told)
        for path in artifact.provenance.fallbacks:
            self.found.leave(f"{self.name}: {artifact.id} fallback {path}", "no model text", "no model wrote it")

    def _items(self, project: Project, brief: Brief, watch: SeenResults) -> dict[str, list[Json]]:
        """Return what each stage with `foreach` went over."""
        named = {VOICE: self.voice} if self.voice else {}
        results: dict[str, Json] = {}
        items: dict[str, list[Json]] = {}
        for stage in self.content_type.stages:
            with suppress(ContentTypeError):  # a piece that failed before this stage
                names = {**brief.values, **named, "stages": results}
                items[stage.name] = (
                    evaluate(project.environment, stage.foreach, names) if stage.foreach else None
                ) or []
            values = [value for _, value in sorted(watch.results.get(stage.name, {}).items())]
            results[stage.name] = values if stage.foreach else values[0] if values else None
        return items

    def _account_item(self, artifact: Artifact, rows: Sequence[_KeptRow], item: Json) -> None:
        good = [row for row in rows if self._taken(row) and not row.refusals and not row.cut and _stands(artifact)]
        if self.objective == "dpo":
            rows = self._pair(artifact, rows, good, item)
        for row in rows:
            if any(row is one for one in good):
                self.found.kept.append(self._sample(artifact, row, item, good=True))
            elif self.objective == "kto" and row.refusals and not row.cut:
                self.found.kept.append(self._sample(artifact, row, item, good=False))
            else:
                reason, told = _refusal(artifact, row, good)
                if reason == "rejected" and _stands(artifact) and not row.refusals and not self._taken(row):
                    reason = "not picked" if row.kept.stage in self.picking else reason
                self.found.leave(self.where(artifact.id, row.kept), reason, told)

    def _taken(self, row: _KeptRow) -> bool:
        return row.today.taken and (row.kept.taken or row.kept.stage not in self.picking)

    def _account_judgement(
        self, artifact: Artifact, judgement: Judgement, rows: Sequence[_KeptRow], prompt: Prompt, value: Json
    ) -> None:
        """Learn what a person took; what it was preferred to is worse, or left out where no pairs are learnt."""
        lines = judged_lines(judgement, [row.kept for row in rows])
        told, name = "a person took another text", self.where(artifact.id, lines.better)
        if not any(stage.name == judgement.stage and stage.single for stage in self.content_type.stages):
            self.found.leave(f"{name} picked", "cannot be decoded", "is one field of several")
            for row in rows:
                self.found.leave(self.where(artifact.id, row.kept), "rejected", told)
            return
        better = self._chosen_sample(artifact, judgement, prompt, value, lines.better, f"{name} picked")
        for number, line in enumerate(lines.worse, 1):
            where = f"{self.where(artifact.id, line)} not picked {number}"
            if self.objective == "dpo":
                self.found.kept.append(replace(better, where=where, rejected=line.text, good=None))
            elif self.objective == "kto" and line in lines.faulty:
                self.found.kept.append(replace(better, where=where, answer=line.text, good=False, by="model"))
            else:
                self.found.leave(where, "rejected", told)
        for line in lines.others:
            self.found.leave(self.where(artifact.id, line), "rejected", told)
        if self.objective == "dpo" and lines.worse:
            self.found.paired.append(better.where)
        else:
            self.found.kept.append(better)

    def _chosen_sample(
        self, artifact: Artifact, judgement: Judgement, prompt: Prompt, value: Json, line: Line, where: str
    ) -> Sample:
        sample = self._sample(artifact, _KeptRow(kept=line, today=line, prompt=prompt), value, good=True)
        return replace(sample, where=where, by="person" if judgement.own else "model")

    def _pair(
        self, artifact: Artifact, rows: Sequence[_KeptRow], good: Sequence[_KeptRow], item: Json
    ) -> Sequence[_KeptRow]:
        """Keep a pair for each refused line beside the one that is taken; return the rows that are in none."""
        if not good:
            return rows
        better, used = good[0], []
        for row in rows:
            if row.refusals and not row.cut and row.prompt == better.prompt and row.kept.text.strip():
                used.append(row)
                self.found.kept.append(self._sample(artifact, better, item, worse=row))
        if used:
            self.found.paired.append(self.where(artifact.id, better.kept))
            used.append(better)
        return [row for row in rows if not any(row is one for one in used)]

    def _sample(
        self, artifact: Artifact, row: _KeptRow, item: Json, *, worse: _KeptRow | None = None, good: bool | None = None
    ) -> Sample:
        return Sample(
            where=self.where(artifact.id, worse.kept if worse else row.kept),
            prompt=row.prompt,
            answer=row.kept.text,
            rejected=worse.kept.text if worse else None,
            good=good,
            group=f"{self.name}: {artifact.id}",
            subject=" ".join(texts_in(list(self.content_type.told(artifact.brief).values.values()))),
            content_type=self.content_type.name,
            stage=row.kept.stage,
            values=artifact.brief.values,
            item=item,
        )


def _value(items: Mapping[str, Sequence[Json]], stage: str, item: int) -> Json:
    """Return what a stage item was about, None where it went over nothing."""
    values = items.get(stage, [])
    return values[item] if item < len(values) else None


def _stands(artifact: Artifact) -> bool:
    return artifact.status in ("accepted", "flagged")


def _refusal(artifact: Artifact, row: _KeptRow, good: Sequence[_KeptRow]) -> tuple[Reason, str]:
    """Say why a line is not learnt; `good` are those of its item that are."""
    messages = [finding.message for finding in row.refusals]
    if row.cut:
        return "has no end", messages[0] if messages else "was cut off by the limit of tokens"
    limits = [finding.message for finding in row.refusals if finding.check == "limits"]
    if limits:
        return "breaks its type's limits", limits[0]
    if messages:
        return "rejected", messages[0]
    if any(row.kept.text == one.kept.text for one in good if one is not row):
        return "twin", "is the same as the answer that its piece took"
    if not _stands(artifact):
        return "rejected", f"its piece is {artifact.status}: {artifact.reason}"
    return "rejected", "its piece took another answer"
