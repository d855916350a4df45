"""Markup that is no HTML: shortcodes of WordPress, and Markdown as notes and chat programs write it.

    [vc_row][vc_column]Keeps hot[/vc_column][/vc_row]     Keeps hot
    **Keeps hot** for [6 hours](https://example.com)      Keeps hot for 6 hours
    ## Care                                               Care

What is spoken of stays: `**bold** = strong`, `2**3`, `[caption]`, `# 1 in tests`.
"""

from __future__ import annotations

import re

SHORTCODES, MARKDOWN = "shortcodes", "markdown"  # what was done, in a word

_BUILDERS = r"(?:vc|et_pb|av|fusion|su|ux|kc|wpb|woocommerce|elementor|porto|nectar|mk|dt|tm)_?[-\w]*"
_ELEMENTS = """
    accordion audio block button caption col column embed gallery gap heading icon image_box playlist row section span
    spacer tab tabgroup tabs title toggle ux_image video
"""
_ELEMENT = "|".join(_ELEMENTS.split())
_NAME = rf"(?:{_BUILDERS}|{_ELEMENT})"
_SHORTCODE = re.compile(rf"\[/?{_NAME}(?:\s+[^\[\]]*)?/?\]")
_SURE = re.compile(rf"\[/{_NAME}\]|\[{_NAME}\s+[-\w]+=[^\[\]]*\]|\[(?:vc|et_pb)_\w+\]")
_BOLD = re.compile(r"(?<![\w*\\])\*\*(?=[^\s*])([^*\n]+)(?<=\S)\*\*(?![\w*])")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((?:https?://|/|mailto:|www\.)[^()\s]*(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"^[ \t]*#{2,6}[ \t]+(?=\S)(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_SPOKEN_OF = re.compile(r"[=→`]|\bmarkdown\b", re.IGNORECASE)


def without_shortcodes(text: str) -> str:
    """Return a text without shortcodes, where one is closed or has attributes; each ends a line as a paragraph does."""
    if not _SURE.search(text):
        return text
    parts = (part.strip() for line in _SHORTCODE.sub("\n", text).split("\n") if (part := line.strip()))
    return "\n".join(parts)


def without_markdown(text: str) -> str:
    """Return a text without Markdown's signs for bold, links and headings; a link's own text stays."""
    plain = _LINK.sub(r"\1", text)
    if _SPOKEN_OF.search(plain):
        return plain
    return _HEADING.sub(r"\1", _BOLD.sub(r"\1", plain))
