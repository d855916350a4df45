"""The calls in an answer, read while it is written: in the form of the Hermes and Qwen families, or one bare call."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import regex  # type: ignore[import-untyped]

OPEN, CLOSE = "<tool_call>\n", "\n</tool_call>"
GAP = r"[ \n]{0,20}"
BARE_TAIL = rf"{GAP}\}}({GAP}```)?"
ENDS = regex.compile(rf"{BARE_TAIL}\s*$")
MAY_END = regex.compile(rf"({GAP}\}}{GAP}`{{0,3}}\s*|[ \n]+)$")


def bare_head(names: Sequence[str]) -> str:
    """Return how a bare call of one of these tools begins, as a regular expression."""
    return rf'(```(json)?{GAP})?\{{{GAP}"name": ?"({"|".join(names)})",{GAP}"arguments": ?'


@dataclass(slots=True)
class Called:
    """This is one call: its own id, the tool's name, its arguments as far as they are written."""

    name: str
    arguments: str = ""
    id: str = field(default_factory=lambda: f"call_{secrets.token_hex(12)}")


Part = tuple[Literal["text", "call", "arguments"], int, str]  # of which call, and what is new


@dataclass(slots=True)
class CallReader:
    """This reads an answer while it is written: text, or calls, of which one of these `names` may be bare. `feed`
    returns what is new."""

    names: Sequence[str] = ()
    calls: list[Called] = field(default_factory=list)
    text: str = ""
    _held: str = ""
    _where: Literal["between", "text", "call", "bare"] = "between"

    def feed(self, text: str) -> list[Part]:
        """Take the next part of an answer."""
        self._held += text
        parts: list[Part] = []
        while self._step(parts):
            pass
        return parts

    def end(self) -> list[Part]:
        """Return what was held back, since it might have become a call or ended one, when no more comes."""
        held, self._held = self._held, ""
        if self._where == "bare":
            held = ENDS.sub("", held, count=1)
        if self._where in ("call", "bare"):  # a call may be cut off by max_tokens: the arguments that there are
            return self._arguments(held) if held else []
        if self._where == "between" and held.lstrip("\n").startswith(OPEN):  # before it had a name
            return []
        if self.calls and OPEN.startswith(held.lstrip("\n")):
            return []
        return self._told(held) if held.strip() or (held and self._where == "text") else []

    def _step(self, parts: list[Part]) -> bool:
        """Read on, and say whether there may be more to read."""
        if self._where == "between":
            return self._between(parts)
        if self._where == "call":
            return self._within(parts)
        held = len(self._held)
        if self._where == "bare" and (tail := MAY_END.search(self._held)):
            held = tail.start()
        if part := self._held[:held]:
            parts += self._told(part) if self._where == "text" else self._arguments(part)
            self._held = self._held[held:]
        return False

    def _between(self, parts: list[Part]) -> bool:
        held = self._held.lstrip("\n") if self.calls else self._held
        if OPEN.startswith(held[: len(OPEN)]) and len(held) < len(OPEN):
            return False
        if not held.startswith(OPEN):
            return self._bare(parts)
        head, found, rest = held[len(OPEN) :].partition('", "arguments": ')
        if not found:
            return False
        self._begin(head.removeprefix('{"name": "'), parts)  # a name that needs no escapes
        self._held, self._where = rest, "call"
        return True

    def _bare(self, parts: list[Part]) -> bool:
        """Read what is no call in form: a bare one, text, or what may yet become either."""
        found = None
        if self.names and not self.calls:
            found = regex.match(bare_head(self.names), self._held, partial=True)
        if found is None:
            self._where = "text"
            return True
        if found.partial:
            return False
        self._begin(found[3], parts)
        self._held, self._where = self._held[found.end() :].lstrip(" "), "bare"
        return True

    def _begin(self, name: str, parts: list[Part]) -> None:
        self.calls.append(Called(name))
        parts.append(("call", len(self.calls) - 1, name))

    def _within(self, parts: list[Part]) -> bool:
        last = "}" + CLOSE
        body, closed, rest = self._held.partition(last)
        if closed:
            parts += self._arguments(body) if body else []
            self._held, self._where = rest, "between"
            return bool(rest)
        keep = max((size for size in range(1, len(last)) if self._held.endswith(last[:size])), default=0)
        body = self._held[: len(self._held) - keep]
        parts += self._arguments(body) if body else []
        self._held = self._held[len(body) :]
        return False

    def _arguments(self, text: str) -> list[Part]:
        call = self.calls[-1]
        text = text if call.arguments else text.lstrip(" ")
        call.arguments += text
        return [("arguments", len(self.calls) - 1, text)] if text else []

    def _told(self, text: str) -> list[Part]:
        self.text += text
        return [("text", 0, text)]
