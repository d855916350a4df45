"""How long plugins and templates may take: the setting `timeouts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from aigc.plugs.options import Range

Seconds: TypeAlias = Annotated[float, Range(0)]  # 0: as long as it wants


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """This is how many seconds others' code may take before it is broken off, 0 for as long as it wants.

    `plugin` is for one call of a check, post-processor, scorer or hook, and for the import of a plugin, to which an
    installed one has a minute at least; `template` is for one template or expression. `generator` is how long a
    generator may leave all that it has in hand unanswered, or take to open; `files` is for an importer's next row, and
    for all that an exporter writes.
    """

    plugin: Seconds = 60
    template: Seconds = 30
    generator: Seconds = 3600
    files: Seconds = 3600


DEFAULT = Timeouts()
