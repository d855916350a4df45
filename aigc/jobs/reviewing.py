"""People at work on a job's pieces: what is suggested, what they take, and the files that show it.

    with at_desk(project, folder) as desk:
        desk.take("0007", "headlines[2]", 1)

A decision is kept at once, and the folder is held only while it is. The files of the folder are written again once,
when the desk is left; where that did not come about (a kill, a job so large that it would take long), they are behind,
and the next who writes there writes them again.
"""

from __future__ import annotations

import datetime
import getpass
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from aigc.content import ContentType
from aigc.errors import AigcError, JobError, NotFound, UsageError, did_you_mean, shell_command
from aigc.jobs.folder import as_written, export_job, write_artifacts
from aigc.jobs.judgements import subject
from aigc.jobs.lock import only_run, running
from aigc.jobs.report import REPORT, write_report
from aigc.ledger.ledger import LEDGER_FILE, Ledger, check_job, opened_ledger
from aigc.models.needs import size_text
from aigc.project import OWN, Project
from aigc.types import Artifact, Decision, Finding, Json, Ruled, Suggestion, Verb, at_path, by_field, text_places
from aigc.writing.amending import amended, line_at, refusals
from aigc.writing.drafting import Origin
from aigc.writing.sheet import Setup

PATIENCE = 30.0  # seconds to wait for another run: one that picks has finished by then
SHOWN = "shown"  # the fact that says how many decisions the folder's files show


@contextmanager
def at_desk(project: Project, folder: Path, *, most: float = math.inf, patience: float = PATIENCE) -> Iterator[Desk]:
    """Open a job's folder to decide on its pieces; the files of a job of more than `most` pieces are left behind.
    NotFound where it holds no job, JobError where the disk refuses, or a batch is still written there after `patience`
    seconds."""
    check_job(folder)
    with only_run(folder, patience=PATIENCE):
        ledger = Ledger(folder / LEDGER_FILE)
    try:
        desk = Desk(project, folder, ledger, most=most, patience=patience)
        try:
            yield desk
        finally:
            desk.show()
    finally:
        ledger.close()


def catch_up(project: Project, folder: Path) -> None:
    """Write a folder's files again where people decided something since they were written, unless somebody is at work
    there, who does so in the end. AigcError where that cannot be done."""
    with opened_ledger(folder) as ledger:
        late = is_behind(ledger)
    if late and not running(folder):
        with at_desk(project, folder):
            pass  # which writes them when it is left


