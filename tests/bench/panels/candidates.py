"""Have a model write candidates for the facts of briefs, for readers to label and scorers to learn from.

    python tests/bench/panels/candidates.py briefs.jsonl -m MODEL [--adapter FOLDER] --out candidates.jsonl

A brief is `{"language": "en", "product": "…", "category": "…", "facts": ["…"]}`. For each fact `--many` lines are drawn
from one shared prompt; each different one is a row with the times it was drawn (`count`), its mean log-probability
(`logprob`, nats a token, before temperature), how many such rows its fact has (`lines`) and who wrote it (`by`). What
is drawn depends on fact and `--seed` alone. Started again with the same --out it goes on with the facts that are not
whole yet.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from panel_texts import PanelError, read_rows

from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.models import pull
from aigc.types import Completion, Generator, Message, Prompt, Request, SamplingParams

SYSTEM = {
    "en": "Write a headline of at most 30 characters from the fact.",
    "zh": "用这条事实写一条不超过15个字的广告标题。",
}
USER = {"en": "{product} ({category}): {fact}", "zh": "{product}（{category}）：{fact}"}
LONGEST = 32  # tokens
ADAPTER = "copy"


class Asked(NamedTuple):
    """This is what lines are asked for."""

    language: str
    product: str
    category: str
    fact: str

    @property
    def prompt(self) -> Prompt:
        """Return what adapters of copy were trained on."""
        user = USER[self.language].format(product=self.product, category=self.category.lower(), fact=self.fact)
        messages = (Message(role="system", content=SYSTEM[self.language]), Message(role="user", content=user))
        return Prompt(messages=messages)


def facts_of(briefs: Path) -> list[Asked]:
    """Return every fact of a file of briefs, each once."""
    found: dict[Asked, None] = {}
    for where, row in read_rows(briefs):
        language = row.get("language", "en")
        lacking = [name for name in ("product", "category", "facts") if not row.get(name)]
        if lacking:
            raise PanelError(f"{where}: no {lacking[0]}")
        if language not in SYSTEM:
            raise PanelError(f"{where}: language {language!r}; one of {', '.join(SYSTEM)}")
        found |= dict.fromkeys(Asked(language, row["product"], row["category"], fact) for fact in row["facts"])
    return list(found)


def rows_of(asked: Asked, answers: Sequence[Completion]) -> list[dict[str, Any]]:
    """Return the different lines among a fact's answers, those first that were drawn most often."""
    texts = [(" ".join(one.text.split()), one.mean_logprob) for one in answers if not one.error]
    counts = Counter(text for text, _ in texts if text)
    likely = {line: [own for text, own in texts if text == line and own is not None] for line in counts}
    return [
        {**asked._asdict(), "line": line, "count": count, "lines": len(counts)}
        | {"logprob": round(statistics.fmean(likely[line]), 4) if likely[line] else None}
        for line, count in counts.most_common()
    ]


def kept(out: Path) -> dict[Asked, list[dict[str, Any]]]:
    """Return the facts that a file has whole, with their rows; a row that was cut short is none."""
    found: dict[Asked, list[dict[str, Any]]] = defaultdict(list)
    for line in out.read_text(encoding="utf-8").splitlines() if out.exists() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        found[Asked(*(row[name] for name in Asked._fields))].append(row)
    return {asked: rows for asked, rows in found.items() if len(rows) == rows[0]["lines"]}


def write_all(
    generator: Generator, facts: Sequence[Asked], sampling: dict[str, Any], seed: int, adapter: str | None
) -> Iterator[tuple[Asked, list[dict[str, Any]]]]:
    """Yield each fact with its rows as soon as they are written."""
    waiting, answers = list(enumerate(facts))[::-1], defaultdict[str, list[Completion]](list)
    in_hand: dict[str, Asked] = {}
    while waiting or in_hand:
        while waiting and len(in_hand) * sampling["n"] < max(generator.capacity, 1):
            at, asked = waiting.pop()
            own = zlib.crc32("|".join(asked).encode()) ^ seed
            params = SamplingParams(**sampling, seed=own, max_tokens=LONGEST, stop=("\n",))
            in_hand[str(at)] = asked
            generator.submit(Request(id=str(at), prompt=asked.prompt, sampling=params, adapter=adapter))
        for one in generator.step():
            if not isinstance(one, Completion):
                continue
            answers[one.request_id].append(one)
            if len(answers[one.request_id]) == sampling["n"]:
                asked, whole = in_hand.pop(one.request_id), answers.pop(one.request_id)
                for error in {other.error for other in whole if other.error}:
                    print(f"{asked.product}: {asked.fact}: {error}", file=sys.stderr)
                yield asked, rows_of(asked, whole)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("briefs", type=Path)
    parser.add_argument("-m", "--model", required=True, help="a name, a folder or a GGUF")
    parser.add_argument("--adapter", type=Path, help="as PEFT saves it")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--many", type=int, default=24, help="lines drawn for each fact")
    parser.add_argument("--temperature", type=float, default=0.9)
    parser.add_argument("--top-p", type=float, default=0.95)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, help="facts, the others are left")
    given = parser.parse_args(words)
    try:
        facts = facts_of(given.briefs)[: given.first]
    except (PanelError, OSError) as error:
        sys.exit(f"candidates: {error}")
    there = kept(given.out)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    folder = pull(given.model, convert=convert_gguf).folder
    assert folder is not None
    engine, began, left = (
        open_engine(folder, EngineOptions()),
        time.perf_counter(),
        [f for f in facts if f not in there],
    )
    sampling = {"n": given.many, "temperature": given.temperature, "top_p": given.top_p}
    try:
        if given.adapter:
            engine.load_adapter(ADAPTER, given.adapter)
        with given.out.open("w", encoding="utf-8") as file:
            for rows in there.values():
                file.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
            name = ADAPTER if given.adapter else None
            by = Path(given.model).name + (f" + {given.adapter.name}" if given.adapter else "")
            for at, (asked, rows) in enumerate(write_all(engine, left, sampling, given.seed, name), 1):
                file.write("".join(json.dumps({**row, "by": by}, ensure_ascii=False) + "\n" for row in rows))
                file.flush()
                spent = time.perf_counter() - began
                print(f"{at} of {len(left)}, {spent / at:.1f} s each: {asked.product}: {asked.fact}", file=sys.stderr)
    finally:
        engine.close()


if __name__ == "__main__":
    main()
