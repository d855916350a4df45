"""An adapter becomes part of its model's weights: W + scale · B A, a folder like any other model's.

Floats stay of the kind that the base has; whole numbers of a GGUF become floats of 16 bits, which is told with the size
before anything is written, and never whole numbers again. Each sum is taken in 32 bits and rounded once.

The folder is proven before it is there: texts run through the base with the adapter beside it, and through the engine
opened on the new folder. Their logits may differ by `BOUNDS` at most, as a share of the logits' length, and by no more
than a third of what the adapter itself changes: else rounding has swallowed it.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import torch
from transformers.pytorch_utils import Conv1D

from aigc.engine import EngineOptions, open_engine
from aigc.engine.adapter_files import check_adapter
from aigc.engine.adapters import Pair, read_adapter
from aigc.engine.cache import Bank
from aigc.engine.checkpoint import Tensors
from aigc.engine.cpu.panel_file import PANEL_FILE
from aigc.engine.engine import Engine
from aigc.engine.hf.model import load_model, quiet
from aigc.engine.network import Span
from aigc.engine.tensor_headers import read_header
from aigc.engine.weight_files import read_config
from aigc.errors import ModelError, megabytes
from aigc.learner.fresh_folder import fresh_folder, refuse_existing

MergedDtype: TypeAlias = Literal["auto", "float32", "float16", "bfloat16"]
TORCH = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
STORED = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}
# Shares of the logits' length. In 32 bits sums in another order make 1e-6 of it. A weight of p bits that is rounded is
# off by 0.4 · 2**-p of itself on average (a uniform error of up to half a unit of the last place): 8e-4 in bfloat16,
# 1e-4 in float16. Products of one text add such errors with the root of their number, 16 for 36 layers of 7 products,
# and the head may enlarge what comes of it: four times that is allowed.
BOUNDS = {"float32": 1e-3, "float16": 4 * 16 * 0.4 * 2**-12, "bfloat16": 4 * 16 * 0.4 * 2**-9}
SWALLOWED = 1 / 3  # of what the adapter changes
BESIDE = ("tokenizer*", "vocab.*", "merges.txt", "special_tokens_map.json", "added_tokens.json", "chat_template.*")
BESIDE += ("*.model", "generation_config.json", "LICENSE*", "preprocessor_config.json")
TEXTS = (
    "Write one short line for a shop.",
    "The quick brown fox jumps over the lazy dog, and then it rests.",
    "人工智能的未来发展趋势",
)
LENGTH = 48  # tokens of a text at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """This is a merged model: `far` is how far its logits are from those of base and adapter, `changed` how far the
    adapter moves them from the base's, and `bound` what was allowed; all as shares of the logits' length."""

    folder: Path
    dtype: str
    nbytes: int
    layers: int
    far: float
    changed: float
    bound: float


def merge_adapter(
    base: Path,
    adapter: Path,
    out: Path,
    *,
    dtype: MergedDtype = "auto",
    page: str = "",
    tell: Callable[[str], None] = lambda sentence: None,
) -> Merged:
    """Write base and adapter as one model into `out`, which is not there yet, and prove it; nothing is left otherwise.

    UsageError where `out` is there; ModelError where base or adapter cannot be read, do not fit each other, or the
    merged model writes something else. `page` becomes its README.md; `tell` is given sentences for people.
    """
    assert dtype in get_args(MergedDtype)
    refuse_existing(out)
    check_adapter(adapter, read_config(base) or None, base.name)
    chosen, whole, count = _numbers(base)
    chosen = chosen if dtype == "auto" else dtype
    nbytes = count * BYTES[chosen]
    _check_space(out, nbytes)
    if whole:
        bits = "32" if chosen == "float32" else "16"
        tell(
            f"{base.name} has whole numbers ({whole}): merged, they become floats of {bits} bits, {megabytes(nbytes)}"
            f" in place of {megabytes((base / PANEL_FILE).stat().st_size)}"
        )
    ids, adapted, plain = _reference(base, adapter)
    with fresh_folder(out) as scratch:
        layers = _write(base, adapter, scratch, chosen)
        if page:
            (scratch / "README.md").write_text(page, encoding="utf-8")
        engine = open_engine(scratch, EngineOptions(device="cpu", dtype="float32"))
        try:
            found = _logits(engine, ids)
        finally:
            engine.close()
        far, changed, bound = _far(found, adapted), _far(plain, adapted), BOUNDS[chosen]
        merged = Merged(
            folder=out, dtype=chosen, nbytes=nbytes, layers=layers, far=far, changed=changed, bound=bound
        )
        _prove(merged, adapter)
    return merged


def _prove(merged: Merged, adapter: Path) -> None:
    """Raise ModelError where the merged model is another than base and adapter."""
    far, changed = merged.far, merged.changed
    if not far <= merged.bound:
        raise ModelError(
            f"{adapter}: merged, its logits differ by {far:.2g} of their length, and {merged.bound:.2g} is allowed"
        )
    if changed > BOUNDS["float32"] and far > SWALLOWED * changed:
        raise ModelError(
            f"{adapter}: it changes logits by {changed:.2g} of their length, and rounding to {merged.dtype} by {far:.2g}",
            hint="--dtype float32 keeps it",
        )


def _numbers(base: Path) -> tuple[str, str, int]:
    """Return the dtype that a base's weights have, or become, the whole numbers among them, and how many there are.

    ModelError where the files are broken.
    """
    try:
        with ExitStack() as stack:
            tensors = Tensors(base, stack)
            shapes = {name: tensors.shape(name) for name in tensors}
            formats = {tensors.format(name) for name, shape in shapes.items() if len(shape) > 1}
    except (OSError, ValueError) as error:
        raise ModelError(f"{base}: the model cannot be loaded: {error}") from error
    count = sum(math.prod(shape) for shape in shapes.values())
    whole = sorted(formats - STORED.keys())
    if whole and not (base / PANEL_FILE).is_file():
        raise ModelError(f"{base}: its weights are of {whole[0]}, and nothing can be added to those")
    if whole:
        return ("bfloat16" if "BF16" in formats else "float16"), ", ".join(whole), count
    return (STORED[formats.pop()] if len(formats) == 1 else "float32"), "", count


def _check_space(out: Path, needed: int) -> None:
    there = next(one for one in (out, *out.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise ModelError(
            f"{there}: the disk is full: the merged model needs about {megabytes(needed)}, {megabytes(free)} are free",
            hint="free some space, or choose a folder on another disk",
        )


def _reference(base: Path, adapter: Path) -> tuple[list[list[int]], torch.Tensor, torch.Tensor]:
    """Return texts as ids, and their logits by base and adapter, and by the base alone."""
    engine = open_engine(base, EngineOptions(device="cpu", dtype="float32"))
    try:
        engine.load_adapter("merged", adapter)
        ids = [found for text in TEXTS if (found := engine.front.text_ids(text)[:LENGTH])]
        ids.append([(37 * place + 5) % engine.front.vocab for place in range(LENGTH)])
        return ids, _logits(engine, ids, "merged"), _logits(engine, ids)
    finally:
        engine.close()


def _logits(engine: Engine, texts: list[list[int]], adapter: str = "") -> torch.Tensor:
    """Return the logits of every place of every text, (places, vocabulary)."""
    bank = Bank(engine.network.shape, 1, LENGTH)
    spans = [Span(bank, 0, 0, ids, adapter=adapter) for ids in texts]
    return torch.cat([engine.network.forward([one], list(range(len(one.ids)))).clone() for one in spans])


def _far(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Return how far apart logits are, as a share of the expected ones' length; the mean of a place, which no
    probability hangs on, is taken off."""
    found, expected = (one - one.mean(-1, keepdim=True) for one in (found, expected))
    return float((found - expected).norm() / expected.norm().clamp_min(1e-9))