class Desk:
    """This takes decisions about the pieces of one job."""

    def __init__(
        self, project: Project, folder: Path, ledger: Ledger, *, most: float = math.inf, patience: float = PATIENCE
    ) -> None:
        self.ledger = ledger
        self.by = _me()  # whose decisions are taken
        self.content_type = project.content_type(str(ledger.facts().get("content_type", "")))
        self._project = project
        self._folder = folder
        self._setup = review_setup(project, self.content_type, ledger)
        self._most = most
        self._patience = patience
        self._holding = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder, within which nothing changes but by this desk. JobError while a batch is written there."""
        if self._holding:
            yield
            return
        with only_run(self._folder, patience=self._patience):
            self._holding = True
            try:
                yield
            finally:
                self._holding = False

    @property
    def leaves_behind(self) -> bool:
        """Whether the folder's files stay as they are though what they show is another now: there are too many."""
        return is_behind(self.ledger) and self.ledger.totals.counts().total() > self._most

    def piece(self, name: str) -> Artifact:
        """Return a finished piece as people read it. NotFound, with the nearest id, where there is none."""
        try:
            piece = self.ledger.pieces.entry(name).artifact
        except KeyError:
            waits = self.ledger.briefs.ids([name])
            hint = "its piece is not written yet" if waits else did_you_mean(name, self.ledger.briefs.first_ids())
            raise NotFound(f"{self._folder}: no piece has the id {name!r}", hint=hint) from None
        if piece.status == "failed":
            raise UsageError(f"{name}: nothing was written: {piece.reason}", hint="write it again with --retry failed")
        return piece

    def offers(self, name: str, place: str) -> list[Suggestion]:
        """Return what is suggested for a place, the best first. UsageError where the piece has no text there."""
        piece = self.piece(name)
        if place not in text_places(piece.fields):
            raise UsageError(f"{name}: has no text {place!r}", hint=did_you_mean(place, [*text_places(piece.fields)]))
        return by_field(piece.suggestions).get(place, [])

    def suggested(self) -> list[str]:
        """Return the ids of the pieces that have suggestions, in the briefs' order."""
        return self.ledger.pieces.suggested()

    def about(self, piece: Artifact, one: Suggestion) -> Json:
        """Return what a suggestion was written about: what its stage went over, or the whole brief."""
        return subject(self._setup, piece.brief, one.stage, one.item) or dict(piece.brief.values)

    def take(self, name: str, place: str, number: int, *, note: str = "") -> Artifact:
        """Let a suggestion stand, by its rank from 1. UsageError where there is none of that rank."""
        with self.held():
            return self._let_stand("picked", name, place, self._offer(name, place, number).text, note)

    def write(self, name: str, place: str, text: str, *, note: str = "") -> Artifact:
        """Let a text of one's own stand, or a suggestion that says the same. UsageError where it breaks a limit or a
        check refuses it."""
        bare = text.strip()
        with self.held():
            known = any(one.text == bare for one in self.offers(name, place))
            return self._let_stand("picked" if known else "written", name, place, bare, note)

    def refuse(self, name: str, place: str, number: int, *, note: str = "") -> Artifact:
        """Note that a suggestion is faulty."""
        with self.held():
            return self._decide("refused", name, place, (self._offer(name, place, number).text,), note)

    def keep(self, name: str, place: str, *, note: str = "") -> Artifact:
        """Note that no suggestion is better than what stands. UsageError where there is none."""
        with self.held():
            if not (offers := self.offers(name, place)):
                raise UsageError(f"{name}: nothing is suggested for {place}", hint="give --text with your own words")
            stands = at_path(self.piece(name).fields, place)
            passed = tuple(one.text for one in offers if one.text != stands and not one.instead)
            return self._decide("kept", name, place, passed, note)

    def undo(self, name: str, place: str) -> Artifact:
        """Forget what was decided of a place: what the model wrote stands. UsageError where nothing was."""
        with self.held():
            review = self.piece(name).review
            decided = [*review.fields, *review.refused] if review else []
            if place not in decided:
                hint = did_you_mean(place, decided) if decided else ""
                raise UsageError(f"{name}: nothing was decided of {place!r}", hint=hint)
            return self._decide("undone", name, place, (), "")

    def approve(self, name: str, *, note: str = "") -> Artifact:
        """Let a piece be published as it stands. UsageError where it breaks a rule that nothing may break."""
        with self.held():
            piece = self.piece(name)
            if piece.status == "rejected":
                raise UsageError(f"{name}: {piece.reason}", hint="edit it until it keeps to that, or reject it")
            return self._rule(piece, "approved", note)

    def reject(self, name: str, *, note: str = "") -> Artifact:
        """Have a piece written again by the next run, which is told the note; until then nothing exports it."""
        with self.held():
            return self._rule(self.piece(name), "rejected", note)

    def reopen(self, name: str) -> Artifact:
        """Take back that a piece was approved or rejected. UsageError where it was not."""
        with self.held():
            piece = self.piece(name)
            if piece.review is None or piece.review.ruling is None:
                raise UsageError(f"{name}: was neither approved nor rejected")
            return self._rule(piece, "reopened", "")

    def judged(self, name: str, place: str, text: str) -> tuple[Artifact, list[Finding]]:
        """Return a piece as it would be judged with a text at a place, and why that text could not stand."""
        written, before = self.ledger.pieces.as_written(name), self.piece(name)
        texts = {**(before.review.fields if before.review else {}), place: text}
        lines = own_lines(self._setup, self.ledger, written, texts)
        piece = amended(self._setup, written, texts, lines=lines)
        return piece, refusals(piece, before, [place])

    def _rule(self, piece: Artifact, verdict: Ruled, note: str) -> Artifact:
        self.ledger.rulings.rule(piece, verdict, by=self.by, at=_now(), note=note)
        return self.piece(piece.id)

    def show(self) -> None:
        """Write the folder's files again where anything was decided since they were written, and they are not left
        behind. JobError where another run writes there, or the disk refuses."""
        if not is_behind(self.ledger) or self.leaves_behind:
            return
        try:
            with self.held():
                show_reviews(self._project, self.content_type, self._folder, self.ledger)
        except JobError as error:
            kept = "what was decided is kept, and the next who writes there writes the files again"
            raise JobError(error.message, hint=kept) from error

    def _offer(self, name: str, place: str, number: int) -> Suggestion:
        offers = self.offers(name, place)
        if not 1 <= number <= len(offers):
            there = f"there are 1 to {len(offers)}" if len(offers) > 1 else "there is 1" if offers else self._why_none()
            hint = shell_command("pick", self._folder, name, options=["--list"])
            raise UsageError(f"{name}: no suggestion {number} for {place}: {there}", hint=hint)
        return offers[number - 1]

    def _why_none(self) -> str:
        """Say that there is no suggestion, and whose fault that is: the voice's that was written in, or no one's."""
        demands, voice = self.content_type.demands, self._setup.spoken
        picking = [stage.name for stage in self.content_type.stages if stage.pick and stage.pick.suggest]
        if not voice or any(demands.runs(stage, voice) for stage in picking):
            return "there is none"
        others = [one for one in demands.voices if any(demands.runs(stage, one) for stage in picking)]
        sizes = {one: demands.voices[one].needs.parameters for one in others}
        needing = [f"{one} of a model with {size_text(size)}" if size else one for one, size in sizes.items()]
        has = f"; {' and '.join(needing)} does" if needing else ""
        return f"there is none, as the voice {voice} suggests nothing{has}"

    def _let_stand(self, verb: Verb, name: str, place: str, text: str, note: str) -> Artifact:
        if not text:
            raise UsageError(
                f"{name}: {place}: an empty text cannot stand there", hint="--undo brings the model's back"
            )
        if refused := self.judged(name, place, text)[1]:
            first = refused[0]
            raise UsageError(f"{name}: {first.field or place}: {first.message} ({first.check}): {text!r} cannot stand")
        return self._decide(verb, name, place, (text,), note)

    def _decide(self, verb: Verb, name: str, place: str, texts: tuple[str, ...], note: str) -> Artifact:
        """Note a decision and judge the piece again."""
        written = self.ledger.pieces.as_written(name)
        offers = by_field(written.suggestions).get(place, [])
        stage, item = self._origin(name, place, offers)
        stands = at_path(written.fields, place)
        decision = Decision(
            id=name,
            verb=verb,
            field=place,
            texts=texts,
            was=stands if isinstance(stands, str) and not any(one.instead for one in offers) else "",
            suggestions=tuple(one.text for one in offers),
            stage=stage,
            item=item,
            values=written.brief.values,
            by=self.by,
            at=_now(),
            note=note,
        )
        self.ledger.reviews.decide(decision, written)
        _judge(self._setup, self.ledger, name)
        return self.piece(name)

    def _origin(self, name: str, place: str, offers: Sequence[Suggestion]) -> tuple[str, int]:
        """Return the stage and the item that wrote a place, as far as that is known."""
        return stage_of(self.ledger, name, place, offers) or ("", 0)


