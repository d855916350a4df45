"""Make a sheet for blind readers of what came of `families.py`: accepted pieces of all types, shuffled, with briefs.

    python tests/bench/panels/family_sheet.py out/five out/zh --out panels/families-3 [--seed 3]
    python tests/bench/panels/family_sheet.py --score panels/families-3 r1.jsonl r2.jsonl

Writes `NAME-sheet.md`, which says neither who wrote a piece nor what its type is called, and `NAME-key.jsonl`. A reader
answers with a line of JSON for each piece: n, publishable, untrue, fluent, why. `--score` counts both readers' answers
by type, with Wilson's 95 % intervals of the whole.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aigc.evaluation import Proportion

HEAD = """# Read each piece beside its brief

For each piece answer three questions, by itself, with nothing looked up but common knowledge:

1. **publishable**: would an editor, teacher or shop owner who gave this brief publish or use the piece as it stands?
   `no` for anything faulty, and for what is true and still clumsy, empty, doubled or beside the point. In doubt: no.
2. **untrue**: does it say, promise or imply something that the brief does not say (another number, unit or condition,
   an invented property, who does what turned round, a wrong key or answer)? What everybody knows to be true, and
   everyday advice that claims nothing, is not untrue. Which words?
3. **fluent**: is every sentence right and natural in its language? A list, a headline or a keyword need not be one.

Pieces are of many kinds (ads, mails, pages, lessons, lists of searches, plans, stories). Placeholders such as
{{ticket.requester.first_name}}, *|FNAME|* or {% unsubscribe_link %} are filled in by the program that sends: no fault.
An ad's headlines and descriptions are drawn from a set and shown two or three at a time. In a quiz `answer` is
the key for the teacher. Text after `>` is the brief, which you may take to be true.

Write one line of JSON per piece into your answers' file:
{"n": 1, "publishable": true, "untrue": false, "fluent": true, "why": "words and reason where not all is well"}
"""
UNSEEN = ("language", "date", "status")


def main(words: Sequence[str] | None = None) -> None:
    """Make a sheet, or score the answers to one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("given", nargs="*", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--score", type=Path)
    asked = parser.parse_args(words)
    if asked.score:
        score(asked.score, asked.given)
    else:
        make(asked.given, asked.out, asked.seed)


def make(folders: Sequence[Path], out: Path, seed: int) -> None:
    """Write a sheet of the accepted pieces of the jobs in some folders, and its key."""
    pieces = [
        json.loads(line)
        for folder in folders
        for file in sorted(folder.glob("*/artifacts.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    accepted = [piece for piece in pieces if piece["status"] == "accepted"]
    random.Random(seed).shuffle(accepted)
    out.parent.mkdir(parents=True, exist_ok=True)
    shown = [HEAD, *(_shown(number, piece) for number, piece in enumerate(accepted, 1))]
    out.with_name(f"{out.name}-sheet.md").write_text("\n---\n\n".join(shown), encoding="utf-8")
    keys = (
        {"n": number, "type": _type(piece), "id": piece["id"], "language": _values(piece).get("language", "")}
        for number, piece in enumerate(accepted, 1)
    )
    lines = "".join(json.dumps(key, ensure_ascii=False) + "\n" for key in keys)
    out.with_name(f"{out.name}-key.jsonl").write_text(lines, encoding="utf-8")
    print(f"{len(accepted)} accepted of {len(pieces)}")


def score(sheet: Path, answers: Sequence[Path]) -> None:
    """Print how many of each type each reader would publish, and found untrue."""
    key = {one["n"]: one["type"] for one in _lines(sheet.with_name(f"{sheet.name}-key.jsonl"))}
    told = [{one["n"]: one for one in _lines(file)} for file in answers]
    for file, answered in zip(answers, told, strict=True):
        if missing := sorted(key.keys() - answered.keys()):
            raise SystemExit(f"{file}: no answer to {missing}")
    many = Counter(key.values())
    for name in sorted(many):
        of_type = [number for number, one in key.items() if one == name]
        good = " ".join(str(sum(answered[n]["publishable"] is True for n in of_type)) for answered in told)
        bad = " ".join(str(sum(answered[n]["untrue"] is True for n in of_type)) for answered in told)
        print(f"{name:28} of {many[name]}: publishable {good}, untrue {bad}")
    for word in ("publishable", "untrue"):
        for file, answered in zip(answers, told, strict=True):
            found = Proportion(sum(answered[n][word] is True for n in key), len(key))
            low, high = found.interval or (0.0, 1.0)
            print(f"{word} {file.name}: {found.part} of {found.whole}, {found.share or 0:.0%} [{low:.0%}, {high:.0%}]")


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())


def _type(piece: Mapping[str, Any]) -> str:
    return str(piece["provenance"]["content_type"])


def _values(piece: Mapping[str, Any]) -> dict[str, Any]:
    brief = piece["brief"]
    return brief.get("values", brief)


def _shown(number: int, piece: Mapping[str, Any]) -> str:
    given = {
        name: value for name, value in _values(piece).items() if value not in (None, "", []) and name not in UNSEEN
    }
    brief = "\n".join(f"> {name}: {_flat(value)}" for name, value in given.items())
    fields = {name: value for name, value in piece["fields"].items() if value not in (None, "", [], {})}
    return f"## {number}\n\n{brief}\n\n" + "\n\n".join(_field(name, value) for name, value in fields.items()) + "\n"


def _field(name: str, value: Any) -> str:
    label = name.replace("_", " ").capitalize()
    if isinstance(value, list):
        return f"{label}:\n" + "\n".join(f"- {_flat(one)}" for one in value)
    return f"{label}:\n\n{value}" if "\n" in str(value) else f"{label}: {_flat(value)}"


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_flat(one)}" for name, one in value.items() if one not in (None, "", [], {}))
    return " | ".join(map(_flat, value)) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    main()
