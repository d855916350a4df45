"""Briefs written by one writer, through the very pipeline that jobs run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aigc.content import ContentType
from aigc.errors import UsageError
from aigc.project import Project, model_told
from aigc.types import Artifact, Brief, Generator, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """This is a piece for each brief, in the briefs' order, every line of the model with it; what they took."""

    artifacts: tuple[Artifact, ...]
    seconds: float
    usage: Usage


def write_briefs(
    project: Project,
    content_type: ContentType,
    briefs: Sequence[Brief],
    generator: Generator,
    *,
    adapter: str | None = None,
    model: str = "",
    heard: Callable[[Artifact], None] = lambda artifact: None,
) -> Written:
    """Write briefs under the project's policy and seed, with an adapter that the generator has loaded, by its name.

    Nothing is recorded and no plugin is told. `model` is what provenance says wrote them (else the project's). `heard`
    is told of each piece as it finishes. UsageError where the generator answers in another run only.
    """
    from aigc.writing.pipeline import Pipeline

    pipeline = Pipeline(
        generator,
        project.environment,
        model=model_told(project, model),
        seed=project.settings.seed,
        policy=project.policy(),
        adapter=lambda name: adapter,
        keep_lines="all",
        voice=project.voice,
        mix=project.mix,
        may_judge=project.may_judge,
        second=project.source.judge is not None,
    )
    started, made = time.perf_counter(), dict[str, Artifact]()
    for artifact in pipeline.write(content_type, briefs):
        made[artifact.id] = artifact
        heard(artifact)
    seconds = time.perf_counter() - started
    if pipeline.awaited:
        told = next(iter(pipeline.awaited))
        raise UsageError(f"{project.source.name} answers in another run only ({told})", hint="compare what answers now")
    artifacts = tuple(made[brief.id] for brief in briefs if brief.id in made)
    return Written(
        artifacts=artifacts,
        seconds=seconds,
        usage=sum((one.provenance.usage for one in artifacts), Usage()),
    )
