"""What is said, once, where texts are wanted in a language that the model does not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import click

from aigc.cli.readable import counted
from aigc.models import Catalogue, smallest_that_knows, unknown_language
from aigc.project import Project
from aigc.types import Json


class Languages:
    """This counts briefs by the language that the model does not know. One that the catalogue does not tell of, or that
    an adapter has taught the content type, is taken to know all."""

    def __init__(self, project: Project, content_type: str) -> None:
        self._catalogue = Catalogue.load()
        found = self._catalogue.find(project.settings.model) if project.source.takes_weights else None
        self._model = None if project.adapter(content_type) else found
        self._wanted: Counter[str] = Counter()

    def add(self, values: Mapping[str, Json]) -> None:
        if self._model is not None and (language := unknown_language(self._model, values)):
            self._wanted[language] += 1

    def warn(self) -> None:
        """Say on stderr which languages are not known, and the smallest model that knows each."""
        for language, briefs in self._wanted.items():
            assert self._model is not None
            wanting = f"{counted(briefs, 'brief')} {'wants' if briefs == 1 else 'want'} {language}"
            other = smallest_that_knows(language, self._catalogue)
            remedy = f"-m {other} knows it, `aigc models list` has more" if other else "see `aigc models list`"
            known = f"knows {', '.join(self._model.languages)} and writes others badly"
            click.echo(f"{self._model.name} {known}: {wanting}; {remedy}", err=True)
