"""A judge: a model that says what the lines of another are worth, here or on a server.

    judge: {on: openai, model: qwen3-8b, base_url: "http://localhost:8000/v1"}

`on` is a generator (the default one without it), `model` its model, `adapter` an adapter's folder for it; all else are
the generator's options.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aigc.errors import UsageError
from aigc.generating.adapters import AdapterFolders
from aigc.generating.source import Source
from aigc.plugs.registry import Registry
from aigc.types import Json

SECTION = "judge"  # of aigc.yaml
OWN = ("on", "model", "adapter")  # words of the section that are no options of the generator
EVERY = "*"  # the pattern of what its adapter is for


def read_judge(
    section: Mapping[str, Json], where: Mapping[str, str], registry: Registry, folder: Path
) -> Source | None:
    """Return what judges by a section of settings, its paths relative to `folder`; None where nothing is set.
    UsageError without a model, NotFound where no plugin declares its generator."""
    if not section:
        return None
    place = next(iter(where.values()), SECTION)
    model, adapter = str(section.get("model") or ""), str(section.get("adapter") or "")
    if not model:
        raise UsageError(f"{place}: judge: which model is to judge?", hint="judge: {model: NAME}")
    name = str(section.get("on") or registry.default_generator)
    source = Source(
        extension=registry.get("generator", name, where.get("on", f"{SECTION}.on")),
        model=model,
        options={option: value for option, value in section.items() if option not in OWN},
        where=where,
        section=SECTION,
        adapters=AdapterFolders(folders={EVERY: folder / Path(adapter).expanduser()} if adapter else {}),
        timeouts=registry.timeouts,
    )
    if adapter and not source.takes_adapters:
        raise UsageError(f"{where.get('adapter', place)}: judge.adapter: {source.name!r} takes no adapters")
    return source
