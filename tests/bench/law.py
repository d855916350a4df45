"""How well the rules of advertising law agree with sentences that somebody labelled from the statutes.

    python tests/bench/law.py tests/bench/law/open.jsonl [--wrong]

A line of the file has `language`, `sentence` and `verdict`: block, evidence, info or pass. A sentence counts as flagged
where it is refused or needs proof. Precision and recall are those of being flagged; `exact` is the share of sentences
with the very verdict of the label. `--wrong` shows those that are flagged wrongly or not at all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aigc.types import Json
from aigc.types.foreign import read_json
from aigc_plugins.law.advertising import verdict_on

FLAGGED = ("block", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """This is how many labelled sentences are flagged rightly, wrongly or not at all, and have the very verdict."""

    hits: int
    false_alarms: int
    missed: int
    exact: int
    total: int

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.missed)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f}, exact {self.exact / max(1, self.total):.3f} "
            f"({self.total} sentences: {self.hits} flagged rightly, {self.false_alarms} wrongly, {self.missed} missed)"
        )


def labelled(file: Path) -> list[Mapping[str, Json]]:
    """Return the lines of a file of labels."""
    return [read_json(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def found(line: Mapping[str, Json]) -> str:
    """Return the verdict of the rules on a labelled sentence."""
    return verdict_on(line["sentence"], line["language"]) or "pass"


def agreement(lines: Iterable[Mapping[str, Json]]) -> Agreement:
    """Return how well the rules agree with labels."""
    pairs = [(line["verdict"], found(line)) for line in lines]
    return Agreement(
        hits=sum(label in FLAGGED and told in FLAGGED for label, told in pairs),
        false_alarms=sum(label not in FLAGGED and told in FLAGGED for label, told in pairs),
        missed=sum(label in FLAGGED and told not in FLAGGED for label, told in pairs),
        exact=sum(label == told for label, told in pairs),
        total=len(pairs),
    )


def wrong(lines: Iterable[Mapping[str, Json]]) -> list[str]:
    """Return the sentences that are flagged wrongly or not at all, with the label and what was found."""
    return [
        f"{line['verdict']:8} {told:8} {line['sentence']}"
        for line in lines
        if ((told := found(line)) in FLAGGED) != (line["verdict"] in FLAGGED)
    ]


def main(arguments: list[str]) -> None:
    """Print the agreement with a file of labels, over all and for each language."""
    lines = labelled(Path(arguments[0]))
    print(f"all  {agreement(lines)}")
    for language in sorted({line["language"] for line in lines}):
        print(f"{language:4} {agreement([line for line in lines if line['language'] == language])}")
    if "--wrong" in arguments:
        print("\n".join(["label    found    sentence", *wrong(lines)]))


if __name__ == "__main__":
    main(sys.argv[1:])
