"""Type files, templates, rows, answers and workbooks, each made of one seed: most are nearly right."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import yaml

from .odd_texts import HOSTILE, as_bytes, changed, damaged, value, word

BUNDLED = Path(__file__).parents[2] / "templates"
LINE = """\
aigc: 1
name: t/line
summary: A line.
brief:
  product: {type: string, maxLength: 60}
  fact: {type: string, default: null}
  price: {type: number, default: null}
  tags: {type: array, items: {type: string}, default: null}
  language: {type: string, enum: [en, zh], default: en}
prompt: line.j2
output: {type: string, limit: {chars: 60}}
candidates: 2
fallback: "{{ product | trim_to(chars=40) }}"
repair: {attempts: 1}
checks: [limits, no_placeholder]
exports: [csv, jsonl]
"""
FIELDS = """\
aigc: 1
name: t/fields
summary: Fields.
brief:
  product: {type: string, maxLength: 60}
  fact: {type: string, default: null}
  facts: {type: array, items: {type: string}, default: [keeps warm, is blue]}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, limit: {width: 30}}
    candidates: 2
  page:
    prompt: line.j2
    output:
      title: {type: string, limit: {pixels: 580}}
      tags: {type: array, minItems: 1, maxItems: 3, items: {type: string, pattern: "[a-z ]+"}}
      score: {type: integer, minimum: 0, maximum: 5}
output:
  lines: {type: array, items: {type: string, limit: {width: 30}}, from: "{{ stages.lines }}"}
  title: {type: string, from: stages.page.title}
  tags: {type: array, items: {type: string}, from: stages.page.tags}
