"""HTML in a cell → plain text: a paragraph, heading, list item or `<br>` begins a line, and a line of a list is a fact.

What merely looks like HTML stays: `a < b`, `<3`, `List<int>`, a tag that is spoken of (`the <br> tag`, `<b> = bold`).
Entities are read where they end in `;`, so that a link's `&copy=1` is no `©`.
"""

from __future__ import annotations

import re
from html import unescape

TAGS, ENTITIES = "tags", "entities"  # what was done, in a word

_LINES = """
    address article aside blockquote body br caption center details dir div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 head header hr html li main nav ol p pre section summary table tbody tfoot thead title tr ul
"""
_WITHIN = """
    a abbr acronym audio b bdi bdo big button canvas cite code col colgroup data del dfn em embed font i iframe input
    ins kbd label link mark meta nobr noscript object param path picture q rp rt ruby s samp script select small source
    span strike strong style sub sup svg template textarea time track tt u var video
"""
LINES = frozenset(_LINES.split())
CELLS = frozenset(["dd", "option", "td", "th"])
VOID = frozenset(["br", "hr", "img", "wbr"])
UNCLOSED = VOID | {"li", "p"}  # often have no end
KNOWN = LINES | CELLS | VOID | frozenset(_WITHIN.split())
NAME = r"[a-zA-Z][a-zA-Z0-9]*(?:[:-][a-zA-Z0-9:-]*)?"  # those of Word (`o:p`) and of web components too
TAG = re.compile(rf"<(/?)({NAME})(\s(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*|\s[^<>]*)?/?>")
COMPARED = re.compile(r"\s+\w+\s+[^=]*\Z")  # `x <p and q> y`
NO_TEXT = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!\[CDATA\[|\]\]>|<[!?][a-zA-Z][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
CUT = re.compile(rf"</?({NAME})(?:\s[^<>]*)?\Z")  # where a text was cut off
BLANK_LINE = re.compile(r"[^\S\n]*\n[^\S\n]*\n\s*")
BREAK = "\0"
QUOTES = frozenset("`'\"‘’“”„«»")
NEAR = 20  # characters
SIDE = re.compile(r"(?:=|=>|→)\s*\Z")
OTHER_SIDE = re.compile(r"\s*(?:=|→|(?:tags?|elements?)\b|标签|元素|标记)")
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
ENTITY_MEANT = re.compile(rf"(?:[=→\"'`‘“]\s*){ENTITY.pattern}\s*(?:\Z|[=→\"'`’”;；\n])|^\s*{ENTITY.pattern}\s+[=→]")
# What a text says that shows tags beside its own ones.
ABOUT_TAGS = re.compile(
    r"\b(?:html|xml|css|tags?|elements?|attributes?|markup|code)\b|标签|元素|标记"
    r"|\b(?:type|write|enter|insert|wrap|put|use)\s+&(?:amp;)?lt;",
    re.IGNORECASE,
)
ESCAPED_TWICE = 2  # `&amp;nbsp;`


def plain_text(text: str) -> tuple[str, list[str]]:
    """Return a text without HTML, and in a word each what was taken from it."""
    done, written = [], text
    tagged = is_html(text)
    if tagged:
        text = _without_tags(text)
        done.append(TAGS)
    read = _entities_read(text)
    if read != text:
        done.append(ENTITIES)
        if is_html(read) and not (tagged and ABOUT_TAGS.search(written)):  # escaped, as a whole or beside others
            read = _entities_read(_without_tags(read))
            done += [] if tagged else [TAGS]
    return read, done


def is_html(text: str) -> bool:
    """Say whether tags in a text are its markup. One that stands for itself is not, nor is `<int>`."""
    tags = [tag for tag in TAG.finditer(text) if tag[2].lower() in KNOWN and not COMPARED.match(tag[3] or "")]
    closed = {tag[2].lower() for tag in tags if tag[1]}
    if not any(tag[2].lower() in closed | UNCLOSED for tag in tags):
        return False
    return not any(_is_meant(text, tag, closed) for tag in tags)


def _is_meant(text: str, tag: re.Match[str], closed: set[str]) -> bool:
    """Say whether a text is about the tag."""
    before = text[max(tag.start() - NEAR, 0) : tag.start()]
    if before[-1:] in QUOTES and text[tag.end() : tag.end() + 1] in QUOTES:
        return True
    return tag[2].lower() not in closed and bool(SIDE.search(before) or OTHER_SIDE.match(text, tag.end()))


def _without_tags(text: str) -> str:
    text = NO_TEXT.sub("", text)
    lines = any(tag[2].lower() in LINES for tag in TAG.finditer(text))
    if lines:  # else its line breaks are somebody's own
        text = BLANK_LINE.sub(BREAK, text)
    text = TAG.sub(_in_place, text)
    if (cut := CUT.search(text)) and cut[1].lower() in KNOWN:
        text = text[: cut.start()]
    return "\n".join(part for line in text.split(BREAK) if (part := " ".join(line.split()))) if lines else text


def _in_place(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name in LINES:
        return BREAK
    if name in CELLS:
        return " "
    return "" if name in KNOWN or not name.isalnum() else tag[0]


def _entities_read(text: str) -> str:
    if "&" not in text or (ENTITY_MEANT.search(text) and not is_html(text)):
        return text
    for _ in range(ESCAPED_TWICE):
        read = ENTITY.sub(lambda entity: unescape(entity[0]), text)
        if read == text:
            break
        text = read
    return text
