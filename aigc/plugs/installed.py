"""Which plugins are installed, by the entry points of their distributions: nothing of them is imported."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import EntryPoint, distributions, entry_points

GROUP = "aigc"


def installed() -> list[EntryPoint]:
    """Return the entry points of all plugins; a distribution whose files are damaged has none."""
    found: list[EntryPoint] = []
    try:
        return list(entry_points(group=GROUP))
    except Exception:  # one that is damaged spoils the list of all
        for one in distributions():
            with suppress(Exception):
                found += one.entry_points.select(group=GROUP)
    return found


def distribution_of(entry: EntryPoint) -> str:
    """Return the name and version of what a plugin came with, as far as it says."""
    with suppress(Exception):  # a METADATA that is none
        return f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
    return ""
