"""Markup out of texts that are to have none."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from aigc import postprocessor
from aigc_plugins.text.emoji import strip_emoji

HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(.*?)[ \t#]*$", re.MULTILINE)
LINE_MARK = re.compile(r"^[ \t]*(?:[-*•+>][ \t]+|\d{1,2}[.)][ \t]+)(?=\S)", re.MULTILINE)
LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>\n]*)?/?>", re.IGNORECASE)
EMPHASIS = re.compile(r"\*{2,}|(?<!\w)_{2,}(?=\w)|(?<=[\w.!?。！？])_{2,}(?!\w)|`+")
SINGLE = re.compile(r"(?<![\w*])[*_](\S[^*_\n]*\S|\S)[*_](?![\w*])")
STRAY = re.compile(r"(?<=\S)[ \t]*\*+[ \t]*$|^[ \t]*\*+(?=\S)", re.MULTILINE)
AROUND = re.compile(r"^\s*(?:\"([^\"]+)\"|“([^“”]+)”|「([^「」]+)」|『([^『』]+)』)[.。]?\s*$")


@postprocessor
def strip_markup(text: str) -> str:
    """Take out the markup that a plain text has none of, and keep its words.

    Headings made of a label alone ("## Intro") and labels before a text ("Introduction:") go with it; links keep their
    words; `**`, bullets, backticks, tags, emoji and quotation marks around the whole are taken off.
    """
    text = HEADING.sub(lambda found: "" if _label().fullmatch(found[1] + ":") else found[1], text)
    text = TAG.sub("", LINK.sub(r"\1", LINE_MARK.sub("", text)))
    text = STRAY.sub("", SINGLE.sub(r"\1", EMPHASIS.sub("", text)))
    text = strip_emoji(_label().sub("", text))
    if whole := AROUND.match(text):
        text = next(part for part in whole.groups() if part)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


@cache
def _label() -> re.Pattern[str]:
    """Return what finds the label of a part, such as "Introduction:", at the start of a line."""
    import yaml

    text = files("aigc_plugins.text").joinpath("chatter.yaml").read_text(encoding="utf-8")
    parts = "|".join(map(re.escape, yaml.safe_load(text)["parts"]))
    return re.compile(rf"^[ \t]*(?:{parts})(?: ?\d{{1,2}})?[ \t]*[:：][ \t]*", re.IGNORECASE | re.MULTILINE)
