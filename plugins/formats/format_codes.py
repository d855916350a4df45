"""Excel's number format codes, read: sections, their conditions, and the marks that each is made of.

"$"#,##0.00;[Red]-0      two sections: of numbers from zero on, and of those below
[<1]0%;0.0 "kg"          conditions of their own
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

from aigc.errors import AigcError

Kind: TypeAlias = Literal[
    "literal", "digit", "point", "comma", "percent", "exponent", "slash", "date", "text", "general"
]
COMPARED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d*)?)")
COLOUR = re.compile(
    r"black|blue|cyan|green|magenta|red|white|yellow|color ?\d+|黑色|蓝色|绿色|红色|白色|黄色", re.IGNORECASE
)
SYMBOL = re.compile(r"\$([^-\]]*)(?:-([0-9A-Fa-f]+|[a-z]{2,3}(?:-\w+)*)(?:,.*)?)?")
MARK = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|_(?P<blank>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General|G/通用格式)"
    r"|(?P<noon>AM/PM|A/P|上午/下午)"
    r"|(?P<exponent>E[+-])"
    r"|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|e+|a{3,4}|b{1,4}|g+)"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
ONE = {".": "point", ",": "comma", "%": "percent", "/": "slash", "@": "text"}
LONGEST = 255  # characters of a code
TAGS, UNKNOWN = {"en": 9, "zh": 4}, 0x3FF
SYSTEM = ("f800", "f400")  # as the computer's own settings show a date, a time


class Unshown(AigcError):
    """A number format shows something that is not known here; the message says what."""


@dataclass(frozen=True, slots=True)
class Mark:
    """This is one part of a section: a literal text, a place of a digit, the letters of a date."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """This is one section of a format. `locale` is the low ten bits of the language's number, 0 where it has none."""

    marks: Sequence[Mark]
    condition: tuple[str, Decimal] | None = None
    locale: int = 0
    system: bool = False

    @property
    def is_date(self) -> bool:
        return self.system or any(mark.kind == "date" for mark in self.marks)

    def holds(self, number: Decimal) -> bool:
        """Say whether the section's own condition takes a number; one without a condition takes none."""
        return self.condition is not None and COMPARED[self.condition[0]](number, self.condition[1])

    @property
    def only_below_zero(self) -> bool:
        """Say whether its condition takes no number from zero on: such a section writes its own minus."""
        if self.condition is None:
            return False
        sign, bound = self.condition
        return (bound < 0 and sign in ("<", "<=", "=")) or (bound == 0 and sign == "<")


@lru_cache(maxsize=512)
def sections_of(code: str) -> tuple[Section, ...]:
    """Return the sections of a format's code, at most four. Unshown where a part of one is not known here."""
    if len(code) > LONGEST:
        raise Unshown("it is longer than a format can be")
    return tuple(_section(part) for part in _parts(code)[:4])


def _parts(code: str) -> list[str]:
    parts, start = [], 0
    for found in MARK.finditer(code):
        if found[0] == ";":
            parts.append(code[start : found.start()])
            start = found.end()
    return [*parts, code[start:]]


def _section(code: str) -> Section:
    marks: list[Mark] = []
    condition: tuple[str, Decimal] | None = None
    locale, system = 0, False
    for found in MARK.finditer(code):
        kind, text = str(found.lastgroup), str(found[str(found.lastgroup)])
        if kind != "bracket":
            marks.extend(_marks(kind, text))
        elif compared := CONDITION.fullmatch(text.strip()):
            condition = (compared[1], Decimal(compared[2]))
        elif symbol := SYMBOL.fullmatch(text):
            marks.extend([Mark("literal", symbol[1])] if symbol[1] else [])
            language = (symbol[2] or "").lower()
            system |= language in SYSTEM
            locale = _locale(language) or locale
        elif text and text.lower() == text[0].lower() * len(text) and text[0] in "hmsHMS":
            marks.append(Mark("date", f"[{text.lower()}]"))
        elif not COLOUR.fullmatch(text):
            raise Unshown(f"[{text}] is not known")
    return Section(marks=tuple(_read_points(marks)), condition=condition, locale=locale, system=system)


def _locale(language: str) -> int:
    """Return the low ten bits of a language's number: of `409`, `2000804`, `en-us`."""
    if re.fullmatch(r"[0-9a-f]+", language) and language not in SYSTEM:
        return int(language, 16) & 0x3FF
    return TAGS.get(language.partition("-")[0], UNKNOWN) if "-" in language else 0


def _marks(kind: str, text: str) -> list[Mark]:
    if kind in ("quoted", "escaped"):
        return [Mark("literal", text)]
    if kind == "blank":
        return [Mark("literal", " ")]  # as wide as the letter that follows
    if kind == "fill":
        return []  # one letter, as often as the column is wide
    if kind in ("general", "exponent"):
        return [Mark("general" if kind == "general" else "exponent", text)]
    if kind in ("date", "noon"):
        if text[0] in "gGbB":
            raise Unshown(f"years as {text!r} are not known")
        return [Mark("date", text.lower())]
    if text in "0#?":
        return [Mark("digit", text)]
    return [Mark(ONE.get(text, "literal"), text)]  # type: ignore[arg-type]


def _read_points(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Make points, commas and slashes of dates literals: they mean something between digits only."""
    if not any(mark.kind == "date" for mark in marks):
        return marks
    plain = ("point", "comma", "slash")
    return [Mark("literal", mark.text) if mark.kind in plain else mark for mark in marks]