def _write(base: Path, adapter: Path, folder: Path, dtype: str) -> int:
    """Write the merged model; return how many layers were changed."""
    model: Any = load_model(base, torch.device("cpu"), TORCH[dtype])
    pairs = read_adapter(adapter).layers
    with ExitStack() as stack, torch.no_grad():
        panels = Tensors(base, stack) if (base / PANEL_FILE).is_file() else None
        stored = panels or _stored(base, stack)
        for path, pair in pairs.items():
            _add(model.get_submodule(path), pair, stored, f"{path}.weight")
    with quiet():
        model.save_pretrained(folder)
    for path in _beside(base):
        shutil.copyfile(path, folder / path.name)
    return len(pairs)


def _stored(base: Path, stack: ExitStack) -> Tensors | None:
    """Return the base's own numbers where they are floats of one file or more; None where nothing can be read."""
    return Tensors(base, stack) if any(base.glob("model*.safetensors")) else None


def _add(layer: Any, pair: Pair, stored: Tensors | None, name: str) -> None:
    """Add scale · B A to a layer's weight, in 32 bits, from the numbers that the file has where it names them so."""
    a, b = pair
    exact = stored.tensor(name) if stored is not None and name in stored else layer.weight.float()
    delta = b.float() @ a.float()
    layer.weight.copy_(exact + (delta.t() if isinstance(layer, Conv1D) else delta))


def _beside(base: Path) -> Iterator[Path]:
    """Yield what of a model's folder goes with it: tokenizer, chat template, licence; no weights of any kind."""
    return (path for pattern in BESIDE for path in sorted(base.glob(pattern)) if path.is_file())
