"""Who is compared: models, and models with an adapter. Adapters of one model are written by one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.content import ContentType
from aigc.errors import NotFound, UsageError, nearest
from aigc.generating import AdapterFolders
from aigc.generating.adapters import CONFIG
from aigc.generating.trained import read_trained
from aigc.models import resolve
from aigc.project import Project
from aigc.types import Generator

if TYPE_CHECKING:
    from aigc.models import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWriter:
    """This is a model as `-m` names it (a name, a folder, a GGUF file, a Hub id), perhaps with an adapter's folder.
    `label` is what people read."""

    label: str
    model: str
    adapter: Path | None = None

    @property
    def adapter_name(self) -> str | None:
        """Return what a request calls the adapter, once it is loaded."""
        return None if self.adapter is None else str(self.adapter)


def named_writers(project: Project, names: Sequence[str]) -> list[NamedWriter]:
    """Return the writers of some names. NotFound and UsageError say which one is none, ModelError which
    adapter's card is damaged, before anything is loaded."""
    found: dict[str, NamedWriter] = {}
    for name in names:
        if name in found:
            raise UsageError(f"-m {name}: is given twice")
        found[name] = _named(project, name)
    return list(found.values())


def own_writer(project: Project, content_type: str) -> NamedWriter:
    """Return what writes a content type in this project: its model, with the adapter that it has for the type."""
    adapter = project.adapters.folder(content_type)
    label = project.settings.model if adapter is None else adapter.name
    return NamedWriter(label=label, model=project.settings.model, adapter=adapter)


def asked_of(writer: NamedWriter, content_type: ContentType) -> ContentType:
    """Return a content type as a writer is to be asked for it: without examples where its adapter was trained so.
    ModelError for a damaged card."""
    trained = read_trained(writer.adapter) if writer.adapter is not None else None
    learnt = trained.of(content_type.name) if trained is not None else None
    if learnt is None or learnt.shots:
        return content_type
    return content_type.without_shots(learnt.stages)


def by_model(writers: Iterable[NamedWriter]) -> list[list[NamedWriter]]:
    """Return the writers, those of one model side by side, in the order in which models come first."""
    lots: dict[str, list[NamedWriter]] = {}
    for writer in writers:
        lots.setdefault(writer.model, []).append(writer)
    return list(lots.values())


def open_writers(
    project: Project, writers: Sequence[NamedWriter], progress: Callable[[Progress], None] | None = None
) -> Generator:
    """Load the one model of some writers with all their adapters; a request names its own, `adapter_name`.

    UsageError where what writes takes no adapters; ModelError where something cannot be loaded.
    """
    (model,) = {writer.model for writer in writers}
    folders = {str(one.adapter): one.adapter for one in writers if one.adapter is not None}
    source = replace(project.source, model=model, adapters=AdapterFolders(folders=folders))
    if folders and not source.takes_adapters:
        raise UsageError(f"{next(iter(folders))}: {source.name!r} takes no adapters")
    return source.open(progress)


def open_writer(project: Project, writer: NamedWriter, progress: Callable[[Progress], None] | None = None) -> Generator:
    """Load one writer; see `open_writers`."""
    return open_writers(project, [writer], progress)


def _named(project: Project, name: str) -> NamedWriter:
    folder = Path(name).expanduser()
    if (folder / CONFIG).is_file():
        trained = read_trained(folder)
        return NamedWriter(label=name, model=trained.base.name if trained else project.settings.model, adapter=folder)
    if project.source.takes_weights:
        try:
            resolve(name)
        except NotFound as error:
            near = nearest(folder, lambda one: (one / CONFIG).is_file())
            raise NotFound(f"-m {error.message}", hint=near or error.hint) from None
    return NamedWriter(label=name, model=name)
