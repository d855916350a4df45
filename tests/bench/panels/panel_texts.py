"""What a panel reads: texts with the briefs and facts they were written for, from JSONL or from a job's folder.

A row of JSONL is `{"brief": {"product", "category", "language", "facts"}, "fact": "…", "text": "…", "kind": "line"}`,
with `source` where a file has several. Kinds: `line`, `suggestion`, `plain`, `description`, `article`, `meta`, `title`.
A job's folder gives its pieces' lines (what a stage over the facts wrote, where it stands in an accepted piece), their
suggestions, its descriptions or its whole pieces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from plainness import says_no_more
from rapidfuzz import fuzz

from aigc.types import texts_in

FACTS = ("facts", "benefits", "points")  # what a brief may call them
UNSHOWN = {"url", "language", *FACTS}
NAMES = ("product", "topic", "title", "keyword")
ADDRESSES = {"final_url", "path1", "path2", "slug"}
WHOLE = 90  # of 100: all but a little word of a line is its fact's
PLACE = re.compile(r"\w+\[\d+\]")


class PanelError(Exception):
    """This is what a file has wrong, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelBrief:
    """This is a brief as readers see it."""

    values: Mapping[str, Any]

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(next((self.values[name] for name in FACTS if self.values.get(name)), ()))

    @property
    def name(self) -> str:
        return next((str(self.values[name]) for name in NAMES if self.values.get(name)), "")

    @property
    def language(self) -> str:
        return str(self.values.get("language") or "en")

    @property
    def key(self) -> str:
        """Return what is the same in two runs of one brief, whatever else was filled in."""
        return "|".join((self.name, *self.facts))

    def shown(self) -> str:
        """Return all but the facts, in one line."""
        return "; ".join(f"{name}: {value}" for name, value in self.values.items() if value and name not in UNSHOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelText:
    """This is a text to be judged; `fact` is empty for one that is about the whole brief."""

    brief: PanelBrief
    source: str
    text: str
    kind: str
    fact: str = ""
    status: str = "accepted"

    @property
    def near_plain(self) -> bool:
        """Say whether it only adds the name, a call or filler to its fact."""
        return says_no_more(self.text, f"{self.brief.name} {self.fact}", self.brief.language)


def read_source(told: str, kinds: Collection[str], stages: Collection[str] = ()) -> list[PanelText]:
    """Return the texts of `NAME=PATH`, of a file of JSONL or a job's folder, that are of some kinds."""
    name, _, place = told.rpartition("=")
    path = Path(place)
    if path.is_dir():
        found = list(_of_job(path, name or path.name, set(kinds), stages))
    elif path.is_file():
        found = [one for one in _of_file(path, name or path.stem) if one.kind in kinds]
    else:
        raise PanelError(f"{path}: neither a file nor a job's folder")
    if not found:
        raise PanelError(f"{path}: there is no {' or '.join(sorted(kinds))} in it")
    return found


def plain_facts(briefs: Sequence[PanelBrief]) -> list[PanelText]:
    """Return every fact of some briefs as it is, but for its first letter."""
    return [
        PanelText(brief=brief, source="fact", kind="plain", fact=fact, text=fact[:1].upper() + fact[1:])
        for brief in briefs
        for fact in brief.facts
    ]


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each row of a file of JSONL with the place where it stands."""
    for at, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise PanelError(f"{path}:{at}: no JSON object")
            yield f"{path}:{at}", row


def _of_file(path: Path, name: str) -> Iterator[PanelText]:
    for where, row in read_rows(path):
        if not isinstance(row.get("brief"), dict) or not all(isinstance(row.get(one), str) for one in ("text", "kind")):
            raise PanelError(f'{where}: a row has "brief" (an object), "text" and "kind"')
        brief = PanelBrief(values=row["brief"])
        rest = {one: str(row[one]) for one in ("fact", "status") if row.get(one)}
        if rest.get("fact", "") not in ("", *brief.facts):
            raise PanelError(f"{where}: its brief has no fact {rest['fact']!r}")
        yield PanelText(brief=brief, source=str(row.get("source") or name), text=row["text"], kind=row["kind"], **rest)


def _of_job(folder: Path, name: str, kinds: set[str], stages: Collection[str]) -> Iterator[PanelText]:
    kept = _places(folder, stages) if stages else {}
    for where, piece in read_rows(folder / "artifacts.jsonl"):
        brief, fields, status = PanelBrief(values=piece["brief"]["values"]), piece["fields"], piece["status"]
        given: dict[str, Any] = {"brief": brief, "source": name, "status": status}
        if "article" in kinds:
            text = {field: value for field, value in fields.items() if field not in ADDRESSES}
            yield PanelText(text="\n\n".join(texts_in(text)), kind=piece["provenance"]["content_type"], **given)
        elif "description" in kinds:
            for at, text in enumerate(fields.get("descriptions", ())):
                if not stages or f"descriptions[{at}]" in kept.get(piece["id"], ()):
                    yield PanelText(text=text, kind="description", **given)
        elif "plain" in kinds:
            for own in plain_facts([brief]):
                likest = max(fields.get("headlines", ()), key=lambda line: _part_of(line, own.fact), default="")
                yield replace(own, source=name, text=likest if _part_of(likest, own.fact) > WHOLE else own.text)
        else:
            if status == "accepted":
                for path, item in sorted(kept.get(piece["id"], {}).items()):
                    root, place = path[:-1].split("[")
                    line = fields[root][int(place)]
                    yield PanelText(text=line, kind="line", fact=_fact(brief, item, where), **given)
            for one in piece.get("suggestions", ()) if "suggestion" in kinds else ():
                if one["stage"] in stages:
                    fact = _fact(brief, one["item"], where)
                    yield PanelText(text=one["text"], kind="suggestion", fact=fact, **given)


def _part_of(line: str, fact: str) -> float:
    """Return how far a line is words of a fact in their order, 0 to 100; where no spaces are, how far it is in it."""
    measure = fuzz.token_set_ratio if " " in fact else fuzz.partial_ratio
    return measure(line.casefold(), fact.casefold())


def _places(folder: Path, stages: Collection[str]) -> dict[str, dict[str, int]]:
    """Return, of each piece, where the lines of some stages stand, and the item that each is of."""
    from aigc.ledger import opened_ledger

    found: dict[str, dict[str, int]] = {}
    with opened_ledger(folder) as ledger:
        for one in ledger.lines.kept():
            if one.line.taken and not one.replaced and one.line.stage in stages:
                paths = {path: one.line.item for path in one.line.fields if PLACE.fullmatch(path)}
                found.setdefault(one.brief.id, {}).update(paths)
    if not found:
        raise PanelError(f"{folder}: no kept lines of {' or '.join(stages)}; write it with `-o keep_lines=taken`")
    return found


def _fact(brief: PanelBrief, item: int, where: str) -> str:
    if item >= len(brief.facts):
        raise PanelError(f"{where}: item {item} of a brief with {len(brief.facts)} facts: name a stage over its facts")
    return brief.facts[item]
