"""Which plugins a person leaves out without touching a file: `AIGC_DISABLE_PLUGINS=NAME,NAME`, or `all`.

`all` are those that did not come with AIGC itself, files of a project among them: to find out whose fault something is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from aigc.errors import did_you_mean

DISABLE = "AIGC_DISABLE_PLUGINS"
ALL = "all"


def why_left_out(name: str, disabled: Iterable[str], *, bundled: bool) -> str:
    """Say who leaves a plugin out, aigc.yaml's `disabled` or the environment; nothing for one that is wanted."""
    if name in disabled:
        return "`disabled` in aigc.yaml"
    named = _named()
    return DISABLE if name in named or (ALL in named and not bundled) else ""


def unknown(names: Iterable[str]) -> list[str]:
    """Return a sentence for each name in the environment that no plugin has."""
    known = set(names)
    return [
        f"{DISABLE}: no plugin named {one!r}; {did_you_mean(one, [*known, ALL])}"
        for one in sorted(_named() - known - {ALL})
    ]


def _named() -> set[str]:
    return {name.strip() for name in os.environ.get(DISABLE, "").split(",")} - {""}
