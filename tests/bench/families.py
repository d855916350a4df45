"""Write briefs of every content type, and count what came of them: shares, limits, strangers, files that re-read.

    python tests/bench/families.py tests/bench/panels/family-briefs.jsonl --out out/five -m qwen2.5-1.5b
    python tests/bench/families.py tests/bench/panels/family-briefs.jsonl --out out/five --count [--json]
    python tests/bench/families.py tests/bench/panels/family-briefs.jsonl --out out/five --count --samples read.md

A row of the briefs is `{"type": "email/offer", "brief": {…}}`. Each type becomes a job, `OUT/email--offer`, by the
command that people use; with `--count` those that are there are counted and nothing is written. A line is printed per
type: pieces accepted, flagged, rejected and failed; lines repaired, from fallbacks and fresh (`WriterFigures`); pieces
that say much the same as another (`twins`, shingles as `--unique` has them); and three things that are counted without
the product's own checks:

    limits     texts of accepted and flagged pieces over a limit of the type's or its platform's YAML
    strangers  numbers, dates, addresses and capitalised names of accepted pieces that their brief does not have
    files      exported values that another reader reads otherwise than the piece has them
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from family_reading import over_limits, over_platform, reread, strangers

from aigc.evaluation import Proportion, WriterFigures
from aigc.ledger import opened_ledger
from aigc.project import Project
from aigc.types import Line

STATUSES = ("accepted", "flagged", "rejected", "failed")
ALIKE = 0.8  # of the shingles of both, as `--unique` has it
SHINGLE = 5  # characters


@dataclass(slots=True)
class Family:
    """This is what came of the briefs of one type."""

    name: str
    counts: Counter[str]
    repaired: Proportion
    fallbacks: Proportion
    fresh: Proportion
    twins: Proportion
    limits: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    read: int = 0  # values of files that were held against the pieces

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        shares = {name: getattr(self, name) for name in ("repaired", "fallbacks", "fresh", "twins")}
        told = {name: [one.part, one.whole] for name, one in shares.items()}
        found = {"limits": self.limits, "strangers": self.strangers, "files": self.files, "values_reread": self.read}
        return {"type": self.name, **{one: self.counts[one] for one in STATUSES}, **told, **found}

    def row(self) -> str:
        """Return it as a row of a table in Markdown."""
        shares = (self.repaired, self.fallbacks, self.fresh, self.twins)
        told = [f"{one.part} of {one.whole}" if one.whole else "–" for one in shares]
        counts = " / ".join(str(self.counts[one]) for one in STATUSES)
        found = (len(self.limits), len(self.strangers), f"{len(self.files)} of {self.read}")
        return f"| {' | '.join(map(str, (self.name, counts, *told, *found)))} |"


HEAD = (
    "| type | accepted / flagged / rejected / failed | repaired | fallback | fresh | twins | limits | strangers "
    "| files |\n|---|---|---|---|---|---|---|---|---|"
)


def rows_by_type(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the briefs of each type, in the file's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row["type"], []).append(row["brief"])
    return found


def folder_of(out: Path, name: str) -> Path:
    """Return where the job of a type is."""
    return out / name.replace("/", "--")


def write(out: Path, name: str, briefs: Sequence[Mapping[str, Any]], words: Sequence[str]) -> None:
    """Write a type's briefs as a job, by the command line. What it says goes on to whoever called this."""
    out.mkdir(parents=True, exist_ok=True)
    rows = out / f"{name.replace('/', '--')}.jsonl"
    rows.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in briefs), encoding="utf-8")
    call = ["batch", name, str(rows), "--out", str(folder_of(out, name)), "--no-reuse", "-o", "keep_lines=all", *words]
    code = subprocess.run([sys.executable, "-m", "aigc", *call], check=False, stdout=sys.stderr).returncode
    if code not in (0, 1):
        sys.exit(f"families: aigc {' '.join(call)}: exit code {code}")


