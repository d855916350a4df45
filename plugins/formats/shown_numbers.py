"""Numbers and texts of a spreadsheet's cells as their number formats show them.

As in a wide enough column: nothing is cut or "####", what fills the column's width is left out, spaces at the ends are
dropped, and so is a point with nothing behind it. Points and commas are as the code has them, which is how Excel shows
them in English.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from aigc.types import ShownNumber
from aigc_plugins.formats.format_codes import Mark, Section, Unshown, sections_of
from aigc_plugins.formats.shown_dates import shown_date

PRECISE = 15  # digits that Excel keeps
GENERAL = 10  # digits that a number without a format shows


def shown_number(number: float, code: str, *, from_1904: bool = False) -> str:
    """Return a number as Excel shows it under a format, which still knows its number unless that is a date's. Unshown
    where the format has something not known here."""
    value = Decimal(f"{number:.{PRECISE}g}")
    section, absolute = _chosen(sections_of(code), value)
    if section.is_date:
        return shown_date(number, section, from_1904=from_1904)
    text = _written(section.marks, abs(value))
    minus = "-" if value < 0 and not absolute and any(digit in text for digit in "123456789") else ""
    return ShownNumber((minus + text).strip(), number)


def shown_text(text: str, code: str) -> str:
    """Return a text as Excel shows it under a format: the section with @ may put words around it."""
    sections = sections_of(code)
    last = sections[-1]
    if len(sections) < 4 and not any(mark.kind == "text" for mark in last.marks):
        return text
    return "".join(text if mark.kind == "text" else mark.text if mark.kind == "literal" else "" for mark in last.marks)


def general(number: float) -> int | float:
    """Return a number as it is shown without a format: 0.1 + 0.2 is 0.3, a third has nine digits. Whole numbers are
    whole, however long: Excel's own 1.23457E+11 is of the column's width."""
    if number.is_integer():
        return int(number)
    return float(f"{number:.{GENERAL}g}") if abs(number) >= 1 else float(f"{number:.{GENERAL - 1}g}")


def _chosen(sections: Sequence[Section], value: Decimal) -> tuple[Section, bool]:
    """Return the section for a number, and whether it writes the minus itself."""
    numeric = [one for one in sections if not any(mark.kind == "text" for mark in one.marks)][:3]
    if not numeric:
        return sections[0], False
    if any(one.condition for one in numeric[:2]):
        for one in numeric[:2]:
            if one.holds(value):
                return one, one.only_below_zero
        rest = [one for one in numeric if one.condition is None]
        if not rest:
            raise Unshown("none of its conditions takes the number")
        return rest[-1], False
    if value < 0 and len(numeric) > 1:
        return numeric[1], True
    return (numeric[2] if value == 0 and len(numeric) > 2 else numeric[0]), False


def _written(marks: Sequence[Mark], value: Decimal) -> str:
    if any(mark.kind in ("general", "text") for mark in marks):
        whole = str(general(float(value)))
        return "".join(whole if mark.kind in ("general", "text") else mark.text for mark in marks)
    if not any(mark.kind == "digit" for mark in marks):
        return "".join(mark.text for mark in marks)
    value *= 100 ** sum(mark.kind == "percent" for mark in marks)
    exponent = next((at for at, mark in enumerate(marks) if mark.kind == "exponent"), None)
    if exponent is not None:
        return _scientific(marks[:exponent], marks[exponent], marks[exponent + 1 :], value)
    slash = next((at for at, mark in enumerate(marks) if mark.kind == "slash"), None)
    if slash is not None and 0 < slash < len(marks) - 1 and marks[slash - 1].kind == "digit":
        return _fraction(marks, slash, value)
    return _decimal(marks, value)


def _decimal(marks: Sequence[Mark], value: Decimal) -> str:
    """Write a number into the places of its format: `#,##0.00`, `000-0000`, `0.0,,"M"`."""
    point = next((at for at, mark in enumerate(marks) if mark.kind == "point"), len(marks))
    before, after = marks[:point], marks[point + 1 :]
    last = max((at for at, mark in enumerate(before) if mark.kind == "digit"), default=-1)
    first = min((at for at, mark in enumerate(before) if mark.kind == "digit"), default=-1)
    grouped = any(mark.kind == "comma" for mark in before[first:last])
    value = value.scaleb(-3 * _commas_behind(marks))
    places = [mark for mark in after if mark.kind == "digit"]
    value = value.quantize(Decimal(1).scaleb(-len(places)), rounding=ROUND_HALF_UP)
    whole, _, decimals = f"{value:f}".partition(".")
    text = _whole(before, whole.lstrip("0"), grouped)
    written = _decimals(after, decimals)
    return f"{text}.{written}" if written[:1].isdigit() else text + written


def _commas_behind(marks: Sequence[Mark]) -> int:
    """Return how many commas follow the last place of a digit: each leaves a thousand out."""
    last = max(at for at, mark in enumerate(marks) if mark.kind == "digit")
    behind = [mark.kind == "comma" for mark in marks[last + 1 :]]
    return behind.index(False) if False in behind else len(behind)


def _whole(marks: Sequence[Mark], digits: str, grouped: bool) -> str:
    """Write the digits before the point, from the right; the leftmost place takes all that are left.

    Places without a digit: `0` writes one, `?` a space, `#` nothing.
    """
    places = sum(mark.kind == "digit" for mark in marks)
    written: list[str] = []
    done = 0  # digits written
    for mark in reversed(marks):
        if mark.kind == "literal" or mark.kind == "percent":
            written.append(mark.text)
        if mark.kind != "digit":
            continue
        places -= 1
        take = len(digits) if places == 0 else min(1, len(digits))
        taken = digits[len(digits) - take :] or {"0": "0", "?": " "}.get(mark.text, "")
        digits = digits[: len(digits) - take]
        for digit in reversed(taken):
            if grouped and done and done % 3 == 0 and digit != " ":
                written.append(",")
            written.append(digit)
            done += 1
    return "".join(reversed(written))


def _decimals(marks: Sequence[Mark], digits: str) -> str:
    """Write the digits behind the point; `#` leaves zeros at the end out, `?` writes spaces for them."""
    places = [mark.text for mark in marks if mark.kind == "digit"]
    kept = len(digits)
    while kept and places[kept - 1] != "0" and digits[kept - 1] == "0":
        kept -= 1
    written, at = [], 0
    for mark in marks:
        if mark.kind == "digit":
            written.append(digits[at] if at < kept else " " if mark.text == "?" else "")
            at += 1
        elif mark.kind in ("literal", "percent"):
            written.append(mark.text)
    return "".join(written)


def _scientific(mantissa: Sequence[Mark], exponent: Mark, after: Sequence[Mark], value: Decimal) -> str:
    point = next((at for at, mark in enumerate(mantissa) if mark.kind == "point"), len(mantissa))
    wide = max(sum(mark.kind == "digit" for mark in mantissa[:point]), 1)
    places = sum(mark.kind == "digit" for mark in mantissa[point:])
    power = value.adjusted() if value else 0
    power -= power % wide
    scaled = value.scaleb(-power)
    if scaled.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) >= Decimal(10) ** wide:
        power += wide
        scaled = value.scaleb(-power)
    zeros = sum(mark.kind == "digit" for mark in after)
    sign = "-" if power < 0 else "+" if exponent.text[1] == "+" else ""
    rest = "".join(mark.text for mark in after if mark.kind in ("literal", "percent"))
    return f"{_decimal(mantissa, scaled)}E{sign}{str(abs(power)).zfill(zeros)}{rest}"


def _fraction(marks: Sequence[Mark], slash: int, value: Decimal) -> str:
    """Write `# ?/?`, `# ??/??` (a denominator of as many digits) or `# ?/8`."""
    start = slash
    while start and marks[start - 1].kind == "digit":
        start -= 1
    end = slash + 1
    while end < len(marks) and (marks[end].kind == "digit" or marks[end].text.isdigit()):
        end += 1
    below = "".join(mark.text for mark in marks[slash + 1 : end])
    if not below:
        raise Unshown("a fraction without a denominator")
    if below.isdigit() and int(below):
        parts = Fraction(math.floor(value * int(below) + Decimal("0.5")), int(below))
        denominator = int(below)
    else:
        parts = Fraction(value).limit_denominator(10 ** len(below) - 1)
        denominator = parts.denominator
    mixed = any(mark.kind == "digit" for mark in marks[:start])
    whole = int(parts) if mixed else 0
    over = (parts - whole) * denominator
    shown = [str(whole)] if whole or (mixed and not over) else []
    shown += [f"{int(over)}/{denominator}"] if over or not mixed else []
    lead = [at for at, mark in enumerate(marks[:start]) if mark.kind == "digit"]
    before = "".join(mark.text for mark in marks[: lead[0] if lead else start] if mark.kind == "literal")
    after = "".join(mark.text for mark in marks[end:] if mark.kind == "literal")
    return f"{before}{' '.join(shown)}{after}"
