"""More exercises of the kind that the sums of a brief are: numbers as large, worked out here.

4 × 6 = 24. 5 × 7 = 35. 3 × 9 = 27.            3 × 6, 4 × 8, 5 × 9, …
34 + 25 = 59. 42 + 36 = 78.                    34 + 29 is left out: in none of them is a ten carried
2/7 + 3/7 = 5/7. 1/5 + 2/5 = 3/5.              1/7 + 3/7, 1/5 + 3/5, …: denominators that are there, no reducing
3/4 of 16 = 12. 2/5 of 10 = 4.                 1/4 of 12, 3/5 of 15, …
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd

from aigc_plugins.lessons.worked_sums import SUM, wrong_sum

LEAST_GIVEN = 2
MOST_MADE = 8
LEAST_MADE = 4
WHOLE = re.compile(r"\d+")
PART_OF = re.compile(r"(\d+)/(\d+)")
TEN, MOST_TABLE = 10, 12


def more_sums(given: Sequence[str]) -> dict[str, str]:
    """Return exercises with what they come to; nothing where the given ones are of several kinds, or of none known."""
    found = [SUM.fullmatch(one.strip().rstrip(".。")) for one in given]
    read = [one for one in found if one and wrong_sum(one.group()) is None]
    if len(read) < len(given) or len(read) < LEAST_GIVEN or len({one[2] for one in read}) > 1:
        return {}
    sign = read[0][2]
    known = {f"{one[1]} {sign} {one[3]}" for one in read} | {f"{one[3]} {sign} {one[1]}" for one in read}
    made: dict[str, str] = {}
    for left, right, value in _made(read, sign):
        asked = f"{left} {sign} {right}"
        turned = f"{right} {sign} {left}"
        if asked not in known and asked not in made and (turned not in made or sign not in "+×*x"):
            made[asked] = str(value)
    spread = list(made.items())
    few = [spread[at * len(spread) // MOST_MADE] for at in range(MOST_MADE)] if len(spread) > MOST_MADE else spread
    return dict(few) if len(few) >= LEAST_MADE else {}


def _made(read: Sequence[re.Match[str]], sign: str) -> Iterator[tuple[str, str, int | Fraction]]:
    if all(PART_OF.fullmatch(one[1]) and WHOLE.fullmatch(one[3]) for one in read) and sign == "of":
        yield from _parts_of(read)
    elif all(PART_OF.fullmatch(one[1]) and PART_OF.fullmatch(one[3]) for one in read) and sign in "+-−":
        yield from _like(read, plus=sign == "+")
    elif all(WHOLE.fullmatch(one[at]) for one in read for at in (1, 3, 4)):
        yield from _whole(read, sign)


def _whole(read: Sequence[re.Match[str]], sign: str) -> Iterator[tuple[str, str, int]]:
    """Yield sums of numbers as large, where a ten is carried or borrowed only if one of the given ones does."""
    lefts, rights, values = (_between([int(one[at]) for one in read]) for at in (1, 3, 4))
    if sign in "÷:":
        yield from ((str(value * right), str(right), value) for value in values for right in rights if right > 1)
        return
    carries = any(_carried(int(one[1]), int(one[3]), sign) for one in read)
    for left in lefts:
        for right in rights:
            value = left * right if sign in "×*x" else left + right if sign == "+" else left - right
            tens = left % TEN and right % TEN  # which nobody asks beside 34 + 25
            small = sign in "×*x" and max(max(lefts), max(rights)) <= MOST_TABLE  # of the tables
            as_large = value <= max(values) if sign in "×*x" else value in values
            if small or (tens and carries >= _carried(left, right, sign) and as_large):
                yield str(left), str(right), value


def _between(numbers: Sequence[int]) -> range:
    return range(min(numbers), max(numbers) + 1)


def _carried(left: int, right: int, sign: str) -> bool:
    ones = (left % TEN, right % TEN)
    if sign in "×*x":
        return ones[0] * ones[1] >= TEN
    return sum(ones) >= TEN if sign == "+" else ones[0] < ones[1]


def _like(read: Sequence[re.Match[str]], *, plus: bool) -> Iterator[tuple[str, str, Fraction]]:
    """Yield sums of two fractions of one denominator that come to less than one and are in lowest terms."""
    belows = [(one[1].partition("/")[2], one[3].partition("/")[2]) for one in read]
    if any(one != other for one, other in belows):
        return
    for below in sorted({int(one) for one, _ in belows}):
        for left in range(1, below):
            for right in range(1, below):
                value = left + right if plus else left - right
                if 0 < value < below and gcd(value, below) == 1 and (left != right):
                    yield f"{left}/{below}", f"{right}/{below}", Fraction(value, below)


def _parts_of(read: Sequence[re.Match[str]]) -> Iterator[tuple[str, str, int]]:
    """Yield parts, in lowest terms and of the denominators that are there, of wholes as large that they divide."""
    unit = all(one[1].startswith("1/") for one in read)
    for below in sorted({int(one[1].partition("/")[2]) for one in read}):
        for above in range(1, 2 if unit else below):
            for whole in _between([int(one[3]) for one in read]):
                if gcd(above, below) == 1 and whole % below == 0 and whole > below:
                    yield f"{above}/{below}", str(whole), whole // below * above
