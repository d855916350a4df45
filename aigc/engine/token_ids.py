"""Numbers of tokens, as a model's configs name them."""

from __future__ import annotations


def tokens_in(given: object) -> list[int]:
    """Return the tokens that a config names, one or several; what is no token's number names none."""
    return [one for one in (given if isinstance(given, list) else [given]) if type(one) is int and one >= 0]