exports: [csv, jsonl, xlsx]
"""
PROMPT = '{% extends "base.j2" %}{% block task %}{{ product }}: {{ fact }}{% endblock %}'
SEEDS = (
    ("t", LINE),
    ("t", FIELDS),
    *((file.parent.name, file.read_text("utf-8")) for file in sorted(BUNDLED.glob("*/*.yaml"))),
)


@cache
def read_yaml(text: str) -> dict[str, Any]:
    """A content type as PyYAML reads it, nothing where that does not."""
    try:
        return dict(yaml.safe_load(text))
    except yaml.YAMLError:
        return {}


def type_file(random: Random) -> tuple[str, bytes]:
    """A content type, and in which folder its templates are: one of ours with another part, or a text with damage."""
    folder, text = random.choice(SEEDS)
    tree = read_yaml(text)
    if tree and random.random() < 0.7:
        parts = [part for _, one in SEEDS for part in read_yaml(one).values()]
        for _ in range(random.choice((1, 1, 2, 4))):
            tree = changed(tree, random, parts)
        try:
            text = yaml.safe_dump(tree, allow_unicode=random.random() < 0.5, sort_keys=False)
        except (RecursionError, yaml.YAMLError, UnicodeError):
            text = damaged(text, random)
    else:
        text = damaged(text, random)
    return folder, as_bytes(text, random)


NAMES = ("product", "fact", "tags", "price", "language", "item", "index", "stages", "loop", "self", "x", "none", "id")
FILTERS = (
    *("upper", "join", "join(', ')", "first", "last", "list", "length", "tojson", "sort", "reverse", "unique", "sum"),
    *("center(10**9)", "indent(99999)", "replace('', 'xxxxxxxx')", "format(1)", "batch(2)", "slice(3)", "round(400)"),
    *("wordwrap(1)", "truncate(3)", "random", "map('upper')", "groupby('a')", "int", "float", "trim_to(chars=3)"),
    *("default('x')", "attr('__class__')", "xmlattr", "urlize", "pprint", "dictsort", "select('eq', 1)", "min", "nope"),
)


MEMBERS = ("upper", "format", "__class__", "x", "items", "zfill", "append", "update", "__init__.__globals__")


def expression(random: Random, depth: int = 3) -> str:
    """An expression of Jinja."""
    if not depth or random.random() < 0.25:
        return random.choice(
            (random.choice(NAMES), repr(word(random)), "1", "10**9", "2.5", "[]", "{}", "true", "none")
        )
    first = expression(random, depth - 1)
    kind = random.randint(0, 8)
    if kind <= 2:
        return f"({first}) | {random.choice(FILTERS)}"
    if kind == 3:
        sign = random.choice(("+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "and", "or"))
        return f"({first}) {sign} ({expression(random, depth - 1)})"
    if kind == 4:
        return f"({first})[{expression(random, depth - 1)}]"
    if kind == 5:
        return f"({first}).{random.choice(MEMBERS)}({random.choice(('', '9**9', 'first'))})"
    if kind == 6:
        return random.choice(
            ("lipsum(n=99999)", "range(10**9)", "range(99)", "cycler(1)", "namespace(a=1)", "dict(a=1)")
        )
    if kind == 7:
        return f"{first} if {expression(random, depth - 1)} else {expression(random, depth - 1)}"
    return f"[{first}, {expression(random, depth - 1)}]"


SHAPES = (
    "{{ TOLD }}",
    "{% for x in TOLD %}{{ x }}{% endfor %}",
    "{% for x in range(9999) recursive %}{{ loop(TOLD) }}{% endfor %}",
    "{% if TOLD %}a{% else %}b{% endif %}",
    "{% set x = TOLD %}{{ x }}",
    "{% macro m(x) %}{{ m(x ~ x) }}{% endmacro %}{{ m(TOLD) }}",
    "{% filter upper %}{{ TOLD }}{% endfilter %}",
    "{% call(x) m(TOLD) %}{% endcall %}",
    "{% include TOLD %}",
    "{% include 'line.j2' %}",
    "{% include '../../rows.csv' %}",
    "{% import 'base.j2' as m %}{{ m.TOLD }}",
    "{% import TOLD as m %}",
    "{% with x = TOLD %}{{ x }}{% endwith %}",
    "{% autoescape true %}{{ TOLD }}{% endautoescape %}",
    "plain words",
)


def template(random: Random) -> str:
    """A template: blocks of expressions, loops and calls, now and then damaged."""
    shapes = [random.choice(SHAPES) for _ in range(random.randint(1, 5))]
    body = "".join(shape.replace("TOLD", expression(random)) for shape in shapes)
    text = body if random.random() < 0.3 else '{% extends "base.j2" %}{% block task %}' + body + "{% endblock %}"
    return damaged(text, random) if random.random() < 0.3 else text


COLUMNS = ("product", "fact", "price", "tags", "language", "id", "Product Name", "", "product", "parent", "item")


def row(random: Random) -> dict[str, Any]:
    names = random.sample(COLUMNS, random.randint(1, 6)) if random.random() < 0.4 else ["product", "fact", "price"]
    return {(word(random) if random.random() < 0.05 else name): value(random) for name in names}


def as_yaml(odd: Any) -> str:
    """YAML of a value, JSON's where it is nested deeper than its writer goes."""
    try:
        return yaml.safe_dump(odd, allow_unicode=True)
    except RecursionError:
        return json.dumps(odd)


def rows_file(random: Random) -> tuple[str, bytes]:
    """A name and the bytes of a file of rows."""
    rows = [row(random) for _ in range(random.randint(0, 5))]
    kind = random.choice(("csv", "csv", "tsv", "jsonl", "jsonl", "json", "xml", "yaml", "rss", "txt", "ndjson"))
    if kind in ("csv", "tsv", "txt"):
        out = io.StringIO()
        writer = csv.writer(out, delimiter=random.choice(",;\t|") if kind != "tsv" else "\t")
        writer.writerow(random.sample(COLUMNS, 3) if random.random() < 0.3 else ("id", "product", "fact"))
        for _ in rows:
            writer.writerow([word(random) for _ in range(random.choice((3, 3, 3, 1, 7)))])
        text = out.getvalue()
    elif kind in ("jsonl", "ndjson"):
        text = "".join(json.dumps(one, ensure_ascii=random.random() < 0.5) + "\n" for one in rows)
    elif kind == "json":
        text = json.dumps(random.choice((rows, {"briefs": rows}, rows[:1], value(random))))
    elif kind == "yaml":
        briefs = random.choice(("rows.csv", "none.csv", value(random)))
        plan = {"type": "t/line", "briefs": briefs, "set": {"product": word(random)}, "to": ["csv"], "engine": {}}
        text = as_yaml(changed(plan, random))
    else:
        cells = "".join(
            f"<item>{''.join(f'<{name}>{random.choice(HOSTILE)}</{name}>' for name in ('product', 'fact'))}</item>"
            for _ in rows
        )
        text = f"<?xml version='1.0'?><rss>{cells}</rss>"
    if random.random() < 0.4:
        text = damaged(text, random)
    return f"rows.{kind}", as_bytes(text, random)


