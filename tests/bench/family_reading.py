"""Read pieces without the product's own checks: what is over a limit, what the brief does not have, what files hold.

Everything here counts anew and simply, so that a fault of the product's counters, checks or exporters is no fault here.
"""

from __future__ import annotations

import csv
import html
import json
import re
import unicodedata
from calendar import month_abbr
from collections.abc import Iterator, Mapping, Sequence
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml
from openpyxl import load_workbook

# Advance widths of U+0020…U+007E in 1/1000 em, from Adobe's Helvetica AFM; 20 px to an em, as Google shows titles.
_WIDTHS = """
    278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278
    278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722
    667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556
    556 333 500 278 556 500 722 500 500 500 334 260 334 584
"""
HELVETICA = _WIDTHS.split()
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)\]|;>\"]+|[A-Za-z0-9_.+-]+@[\w-]+\.[\w.]+")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w'’-]{2,}")  # a capital in the middle of a sentence
OWN = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}  # nobody's name, and no fact
FORMED = ("cards.tags", "key.matching")  # Anki's own tags; letters where each format has its own
PARTIAL = {"google-ads-editor", "handout", "quizlet", "anki", "moodle-xml", "email", "html", "zendesk-macros"}


def wide(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pixels(text: str) -> float:
    parts = (
        int(HELVETICA[ord(char) - 32]) if " " <= char <= "~" else 1000 if wide(char) == 2 else 556 for char in text
    )
    return sum(parts) * 20 / 1000


def graphemes(text: str) -> int:
    """Return how many characters a reader sees, roughly: joined emoji are one, and so is a letter with its marks."""
    plain = re.sub(r"\u200d.|[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]", "", unicodedata.normalize("NFC", text))
    return sum(not unicodedata.combining(one) for one in plain)


def tweeted(text: str) -> int:
    """Return how X counts a text: a link 23, Latin and the like 1, everything else 2."""
    rest, links = re.subn(r"https?://\S+", "", text)
    plain = re.sub(r"\u200d.|[\ufe0e\ufe0f]", "", unicodedata.normalize("NFC", rest))
    light = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
    return 23 * links + sum(1 if any(a <= ord(one) <= b for a, b in light) else 2 for one in plain)


COUNTS = {"chars": len, "width": wide, "pixels": pixels, "bytes": lambda text: len(text.encode())}
COUNTS |= {"graphemes": graphemes, "x_weighted": tweeted, "xhs": lambda text: len(text.encode("utf-16-le")) // 2}
PLATFORMS = {"social/post": "plugins/social/platforms.yaml", "ads/feed": "plugins/ads/ad_platforms.yaml"}


def over_platform(name: str, fields: Mapping[str, Any], brief: Mapping[str, Any]) -> Iterator[str]:
    """Yield each text of a post or an ad that breaks what its platform's file says is hard."""
    if name not in PLATFORMS:
        return
    text = (Path(__file__).parents[2] / PLATFORMS[name]).read_text(encoding="utf-8")
    platform = yaml.safe_load(text)[brief["values"]["platform"]]
    places = {"post": "post", "bytes": "post", "headline": "hook"}  # what is limited → the field that it is
    limits = {own: platform[part] for part, own in places.items() if platform.get(part, {}).get("hard")}
    for field, limit in platform.get("texts", limits).items():
        value = COUNTS[limit["counter"]](str(fields.get(field) or ""))
        if value > limit["most"]:
            yield f"{field}: {value} {limit['counter']} of {limit['most']}"


def over_limits(fields: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    """Yield each text, list or number that breaks what the type's YAML says of it."""
    for name, value in fields.items():
        yield from _over(value, schemas.get(name, {}), name)


def _over(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, own in value.items():
            yield from _over(own, schema.get("properties", {}).get(name, {}), f"{place}.{name}")
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
            yield f"{place}: {len(value)} items"
        for at, own in enumerate(value):
            yield from _over(own, schema.get("items", {}), f"{place}[{at}]")
    elif isinstance(value, str):
        limits = [("chars", schema["maxLength"])] if "maxLength" in schema else []
        for counter, most in [*limits, *schema.get("limit", {}).items()]:
            if counter in COUNTS and COUNTS[counter](value) > most:
                yield f"{place}: {COUNTS[counter](value)} {counter} of {most}: {value[:60]!r}"


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a value with the name of its field."""
    if isinstance(value, Mapping):
        for name, own in value.items():
            yield from leaves(own, f"{place}.{name}".strip("."))
    elif isinstance(value, list):
        for own in value:
            yield from leaves(own, place)
    elif isinstance(value, str) and value.strip():
        yield place, value


def strangers(fields: Mapping[str, Any], brief: Mapping[str, Any]) -> Iterator[str]:
    """Yield numbers, addresses and names in the middle of sentences that no input has.

    Numbers are compared digit by digit without separators and leading zeros, so that 2027-03-01 has 1 and 3, and the
    name of a month is let pass where its date stands in the brief so. Numbers in words are not read. A list's own
    numbering ("1. ") is no number of the text.
    """
    known = _flat(brief)
    numbers = {_bare(part) for one in NUMBER.findall(known) for part in (one, *re.split(r"[.,:]", one))}
    folded = known.casefold()
    for place, text in leaves(fields):
        addresses = ADDRESS.findall(text)
        yield from (f"{place}: {one}" for one in addresses if one.rstrip(".,。，") not in known)
        rest = re.sub(r"(?m)^\d{1,2}[.)] ", "", ADDRESS.sub(" ", text))
        yield from (f"{place}: {one} in {rest[:70]!r}" for one in NUMBER.findall(rest) if _bare(one) not in numbers)
        words = re.findall(r"[A-Za-z][\w'’-]*", rest)
        titled = sum(word[0].isupper() for word in words) > 0.6 * len(words)
        months = re.search(r"\d{4}-\d\d", known)
        for name in () if titled else NAME.findall(rest):
            if name.casefold().rstrip("'’s") not in folded and name not in OWN and not (months and _month(name)):
                yield f"{place}: {name} in {rest[:70]!r}"


def _month(name: str) -> bool:
    return name[:3] in month_abbr


def _bare(number: str) -> str:
    return re.sub(r"[.,:]", "", number).lstrip("0") or "0"


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(map(_flat, value.values()))
    return "\n".join(map(_flat, value)) if isinstance(value, (list, tuple)) else str(value)


def reread(folder: Path, pieces: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """Return how many values of pieces were looked for in the files of a job's folder, and which a file lacks.

    Files are read by other readers than those that wrote them. Of formats that have no place for some fields a field is
    told only where some piece's value of it is in the file and another one's is not.
    """
    record = json.loads((folder / ".exports.json").read_text(encoding="utf-8"))["files"]
    found: list[str] = []
    looked = 0
    for name, files in record.items():
        paths = [folder / one for one in files if name and (folder / one).is_file()]
        if not paths or name == "jsonl":
            if paths:
                wrong = _objects(paths[0], pieces)
                looked, found = looked + len(pieces), [*found, *wrong]
            continue
        held = {re.sub(r"\s+", "", one) for path in paths for one in _texts(path)}
        whole = "\n".join(held)
        seen: dict[str, list[str]] = {}
        there = set()
        for piece in pieces:
            for place, text in leaves(piece["fields"]):
                looked += 1
                if re.sub(r"\s+", "", text) in whole:
                    there.add(place)
                else:
                    seen.setdefault(place, []).append(f"{name}: {piece['id']} {place}: {text[:60]!r}")
        whole_there = {place for place in there if place not in FORMED}
        found += [one for place, told in seen.items() if name not in PARTIAL or place in whole_there for one in told]
    return looked, found


def _objects(path: Path, pieces: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = {one["id"]: one for one in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    wrong = [one["id"] for one in pieces if rows.get(one["id"], {}).get("fields") != one["fields"]]
    return [f"jsonl: {one} has other fields" for one in wrong]


def _texts(path: Path) -> Iterator[str]:
    """Yield what a file says, in the pieces in which its format keeps it."""
    if path.suffix in (".csv", ".tsv"):
        raw = path.read_bytes()
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        rows = csv.reader(text.splitlines(keepends=True), delimiter="\t" if path.suffix == ".tsv" else ",")
        for cell in (cell for row in rows for cell in row):
            yield from _in_cell(cell.removeprefix("'"))
    elif path.suffix == ".xlsx":
        for sheet in load_workbook(path, read_only=True):
            cells = (str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)
            yield from (own for cell in cells for own in _in_cell(cell))
    elif path.suffix == ".json":
        yield from (own for _, own in leaves(json.loads(path.read_text(encoding="utf-8"))))
    elif path.suffix == ".eml":
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        yield str(message["subject"])
        yield from (part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    elif path.suffix == ".epub":
        with ZipFile(path) as book:
            pages = [book.read(name).decode("utf-8") for name in book.namelist() if name.endswith((".xhtml", ".opf"))]
        yield from (html.unescape(re.sub(r"<[^>]+>", " ", page)) for page in pages)
    elif path.suffix in (".html", ".xml"):
        text = path.read_text(encoding="utf-8")
        yield html.unescape(re.sub(r"<[^>]+>", " ", text))
        yield from (html.unescape(one) for one in re.findall(r'<meta [^>]*content="([^"]*)"', text))
    elif path.suffix == ".md":
        text = path.read_text(encoding="utf-8")
        yield html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text))
        yield text
    else:
        yield path.read_text(encoding="utf-8-sig")


def _in_cell(cell: str) -> Iterator[str]:
    """Yield a cell's text, and the texts in it where it holds a list or an object as JSON."""
    yield cell
    if re.match(r'[\[{]["{\[]', cell) and not cell.startswith("{{"):
        yield from (own for _, own in leaves(json.loads(cell)))