def count(project: Project, name: str, folder: Path) -> Family:
    """Count the pieces of a job's folder and read its files anew."""
    content_type = project.content_type(name)
    with opened_ledger(folder) as ledger:
        lines: dict[str, list[Line]] = {}
        for kept in ledger.lines.kept():
            if not kept.replaced:
                lines.setdefault(kept.brief.id, []).append(kept.line)
        artifacts = [replace(one, lines=tuple(lines.get(one.id, ()))) for one in ledger.pieces.artifacts()]
    figures = WriterFigures.of(artifacts, content_type)
    pieces = [json.loads(row) for row in (folder / "artifacts.jsonl").read_text(encoding="utf-8").splitlines()]
    sent = [one for one in pieces if one["status"] == "accepted"]
    family = Family(
        name,
        Counter(one["status"] for one in pieces),
        figures.repaired,
        figures.fallbacks,
        figures.fresh,
        Proportion(len(twins([_told(one["fields"]) for one in sent])), len(sent)),
    )
    for one in pieces:
        over = [*over_limits(one["fields"], content_type.output), *over_platform(name, one["fields"], one["brief"])]
        family.limits += [f"{one['id']} {found}" for found in over if one["status"] in ("accepted", "flagged")]
    for one in sent:
        family.strangers += [f"{one['id']} {found}" for found in strangers(one["fields"], one["brief"]["values"])]
    family.read, family.files = reread(folder, sent)
    return family


def twins(texts: Sequence[str]) -> set[int]:
    """Return which texts are nearly another one's, by runs of five characters (Jaccard)."""
    runs = [{text[at : at + SHINGLE] for at in range(max(1, len(text) - SHINGLE + 1))} for text in texts]
    pairs = ((a, b) for a in range(len(runs)) for b in range(a) if runs[a] and runs[b])
    return {one for a, b in pairs if len(runs[a] & runs[b]) >= ALIKE * len(runs[a] | runs[b]) for one in (a, b)}


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(_told(one) for one in value.values())
    return "\n".join(map(_told, value)) if isinstance(value, list) else str(value)


def shown(fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield a piece's fields as lines of Markdown, as a person sees them."""
    for name, value in fields.items():
        if value in ("", [], None):
            continue
        if isinstance(value, list):
            yield f"**{name}**"
            yield from (f"- {_in_line(one)}" for one in value)
        else:
            yield f"**{name}** {_in_line(value)}"


def _in_line(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{name}: {_in_line(one)}" for name, one in value.items() if one not in ("", [], None))
    return "; ".join(map(_in_line, value)) if isinstance(value, list) else str(value).replace("\n", " ⏎ ")


def samples(out: Path, names: Sequence[str], most: int = 10) -> str:
    """Return up to `most` pieces of each type with their briefs, as Markdown."""
    parts = []
    for name in names:
        parts.append(f"## {name}\n")
        for line in (folder_of(out, name) / "artifacts.jsonl").read_text(encoding="utf-8").splitlines()[:most]:
            piece = json.loads(line)
            values = piece["brief"]["values"]
            brief = {key: value for key, value in values.items() if value not in (None, "", [], False)}
            why = f": {piece['reason']}" if piece["reason"] else ""
            parts.append(f"### {piece['id']}, {piece['status']}{why}\n\n> {_in_line(brief)}\n")
            parts.append("  \n".join(shown(piece["fields"])) + "\n")
    return "\n".join(parts)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("briefs", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--type", action="append", default=[], help="only this one; repeat for more")
    parser.add_argument("--count", action="store_true", help="count what is there and write nothing")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--samples", type=Path, help="write ten pieces of each type here, to be read")
    given, further = parser.parse_known_args(words)  # what else is told goes to `aigc batch`
    rows = rows_by_type(given.briefs)
    names = given.type or list(rows)
    project = Project.open()
    found = []
    for name in names:
        if not given.count:
            write(given.out, name, rows[name], further)
        found.append(count(project, name, folder_of(given.out, name)))
    if given.samples:
        given.samples.write_text(samples(given.out, names), encoding="utf-8")
    if given.json:
        print(json.dumps([one.record() for one in found], ensure_ascii=False, indent=1))
        return
    print(HEAD, *(one.row() for one in found), sep="\n")
    for one in found:
        print(*(f"{one.name} {what}" for what in (*one.limits, *one.strangers, *one.files)), sep="\n")


if __name__ == "__main__":
    main()
