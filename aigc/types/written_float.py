"""A number as somebody wrote it."""

from __future__ import annotations


class WrittenFloat(float):
    """This is a number that knows how it was written: 29.90 is 29.9, and as a text it is "29.90"."""

    text: str

    def __new__(cls, text: str) -> WrittenFloat:
        made = super().__new__(cls, text)
        made.text = str(text)
        return made

    def __str__(self) -> str:
        return self.text
