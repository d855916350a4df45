"""The addresses that cells of a sheet lead to: links that people put on them, and those of the formula HYPERLINK.

A sheet names its links behind its rows, and their addresses stand in a part of their own, which most sheets lack.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from html import unescape
from itertools import islice, product
from xml.etree.ElementTree import fromstring

from aigc_plugins.formats.sheet_rows import column_number
from aigc_plugins.formats.workbook import LARGEST_PART, Workbook, Worksheet, local

BLOCK = 1 << 20  # bytes of XML looked through at once
LONGEST = 1 << 14  # bytes of such a tag
MOST = 1 << 16  # links of a sheet; Excel keeps fewer
TAG = re.compile(rb"<(?:\w+:)?hyperlink\s[^<>]*>")
ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
FORMULA = re.compile(r'\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*[,;)]', re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def cell_links(book: Workbook, sheet: Worksheet) -> dict[tuple[int, int], str]:
    """Return the address behind each cell, by its row from 1 and its column from 0; only those of web pages."""
    addresses = _addresses(book, sheet)
    found: dict[tuple[int, int], str] = {}
    if not addresses:
        return found
    with book.archive.open(sheet.part) as source:
        tail = b""
        while (block := source.read(BLOCK)) and len(found) < MOST:
            text = tail + block
            for tag in TAG.findall(text):
                found |= _linked(tag.decode("utf-8", "replace"), addresses)
            tail = text[-LONGEST:]
    return found


def formula_link(formula: str) -> str:
    """Return the address that a formula leads to, where it says one: `HYPERLINK("https://…","Shop")`."""
    found = FORMULA.match(formula)
    address = found[1].replace('""', '"') if found else ""
    return address if ADDRESS.fullmatch(address) else ""


def is_address(text: str) -> bool:
    """Say whether a text is itself the address of a web page."""
    return ADDRESS.fullmatch(text.strip()) is not None


def _linked(tag: str, addresses: Mapping[str, str]) -> dict[tuple[int, int], str]:
    given = {name: unescape(first or other) for name, first, other in ATTRIBUTE.findall(tag)}
    identifier = next((value for name, value in given.items() if name.rpartition(":")[2] == "id"), "")
    place = PLACE.fullmatch(given.get("ref", ""))
    address = addresses.get(identifier, "")
    if place is None or not address:
        return {}
    if (within := given.get("location")) and "#" not in address:
        address += f"#{within}"
    left, top, right, bottom = place.groups()
    rows = range(int(top), int(bottom or top) + 1)
    columns = range(column_number(left), column_number(right or left) + 1)
    return dict.fromkeys(islice(product(rows, columns), MOST), address)


def _addresses(book: Workbook, sheet: Worksheet) -> dict[str, str]:
    """Return the addresses of a sheet's links by what it calls them. ValueError where they are too many."""
    folder, name = posixpath.split(sheet.part)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    if part not in book.archive.namelist():
        return {}
    with book.archive.open(part) as source:
        written = source.read(LARGEST_PART + 1)
    if len(written) > LARGEST_PART:
        raise ValueError(f"{part} is longer than that of a workbook")
    return {
        one.get("Id", ""): target
        for one in fromstring(written).iter()
        if local(one.tag) == "Relationship" and one.get("Type", "").endswith("/hyperlink")
        if ADDRESS.fullmatch(target := one.get("Target", ""))
    }
