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
      floor: 0.91                      # worth from which a line may stand by itself; null where none was found
      fitted: {labels: 709, precision: 0.96, coverage: 0.31, date: 2026-12-01}

The worth is a probability, the logistic function of the bias and each weight times its standardised number.
`read_mixes` reads a file strictly, `write_mixes` writes one that reads the same. Does not know: scorers, candidates,
how to fit.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aigc.content.yaml_lines import Node, read_yaml
from aigc.types import Json

FORMAT = 1
SHA256 = re.compile(r"[0-9a-f]{64}")
WORDS = ("model", "sha256", "adapter", "bias", "weights", "means", "scales", "floor", "fitted")
FITTED = ("labels", "precision", "coverage", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """This is what was fitted for one model, named by `model` (the catalogue's name), `sha256` or both, with the
    adapter whose digest is `adapter`. `fitted` tells of the fit: labels, precision, coverage, date."""

    weights: Mapping[str, float]
    means: Mapping[str, float]
    scales: Mapping[str, float]
    bias: float = 0.0
    floor: float | None = None
    model: str = ""
    sha256: str = ""
    adapter: str = ""
    fitted: Mapping[str, Json] = field(default_factory=dict)

    def is_for(self, marks: Collection[str], adapter: str) -> bool:
        """Say whether it was fitted for the model that goes by one of these names and digests, with that adapter."""
        return self.adapter == adapter and bool({self.model, self.sha256} & set(marks) - {""})

    def worth(self, numbers: Mapping[str, float]) -> float:
        """Return what scorers' numbers come to, from 0 to 1; one that is not finite counts as the usual one."""
        total = self.bias
        for name, weight in self.weights.items():
            number = numbers[name]
            if math.isfinite(number):
                total += weight * (number - self.means[name]) / self.scales[name]
        return 1 / (1 + math.exp(-total)) if total >= 0 else math.exp(total) / (1 + math.exp(total))


def mix_for(mixes: Sequence[Mix], marks: Collection[str], adapter: str) -> Mix | None:
    """Return the mix that was fitted for a model and adapter, or None."""
    return next((mix for mix in mixes if mix.is_for(marks, adapter)), None)


def read_mixes(file: Path, scorers: Sequence[str]) -> tuple[Mix, ...]:
    """Return what stands in a file, each with a weight for every scorer. ContentTypeError says `file:line: what`."""
    root = read_yaml(file).root.only(("aigc", "models"))
    if root.child("aigc").value != FORMAT:
        root.child("aigc").fail(f"a mix starts with `aigc: {FORMAT}`, the version of its format")
    return tuple(_mix(node, scorers) for node in root.child("models").list()) if "models" in root else ()


def _mix(node: Node, scorers: Sequence[str]) -> Mix:
    node.only(WORDS)
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
        bias=float(node.child("bias").number()) if "bias" in node else 0.0,
        floor=float(node.child("floor").number()) if has_floor else None,
        model=node.child("model").text() if "model" in node else "",
        sha256=node.child("sha256").text() if "sha256" in node else "",
        adapter=node.child("adapter").text() if "adapter" in node else "",
        fitted=node.child("fitted").only(FITTED).mapping() if "fitted" in node else {},
    )


def _numbers(node: Node, key: str, scorers: Sequence[str]) -> dict[str, float]:
    if key not in node:
        node.fail(f"{key!r} is missing", "such as `weights: {fit: 0.8}`, a number for each scorer in `by`")
    numbers = {name: float(child.number()) for name, child in node.child(key).only(scorers).items()}
    if missing := [name for name in scorers if name not in numbers]:
        node.child(key).fail(f"{key} has no number for the scorer {missing[0]!r}")
    return numbers


def write_mixes(file: Path, mixes: Sequence[Mix]) -> None:
    """Write mixes so that `read_mixes` gives the same; what stood in the file is replaced at once."""
    import yaml

    entries = [
        {name: value if isinstance(value, str | float | None) else dict(value) for name in WORDS
         if (value := getattr(mix, name)) or name in ("bias", "floor")}
        for mix in mixes
    ]  # fmt: skip
    text = yaml.safe_dump({"aigc": FORMAT, "models": entries}, sort_keys=False, allow_unicode=True, width=120)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, file)  # noqa: PTH105 - atomic on every platform
