"""Sheets on which a reader labels a writer's own candidates, one mark a line, and labels read back from them.

    python tests/bench/panels/label_sheet.py write candidates.jsonl --out out/labels [--lines 150] [--width 30]
    python tests/bench/panels/label_sheet.py read out/labels reader-1/*.txt --by "reader 1" --out first.jsonl
    python tests/bench/panels/label_sheet.py join first.jsonl second.jsonl --out labels.jsonl

Candidates are rows of `product`, `category`, `language`, `item`, `text` and whatever else there is, as `candidates.py`
writes them; what its checks refused (`stands`) is left out. `write` makes
`out/labels-001.txt` and so on, each of about so many lines, no fact in two of them, and `out/labels-key.jsonl`, the
candidates by their numbers. `read` takes sheets that were filled in, or bare rows of a number and a mark. What is
missing or no mark is named; the rest is written, each candidate with `label`, `fault` and `reader`. `join` makes one
label of what several readers found: 2 where all say so, 0 where one finds it untrue or nonsense or all say 0, else 1.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from panel_texts import PanelError, read_rows

from aigc.content import measure

FAULTS = {"u": "untrue", "n": "nonsense", "d": "dull", "": ""}
MARK = re.compile(r"(?:(0)([und]?)|(1)(d?)|(2))", re.IGNORECASE)
WRONG = ("untrue", "nonsense")
BOXED = re.compile(r"(\d+)\s*\[([^\]]*)\]")
BARE = re.compile(r"(\d+)\s+(\S+)\s*")
HEAD = """\
Put a mark into the brackets of each line, against its fact said plainly:
  2 better: an editor would rather print it    1 as good    0 faulty or worse
  behind a 0: u untrue by the fact, n nonsense, d dull, nothing but worse; behind a 1 d for dull
"""
NEEDED = ("product", "item", "text")


def laid_out(rows: Sequence[dict[str, Any]], seed: int) -> list[list[dict[str, Any]]]:
    """Return candidates fact by fact, facts in random order and lines in each too; a line twice stands once."""
    draw = random.Random(seed)
    facts: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in rows:
        facts.setdefault((row["product"], _fact(row)), {}).setdefault(row["text"].strip(), row)
    groups = [draw.sample(list(lines.values()), len(lines)) for lines in facts.values()]
    return draw.sample(groups, len(groups))


def _fact(row: Mapping[str, Any]) -> str:
    item = row["item"]
    return " + ".join(map(str, item)) if isinstance(item, list) else str(item)


def sheets(groups: Sequence[Sequence[dict[str, Any]]], most: int) -> Iterator[str]:
    """Yield sheets; a fact that would go beyond `most` lines begins the next, unless it is alone."""
    text, lines, number = HEAD, 0, 0
    for group in groups:
        if lines and lines + len(group) > most:
            yield text
            text, lines = HEAD, 0
        first, lines = group[0], lines + len(group)
        category = f" ({first['category']})" if first.get("category") else ""
        text += f"\n# {first['product']}{category}: {_fact(first)}\n"
        for row in group:
            number += 1
            text += f"{number} [ ] {' '.join(row['text'].split())}\n"
    if lines:
        yield text


def write(source: Path, out: Path, most: int, seed: int, width: int = 0) -> tuple[int, int]:
    """Write the sheets and their key; return how many sheets and lines there are. What is wider than `width`, which no
    ad could take, is left out."""
    rows = []
    for where, row in read_rows(source):
        lacking = [name for name in NEEDED if not row.get(name)]
        if lacking:
            raise PanelError(f"{where}: a candidate has {', '.join(NEEDED)}; there is no {lacking[0]}")
        if row.get("stands") is not False and (not width or measure(row["text"], "width") <= width):
            rows.append(row)
    groups = laid_out(rows, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    made = list(sheets(groups, most))
    for at, text in enumerate(made, 1):
        out.with_name(f"{out.name}-{at:03}.txt").write_text(text, encoding="utf-8")
    numbered = enumerate((row for group in groups for row in group), 1)
    key = "".join(json.dumps({"number": at, **row}, ensure_ascii=False) + "\n" for at, row in numbered)
    out.with_name(f"{out.name}-key.jsonl").write_text(key, encoding="utf-8")
    return len(made), sum(map(len, groups))


def read(key: Path, filled: Sequence[Path], reader: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the candidates that have a mark, with it, and a sentence for each that has none and for what is none."""
    rows = {row.pop("number"): row for _, row in read_rows(key)}
    labels: dict[int, dict[str, Any]] = {}
    wrong = []
    for path in filled:
        for at, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
            found = BOXED.match(line.strip()) or BARE.fullmatch(line.strip())
            if not found:
                if line[:1].isdigit():
                    wrong.append(f"{path}:{at}: neither `NUMBER [MARK] line` nor `NUMBER MARK`")
                continue
            number, told = int(found[1]), found[2].strip()
            mark = MARK.fullmatch(told)
            if number not in rows:
                wrong.append(f"{path}:{at}: there is no line {number}")
            elif number in labels:
                wrong.append(f"{path}:{at}: line {number} has a mark already")
            elif not mark and told:
                wrong.append(f"{path}:{at}: line {number}: {told!r} is none of 0 0u 0n 0d 1 1d 2")
            elif mark:
                label, fault = int(told[0]), FAULTS[told[1:].casefold()]
                labels[number] = {**rows[number], "label": label, "fault": fault, "reader": reader}
    wrong += [f"line {number} has no mark: {row['text']}" for number, row in rows.items() if number not in labels]
    return [labels[number] for number in sorted(labels)], wrong


