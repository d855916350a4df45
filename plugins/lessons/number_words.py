"""Counts in words, "three" or 三条, as answers: they go with counts, and have others near them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_ENGLISH = "one two three four five six seven eight nine ten eleven twelve"
_CHINESE = "一 二 三 四 五 六 七 八 九 十 十一 十二"
ENGLISH, CHINESE = tuple(_ENGLISH.split()), tuple(_CHINESE.split())
CLASSIFIERS = "个条只颗座种位张件次天年岁层节片块根朵头匹句字行名口本首章"
_BEGUN = {  # with what a measure word begins another word: 二十四节气, 三年级, 八行星
    "节": "气日目奏约能拍假", "年": "级代轮龄纪糕画", "天": "气空地然才文平", "口": "袋味罩令琴号", "头": "发脑部目",
    "名": "字著人录言胜", "本": "地领来身", "章": "鱼", "种": "子植族类", "句": "子号", "岁": "月", "个": "性子体月",
    "条": "件纹约", "座": "位右", "张": "力", "块": "茎", "根": "据系部", "匹": "配", "首": "都先府领饰",
    "行": "星业程动为李军走驶政书", "次": "序要数", "层": "次", "片": "段",
}  # fmt: skip
NOT_BEGUN = f"(?!{'|'.join(f'(?<={measure})[{behind}]' for measure, behind in _BEGUN.items())})"
COUNTED = re.compile(rf"(十[一二]|[一二两三四五六七八九十])(个月|[{CLASSIFIERS}]?)")
STEPS = (1, -1, 2, 3, -2, -3)


def of_like_count(answer: str, others: Sequence[str]) -> list[str]:
    """Return the answers that may stand beside this one: counts of the same thing beside a count, no count beside
    anything else."""
    return [other for other in others if _counted(other) == _counted(answer)]


def near_counts(answer: str) -> Iterator[str]:
    """Yield other counts near a count, written as it is; nothing near anything else."""
    counted = COUNTED.fullmatch(answer.strip())
    row = CHINESE if counted else ENGLISH
    word, rest = (counted[1], counted[2]) if counted else (answer.strip().casefold(), "")
    word = "二" if word == "两" else word
    if word not in row:
        return
    for at in (row.index(word) + step for step in STEPS):
        if 0 <= at < len(row):
            near = "两" if row[at] == "二" and rest else row[at]
            yield (near.capitalize() if answer[:1].isupper() else near) + rest


def _counted(answer: str) -> str | None:
    """Return what a count counts, as far as it says so; None for what is no count."""
    if answer.strip().casefold() in ENGLISH:
        return ""
    counted = COUNTED.fullmatch(answer.strip())
    return counted[2] if counted else None
