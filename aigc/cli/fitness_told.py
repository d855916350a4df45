"""What is said, once, where a model is not up to what is to be written: to a type's needs, or to a row's language."""

from __future__ import annotations

from collections import Counter

from aigc.cli.echo import echo
from aigc.cli.readable import counted
from aigc.content import ContentType
from aigc.models.needs import Needs, size_text
from aigc.project import Project
from aigc.types import Brief
from aigc.writing.fitness import Fitness

SHOWN = 5  # sentences about rows


class FitnessTold:
    """This counts briefs whose pieces will be flagged whatever is written, by what will be said of them."""

    def __init__(self, project: Project, content_type: ContentType) -> None:
        self._fitness = project.fitness(content_type)
        self._told: Counter[str] = Counter()

    def add(self, brief: Brief) -> None:
        self._told.update([*self._fitness.of_row(brief), *self._fitness.of_language(brief)])

    def warn(self) -> None:
        """Say on stderr what will be flagged, and which model does better; of a type with voices, which one is used."""
        for line in fitness_lines(self._fitness):
            echo(line, err=True)
        for message, briefs in self._told.most_common(SHOWN):
            echo(f"{counted(briefs, 'brief')} will be flagged: {message}", err=True)
        if len(self._told) > SHOWN:
            echo(f"and {counted(len(self._told) - SHOWN, 'more reason')}", err=True)


def fitness_lines(fitness: Fitness) -> list[str]:
    """Return what can be said before any brief is known: the voice in use, and that the model is too small for it."""
    name, voices = fitness.content_type.name, fitness.content_type.demands.voices
    lines = []
    if voices:
        unmet = [(voice, one.needs) for voice, one in voices.items() if not one.needs.met_by(fitness.model)]
        needing = ", ".join(f"{voice} needs {needs_text(needs)}" for voice, needs in unmet)
        lacks = f"; {fitness.model.name} is not up to all of them: {needing}" if unmet else ""
        lines.append(f"{name} in the voice {fitness.voice}{lacks}")
    return [*lines, *(f"{name} will be flagged: {message}" for message in fitness.of_size(fitness.stages))]


def needs_text(needs: Needs) -> str:
    """Return needs as a person reads them; nothing where there are none."""
    size = f"{size_text(needs.parameters)} parameters" if needs.parameters else ""
    return ", ".join(filter(None, (size, " ".join(needs.languages))))
