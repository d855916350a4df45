"""Every hook on one screen. A plugin is a module named by an entry point of the group `aigc`.

No hook changes text: what changes text is written, in order, in the content type's YAML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    from pathlib import Path

    import click
    import jinja2

    from aigc.plugs.extension import Extension
    from aigc.types import Artifact, JobReport

hookspec = HookspecMarker("aigc")
hookimpl = HookimplMarker("aigc")


# -- declaring: take nothing, return things; a name clash is an error naming both plugins ----------------------------


@hookspec
def aigc_content_types() -> Sequence[Path]:  # type: ignore[empty-body]
    """Return YAML files, or folders whose *.yaml are content types and whose *.j2 are their templates."""


@hookspec
def aigc_postprocessors() -> Sequence[Extension]:  # type: ignore[empty-body]
    """Return functions made with @postprocessor."""


@hookspec
def aigc_checks() -> Sequence[Extension]:  # type: ignore[empty-body]
    """Return functions made with @check."""


@hookspec
def aigc_scorers() -> Sequence[Extension]:  # type: ignore[empty-body]
    """Return functions made with @scorer."""


@hookspec
def aigc_exporters() -> Sequence[Extension]:  # type: ignore[empty-body]
    """Return functions made with @exporter."""


@hookspec
def aigc_importers() -> Sequence[Extension]:  # type: ignore[empty-body]
    """Return functions made with @importer."""


@hookspec
def aigc_origins() -> Sequence[Path]:  # type: ignore[empty-body]
    """Return YAML files, or folders of them, that tell what columns of a tool's exports feed (`--from NAME`)."""


@hookspec
def aigc_generators() -> Sequence[Extension]:  # type: ignore[empty-body]
    """Return functions made with @generator."""


# -- extending: get one live object, once, and add to it; one that changes what was there is quarantined ---------------


@hookspec
def aigc_environment(environment: jinja2.Environment) -> None:
    """Add filters, tests and globals for templates and expressions, under names that are not taken."""


@hookspec
def aigc_commands(cli: click.Group) -> None:
    """Add commands to `aigc`."""


# -- observing: what is returned is ignored; a failure is logged and the others still hear ----------------------------


@hookspec
def aigc_artifact(artifact: Artifact) -> None:
    """Hear of every finished piece, in the order they finish; of a job's once it is recorded."""


@hookspec
def aigc_job(report: JobReport) -> None:
    """Hear of every finished job."""
