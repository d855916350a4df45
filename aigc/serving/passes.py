"""Passes: who may ask, by a secret token; each has a name, kept with what its owner decides, and a role.

A file of them is YAML, readable by its owner alone:

    mei: {token: 9f2c…, role: review}
    shop-backend: {token: 71ab…}        # role: write

Roles, each with what the one before it may: `write` asks for texts and pieces, `review` decides of them, `admin` starts
and ends jobs.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aigc.content.yaml_lines import read_yaml
from aigc.errors import UsageError, did_you_mean

ROLES = ("write", "review", "admin")
SHORTEST = 16  # characters of a token
OWNER = "owner"  # whoever has the printed token


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """This is one person's or program's right to ask."""

    name: str
    token: str
    role: str = "write"

    def may(self, role: str) -> bool:
        """Say whether it has a role, or one above it."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Passes:
    """This is all passes of a server."""

    def __init__(self, passes: Iterable[Pass]) -> None:
        self._passes = tuple(passes)

    def find(self, token: str) -> Pass | None:
        """Return whose token that is, in a time that tells nothing about it."""
        found = None
        for one in self._passes:
            if hmac.compare_digest(one.token.encode(), token.encode("utf-8", "replace")):
                found = one
        return found

    def __iter__(self) -> Iterator[Pass]:
        return iter(self._passes)


def owner_pass() -> Pass:
    """Return a new pass for whoever starts the server, with all rights."""
    return Pass(name=OWNER, token=secrets.token_urlsafe(24), role="admin")


def read_passes(file: Path) -> list[Pass]:
    """Read a file of passes. UsageError, with its line, for a role that is none, a short or missing token, one that
    two share, or a file that others may read."""
    mode = file.stat().st_mode if file.is_file() else 0
    if mode & 0o077:
        raise UsageError(f"{file}: others on this machine may read it", hint=f"chmod 600 {file}")
    found: dict[str, Pass] = {}
    for name, entry in read_yaml(file).root.items():
        entry.only(("token", "role"))
        token = entry.child("token").text()
        role = entry.child("role").text() if "role" in entry else ROLES[0]
        if role not in ROLES:
            entry.child("role").fail(f"{name}: no role is called {role!r}", did_you_mean(role, ROLES))
        if len(token) < SHORTEST:
            entry.child("token").fail(f"{name}: a token of {len(token)} characters, at least {SHORTEST}")
        if token in found:
            entry.child("token").fail(f"{name}: has the token of {found[token].name}")
        found[token] = Pass(name=name, token=token, role=role)
    return list(found.values())
