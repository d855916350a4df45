"""The words of titles and descriptions: which say something, and what their forms have in common."""

from __future__ import annotations

import re

WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+(?:['’][a-z]+)?")
HAN = re.compile(r"[\u3400-\u9fff]")
# What a page is to whoever makes it, and no part of its title: 服务介绍页, "landing page".
JOB = re.compile(
    r"的?(?:介绍|产品|详情|落地|着陆|宣传)?(?:页面|网页|页)$|\s(?:(?:landing|product|web|service) )?page$", re.I
)
TWICE = re.compile(r"([\u3400-\u9fff]{4,}).*\1")  # Chinese characters in a row that one sentence has twice
_SMALL = """
    a an the and or but of for to in on at by with from as is are be it its this that you your we our how what
    why when who which not no so if can do
"""
SMALL = frozenset(_SMALL.split())


def stem(word: str) -> str:
    """Return a word without its ending."""
    return re.sub(r"(?:'s|ing|ed|es|s|ers?(?:'s)?)$", "", word)


def capitalised(text: str) -> str:
    """Return a text with capitals but for the small words inside."""
    words = " ".join(
        word if word in SMALL or not word.islower() else word[:1].upper() + word[1:] for word in text.split()
    )
    return words[:1].upper() + words[1:]
