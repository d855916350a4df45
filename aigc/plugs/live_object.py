"""A live object that plugins may add to, Jinja's environment or the command line: what it was, what became of it."""

from __future__ import annotations

from typing import Any

SHOWN = 3  # changes named
OPEN = {"filters": "filter", "tests": "test", "globals": "global", "commands": "command"}  # what plugins add to


class Before:
    """This is what an object was. A name that is new in one of its mappings, or an item at the end of a list, is what
    plugins are asked for; anything else that differs is not theirs to change."""

    def __init__(self, live: Any) -> None:
        self._live = live
        self._attributes = dict(vars(live))
        self._held = {name: _copied(value) for name, value in self._attributes.items()}

    def changed(self) -> str:
        """Say what was changed or taken away; nothing where things were added at most."""
        found = [one for name in self._attributes for one in self._changes(name)]
        kind = type(self._live)
        found += [name for name in vars(self._live) if name not in self._attributes and hasattr(kind, name)]
        found += [f"{name}[{type(odd).__name__}]" for name in OPEN for odd in self._unnamed(name)]
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        return f"changed or took away {', '.join(found[:SHOWN])}{more}; a plugin only adds" if found else ""

    def added(self) -> list[str]:
        """Return what is new, each as `filter shout`."""
        now, kinds = vars(self._live), OPEN.keys() & self._held.keys()
        return [f"{OPEN[kind]} {name}" for kind in sorted(kinds) for name in now[kind] if name not in self._held[kind]]

    def restore(self) -> None:
        """Make the object what it was."""
        vars(self._live).clear()
        vars(self._live).update(self._attributes)
        for name, held in self._held.items():
            value = self._attributes[name]
            if type(value) is dict and type(held) is dict:
                value.clear()
                value.update(held)
            elif type(value) is list and type(held) is list:
                value[:] = held

    def _unnamed(self, kind: str) -> list[Any]:
        """Return what is new under what is no name, which nobody could ask for or sort."""
        now = vars(self._live).get(kind)
        return [key for key in now if type(key) is not str] if type(now) is dict and kind in self._held else []

    def _changes(self, name: str) -> list[str]:
        now, held = vars(self._live).get(name), self._held[name]
        if type(held) is dict and type(now) is dict:
            return [f"{name}[{key!r}]" for key, value in held.items() if now.get(key, self) is not value]
        if type(held) is list and type(now) is list:
            return [] if len(now) >= len(held) and all(map(lambda a, b: a is b, now, held)) else [name]
        same = now is self._attributes[name] or (type(now) is int and type(held) is int)  # a count that goes on
        return [] if same else [name]


def _copied(value: Any) -> Any:
    return value.copy() if type(value) in (dict, list) else value
