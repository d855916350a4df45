"""What a worker on another machine must know to write a job's pieces: settings, and the files of a content type.

Plugins and models are not sent: `aigc` and what it is extended with is installed there, a model by its name is fetched
there, a folder is on a disk that both see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from aigc.content import ContentType
from aigc.errors import JobError
from aigc.project import OWN, Project, Settings
from aigc.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """This is picklable. `files` are a content type's YAML, first, and its templates, where no plugin brings them;
    `model` is the model, its path absolute."""

    settings: Settings
    model: str
    type_name: str
    digest: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def packed(project: Project, content_type: ContentType) -> Assignment:
    settings = project.settings
    adapters = {name: str((project.folder or Path()).absolute() / Path(str(place)).expanduser())
                for name, place in settings.adapters.items()}  # fmt: skip
    local = Path(settings.model).expanduser()
    return Assignment(
        settings=replace(settings, adapters=adapters),
        model=str(local.absolute()) if local.exists() else settings.model,
        type_name=content_type.name,
        digest=content_type.digest,
        files=dict(_files(project, content_type)) if content_type.plugin == OWN else {},
    )


def unpacked(assignment: Assignment, folder: Path) -> tuple[Project, ContentType]:
    """This is the project and the content type again; `folder` takes the files, which are read now and later.

    JobError when it is not the same content type here.
    """
    registry = Registry.discover(disabled=assignment.settings.disabled)
    project = Project(assignment.settings, None, registry)
    for name, content in assignment.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    own = next((str(folder / name) for name in assignment.files), "")
    content_type = project.content_type(own or assignment.type_name)
    if content_type.digest != assignment.digest:
        raise JobError(
            f"a worker has another version of {assignment.type_name!r} or of its templates",
            hint="install the same aigc and plugins on every machine",
        )
    return project, content_type


def _files(project: Project, content_type: ContentType) -> Iterator[tuple[str, bytes]]:
    """This yields the YAML and every template it could name: those beside it and one folder up, or of the project."""
    own = (project.folder or Path()) / project.settings.templates
    file = content_type.file.absolute()
    root = own.absolute() if project.folder is not None and file.is_relative_to(own.absolute()) else file.parent.parent
    yield file.relative_to(root).as_posix(), file.read_bytes()
    deep = "**/*.j2" if root == own.absolute() else "*.j2"
    named = {Path(stage.template) for stage in content_type.stages if Path(stage.template).is_absolute()}
    for path in sorted({*root.glob(deep), *file.parent.glob("*.j2"), *named}):
        if path.is_relative_to(root):
            yield path.relative_to(root).as_posix(), path.read_bytes()
