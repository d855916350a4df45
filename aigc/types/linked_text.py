"""A text with a link behind it."""

from __future__ import annotations


class LinkedText(str):
    """This is what a cell of a spreadsheet shows, `Shop link`; `link` is the address that it leads to."""

    link: str

    def __new__(cls, text: str, link: str = "") -> LinkedText:
        made = super().__new__(cls, text)
        made.link = link
        return made
