"""Count what the checks of pages and articles stop, and what they stop for nothing: labelled texts, no model.

    python tests/bench/flags.py [--half open|held|all] [--tell]

`flagged.jsonl` has briefs and texts that a model might write of them, each sound or with one named fault, written
before the checks were looked at. Each goes through its type's own post-processors and checks, as the answer of its
stage. A fault is stopped where the piece is not accepted, or is accepted without the words that are the fault
(`span`); a sound text is stopped where it does not leave as it is, but for case, marks and spaces. Told are recall by
kind of fault, sound texts that were stopped by kind of text, and precision and recall of all; `--tell` prints each
that went wrong. One half was set aside while the checks were mended.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aigc import Brief
from aigc.content import brief_values
from aigc.project import Project
from aigc.testing import ScriptedGenerator, open_project
from aigc.types import Request

TEXTS = Path(__file__).with_name("flagged.jsonl")
HOMES = {  # kind of text → its type, the stage that writes it, the fields where it leaves
    "description": ("seo/meta", "description", ("description",)),
    "page-title": ("seo/meta", "title", ("title",)),
    "article-title": ("articles/blog", "title", ("title",)),
    "paragraph": ("articles/blog", "paragraphs", ("intro", "sections")),
    "article": ("articles/blog", "paragraphs", ("intro", "sections")),
}
SOUND = "sound"
BORNE = {"stock_phrase": 1}  # how often a fault's words may stand; the fault of a stock phrase is that it comes again


@dataclass(frozen=True)
class Outcome:
    """A labelled text and what became of it."""

    kind: str
    fault: str
    text: str
    stopped: bool
    status: str
    left: str  # what left instead, or as well


def outcomes(half: str = "open", texts: Path = TEXTS) -> Iterator[Outcome]:
    """Yield what became of each text of a half of the set ("all": of both)."""
    with tempfile.TemporaryDirectory() as folder:
        project = open_project(Path(folder))
        for line in texts.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if half in (entry["half"], "all"):
                yield from (_played(project, entry["brief"], row) for row in entry["rows"])


def told(found: Sequence[Outcome]) -> list[str]:
    """Return the counts, a line each: recall by fault, what was stopped for nothing by kind of text, and all."""
    sound, faulty = [one for one in found if one.fault == SOUND], [one for one in found if one.fault != SOUND]
    stopped, refused = (sum(one.stopped for one in those) for those in (faulty, sound))
    recall, precision = stopped / len(faulty), stopped / max(1, stopped + refused)
    return [
        *(f"{fault}: {_share(faulty, 'fault', fault)} stopped" for fault in sorted({one.fault for one in faulty})),
        *(f"sound {kind}: {_share(sound, 'kind', kind)} stopped" for kind in sorted({one.kind for one in sound})),
        f"recall {stopped}/{len(faulty)} = {recall:.2f}, precision {stopped}/{stopped + refused} = {precision:.2f}",
    ]


def wrong(found: Sequence[Outcome]) -> Iterator[str]:
    """Yield each text that was not dealt with as it should be, and what left."""
    for one in found:
        if one.stopped == (one.fault == SOUND):
            yield f"{one.fault} {one.kind} ({one.status})\n    text: {one.text}\n    left: {one.left}"


def _share(found: Sequence[Outcome], by: str, name: str) -> str:
    those = [one for one in found if getattr(one, by) == name]
    return f"{sum(one.stopped for one in those)}/{len(those)}"


def _played(project: Project, brief: dict[str, Any], row: dict[str, Any]) -> Outcome:
    name, stage, fields = HOMES[row["kind"]]
    content_type = project.content_type(name)
    answers = row["text"] if isinstance(row["text"], list) else [row["text"]]
    given = {key: value for key, value in brief.items() if key in content_type.brief}
    one = Brief(id="1", values=brief_values(content_type, given, where="flagged.jsonl"))
    (piece,) = project.pipeline(ScriptedGenerator(_writer(stage, answers))).write(content_type, [one])
    left = " ".join(_strings([piece.fields.get(field, "") for field in fields]))
    status, fault = piece.status, row.get("fault", SOUND)
    stands = all(_folded(text) in _folded(left) for text in answers)
    if fault != SOUND:
        stands = _times(row["span"], left) > BORNE.get(fault, 0)
    return Outcome(row["kind"], fault, " / ".join(answers), status != "accepted" or not stands, status, left)


def _writer(stage: str, answers: Sequence[str]) -> Callable[[Request, int], str]:
    """Return who answers one stage with the texts, and any other with nothing that could stand."""

    def answer(request: Request, candidate: int) -> str:
        about = request.about
        return answers[about.item] if about and about.stage == stage and about.item < len(answers) else ""

    return answer


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _times(span: str, text: str) -> int:
    """Return how often a fault's words stand in a text; one that ends in a letter is not the beginning of a word."""
    text = text.replace("\u201c", '"').replace("\u201d", '"')
    return len(re.findall(re.escape(span) + r"(?![a-z])" * bool(re.match("[a-z]", span[-1])), text, re.IGNORECASE))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=["open", "held", "all"], default="open")
    parser.add_argument("--tell", action="store_true", help="print each text that went wrong")
    asked = parser.parse_args()
    seen = list(outcomes(asked.half))
    print("\n".join([*(wrong(seen) if asked.tell else []), *told(seen)]))