def stage_of(ledger: Ledger, name: str, place: str, offers: Sequence[Suggestion]) -> tuple[str, int] | None:
    """Return the stage and the item that wrote a place, by what is suggested there or the lines that are kept; None
    where neither tells."""
    lines = ledger.lines.of(ledger.pieces.entry(name).writing)
    places = [(one.stage, one.item) for one in offers]
    places += [(line.stage, line.item) for line in lines if place in line.fields]
    return places[0] if places else None


def own_lines(setup: Setup, ledger: Ledger, written: Artifact, texts: Mapping[str, str]) -> dict[str, Origin]:
    """Return place → the line in whose place a person's own words stand, in types of the project: its author's rules
    for lines hold for people too. Checks of other types' stages keep a small model to its facts."""
    found: dict[str, Origin] = {}
    if setup.content_type.plugin != OWN:
        return found
    offers = by_field(written.suggestions)
    for place, text in texts.items():
        there = offers.get(place, [])
        if any(one.text == text for one in there):
            continue  # it passed those checks
        known = stage_of(ledger, written.id, place, there)
        if origin := line_at(setup.content_type, place, *(known or ())):
            found[place] = origin
    return found


def review_setup(project: Project, content_type: ContentType, ledger: Ledger) -> Setup:
    """Return how a job's pieces are judged: as the project stands, in the voice that they were written in."""
    return Setup(
        content_type=content_type,
        environment=project.environment,
        policy=tuple(project.policy()),
        voice=voice_written_in(project, content_type, ledger),
    )


def voice_written_in(project: Project, content_type: ContentType, ledger: Ledger) -> str:
    """Return the voice that a job's pieces were written in; the project's where the type no longer has that."""
    written_in = str(ledger.facts().get("voice", ""))
    return written_in if written_in in content_type.demands.voices else project.voice(content_type)


def judge_reviews(project: Project, content_type: ContentType, ledger: Ledger) -> None:
    """Judge every piece that people decided something of as it stands today."""
    if names := ledger.reviews.ids():
        setup = review_setup(project, content_type, ledger)
        for name in names:
            _judge(setup, ledger, name)


def show_reviews(project: Project, content_type: ContentType, folder: Path, ledger: Ledger) -> None:
    """Write the folder's files as the pieces stand now: the artifacts, the exports that are there, and the report."""
    write_artifacts(folder, ledger)
    if problems := show_exports(project, folder, ledger):
        raise problems[0]
    if (folder / REPORT).exists():
        write_report(folder, ledger, content_type)
    note_shown(ledger)


def show_exports(project: Project, folder: Path, ledger: Ledger, besides: Collection[str] = ()) -> list[AigcError]:
    """Write the exports that are there as the pieces stand now, `besides` those of some formats; return what is wrong
    with those that cannot be written."""
    problems = []
    for asked in as_written(ledger, folder):
        if asked.name not in besides:
            try:
                export_job(project.registry, ledger, folder, asked, "the options of an earlier export")
            except AigcError as error:
                problems.append(error)
    return problems


def is_behind(ledger: Ledger) -> bool:
    """Say whether people decided something since the folder's files were written."""
    return ledger.reviews.last() > int(ledger.facts().get(SHOWN, 0))


def note_shown(ledger: Ledger) -> None:
    """Keep that the folder's files show all that was decided."""
    if is_behind(ledger):
        ledger.note(**{SHOWN: ledger.reviews.last()})


def _judge(setup: Setup, ledger: Ledger, name: str) -> None:
    piece = ledger.pieces.entry(name).artifact
    texts, stale = (piece.review.fields, piece.review.stale) if piece.review else ({}, ())
    there = [place for place in stale if isinstance(at_path(piece.fields, place), str)]
    written = ledger.pieces.as_written(name)
    ledger.reviews.judge(amended(setup, written, texts, there, own_lines(setup, ledger, written, texts)))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _me() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
