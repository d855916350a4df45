"""Punctuation the way Chinese is set."""

from __future__ import annotations

import re

from aigc import postprocessor
from aigc.types import Field

HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
CLOSERS = r"”’」』）】》"
WIDE = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}
MARK = rf"(?<=[{HAN}{CLOSERS}])\s*([,;:!?])\s*|(?<=[%\w])([,;:!?])\s*(?=[{HAN}])"
STOP = rf"(?<=[{HAN}{CLOSERS}])\.(?=\s|$|[{HAN}])\s*"
DOTS = rf"(?<=[{HAN}])(?:\.{{3,}}|。{{3,}}|…(?!…))"
PARENTHESES = rf"\(([^()\n]*[{HAN}][^()\n]*)\)|(?<=[{HAN}])\(([^()\n]*)\)"


@postprocessor
def fullwidth_punctuation(text: str, field: Field) -> str:
    """Use full-width punctuation beside Chinese characters, for briefs in Chinese; 10:30 and 1,200 stay."""
    return wide_marks(text) if field.draft.language.startswith("zh") else text


def wide_marks(text: str) -> str:
    """Return a text with full-width punctuation beside its Chinese characters."""
    lines = []
    for line in text.split("\n"):
        line = re.sub(PARENTHESES, lambda found: f"（{found[1] if found[1] is not None else found[2]}）", line)
        line = re.sub(DOTS, "……", line)
        line = re.sub(STOP, "。", line)
        lines.append(re.sub(MARK, lambda found: WIDE[found[1] or found[2]], line))
    return "\n".join(lines)
