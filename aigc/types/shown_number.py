"""A number as people see it in a spreadsheet."""

from __future__ import annotations


class ShownNumber(str):
    """This is a number as a spreadsheet shows it, `$29.90` or `00417`; `number` is what the cell holds, 29.9.

    It is that text wherever a text is asked for, and that number where an input is one or an expression says `| float`.
    """

    number: float

    def __new__(cls, text: str, number: float = 0.0) -> ShownNumber:
        made = super().__new__(cls, text)
        made.number = number
        return made

    def __float__(self) -> float:
        return self.number
