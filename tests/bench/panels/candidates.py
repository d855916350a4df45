"""Have a model write candidates for the items of a stage, for readers to label and scorers to learn from.

    python tests/bench/panels/candidates.py briefs.jsonl --type ads/google-search --stage copy -m MODEL --out c.jsonl

A brief is a row of the type's inputs; `facts` stand for the list that the stage is written for each of. For each item
`--many` lines are drawn from the stage's own prompt, at its own temperature; each different one is a row with the
brief, the times it was drawn (`times`), its mean log-probability (`logprob`, nats a token, before temperature), whether
the stage's checks let it pass (`stands`), how many such rows its item has (`lines`) and who wrote it (`by`): what
`label_sheet.py` lays out and `aigc evaluate --fit` reads. What is drawn depends on brief, item and `--seed` alone.
Started again with the same --out it goes on with the items that are not whole yet.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from panel_texts import PanelError, read_rows

from aigc.content import ContentType, Stage, evaluate
from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.errors import AigcError
from aigc.evaluation import Labelled, LabelScoring
from aigc.models import pull
from aigc.project import Project
from aigc.types import Completion, Generator, Json, Request

ADAPTER = "copy"


class Asked(NamedTuple):
    """This is what lines are asked for: the item of a brief."""

    values: dict[str, Json]
    item: Json

    @property
    def key(self) -> str:
        return _key(self.values, self.item)

    def labelled(self, text: str, times: int = 1, logprob: float | None = None) -> Labelled:
        """Return a line as one that a reader has not labelled yet."""
        product = str(self.values.get("product") or "")
        return Labelled(
            product=product, values=self.values, item=self.item, text=text, label=0, times=times, logprob=logprob
        )


def _key(row: Mapping[str, Json], item: Json) -> str:
    return json.dumps([row.get("product"), item], ensure_ascii=False)


class Drawing:
    """This draws the candidates of one stage as the type writes it."""

    def __init__(self, project: Project, name: str, stage: str) -> None:
        self.content_type: ContentType = project.content_type(name)
        found = [one for one in self.content_type.stages if one.name == stage]
        if not found:
            raise PanelError(f"{name} has no stage {stage!r}")
        self.stage: Stage = found[0]
        self.scoring = LabelScoring(project, self.content_type, self.stage)
        self._environment = project.environment

    def asked(self, briefs: Path) -> list[Asked]:
        """Return every item of a file of briefs, each once."""
        schemas, found = self.content_type.brief, {}
        listed = (self.stage.foreach or "").split("|")[0].strip()
        for where, row in read_rows(briefs):
            given = {listed if name == "facts" and listed in schemas else name: row[name] for name in row}
            values = {name: schema["default"] for name, schema in schemas.items() if "default" in schema}
            values |= {name: value for name, value in given.items() if name in schemas}
            if listed in schemas and not values.get(listed):
                raise PanelError(f"{where}: no {listed}")
            for item in evaluate(self._environment, f"{{{{ {self.stage.foreach} }}}}", values):  # type: ignore[union-attr]
                one = Asked(values, item)
                found.setdefault(one.key, one)
        return list(found.values())

    def request(self, place: int, asked: Asked, many: int, seed: int, adapter: str | None) -> Request:
        """Return the request for an item's lines."""
        drawn = zlib.crc32(asked.key.encode()) ^ seed
        params = replace(self.stage.sampling, n=many, seed=drawn, stop=("\n",))
        prompt = self.scoring.prompt(asked.labelled("-"))
        return Request(id=str(place), prompt=prompt, sampling=params, adapter=adapter)

    def rows(self, asked: Asked, answers: Sequence[Completion]) -> list[dict[str, Any]]:
        """Return the different lines among an item's answers, those first that were drawn most often."""
        whole = [one for one in answers if not one.error and one.finish_reason != "length"]
        texts = [(" ".join(one.text.split()), one.mean_logprob) for one in whole]
        counts = Counter(text for text, _ in texts if text)
        likely = {line: [own for text, own in texts if text == line and own is not None] for line in counts}
        labels = [asked.labelled(line, times=times) for line, times in counts.items()]
        stands = {one.text for one in self.scoring.standing(labels)}
        return [
            {**asked.values, "item": asked.item, "text": line, "times": times, "lines": len(counts)}
            | {"logprob": round(statistics.fmean(likely[line]), 4) if likely[line] else None}
            | {"stands": line in stands, "stage": self.stage.name}
            for line, times in counts.most_common()
        ]


def kept(out: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the items that a file has whole, with their rows; a row that was cut short is none."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in out.read_text(encoding="utf-8").splitlines() if out.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[_key(row, row["item"])].append(row)
    return {key: rows for key, rows in found.items() if len(rows) == rows[0]["lines"]}


def write_all(
    generator: Generator, drawing: Drawing, asked: Sequence[Asked], many: int, seed: int, adapter: str | None
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of each item as soon as they are written."""
    waiting, answers = list(enumerate(asked))[::-1], defaultdict[str, list[Completion]](list)
    in_hand: dict[str, Asked] = {}
    while waiting or in_hand:
        while waiting and len(in_hand) * many < max(generator.capacity, 1):
            place, one = waiting.pop()
            in_hand[str(place)] = one
            generator.submit(drawing.request(place, one, many, seed, adapter))
        for answer in generator.step():
            if not isinstance(answer, Completion):
                continue
            answers[answer.request_id].append(answer)
            if len(answers[answer.request_id]) == many:
                whole, mine = answers.pop(answer.request_id), in_hand.pop(answer.request_id)
                for error in {other.error for other in whole if other.error}:
                    print(f"{mine.values.get('product')}: {mine.item}: {error}", file=sys.stderr)
                yield drawing.rows(mine, whole)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("briefs", type=Path)
    parser.add_argument("--type", required=True, dest="content_type")
    parser.add_argument("--stage", required=True)
    parser.add_argument("-m", "--model", required=True, help="a name, a folder or a GGUF")
    parser.add_argument("--adapter", type=Path, help="as PEFT saves it")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--many", type=int, default=24, help="lines drawn for each item")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, help="items, the others are left")
    given = parser.parse_args(words)
    try:
        project = Project.open(options={"model": given.model})
        drawing = Drawing(project, given.content_type, given.stage)
        asked = drawing.asked(given.briefs)[: given.first]
    except (PanelError, AigcError, OSError) as error:
        sys.exit(f"candidates: {error}")
    there = kept(given.out)
    left = [one for one in asked if one.key not in there]
    given.out.parent.mkdir(parents=True, exist_ok=True)
    folder = pull(given.model, convert=convert_gguf).folder
    assert folder is not None
    engine, began = open_engine(folder, EngineOptions()), time.perf_counter()
    by = Path(given.model).name + (f" + {given.adapter.name}" if given.adapter else "")
    try:
        if given.adapter:
            engine.load_adapter(ADAPTER, given.adapter)
        with given.out.open("w", encoding="utf-8") as file:
            for rows in there.values():
                file.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
            drawn = write_all(engine, drawing, left, given.many, given.seed, ADAPTER if given.adapter else None)
            for at, rows in enumerate(drawn, 1):
                file.write("".join(json.dumps({**row, "by": by}, ensure_ascii=False) + "\n" for row in rows))
                file.flush()
                spent = time.perf_counter() - began
                print(f"{at} of {len(left)}, {spent / at:.1f} s each", file=sys.stderr)
    finally:
        engine.close()


if __name__ == "__main__":
    main()
