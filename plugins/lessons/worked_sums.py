"""Sums of a lesson: whether they are right, and how one is worked out, where that is sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

PART = r"(\d+(?:\.\d+)?(?:/\d+)?)"
SUM = re.compile(rf"{PART}\s*([-+−×*x÷:]|\bof\b)\s*{PART}\s*=\s*{PART}")
PART_OF = re.compile(r"(?P<above>\d+)/(?P<below>\d+)")
AMOUNTS = re.compile(r"\d[\d,.]*\s?[^\d\s=]+ = (\d[\d,]*(?:\.\d+)?)(\s?[^\d\s=]+)")
LIKE = re.compile(r"(\d+)/(\d+)")
TEN, HUNDRED = 10, 100
MOST_TIMES = 12  # that are written out as an addition
STEPS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "like": "Both denominators are {below}, so the denominator stays {below}. "
        "{do} the numerators: {left} {sign} {right} = {made}.",
        "whole": " So {sum} = {value}.",
        "equal": " This is the same as {value}.",
        "+": "Add",
        "-": "Subtract",
        "points": "Write the numbers one below the other, point below point: {left} {sign} {right} = {value}.",
        "ones": "First the ones: {ones} {sign} {right} = {made}. Then add the tens: {tens} + {made} = {value}.",
        "tens": "First the tens: {tens} {sign} {more} = {all}. Then the ones: {ones} {sign} {few} = {made}. "
        "Together {all} + {made} = {value}.",
        "shared": "{value} × {right} = {left}, so {left} ÷ {right} = {value}.",
        "of": "First one part: {whole} ÷ {below} = {one}. Then {above} of them: {above} × {one} = {value}.",
        "one_of": "Divide by {below}: {whole} ÷ {below} = {value}.",
        "split": "Split {left} into {tens} and {ones}: {tens} × {right} = {many} and {ones} × {right} = {few}. "
        "Together {many} + {few} = {value}.",
        "times": "{left} × {right} means {left} times {right}: {row} = {value}.",
    },
    "zh": {
        "like": "两个分数的分母都是{below}，所以分母{below}不变，把分子相{do}：{left} {sign} {right} = {made}。",
        "whole": "所以 {sum} = {value}。",
        "equal": "约分得{value}。",
        "+": "加",
        "-": "减",
        "points": "把小数点对齐，列竖式计算：{left} {sign} {right} = {value}。",
        "ones": "先算个位：{ones} {sign} {right} = {made}，再加上整十数：{tens} + {made} = {value}。",
        "tens": "先算整十数：{tens} {sign} {more} = {all}，再算个位：{ones} {sign} {few} = {made}，"
        "合起来 {all} + {made} = {value}。",
        "shared": "想乘法：{value} × {right} = {left}，所以 {left} ÷ {right} = {value}。",
        "of": "先求一份：{whole} ÷ {below} = {one}，再求 {above} 份：{above} × {one} = {value}。",
        "one_of": "除以{below}：{whole} ÷ {below} = {value}。",
        "split": "把 {left} 分成 {tens} 和 {ones}：{tens} × {right} = {many}，{ones} × {right} = {few}，"
        "合起来 {many} + {few} = {value}。",
        "times": "{left} × {right} 表示 {left} 个 {right} 相加：{row} = {value}。",
    },
}


def wrong_sum(text: str) -> str | None:
    """Return what a sum comes to where it says something else, "3/8 + 2/8 = 5/16" 5/8; None where it is right, or is
    none that can be read."""
    found = SUM.fullmatch(text.strip().rstrip(".。"))
    if not found:
        return None
    made = _worked(found[1], found[2], found[3])
    return None if made is None or made == Fraction(found[4]) else str(made)


def steps_of(text: str, language: str) -> str:
    """Return how a sum is worked out, in sentences: fractions of one denominator, small products; else nothing."""
    found, words = SUM.fullmatch(text.strip().rstrip(".。")), STEPS.get(language, STEPS["en"])
    if not found or wrong_sum(text) is not None:
        return ""
    left, right, sign = found[1], found[3], "-" if found[2] == "−" else found[2]
    one, other = LIKE.fullmatch(left), LIKE.fullmatch(right)
    if sign == "of":
        return _part_of(found, words)
    if one and other and one[2] == other[2] and sign in "+-":
        made = int(one[1]) + int(other[1]) * (1 if sign == "+" else -1)
        given = {"below": one[2], "do": words[sign], "left": one[1], "right": other[1], "sign": sign, "made": made}
        shown = f"{made}/{one[2]}"
        end = "" if shown == found[4] else words["equal"].format(value=found[4])
        return words["like"].format(**given) + words["whole"].format(sum=f"{left} {sign} {right}", value=shown) + end
    places = max(len(part.partition(".")[2]) for part in (left, right, found[4]))
    if places and sign in "+-" and "/" not in found.group():
        even = [f"{Decimal(part):.{places}f}" for part in (left, right, found[4])]
        return words["points"].format(left=even[0], sign=sign, right=even[1], value=even[2])
    if sign in "×*x" and left.isdecimal() and right.isdecimal() and TEN < int(left) < HUNDRED and int(right) < TEN:
        tens, ones = int(left) // TEN * TEN, int(left) % TEN
        given = {"left": left, "right": right, "sign": "×", "tens": tens, "ones": ones, "value": found[4]}
        parts = {"many": tens * int(right), "few": ones * int(right)}
        return words["split"].format(**given, **parts) if ones else ""
    if sign in "×*x" and left.isdecimal() and right.isdecimal() and 2 <= int(left) <= MOST_TIMES:
        row = " + ".join([right] * int(left))
        return words["times"].format(left=left, right=right, row=row, value=found[4])
    return _whole(found, sign, words)


def _part_of(found: re.Match[str], words: Mapping[str, str]) -> str:
    """Return how a part of a number is worked out, where one part of it is whole."""
    part = PART_OF.fullmatch(found[1])
    if not part or not found[3].isdecimal() or int(found[3]) % int(part["below"]):
        return ""
    given = {"whole": found[3], "value": found[4], "one": int(found[3]) // int(part["below"]), **part.groupdict()}
    return words["one_of" if part["above"] == "1" else "of"].format(**given)


def _whole(found: re.Match[str], sign: str, words: Mapping[str, str]) -> str:
    """Return how a sum of whole numbers below a hundred is worked out by tens and ones, and a division by its product;
    nothing where a ten would have to be changed for ones."""
    if not all(found[at].isdecimal() for at in (1, 3, 4)):
        return ""
    left, right, value = int(found[1]), int(found[3]), int(found[4])
    if sign in "÷:":
        return words["shared"].format(left=left, right=right, value=value) if right > 1 else ""
    (tens, ones), (more, few) = divmod(left, TEN), divmod(right, TEN)
    plain = sign in "+-" and TEN < left < HUNDRED and 0 < right < HUNDRED and ones and few
    if not plain or (sign == "-" and few > ones):
        return ""
    made = ones + few if sign == "+" else ones - few
    given = {"sign": sign, "tens": tens * TEN, "ones": ones, "made": made, "value": value, "right": right}
    if not more:
        return words["ones"].format(**given)
    every = (tens + more if sign == "+" else tens - more) * TEN
    return words["tens"].format(**given, more=more * TEN, few=few, all=every)


def wrong_result(text: str) -> str:
    """Return what a student gets who makes the usual mistake in a sum: denominators added, a result next to it; empty
    where none is known."""
    found = SUM.fullmatch(text.strip().rstrip(".。"))
    if not found or wrong_sum(text) is not None:
        return ""
    one, other = LIKE.fullmatch(found[1]), LIKE.fullmatch(found[3])
    if one and other and found[2] == "+":
        return f"{int(one[1]) + int(other[1])}/{int(one[2]) + int(other[2])}"
    if one and found[2] == "of" and found[3].isdecimal() and one[1] != "1" and not int(found[3]) % int(one[2]):
        return str(int(found[3]) // int(one[2]))  # one part, where several are asked for
    near = near_results(text)
    return str(near[0]) if near else ""


def near_results(text: str) -> list[int]:
    """Return what somebody gets who errs in a sum of whole numbers: a row of the table too far, one too many, ten."""
    found = SUM.fullmatch(text.strip().rstrip(".。"))
    if not found or not all(found[at].isdecimal() for at in (1, 3, 4)) or wrong_sum(text) is not None:
        return []
    left, right, made = int(found[1]), int(found[3]), int(found[4])
    if found[2] in "×*x":
        near = [made + right, made - right, made + left, made - left, made + 1]
    else:
        near = [made + 1, made - 1, *([made + TEN, made - TEN] if made > TEN else []), made + 2, made - 2]
    return [one for one in dict.fromkeys(near) if one > 0 and one != made]


def near_amounts(text: str) -> Iterator[str]:
    """Yield what somebody gets who errs by tens where an amount is told in another unit: "1 km = 1000 m"."""
    if found := AMOUNTS.fullmatch(text.strip().rstrip(".。")):
        amount = Decimal(found[1].replace(",", ""))
        for times in ("10", "0.1", "100", "0.01"):
            near = amount * Decimal(times)
            grouped = f"{near:,f}" if "," in found[1] else f"{near:f}"
            yield (grouped.rstrip("0").rstrip(".") if "." in grouped else grouped) + found[2]


def wrong_sums(facts: object) -> Iterator[tuple[str, str]]:
    """Yield each sum among facts that is wrong, with what it comes to."""
    for fact in facts if isinstance(facts, list | tuple) else ():
        if isinstance(fact, str) and (value := wrong_sum(fact.replace("*", "×") if " * " in fact else fact)):
            yield fact, value


def _worked(left: str, sign: str, right: str) -> Fraction | None:
    one, other = Fraction(0), Fraction(0)
    try:
        one, other = (_read(side) for side in (left, right))
        return {
            "+": lambda: one + other,
            "-": lambda: one - other,
            "−": lambda: one - other,
            "÷": lambda: one / other,
            ":": lambda: one / other,
        }.get(sign, lambda: one * other)()
    except ZeroDivisionError:
        return None


def _read(side: str) -> Fraction:
    above, _, below = side.partition("/")
    return Fraction(above) / Fraction(below or "1")
