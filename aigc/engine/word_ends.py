"""Where words end in a text, told by its characters alone. Imports nothing: whoever only counts tokens uses it too.

Chinese and Japanese have no blanks: a word may end after any character.
"""

from __future__ import annotations

import re

LONGEST = 32  # tokens of a word

UNSPACED = r"\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"  # Chinese, Japanese
WHOLE = re.compile(rf"[{UNSPACED}]\Z|(?<!\d)[.!?…]\Z|[)\]}}»”%]\Z")  # a text that ends so ends on a whole word
JOINT = re.compile(rf"[{UNSPACED}]\n|[^\s\"\\\ufffd]\n[{UNSPACED}]|[^\W_]\n[,;:]\s")
BEFORE_BLANK = re.compile(r"[^\W_]\Z|[.!?…)\]}»”’%]\Z")
