"""What is wrong in one YAML file that a person names: a content type, a job, a tool's export, a mix, a brand; each as
far as it can be told without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from aigc.asking import read_plan
from aigc.asking.job_keys import JOB
from aigc.asking.origin_keys import ORIGIN
from aigc.asking.origins import read_origin
from aigc.asking.plan_file import SETTINGS
from aigc.content.all_mistakes import Mistakes
from aigc.content.brand_keys import BRAND
from aigc.content.brand_pack import FOLDER, read_brand
from aigc.content.mix import read_mixes
from aigc.content.mix_keys import MIX
from aigc.content.stage_words import expressions_in
from aigc.content.type_keys import SIMPLE, STAGED
from aigc.content.variables import parsed
from aigc.content.yaml_lines import Node, read_yaml
from aigc.errors import AigcError
from aigc.plugs.registry import MIXES
from aigc.project import Project

T = TypeVar("T")
TYPE, OF_JOB, OF_ORIGIN, OF_MIX, OF_BRAND = "type", "job", "origin", "mix", "brand"
FORMATS: Mapping[str, frozenset[str]] = {
    TYPE: frozenset([*SIMPLE, *STAGED]),
    OF_JOB: frozenset([*JOB, *SETTINGS]),
    OF_ORIGIN: frozenset(ORIGIN),
    OF_MIX: frozenset(MIX),
    OF_BRAND: frozenset(BRAND),
}
SHARED = "aigc"  # a key of all formats


def format_of(file: Path) -> str:
    """Return what kind of YAML a file is, by the keys that it has: of a misspelt one the others tell. UsageError where
    it cannot be read."""
    root = read_yaml(file).root
    keys = set(root.value) - {SHARED} if isinstance(root.value, dict) else set()
    if file.parent.name == MIXES:
        return OF_MIX
    if file.parent.name == FOLDER:
        return OF_BRAND
    return max(FORMATS, key=lambda one: len(keys & FORMATS[one]))


def job_mistakes(file: Path) -> list[AigcError]:
    """Return what is wrong in a job file: its words, its settings, its type, its rows' columns, its exports."""
    found: list[AigcError] = []
    wrong = Mistakes(all_=True)
    plan = wrong.read(lambda: read_plan(file, wrong), None)
    found += wrong.found
    if plan is None:
        return found
    project = _tried(found, lambda: Project.open(file.parent, laid=plan.settings))
    kind = None if project is None or not plan.type else _tried(found, partial(plan.kind, project))
    if project is None or kind is None:
        return found
    if not wrong.found:  # what was wrong is missing from it
        _tried(found, partial(plan.cells, kind))
    _tried(found, partial(plan.exports_of, project, kind))
    if not found:  # which stops the reading
        _tried(found, lambda: list(islice(plan.rows(project, kind), 1)))
    return found


def origin_mistakes(file: Path, project: Project) -> list[AigcError]:
    """Return what is wrong in a description of a tool's exports, its expressions among it."""
    found: list[AigcError] = []
    _tried(found, lambda: read_origin(file))
    for node in () if found else _leaves(read_yaml(file).root):
        for text in expressions_in(node.value):
            _tried(found, partial(parsed, project.environment, text, node.where))
    return found


def mix_mistakes(file: Path) -> list[AigcError]:
    """Return what is wrong in a mix; which scorers it must have, the content type says."""
    found: list[AigcError] = []
    models = read_yaml(file).root.child("models")
    first = next(iter(models.value), None) if isinstance(models.value, list) else None
    weights = first.get("weights") if isinstance(first, dict) else None
    _tried(found, lambda: read_mixes(file, list(weights) if isinstance(weights, dict) else []))
    return found


def brand_mistakes(file: Path) -> list[AigcError]:
    """Return what is wrong in a brand pack."""
    found: list[AigcError] = []
    _tried(found, lambda: read_brand(file))
    return found


def _leaves(node: Node) -> Iterator[Node]:
    """Yield the values of a document that hold no others."""
    inside: Sequence[Node] = ()
    if isinstance(node.value, dict):
        inside = [child for _, child in node.items()]
    elif isinstance(node.value, list):
        inside = node.list()
    else:
        yield node
    for child in inside:
        yield from _leaves(child)


def _tried(found: list[AigcError], read: Callable[[], T]) -> T | None:
    """Return what `read` does; where it fails, None, and why is put to what was found."""
    try:
        return read()
    except AigcError as error:
        found.append(error)
        return None
