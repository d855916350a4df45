"""Count what readers found of a sheet: shares with their intervals (Wilson, 95 %), agreement (Cohen's kappa).

    python tests/bench/panels/score.py out/lines-key.jsonl reader-1.csv reader-2.csv [--out out/lines-score.json]

Verdicts are the sheet, filled in, as CSV or JSONL. A mark that is missing or not one of its words is named with its row
and counts for nothing; the item is left out of the figures that need it from every reader, or is no success where the
figure is of all facts. Where the issue asked for a figure it stands beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from verdicts import ALONE, Key, Verdict, agreement, read_verdict, votes

from aigc.evaluation import Proportion


@dataclass(frozen=True, slots=True)
class Figure:
    """This is a share that was counted; `least` and `most` are what it is asked to be."""

    name: str
    value: Proportion
    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        share, bounds = self.value.share, self.value.interval
        if share is None or bounds is None:
            return f"{self.name}: none to count"
        text = f"{self.name}: {self.value.part} of {self.value.whole}, {share:.1%} [{bounds[0]:.1%}, {bounds[1]:.1%}]"
        if self.least is None and self.most is None:
            return text
        asked = f"≥ {self.least:.0%}" if self.least is not None else f"≤ {self.most:.0%}"
        return f"{text}; asked {asked}: {'met' if self.met else 'NOT met'}"

    @property
    def met(self) -> bool:
        """Say whether the share is what was asked for; its interval may reach beyond."""
        share = self.value.share or 0.0
        return (self.least is None or share >= self.least) and (self.most is None or share <= self.most)


def counted(chosen: Iterable[bool]) -> Proportion:
    """Return how many of some are so."""
    told = list(chosen)
    return Proportion(sum(told), len(told))


def pair_figures(head: Key, rows: Sequence[Key], verdicts: Sequence[Verdict]) -> list[Figure]:
    """Return what came of lines or descriptions beside the plain ones. What only adds the name, a call or filler is
    plain too, and counted apart."""
    fresh = [row for row in rows if not row["near_plain"]]
    near = [row for row in rows if row["near_plain"]]

    def faulty(some: Sequence[Key], *, own: bool = True) -> list[list[str]]:
        sides = [(row, row["own"] if own else "BA"["AB".index(row["own"])]) for row in some]
        return [told for row, side in sides if (told := votes(row, f"{side}_faulty", verdicts))]

    most = 0.08 if head.get("languages") == ["zh"] else 0.05
    preferred = [[told == row["own"] for told in votes(row, "better", verdicts)] for row in fresh]
    preferred = [told for told in preferred if told]
    figures = [
        Figure("faulty for any reader", counted("yes" in told for told in faulty(fresh)), most=most),
        Figure("faulty for all readers", counted(set(told) == {"yes"} for told in faulty(fresh))),
        Figure("the other side faulty for any reader", counted("yes" in told for told in faulty(fresh, own=False))),
        Figure("preferred by all", counted(map(all, preferred)), least=0.5 if head["design"] == "lines" else 0.6),
        *(Figure(f"preferred by reader {at}", counted(one)) for at, one in enumerate(zip(*preferred, strict=True), 1)),
    ]
    if head["design"] == "lines":
        facts = {(row["brief"], row["fact"]) for row in fresh}
        figures += [
            Figure("facts covered", Proportion(len(facts), head["facts"]), least=0.25),
            Figure("that only add name, call or filler", Proportion(len(near), len(rows))),
            Figure("of those faulty for any reader", counted("yes" in told for told in faulty(near))),
        ]
    return figures


def suggestion_figures(head: Key, rows: Sequence[Key], verdicts: Sequence[Verdict]) -> list[Figure]:
    """Return for how many facts readers agree on one of what was offered, of all facts."""
    told = [(row, votes(row, "mark", verdicts)) for row in rows]

    def facts(good: set[str], *, near: bool = True, lines: bool = True) -> Proportion:
        chosen = [row for row, marks in told if marks and set(marks) <= good]
        chosen = [row for row in chosen if (near or not row["near_plain"]) and (lines or row["kind"] == "suggestion")]
        return Proportion(len({(row["brief"], row["fact"]) for row in chosen}), head["facts"])

    offered = Proportion(len({(row["brief"], row["fact"]) for row in rows}), head["facts"])
    return [
        Figure("facts with one that all prefer", facts({"better"}, near=False), least=0.55),
        Figure("the same, name, call or filler alone counted too", facts({"better"})),
        Figure("the same, of suggestions without accepted lines", facts({"better"}, near=False, lines=False)),
        Figure("facts with one at least as good for all", facts({"better", "as good"}), least=0.9),
        Figure("facts with anything offered", offered),
        Figure("offered lines faulty for any reader", counted("faulty" in marks for _, marks in told if marks)),
    ]


def piece_figures(head: Key, rows: Sequence[Key], verdicts: Sequence[Verdict]) -> list[Figure]:
    """Return, for each source, what is accepted, what is wrong with that, and whether flags are right."""
    figures = []
    for source in dict.fromkeys(row["source"] for row in rows):
        own = [row for row in rows if row["source"] == source]
        marked = [(row, [votes(row, mark, verdicts) for mark in ALONE]) for row in own]
        whole = [(row["status"] == "accepted", told) for row, told in marked if all(told)]
        bad = [(accepted, any("yes" in one for one in told)) for accepted, told in whole]
        sent = [told for accepted, told in whole if accepted]
        told_by_each = [["yes" in mine for mine in zip(*told, strict=True)] for told in sent]  # is it faulty?
        asked = [votes(row, "publish", verdicts) for row in own if row["status"] == "accepted"]
        publish = [[one == "yes" for one in told] for told in asked if told]
        figures += [
            Figure(f"{source}: accepted", counted(row["status"] == "accepted" for row in own), least=0.6),
            Figure(f"{source}: accepted and faulty for any reader", counted(it for yes, it in bad if yes), most=0.05),
            Figure(f"{source}: accepted and faulty for all readers", counted(map(all, told_by_each))),
            *(
                Figure(f"{source}: accepted, {mark} for any reader", counted("yes" in told[at] for told in sent))
                for at, mark in enumerate(ALONE)
            ),
            *_publishable(source, publish),
            Figure(f"{source}: flags that are right", counted(it for yes, it in bad if not yes)),
            Figure(f"{source}: faulty pieces that are flagged", counted(not yes for yes, it in bad if it)),
        ]
    return figures


def _publishable(source: str, publish: Sequence[Sequence[bool]]) -> list[Figure]:
    """Return what of the accepted pieces all readers, and each of them, would publish; nothing where none was asked."""
    if not publish:
        return []
    by_each = [counted(one) for one in zip(*publish, strict=True)]
    return [
        Figure(f"{source}: accepted, publishable for all readers", counted(map(all, publish))),
        *(Figure(f"{source}: accepted, publishable for reader {at}", one) for at, one in enumerate(by_each, 1)),
    ]


def score(key: Path, readers: Sequence[Path]) -> tuple[list[Figure], dict[str, float | None], list[str]]:
    """Return the figures, the agreement and what is wrong with the verdicts."""
    head, *rows = [json.loads(line) for line in key.read_text(encoding="utf-8").splitlines()]
    read = [read_verdict(path, head["design"], [row["item"] for row in rows]) for path in readers]
    verdicts = [verdict for verdict, _ in read]
    of = {"suggestions": suggestion_figures, "pieces": piece_figures}.get(head["design"], pair_figures)
    wrong = [sentence for _, sentences in read for sentence in sentences]
    return of(head, rows, verdicts), agreement(head["design"], rows, verdicts), wrong


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("key", type=Path)
    parser.add_argument("readers", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, help="the same as JSON")
    given = parser.parse_args(words)
    if len(given.readers) < 2:
        parser.error("two readers or more")
    figures, agreed, wrong = score(given.key, given.readers)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    print(*figures, sep="\n")
    for mark, value in agreed.items():
        print(f"agreement on {mark}: {'no two marks' if value is None else f'κ {value:.2f}'}")
    if given.out:
        told = [
            {"name": one.name, "part": one.value.part, "whole": one.value.whole, "share": one.value.share}
            | {"interval": one.value.interval, "least": one.least, "most": one.most}
            for one in figures
        ]
        record = {"figures": told, "kappa": agreed, "wrong": wrong}
        given.out.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