def joined(readers: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the candidates that all readers marked, each with one label. `readers` is what each of them marked."""
    marks: dict[str, list[dict[str, Any]]] = {}
    for rows in readers:
        for row in rows:
            key = json.dumps([row["product"], row["item"], row["text"]], ensure_ascii=False)
            marks.setdefault(key, []).append(row)
    found = []
    for mine in marks.values():
        if len(mine) < len(readers):
            continue
        labels, wrong = [row["label"] for row in mine], [row["fault"] for row in mine if row["fault"] in WRONG]
        label = 0 if wrong or not any(labels) else 2 if min(labels) == 2 else 1
        told = {"label": label, "fault": wrong[0] if wrong else "dull" if not label else ""}
        row = {name: value for name, value in mine[0].items() if name != "reader"} | told
        found.append(row | {"readers": [f"{one['label']}{one['fault'][:1]}" for one in mine]})
    return found


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ways = parser.add_subparsers(dest="way", required=True)
    one = ways.add_parser("write")
    one.add_argument("candidates", type=Path)
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--lines", type=int, default=150, help="of a sheet, about")
    one.add_argument("--width", type=int, default=0, help="leave out what is wider, a Chinese character counting 2")
    one.add_argument("--seed", type=int, default=0)
    one = ways.add_parser("read")
    one.add_argument("sheets", type=Path, help="what `write` was given as --out")
    one.add_argument("filled", type=Path, nargs="+")
    one.add_argument("--by", default="", help="who filled them in")
    one.add_argument("--out", type=Path, required=True)
    one = ways.add_parser("join")
    one.add_argument("labels", type=Path, nargs="+", help="what `read` wrote for each reader")
    one.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(words)
    try:
        if given.way == "join":
            labels = joined([[row for _, row in read_rows(path)] for path in given.labels])
            _written(given.out, labels)
            return
        if given.way == "write":
            made, many = write(given.candidates, given.out, given.lines, given.seed, given.width)
            print(f"{many} lines on {made} sheets; the key is {given.out}-key.jsonl")
            return
        key = given.sheets.with_name(f"{given.sheets.name}-key.jsonl")
        labels, wrong = read(key, given.filled, given.by)
    except (PanelError, OSError) as error:
        sys.exit(f"label_sheet: {error}")
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    _written(given.out, labels, f"; {len(wrong)} things to look at")


def _written(out: Path, labels: Sequence[dict[str, Any]], more: str = "") -> None:
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in labels), encoding="utf-8")
    shares = ", ".join(f"{sum(row['label'] == label for row in labels)} marked {label}" for label in (2, 1, 0))
    print(f"{len(labels)} labels in {out}: {shares}{more}")


if __name__ == "__main__":
    main()
