"""Telephone numbers and @names: whom a text says to call or to follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

LEAST_DIGITS, MOST_DIGITS = 7, 15  # of a telephone number; ITU-T E.164 has up to 15
SUBSCRIBER = 7  # digits that two ways to write one number end with
PHONE = re.compile(
    r"(?<![A-Za-z0-9_.,/:+-])(?:\+\d{1,3}[ .()/-]*|\(\d{2,5}\) ?|0\d{1,4}[ ()/-]|[48]00-?|1[3-9]\d-?"
    r"|\d{3}[-.]|\d{3} (?=\d{3}[ -]\d{4})|\d\d (?=\d\d \d\d \d\d))"
    r"(?:\(0\) ?)?\d(?:[ .()/-]?\d){4,13}(?![A-Za-z0-9_%])"
)
HANDLE = re.compile(r"(?<![A-Za-z0-9_.@/])@[\w.]*\w")


class Contact(NamedTuple):
    """This is a telephone number by its digits, or an @name in small letters."""

    kind: Literal["phone", "handle"]
    span: tuple[int, int]
    key: str


def contacts_in(plain: str) -> Iterator[Contact]:
    """Yield the telephone numbers and @names of a text in NFKC."""
    for found in PHONE.finditer(plain):
        digits = re.sub(r"\D", "", found.group().replace("(0)", ""))
        if LEAST_DIGITS <= len(digits) <= MOST_DIGITS:
            yield Contact("phone", found.span(), digits)
    for found in HANDLE.finditer(plain):
        yield Contact("handle", found.span(), found.group().casefold())


def is_same_phone(one: str, other: str) -> bool:
    """Tell whether digits are one telephone number, with or without country code and leading 0."""
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return short == long or (len(short) >= SUBSCRIBER and len(long) - len(short) <= 5 and long.endswith(short))
