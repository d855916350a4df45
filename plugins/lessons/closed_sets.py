"""Answers of which there are only so many, weekdays and months: their wrong answers are the others of their own set.

____ of 每周____上课 is no number but a day, beside 二 and 日, never 八; "Tuesday" stands beside other days only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.lessons.number_words import CHINESE

GAP = "____"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_MONTHS = "January February March April May June July August September October November December"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
ENGLISH = tuple(
    tuple(row.split())
    for row in (
        _DAYS,
        _MONTHS,
        _ORDINALS,
        "north south east west",
        "spring summer autumn winter",
        "spring summer fall winter",
    )
)
WEEK, DAYS_ZH = r"(?:周|星期|礼拜)", "一二三四五六日"
ROWS_ZH = (
    *(tuple(f"{week}{day}" for day in DAYS_ZH) for week in ("周", "星期", "礼拜")),
    tuple(f"{month}月" for month in CHINESE),
    tuple(f"{hour}点" for hour in CHINESE),
    tuple(f"第{one}" for one in CHINESE),
    tuple("春夏秋冬"),
    ("春天", "夏天", "秋天", "冬天"),
    ("春季", "夏季", "秋季", "冬季"),
    ("东", "南", "西", "北"),
    ("东方", "南方", "西方", "北方"),
)
LEADING = re.compile(r"(?i)(?:on |in |every |each |on a |on the |the |in the |每)?")
MONTH_BEHIND, DAY_BEHIND = re.compile(rf"{GAP}月(?![大小])"), re.compile(rf"月{GAP}[日号]")
MOST_MONTHS, MOST_DAYS = 12, 31
_NUMBER_STEPS = (1, -1, 2, -2, 3, -3)


def others_of_set(answer: str, rest: str) -> list[str]:
    """Return the others of an answer's set, the nearest first; nothing of one that is of none."""
    start = LEADING.match(answer)
    before = start.group() if start else ""
    bare, plural = answer[len(before) :], ""
    if bare.endswith("days"):
        bare, plural = bare[:-1], "s"
    if re.search(rf"{WEEK}{GAP}", rest) and bare in (*DAYS_ZH, "天"):
        return _near(tuple(DAYS_ZH), "日" if bare == "天" else bare)
    if bare.isdecimal():
        most = MOST_MONTHS if MONTH_BEHIND.search(rest) else MOST_DAYS if DAY_BEHIND.search(rest) else 0
        return [str(int(bare) + step) for step in _NUMBER_STEPS if 0 < int(bare) + step <= most]
    bare = re.sub(rf"^({WEEK})天$", r"\1日", bare)
    for row in (*ENGLISH, *ROWS_ZH):
        if bare in row or bare.lower() in row:
            same = [before + one + plural for one in _near(row, bare if bare in row else bare.lower())]
            return [one[:1].upper() + one[1:] for one in same] if answer[:1].isupper() else same
    return []


def _near(row: Sequence[str], member: str) -> list[str]:
    at = row.index(member)
    return sorted((one for one in row if one != member), key=lambda one: abs(row.index(one) - at))
