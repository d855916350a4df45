"""A mix: what scorers' numbers are worth together, fitted on labelled lines of one model.

    mixes/NAME.yaml, beside the content type

    aigc: 1
    models:
    - model: qwen2.5-1.5b              # its name in the catalogue, or
      sha256: 6a1a2eb6...              # the digest of its weights' file; either is enough
      adapter: 0f3c...                 # of the adapter's weights, where it was fitted with one
      bias: -1.2
      weights: {fit: 0.8, specific: 1.1}
      means: {fit: -2.1, specific: 0.4}
      scales: {fit: 0.9, specific: 0.7}
      sure: {bias: 0.4, weights: {fit: 0.3, specific: 0.9}}
      floor: 0.91                      # from which a line may stand by itself; null where none was found
      floor_languages: [zh]            # in which it was found to hold; without it, in all
      fitted: {labels: 709, precision: 0.96, coverage: 0.31, date: 2026-12-01}

Two probabilities, each the logistic function of a bias and the weights times the standardised numbers: the worth, by
which lines are ranked, and under `sure` that a line is not faulty, which is held against the floor. Without `sure` the
worth is. `aigc evaluate --fit` writes an entry.
`read_mixes` reads a file strictly, `write_mixes` writes one that reads the same. Does not know: scorers, candidates,
how to fit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from aigc.content.mix_keys import BIAS, ENTRY, FITTED, FORMAT, MIX, WEIGHED
from aigc.content.yaml_lines import Node, read_yaml
from aigc.plugs.whole_file import whole_file
from aigc.types import Json

EDGE = 1e-9  # the least probability that log-odds are taken of
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """This is what was fitted for one model, named by `model` (the catalogue's name), `sha256` or both, with the
    adapter whose digest is `adapter`. `sure` has the other weights, and its bias by the name of `BIAS`. `fitted` tells
    of the fit: labels and facts, areas under the curves, of the first choices above the floor the share that is not
    faulty (`at_least`: with 95 % certainty) and the share of facts that have one, the date."""

    weights: Mapping[str, float]
    means: Mapping[str, float]
    scales: Mapping[str, float]
    bias: float = 0.0
    sure: Mapping[str, float] = field(default_factory=dict)
    floor: float | None = None
    floor_languages: tuple[str, ...] = ()
    model: str = ""
    sha256: str = ""
    adapter: str = ""
    fitted: Mapping[str, Json] = field(default_factory=dict)

    def is_for(self, marks: Collection[str], adapter: str) -> bool:
        """Say whether it was fitted for the model that goes by one of these names and digests, with that adapter."""
        return self.adapter == adapter and bool({self.model, self.sha256} & set(marks) - {""})

    def worth(self, numbers: Mapping[str, float]) -> float:
        """Return what scorers' numbers come to, from 0 to 1; one that is not finite counts as the usual one."""
        return self._probability(self.weights, self.bias, numbers)

    def surety(self, numbers: Mapping[str, float]) -> float:
        """Return how sure it is that a line is not faulty, from 0 to 1: not at all where a number that counts is not
        finite."""
        weights = self.sure or self.weights
        if any(weight and not math.isfinite(numbers[name]) for name, weight in weights.items() if name != BIAS):
            return 0.0
        return self._probability(weights, self.sure.get(BIAS, 0.0) if self.sure else self.bias, numbers)

    def _probability(self, weights: Mapping[str, float], bias: float, numbers: Mapping[str, float]) -> float:
        total = bias + sum(
            weight * (numbers[name] - self.means[name]) / self.scales[name]
            for name, weight in weights.items()
            if name != BIAS and math.isfinite(numbers[name])
        )
        return probability(total)


def probability(log_odds: float) -> float:
    """Return the logistic function of log-odds, from 0 to 1."""
    return 1 / (1 + math.exp(-log_odds)) if log_odds >= 0 else math.exp(log_odds) / (1 + math.exp(log_odds))


def log_odds(chance: float) -> float:
    """Return the log-odds of a probability, of 0 and 1 those of what is next to them."""
    kept = min(max(chance, EDGE), 1 - EDGE)
    return math.log(kept / (1 - kept))


def mix_for(mixes: Sequence[Mix], marks: Collection[str], adapter: str) -> Mix | None:
    """Return the mix that was fitted for a model and adapter, or None."""
    return next((mix for mix in mixes if mix.is_for(marks, adapter)), None)


def read_mixes(file: Path, scorers: Sequence[str]) -> tuple[Mix, ...]:
    """Return what stands in a file, each with a weight for every scorer. ContentTypeError says `file:line: what`."""
    root = read_yaml(file).root.only(MIX)
    if root.child("aigc").value != FORMAT:
        root.child("aigc").fail(f"a mix starts with `aigc: {FORMAT}`, the version of its format")
    return tuple(_mix(node, scorers) for node in root.child("models").list()) if "models" in root else ()


def _mix(node: Node, scorers: Sequence[str]) -> Mix:
    node.only(ENTRY)
    if "model" not in node and "sha256" not in node:
        node.fail("whose mix is it?", "name the `model`, or the `sha256` of its file")
    for key in ("sha256", "adapter"):
        if key in node and not SHA256.fullmatch(node.child(key).text()):
            node.child(key).fail(f"{key} is 64 lower-case hexadecimal digits")
    scales = _numbers(node, "scales", scorers)
    if wrong := [name for name, scale in scales.items() if scale <= 0]:
        node.child("scales").child(wrong[0]).fail("a scale is above 0")
    has_floor = "floor" in node and node.child("floor").value is not None
    return Mix(
        weights=_numbers(node, "weights", scorers),
        means=_numbers(node, "means", scorers),
        scales=scales,
        bias=_bias(node),
        sure=_sure(node.child("sure").only(WEIGHED), scorers) if "sure" in node else {},
        floor=float(node.child("floor").number()) if has_floor else None,
        floor_languages=tuple(one.text() for one in node.child("floor_languages").list())
        if "floor_languages" in node
        else (),
        model=node.child("model").text() if "model" in node else "",
        sha256=node.child("sha256").text() if "sha256" in node else "",
        adapter=node.child("adapter").text() if "adapter" in node else "",
        fitted=node.child("fitted").only(FITTED).mapping() if "fitted" in node else {},
    )


def _bias(node: Node) -> float:
    return float(node.child(BIAS).number()) if BIAS in node else 0.0


def _sure(node: Node, scorers: Sequence[str]) -> dict[str, float]:
    return {BIAS: _bias(node), **_numbers(node, "weights", scorers)}


def _numbers(node: Node, key: str, scorers: Sequence[str]) -> dict[str, float]:
    if key not in node:
        node.fail(f"{key!r} is missing", "such as `weights: {fit: 0.8}`, a number for each scorer in `by`")
    numbers = {name: float(child.number()) for name, child in node.child(key).only(scorers).items()}
    if missing := [name for name in scorers if name not in numbers]:
        node.child(key).fail(f"{key} has no number for the scorer {missing[0]!r}")
    return numbers


def write_mixes(file: Path, mixes: Sequence[Mix]) -> None:
    """Write mixes so that `read_mixes` gives the same; what stood in the file is replaced at once, but for the comment
    at its head."""
    import yaml

    head = takewhile(lambda line: line.startswith("#"), file.read_text(encoding="utf-8").splitlines(keepends=True)
                     if file.is_file() else ())  # fmt: skip
    body = {"aigc": FORMAT, "models": [_entry(mix) for mix in mixes]}
    text = "".join(head) + yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120)
    with whole_file(file) as written:
        written.write(text)


def _entry(mix: Mix) -> dict[str, Json]:
    """Return a mix as its file has it."""
    entry: dict[str, Json] = {}
    for name in ENTRY:
        value = getattr(mix, name)
        if value or name in ("bias", "floor"):
            kind = dict if isinstance(value, Mapping) else list if isinstance(value, tuple) else None
            entry[name] = kind(value) if kind else value
    if mix.sure:
        weights = {name: weight for name, weight in mix.sure.items() if name != BIAS}
        entry["sure"] = {BIAS: mix.sure.get(BIAS, 0.0), "weights": weights}
    return entry
