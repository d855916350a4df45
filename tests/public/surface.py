"""What is public, as names: written down for each version in a file beside this, and compared with what there is.

python tests/public/surface.py > tests/public/0.2.0.json     on the day of a version
"""

from __future__ import annotations

import collections.abc
import inspect
import json
import pathlib
import sys
import tempfile
import typing
from dataclasses import fields

import aigc
import aigc.content
import aigc.errors
import aigc.testing
import aigc.types
from aigc.asking.job_keys import JOB
from aigc.asking.origin_keys import ORIGIN
from aigc.asking.plan_file import SETTINGS
from aigc.cli import frame
from aigc.cli.extension_page import own_filters, own_globals
from aigc.cli.group import BUILT_IN
from aigc.content.schema_words import ANY, OF_KIND
from aigc.content.type_keys import SIMPLE, STAGE, STAGED
from aigc.ledger import artifact_record
from aigc.plugs import hookspecs
from aigc.project import Project
from aigc.settings import OPTIONS

NOUNS = ("Artifact", "Ask", "Asset", "Brief", "Candidate", "Completion", "Draft", "Field", "Finding", "Request", "Row")
DECLARED = {
    "checks": "check",
    "post-processors": "postprocessor",
    "scorers": "scorer",
    "exporters": "exporter",
    "importers": "importer",
    "generators": "generator",
}
MAKERS = ("check", "exporter", "generator", "importer", "postprocessor", "scorer")


def surface() -> dict[str, list[str]]:
    """This is every public name, by where it is used."""
    nouns = {noun: [one.name for one in fields(getattr(aigc, noun))] for noun in NOUNS}
    makers = {maker: list(inspect.signature(getattr(aigc, maker)).parameters) for maker in MAKERS}
    hooks = {name: spec for name, spec in vars(hookspecs).items() if name.startswith("aigc_")}
    piece = aigc.Artifact(
        id="1", status="accepted", fields={}, brief=aigc.Brief(id="1", values={}), provenance=_provenance()
    )
    return {
        "names of aigc": list(aigc.__all__),
        "names of aigc.content": list(aigc.content.__all__),
        "names of aigc.testing": list(aigc.testing.__all__),
        "names of aigc.types": _own(aigc.types),
        "names of aigc.errors": _own(aigc.errors),
        "fields of nouns": [f"{noun}.{name}" for noun, names in nouns.items() for name in names],
        "arguments of makers": [f"{maker}({name})" for maker, names in makers.items() for name in names],
        "hooks": [f"{name}({', '.join(inspect.signature(spec).parameters)})" for name, spec in hooks.items()],
        "keys of a content type": [*SIMPLE, *(one for one in STAGED if one not in SIMPLE)],
        "keys of a stage": list(STAGE),
        "words of a schema": [*ANY, *dict.fromkeys(word for words in OF_KIND.values() for word in words)],
        "keys of a job file": [*JOB, *SETTINGS],
        "keys of an origin": list(ORIGIN),
        "settings": [option.name for option in OPTIONS],
        "commands": list(BUILT_IN),
        "exit codes": [str(code) for code in (0, 1, frame.MISUSE, frame.BROKEN, frame.WAITING, frame.INTERRUPTED)],
        "statuses": list(aigc.types.STATUSES),
        "keys of a piece": list(artifact_record(piece)),
        **_declared(),
    }


def _declared() -> dict[str, list[str]]:
    """This is what bundled plugins declare by a name, with its options, and what their templates may call."""
    with tempfile.TemporaryDirectory() as nowhere:  # no project's own
        project = Project.open(pathlib.Path(nowhere))
    registry = project.registry
    named = [(kind, registry.get(kind, name)) for kind in DECLARED.values() for name in registry.names(kind)]
    return {
        **{place: list(registry.names(kind)) for place, kind in DECLARED.items()},
        "options": [f"{kind} {one.name}({option.name})" for kind, one in named for option in one.options],
        "filters": list(own_filters(project)),
        "functions of templates": list(own_globals(project)),
    }


def _own(module: object) -> list[str]:
    others = {*vars(typing), *vars(collections.abc), *vars(pathlib)}
    return sorted(name for name in vars(module) if name[0].isupper() and not name.isupper() and name not in others)


def _provenance() -> object:
    return aigc.types.Provenance(content_type="shop/line", version=1)


if __name__ == "__main__":
    json.dump({place: sorted(names) for place, names in surface().items()}, sys.stdout, indent=1)
    print()
