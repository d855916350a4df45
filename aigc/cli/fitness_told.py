"""What is said, once, where a model is not up to what is to be written: to a type's needs, or to a row's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from weakref import WeakKeyDictionary

from aigc.cli.echo import echo, in_line
from aigc.cli.readable import counted
from aigc.content import ContentType
from aigc.content.demands import Voice
from aigc.errors import NotFound
from aigc.models.needs import Needs, size_text
from aigc.project import Project
from aigc.types import Brief, Json
from aigc.writing.duty import Patience
from aigc.writing.fitness import Fitness
from aigc.writing.preview import asks_a_model, brief_faults
from aigc.writing.sheet import Setup

SHOWN = 5  # sentences about rows

_patience: WeakKeyDictionary[Project, Patience] = WeakKeyDictionary()  # a batch reads its briefs twice


class FitnessTold:
    """This counts briefs whose pieces will be flagged or rejected whatever is written, by what will be said of them.
    `doomed` has the places of the first that will be rejected, with the reason."""

    def __init__(self, project: Project, content_type: ContentType) -> None:
        self._fitness = project.fitness(content_type)
        self._judge = judge_line(project, content_type)
        self._told: Counter[str] = Counter()
        self._setup = Setup(
            content_type=content_type,
            environment=project.environment,
            policy=project.policy(),
            voice=project.voice(content_type),
            patience=_patience_in(project),
        )
        self.doomed: list[str] = []
        self.rejected = 0

    def add(self, brief: Brief) -> None:
        if faults := brief_faults(self._setup, brief):
            self.rejected += 1
            self.doomed += [f"{brief.source or brief.id}: {faults[0]}"] if len(self.doomed) < SHOWN else []
        told = self._fitness.of_brief(brief)
        if told and not self._asks(brief):
            told = self._fitness.of_brief(brief, asked=False)
        self._told.update(told)

    def _asks(self, brief: Brief) -> bool:
        setup = self._setup
        return asks_a_model(setup.content_type, setup.environment, brief, voice=setup.voice)

    @property
    def lines(self) -> list[str]:
        """What can be said before any brief is known: the voice in use, needs that are not met, who judges."""
        return [*fitness_lines(self._fitness), *filter(None, [self._judge])]

    @property
    def flagged(self) -> list[dict[str, Json]]:
        """Why briefs will be flagged for their language, and how many."""
        return [{"message": message, "briefs": briefs} for message, briefs in self._told.most_common()]

    def warn(self) -> None:
        """Say on stderr what will be flagged, and which model does better; of a type with voices, which one is used."""
        for line in self.lines:
            echo(line, err=True)
        if self.rejected:
            echo(f"{counted(self.rejected, 'brief')} will be rejected, whatever is written; correct the row:", err=True)
        for reason in self.doomed:
            echo(f"  {in_line(reason)}", err=True)
        if self.rejected > len(self.doomed):
            echo(f"  … and {self.rejected - len(self.doomed):,} more", err=True)
        for message, briefs in self._told.most_common(SHOWN):
            echo(f"{counted(briefs, 'brief')} will be flagged: {message}", err=True)
        if len(self._told) > SHOWN:
            echo(f"and {counted(len(self._told) - SHOWN, 'more reason')}", err=True)


def _patience_in(project: Project) -> Patience:
    """Return what a check of no text is given: one that did not answer is not asked about the many briefs to come."""
    return _patience.setdefault(project, Patience(project.timeouts.plugin, tries=1))


def fitness_lines(fitness: Fitness) -> list[str]:
    """Return what can be said before any brief is known: the voice in use, and that the model is too small for it."""
    name, voices = fitness.content_type.name, fitness.content_type.demands.voices
    lines = []
    if voices:
        lines.append(" ".join([_used_voice(name, fitness.voice, voices), *_unmet_voices(fitness)]))
    small = [stage for stage in fitness.content_type.stages if fitness.of_size([stage.name])]
    stands_in = all(stage.fallback for stage in small if stage.name in fitness.stages)
    plainly = ": pieces with lines of the model will be flagged, those with the brief's own words alone will not"
    flagged = plainly if stands_in else " will be flagged"
    return [*lines, *(f"{name}{flagged}: {message}" for message in fitness.of_size(fitness.stages))]


def _used_voice(name: str, voice: str, voices: Mapping[str, Voice]) -> str:
    """Say in which voice a type writes, and what that is."""
    summary = voices[voice].summary.rstrip(".") if voice in voices else ""
    return f"{name} writes in its voice {voice!r}" + (f": {summary[0].lower()}{summary[1:]}." if summary else ".")


def _unmet_voices(fitness: Fitness) -> Iterator[str]:
    """Say of each voice whose needs the model does not meet what it needs."""
    for voice, one in fitness.content_type.demands.voices.items():
        if not one.needs.met_by(fitness.model):
            yield f"Its voice {voice!r} needs a model with {needs_text(one.needs)}, which {fitness.model.name} has not."


def judge_line(project: Project, content_type: ContentType) -> str:
    """Return what a judge of the project's will judge of a content type; nothing where it has none."""
    judge = None
    with suppress(NotFound):  # nothing writes here, and so nothing judges
        judge = project.source.judge
    if judge is None:
        return ""
    voice = project.voice(content_type)
    picking = content_type.picking(voice)
    asked = [stage.name for stage in picking if stage.pick and stage.pick.judge and project.may_judge(stage.pick)]
    if asked:
        return f"{judge.title} judges the lines of {', '.join(asked)}"
    if not picking:
        spoken = f" in the voice {voice}" if voice else ""
        return f"{judge.title} is not asked: {content_type.name}{spoken} picks no line"
    names = ", ".join(stage.name for stage in picking)
    return f"{judge.title} is asked where a scorer of {names} asks a judge"


def needs_text(needs: Needs) -> str:
    """Return needs as a person reads them; nothing where there are none."""
    size = f"{size_text(needs.parameters)} parameters" if needs.parameters else ""
    return ", ".join(filter(None, (size, " ".join(needs.languages))))
