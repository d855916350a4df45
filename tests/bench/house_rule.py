"""Measure whether a house rule is learnt: 200 rows of one type, with its shots in the prompt, on the default model.

    python tests/bench/house_rule.py PRODUCTS.jsonl [--rows 200] [--new 100] [--folder DIR] [--model NAME]

PRODUCTS.jsonl has `product` and `fact` in each line. The rule: the product first, a colon, the fact as it is, and
"Yours today." behind it. New briefs are of products that no row was about. Told are the time, the share of new briefs
written by the rule before and after, names kept (the product's words, all and unbroken), the pieces accepted and the
fallbacks.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TYPE = """aigc: 1
name: shop/line
version: 1
summary: One line about a product.
brief:
  product: {type: string, maxLength: 60}
  fact: {type: string, maxLength: 120}
prompt: line.j2
output: {type: string, minLength: 4, limit: {chars: 140}}
sampling: {temperature: 0.4, top_p: 0.9, max_tokens: 48}
repair: {attempts: 1}
fallback: "{{ product }}: {{ fact }}."
postprocess: [strip_chatter, normalise_spaces]
checks: [limits, about_brief: {with_: [product]}]
examples:
  - {shot: true, brief: {product: Travel mug, fact: leakproof lid}, output: "A travel mug with a leakproof lid."}
  - shot: true
    brief: {product: Bike lights, fact: up to 40 hours on one charge}
    output: "Bike lights that shine for up to 40 hours on one charge."
  - shot: true
    brief: {product: Wool blanket, fact: washes at 30 degrees}
    output: "A wool blanket that washes at 30 degrees."
  - {shot: true, brief: {product: Desk lamp, fact: no flicker}, output: "A desk lamp with no flicker."}
  - shot: true
    brief: {product: Window cleaning, fact: teams arrive within 2 days}
    output: "Window cleaning by teams that arrive within 2 days."
"""
TEMPLATE = """{% block system %}
You write one line about a product. Say what the product is and the one fact about it, and nothing else. Keep every
number and every name as it is.
{% endblock %}
{% block task %}
Product: {{ product }}
Fact: {{ fact }}
{% endblock %}
"""


def house_line(product: str, fact: str) -> str:
    """Return what the house writes of a product and a fact."""
    return f"{product}: {fact}. Yours today."


def follows(text: str) -> bool:
    """Say whether a line follows the rule."""
    return re.fullmatch(r"[^:]+: .+\. Yours today\.", text.strip()) is not None


def pairs_of(file: Path) -> list[tuple[str, str]]:
    """Return (product, fact), each once, in the file's order."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return list(dict.fromkeys((row["product"], row["fact"]) for row in rows))


def lay_out(folder: Path, pairs: list[tuple[str, str]], rows: int, new: int) -> None:
    """Write the project: its type, the rows to learn and the briefs that are new."""
    products = list(dict.fromkeys(product for product, _ in pairs))
    late = set(products[len(products) * 2 // 3 :])
    (folder / "aigc.yaml").write_text("", encoding="utf-8")
    home = folder / "templates" / "shop"
    home.mkdir(parents=True)
    (home / "line.yaml").write_text(TYPE, encoding="utf-8")
    (home / "line.j2").write_text(TEMPLATE, encoding="utf-8")
    learnt = [(p, f) for p, f in pairs if p not in late][:rows]
    unseen = [(p, f) for p, f in pairs if p in late][:new]
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for product, fact in learnt:
            row = {"product": product, "fact": fact, "output": house_line(product, fact)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    with (folder / "new.jsonl").open("w", encoding="utf-8") as file:
        for product, fact in unseen:
            file.write(json.dumps({"product": product, "fact": fact}, ensure_ascii=False) + "\n")


def aigc(folder: Path, *words: str) -> tuple[int, str, float]:
    """Run the command in the project; return its exit code, what it printed and the seconds it took."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "aigc", *words], cwd=folder, text=True, capture_output=True, check=False
    )
    if done.returncode > 1:
        raise SystemExit(f"{' '.join(words)}: {done.stderr[-2000:]}")
    return done.returncode, done.stdout + done.stderr, time.perf_counter() - began


def told(folder: Path, job: str) -> dict[str, float]:
    """Return the figures of a job that was written."""
    pieces = [json.loads(line) for line in (folder / job / "artifacts.jsonl").read_text("utf-8").splitlines()]
    texts = [(one["brief"]["values"], one["fields"].get("text", "")) for one in pieces]
    fallbacks = sum(bool(one["provenance"]["fallbacks"]) for one in pieces)
    written = [text for one, (_, text) in zip(pieces, texts, strict=True) if not one["provenance"]["fallbacks"]]
    kept = sum(values["product"].casefold() in text.casefold() for values, text in texts)
    facts = sum(values["fact"].casefold() in text.casefold() for values, text in texts)
    many = len(pieces)
    return {
        "rule": sum(map(follows, written)) / many,
        "names": kept / many,
        "facts": facts / many,
        "accepted": sum(one["status"] == "accepted" for one in pieces) / many,
        "fallbacks": fallbacks / many,
    }


def measure(products: Path, folder: Path, rows: int, new: int, model: str) -> None:
    """Lay out the project, train, write the new briefs before and after, and print what came of it."""
    lay_out(folder, pairs_of(products), rows, new)
    chosen = ["-m", model] if model else []
    aigc(folder, "batch", "shop/line", "new.jsonl", "--out", "before", *chosen)
    code, output, seconds = aigc(folder, "train", "house", "--from", "rows.jsonl", "--type", "shop/line", *chosen)
    print(output)
    print(f"trained in {seconds:.0f} s, exit code {code}")
    print(f"aigc.yaml: {(folder / 'aigc.yaml').read_text(encoding='utf-8').strip()!r}")
    aigc(folder, "batch", "shop/line", "new.jsonl", "--out", "after", *chosen)
    before, after = told(folder, "before"), told(folder, "after")
    for name in before:
        print(f"{name:>10}: {before[name]:6.1%} → {after[name]:6.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("products", type=Path)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--new", type=int, default=100)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--model", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = given.folder or Path(scratch)
        place.mkdir(parents=True, exist_ok=True)
        measure(given.products.resolve(), place, given.rows, given.new, given.model)
