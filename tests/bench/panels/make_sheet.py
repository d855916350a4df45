"""Write a sheet for readers: which texts are whose is hidden, sides and order are shuffled, the key is a file apart.

    python tests/bench/panels/make_sheet.py lines        own=jobs/copy plain=jobs/facts --out out/lines
    python tests/bench/panels/make_sheet.py suggestions  own=jobs/copy plain=jobs/facts --out out/five
    python tests/bench/panels/make_sheet.py descriptions own=jobs/copy today=jobs/facts --stage joint --out out/pairs
    python tests/bench/panels/make_sheet.py pieces       small=jobs/small large=large.jsonl --out out/articles

A source is NAME=PATH: a file of JSONL or a job's folder (`panel_texts.py` says what is read of them). The first is
judged, the second is what it is held against; without one that is the fact itself (of `--briefs`).

    lines         an accepted line beside the plain fact: which is better, is either faulty
    suggestions   up to five a fact, the accepted line among them, each marked against the plain fact
    descriptions  two of one brief, those that are most alike: marked as lines are
    pieces        one text alone, of any source: unsupported, contradiction, no_language, publish and why

`--out out/lines` writes `out/lines.csv`, which readers fill in, the same as `out/lines.jsonl`, and the key
`out/lines-key.jsonl`, which no reader sees. The same texts with the same `--seed` make the same files. Lines that are
the plain fact word for word are on no sheet.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from panel_texts import PanelBrief, PanelError, PanelText, plain_facts, read_rows, read_source
from rapidfuzz import fuzz
from verdicts import MARKS, OPTIONAL, WHY

MOST = 5  # suggestions a fact
SHOWN = {  # beside the brief and its facts
    "lines": ("fact", "A", "B"),
    "suggestions": ("fact", "plain", "line"),
    "descriptions": ("A", "B"),
    "pieces": ("text",),
}
Item: TypeAlias = tuple[dict[str, str], dict[str, Any]]  # what readers see of it, and its key
Texts: TypeAlias = Sequence[PanelText]


def lines(own: Texts, plain: Texts, draw: random.Random) -> list[Item]:
    """Return a pair for each line and the plain form of its fact."""
    beside = _plain_of(own, plain)
    pairs = [(one, beside[one.brief.key, one.fact]) for one in own]
    return [_pair(one, other, draw) for one, other in pairs if _bare(one.text) != _bare(other.text)]


def descriptions(own: Texts, today: Texts, draw: random.Random) -> list[Item]:
    """Return a pair for each description and the one of the same brief that is most like it, each taken once."""
    left = list(today)
    found = []
    for one in own:
        rest = [other for other in left if other.brief.key == one.brief.key]
        if rest:
            other = max(rest, key=lambda other: fuzz.token_set_ratio(one.text, other.text))
            left.remove(other)
            if _bare(one.text) != _bare(other.text):
                found.append(_pair(one, other, draw))
    return found


def suggestions(own: Texts, plain: Texts, draw: random.Random) -> list[Item]:
    """Return what is offered for each fact, best first before it is shuffled: the accepted line, the suggestions."""
    beside = _plain_of(own, plain)
    offered: dict[tuple[str, str], dict[str, PanelText]] = {}
    for one in sorted(own, key=lambda one: one.kind != "line"):
        at = (one.brief.key, one.fact)
        if _bare(one.text) != _bare(beside[at].text):
            offered.setdefault(at, {}).setdefault(_bare(one.text), one)
    found: list[Item] = []
    for at, choice in draw.sample(sorted(offered.items()), len(offered)):
        texts = list(choice.values())[:MOST]
        for one in draw.sample(texts, len(texts)):
            found.append(({**_brief(one), "fact": one.fact, "plain": beside[at].text, "line": one.text}, _key(one)))
    return found


def pieces(own: Texts, others: Texts, draw: random.Random) -> list[Item]:
    """Return every text of every source."""
    return [({**_brief(one), "text": one.text}, _key(one)) for one in (*own, *others)]


def _plain_of(own: Texts, plain: Texts) -> dict[tuple[str, str], PanelText]:
    """Return the plain text of each fact. PanelError names a text whose fact has none."""
    beside = {(one.brief.key, one.fact): one for one in plain}
    for one in own:
        if (one.brief.key, one.fact) not in beside:
            raise PanelError(f"{one.source}: {one.text!r}: no plain text for {one.fact!r} of {one.brief.name!r}")
    return beside


def _pair(own: PanelText, other: PanelText, draw: random.Random) -> Item:
    sides = dict(zip("AB", draw.sample((own, other), 2), strict=True))
    seen = {**_brief(own), "fact": own.fact} | {side: one.text for side, one in sides.items()}
    hidden = {"own": next(side for side, one in sides.items() if one is own), "against": other.text}
    return seen, _key(own) | hidden


def _brief(one: PanelText) -> dict[str, str]:
    return {"brief": one.brief.shown(), "facts": "; ".join(one.brief.facts)}


def _key(one: PanelText) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("source", "kind", "fact", "status", "text")}
    return {"brief": one.brief.key, **told, "near_plain": bool(one.fact) and one.near_plain}


def _bare(text: str) -> str:
    return " ".join(text.casefold().strip(" .。!！").split())


MAKERS: dict[str, Callable[[Texts, Texts, random.Random], list[Item]]] = {
    "lines": lines,
    "suggestions": suggestions,
    "descriptions": descriptions,
    "pieces": pieces,
}


def _read(
    design: str, sources: Sequence[str], stages: Sequence[str], briefs: Sequence[PanelBrief]
) -> tuple[Texts, Texts]:
    """Return the texts that are judged and those that they are held against."""
    whole = ("article", "meta", "title", "description")
    kinds = {"lines": ("line",), "suggestions": ("line", "suggestion"), "descriptions": ("description",)}
    own = read_source(sources[0], kinds.get(design, whole), stages)
    if design in ("lines", "suggestions"):
        return own, read_source(sources[1], ("plain",)) if len(sources) > 1 else plain_facts(
            briefs or [one.brief for one in own]
        )
    return own, [one for told in sources[1:] for one in read_source(told, kinds.get(design, whole))]


def make(
    design: str, own: Texts, others: Texts, seed: int, briefs: Sequence[PanelBrief] = ()
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """Return the rows of a sheet and of its key, whose first says what it is of and how many facts there were.

    Those are the facts of `briefs`, of the texts' own unless told.
    """
    draw = random.Random(seed)
    found = MAKERS[design](own, others, draw)
    if design != "suggestions":  # those are in random order already, fact by fact
        draw.shuffle(found)
    asked = {one.key: one for one in briefs or [one.brief for one in (*others, *own)]}
    languages = sorted({brief.language for brief in asked.values()})
    head: dict[str, Any] = {"design": design, "seed": seed, "briefs": len(asked), "languages": languages}
    head["facts"] = sum(len(brief.facts) for brief in asked.values())
    marks = (*MARKS[design], *OPTIONAL.get(design, ()), *WHY.get(design, ()))
    columns = ("item", "brief", "facts", *SHOWN[design], *marks)
    seen = [{name: row.get(name, "") for name in columns} | {"item": str(at)} for at, (row, _) in enumerate(found, 1)]
    return seen, [head, *({"item": str(at), **key} for at, (_, key) in enumerate(found, 1))]


def write(out: Path, seen: Sequence[dict[str, str]], key: Sequence[dict[str, Any]]) -> None:
    """Write a sheet twice and its key."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.with_name(f"{out.name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictWriter(file, list(seen[0]))
        sheet.writeheader()
        sheet.writerows(seen)
    for name, rows in ((f"{out.name}.jsonl", seen), (f"{out.name}-key.jsonl", key)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        out.with_name(name).write_text(text, encoding="utf-8")


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("design", choices=MAKERS)
    parser.add_argument("sources", nargs="+", metavar="NAME=PATH")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stage", default="", help="of a job; `copy,lines` unless told, for descriptions all")
    parser.add_argument("--language", default="", help="only briefs in it")
    parser.add_argument("--briefs", type=Path, help="JSONL of all briefs, of those too for which nothing was written")
    given = parser.parse_args(words)
    lined = ["copy", "lines"] if given.design in ("lines", "suggestions") else []
    stages = given.stage.split(",") if given.stage else lined
    try:
        briefs = [PanelBrief(values=row) for _, row in read_rows(given.briefs)] if given.briefs else []
        read = _read(given.design, given.sources, stages, briefs)
        own, others = ([one for one in texts if one.brief.language.startswith(given.language)] for texts in read)
        briefs = [one for one in briefs if one.language.startswith(given.language)]
        seen, key = make(given.design, own, others, given.seed, briefs)
    except PanelError as error:
        sys.exit(f"make_sheet: {error}")
    if not seen:
        sys.exit("make_sheet: nothing is left to judge: no two texts for one brief (and fact) that differ")
    write(given.out, seen, key)
    print(f"{len(seen)} items of {key[0]['briefs']} briefs in {given.out}.csv; the key is {given.out}-key.jsonl")


if __name__ == "__main__":
    main()
