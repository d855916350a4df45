"""A job file: a plan as YAML, read from where somebody wrote it, and written beside the pieces of every batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TypeVar

from aigc.asking.job_keys import FORMAT, JOB, SAMPLE, VARIANTS
from aigc.asking.plan import FILE, KEPT, Export, Plan
from aigc.content.all_mistakes import FIRST, Mistakes
from aigc.content.yaml_keys import needed
from aigc.content.yaml_lines import Node, read_yaml, yaml_text
from aigc.errors import ContentTypeError, UsageError, describe
from aigc.plugs.whole_file import whole_file
from aigc.project import Project
from aigc.settings import Settings, laid_out
from aigc.types import Json

Read = TypeVar("Read")
YAML = (".yaml", ".yml")
OF_WRITER = ("model", "seed", "generator", "engine", "sampling", "candidates", "adapters", "voice")
SETTINGS = (*OF_WRITER, "importers", "unique", "keep_lines", "sources")
HEAD = "# Asks for this job again: aigc batch {file}\n"


def is_job_file(name: str) -> bool:
    """Say whether a word names a job file rather than a content type: both are YAML."""
    if not name.endswith(YAML) or not Path(name).is_file():
        return False
    try:
        root = read_yaml(Path(name)).root
    except ContentTypeError:
        return True
    return not ("brief" in root or "output" in root or "name" in root)


def read_plan(file: Path, mistakes: Mistakes = FIRST) -> Plan:
    """Return the plan in a job file; paths in it are as seen from there. UsageError says what is wrong, by line. Where
    `mistakes` gathers all of them, what is wrong is missing from the plan."""
    try:
        return _plan(read_yaml(file, as_written=True, mistakes=mistakes).root, file)
    except ContentTypeError as error:
        raise UsageError(error.message, hint=error.hint) from None


def write_plan(
    plan: Plan,
    project: Project,
    folder: Path,
    *,
    voice: str = "",
    replacing: Callable[[], AbstractContextManager[Path]] | None = None,
) -> Path:
    """Write `job.yaml`, which asks for the same job again, in this `voice`, whatever aigc.yaml says but for its policy.

    One that says so already is left alone, comments and all; any other is replaced, at the path that `replacing` gives.
    """
    target = folder / FILE
    record = _record(plan, project.settings, folder, voice)
    try:
        same = target.is_file() and _record(read_plan(target), project.settings, folder, voice) == record
        if same and _pinned(target, record):
            return target
    except UsageError:
        pass
    placing = replacing() if replacing else nullcontext(target)
    with placing as path, whole_file(path, hint="free some space") as file:
        file.write(HEAD.format(file=target.as_posix()) + yaml_text(record))
    return target


def _pinned(target: Path, record: Mapping[str, Json]) -> bool:
    """Say whether a job file names every setting that is in force, with that value, and no other."""
    root = read_yaml(target).value
    return all(root.get(name) == record[name] if name in record else not root.get(name) for name in SETTINGS)


def _plan(root: Node, file: Path) -> Plan:
    if "aigc" in root and root.child("aigc").value != FORMAT:
        root.child("aigc").fail(f"aigc is {describe(root.child('aigc').value)}; this version reads `aigc: {FORMAT}`")
    root.only((*JOB, *SETTINGS))
    unknown = root.mapping().keys() - {*JOB, *SETTINGS}
    for key in needed(JOB):
        if key not in root and not get_close_matches(key, unknown, cutoff=0.6):  # which is told already
            root.refuse(f"{key!r} is missing", "a job file names the content type and the briefs")

    def read(key: str, read_: Callable[[Node], Read], otherwise: Read) -> Read:
        node = root.child(key)
        return node.read(lambda: read_(node), otherwise) if key in root else otherwise

    name, briefs = read("type", Node.text, ""), read("briefs", Node.text, SAMPLE)
    none: dict[str, Node] = {}
    maps = {key: read(key, _by_key, none) for key in ("map", "set", "input", "matrix")}
    return Plan(
        type=_named(name, file),
        briefs=briefs if briefs == SAMPLE else _seen_from(file, briefs),
        origin=_named(told, file) if (told := read("from", Node.text, "")) else "",
        columns={key: child.read(child.text, "") for key, child in maps["map"].items()},
        literals={key: child.value for key, child in maps["set"].items()},
        reading={key: child.value for key, child in maps["input"].items()},
        limit=read("limit", JOB["limit"].whole, None),
        matrix={key: child.read(partial(_values, key, child), []) for key, child in maps["matrix"].items()},
        exports=tuple(read("exports", _exports, [])),
        with_flagged=read("with_flagged", Node.boolean, False),
        settings={key: value for key, value in _laid(root, file) if key != "unique" or not isinstance(value[0], bool)},
        unique=root.child("unique").value is True,
        file=file,
        places={key: child.where for part in ("map", "set") for key, child in maps[part].items()},
        named_at={key: root.child(key).where for key in KEPT if key in root},
    )


def _laid(root: Node, file: Path) -> Iterator[tuple[str, tuple[Json, str]]]:
    """Yield the settings that a job file says, a folder as seen from here."""
    for key, (value, where) in laid_out(root):
        if key.partition(".")[0] in SETTINGS:
            yield key, (_seen_from(file, value) if key == "sources" and isinstance(value, str) else value, where)


def _values(key: str, node: Node) -> list[tuple[Json, str]]:
    if key == VARIANTS:
        return [(node.value, node.where)]
    if isinstance(node.value, int):
        hint = f"write [{describe(node.value)}]; how many texts of each is `{VARIANTS}`"
        node.fail(f"{node.label} must be a list, not {describe(node.value)}", hint)
    return [(item.value, item.where) for item in node.list()]


def _by_key(node: Node) -> dict[str, Node]:
    return dict(node.items())


def _exports(node: Node) -> list[Export]:
    read = [one.read(partial(_export, one), None) for one in node.list()]
    return [one for one in read if one is not None]


def _export(node: Node) -> Export:
    if isinstance(node.value, str):
        return Export(name=node.text(), where=node.where)
    if len(node.mapping()) != 1:
        node.fail("one entry names one format", "write `- name` or `- name: {option: value}`")
    ((name, inside),) = node.items()
    return Export(name=name, options=inside.mapping() if inside.value is not None else {}, where=inside.where)


def _named(name: str, file: Path) -> str:
    return _seen_from(file, name) if name.endswith(YAML) else name


def _seen_from(file: Path, name: str) -> str:
    path = Path(name).expanduser()
    return str(path if path.is_absolute() else Path(os.path.normpath(file.parent / path)))


def _record(plan: Plan, settings: Settings, folder: Path, voice: str) -> dict[str, Json]:
    """Return a plan as a job file in `folder` says it, with every setting that is in force, and the `voice` in use."""
    matrix: dict[str, Json] = {name: [value for value, _ in given] for name, given in plan.matrix.items()}
    if VARIANTS in plan.matrix:
        matrix[VARIANTS] = int(plan.matrix[VARIANTS][0][0])
    named = plan.type.endswith(YAML)
    record: dict[str, Json] = {
        "aigc": FORMAT,
        "type": _from(folder, plan.type) if named else plan.type,
        "briefs": plan.briefs if plan.briefs == SAMPLE else _from(folder, plan.briefs),
        "from": _from(folder, plan.origin) if plan.origin.endswith(YAML) else plan.origin or None,
        "map": dict(plan.columns),
        "set": dict(plan.literals),
        "input": dict(plan.reading),
        "limit": plan.limit,
        "matrix": matrix,
        "exports": [{one.name: dict(one.options)} if one.options else one.name for one in plan.exports],
        "with_flagged": plan.with_flagged or None,
        "model": settings.model,
        "seed": settings.seed,
        "generator": settings.generator or None,
    }
    record |= {name: dict(getattr(settings, name)) for name in ("engine", "sampling", "adapters", "importers")}
    record |= {"candidates": settings.candidates or None, "unique": dict(settings.unique) or plan.unique or None}
    record |= {"keep_lines": settings.keep_lines or None, "voice": voice or None}
    record |= {"sources": _from(folder, settings.sources) if settings.sources else None}
    return {name: value for name, value in record.items() if value not in (None, {}, [])}


def _from(folder: Path, name: str) -> str:
    """Return a path as seen from the job's folder; absolute where the two are on different disks."""
    try:
        return Path(os.path.relpath(name, folder)).as_posix()
    except ValueError:
        return str(Path(name).absolute())
