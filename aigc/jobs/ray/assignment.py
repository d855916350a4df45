"""What a worker on another machine must know to write a job's pieces: settings, and the files of a content type.

Installed plugins and models are not sent: `aigc` and what it is extended with is installed there, a model by its name
is fetched there, a folder is on a disk that both see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from aigc.content import ContentType
from aigc.errors import JobError
from aigc.plugs.project_files import plugin_contents
from aigc.plugs.registry import MIXES, Registry
from aigc.project import OWN, Project
from aigc.settings import NO_ADAPTER, Settings
from aigc.types import Json, KeepLines

PLUGINS = ".plugins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """This is picklable. `files` are a content type's YAML, first, its mixes and templates, where no plugin brings
    them: `file` is that YAML as the driver names it, `root` what they all lie below there. `model` is the model, its
    path absolute.
    """

    settings: Settings
    model: str
    type_name: str
    digest: str
    file: str = ""
    root: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    plugins: Mapping[str, bytes] = field(default_factory=dict)  # the project's own, which are sent


def packed(project: Project, content_type: ContentType, *, keep_lines: KeepLines = "none") -> Assignment:
    """Pack what a worker needs; `keep_lines` and the voice are decided here, where all briefs
    and the model are known."""
    settings = project.settings
    named = project.named_adapters.over(settings.model).folders
    adapters = {pattern: NO_ADAPTER if folder is None else str(folder.absolute()) for pattern, folder in named.items()}
    root, voice = _root(project, content_type), project.voice(content_type)
    settings = replace(settings, adapters=adapters, keep_lines=keep_lines, voice=voice, judge=_judge(project))
    return Assignment(
        settings=settings,
        model=_placed(settings.model) if project.source.takes_weights else settings.model,
        type_name=content_type.name,
        digest=content_type.digest,
        file=str(content_type.file),
        root=str(root),
        files=dict(_files(content_type, root)) if content_type.plugin == OWN else {},
        plugins=plugin_contents(settings.plugins, project.folder),
    )


def _placed(model: str) -> str:
    """Return the model's name, its path absolute where it is one; what the catalogue knows stays as it is."""
    from aigc.models import Catalogue

    path = Path(model).expanduser()
    return str(path.absolute()) if path.exists() and Catalogue.load().find(model) is None else model


def _judge(project: Project) -> dict[str, Json]:
    """Return the judge's settings, its paths absolute."""
    judge = project.source.judge
    if judge is None:
        return {}
    placed = {"model": _placed(judge.model)} if judge.takes_weights else {}
    adapters = [("adapter", str(Path(folder).absolute())) for folder in judge.adapters.all()]
    return {**project.settings.judge, **placed, **dict(adapters)}


def unpacked(assignment: Assignment, folder: Path) -> tuple[Project, ContentType]:
    """Return the project and the content type again; `folder` takes the files, which are read now and later.

    JobError when it is not the same content type here.
    """
    settings = assignment.settings
    registry = Registry.discover(disabled=settings.disabled, timeouts=settings.patience())
    for name, content in assignment.plugins.items():
        file = folder / PLUGINS / Path(name).name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        registry.add_file(file)
    project = Project(settings, None, registry)
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


def as_there(message: str, assignment: Assignment, folder: Path) -> str:
    """Rewrite a message about the files in `folder` to be about them where the driver has them."""
    if not assignment.files:
        return message
    own = str(folder / next(iter(assignment.files)))
    return message.replace(own, assignment.file).replace(str(folder), assignment.root)


def _root(project: Project, content_type: ContentType) -> Path:
    """Return the project's templates, or for a YAML from elsewhere one folder up: its templates may lie there."""
    file = content_type.file.absolute()
    own = (project.folder or Path()).absolute() / project.settings.templates
    return own if project.folder is not None and file.is_relative_to(own) else file.parent.parent


def _files(content_type: ContentType, root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the YAML, its mixes, what its templates read and every template it is likely to name; its digest tells
    whether these were all."""
    file = content_type.file.absolute()
    yield file.relative_to(root).as_posix(), file.read_bytes()
    picks = [stage.pick for stage in content_type.stages if stage.pick and stage.pick.mix]
    for pick in picks:
        yield (file.parent / MIXES / f"{pick.mix}.yaml").relative_to(root).as_posix(), pick.source
    for name in content_type.demands.reads:
        yield (file.parent / name).relative_to(root).as_posix(), (file.parent / name).read_bytes()
    used = {path for stage in content_type.stages if (path := Path(stage.template)).is_relative_to(root)}
    for path in sorted({*used, *file.parent.glob("*.j2"), *root.glob("*.j2"), *root.glob("*/*.j2")}):
        yield path.relative_to(root).as_posix(), path.read_bytes()