def answer(random: Random) -> str:
    """What a model may answer."""
    fields = {
        "title": word(random),
        "tags": ["mug", word(random)],
        "score": random.randint(-1, 9),
        "text": word(random),
    }
    whole = json.dumps(fields, ensure_ascii=random.random() < 0.5)
    kinds = (
        "A plain good line",
        word(random),
        whole,
        f"```json\n{whole}\n```",
        f"<think>{word(random)}</think>{whole}",
        json.dumps(changed(fields, random)),
        damaged(whole, random),
        "\n".join(f"{at}. {word(random)}" for at in range(random.randint(1, 30))),
        word(random) * random.choice((1, 20, 2000)),
        "".join(map(chr, (random.choice((random.randrange(32, 127), random.randrange(0xD7FF))) for _ in range(200)))),
        "[" * 5000,
        "x" * 9000,
        "a b " * 3000,
    )
    return random.choice(kinds)


def workbook(random: Random, head: tuple[str, ...] = ("id", "product", "fact", "price")) -> bytes:
    """An XLSX file of odd cells, with damage to one of its parts or to the archive."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(head)
    sheet.title = random.choice(("pieces", "suggestions", "Sheet"))
    for _ in range(random.randint(0, 4)):
        cells = [random.choice((word(random), 1, 2.5, True, None, 1e300, "=1/0", "0001", "1")) for _ in head]
        sheet.append([_cell(one) for one in cells])
    if random.random() < 0.3:
        sheet.merge_cells("A2:B3")
    if random.random() < 0.3:
        book.create_sheet("Second")
    raw = io.BytesIO()
    book.save(raw)
    if random.random() < 0.2:
        whole = bytearray(raw.getvalue())
        for _ in range(random.choice((1, 3, 30))):
            whole[random.randrange(len(whole))] = random.randrange(256)
        return bytes(whole[: random.choice((len(whole), random.randrange(len(whole))))])
    return _with_part(raw, random) if random.random() < 0.8 else raw.getvalue()


def _cell(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    cell = cell.translate({0xFFFE: None, 0xFFFF: None})  # no XML holds them, which openpyxl says with lxml only
    return openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell).encode("utf-8", "replace").decode()[:32_000]


NUMBERS = (
    "-1",
    "1048577",
    "1000000000",
    "99999999999999999999",
    "x",
    "",
    "1e5",
    "A0",
    "ZZZZ9",
    "A1048577",
    "XFE1",
    "²",
)


def _with_part(raw: io.BytesIO, random: Random) -> bytes:
    old = zipfile.ZipFile(raw)
    which = random.choice([name for name in old.namelist() if name.endswith((".xml", ".rels"))])
    if random.random() < 0.6:
        which = "xl/worksheets/sheet1.xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == which:
                if random.random() < 0.1:
                    continue
                text = part.decode()
                quotes = text.split('"')
                if random.random() < 0.6 and len(quotes) > 3:
                    quotes[random.randrange(len(quotes) // 2) * 2 + 1] = random.choice(NUMBERS)
                    text = '"'.join(quotes)
                else:
                    text = damaged(text, random)
                part = text.encode("utf-8", "surrogatepass")
            new.writestr(name, part)
    return out.getvalue()
