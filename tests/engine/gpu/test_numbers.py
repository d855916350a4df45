"""Kernels, layout and network against plain torch: any rows in any pieces, wherever their slots are."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..test_adapters import TARGETS, logits_of, merge, open_model, paths_of, write_adapter
from ..test_ahead import nothing_read
from .conftest import Rows, read

pytestmark = pytest.mark.triton

TinyFolder = Callable[..., Path]
KINDS = ("llama", "qwen2", "qwen3")
WINDOW = {"use_sliding_window": True, "sliding_window": 8, "layer_types": ["sliding_attention", "full_attention"]}


def windowed(tiny: Path, folder: Path) -> Path:
    """The same weights, but the first layer looks back eight tokens only."""
    shutil.copytree(tiny, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | WINDOW))
    return folder


@pytest.mark.parametrize("kind", [*KINDS, "windowed"])
def test_plain_torch_is_transformers(kind: str, tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    from aigc.engine.gpu.trial import plain_logits
    from aigc.engine.hf.model import load_model

    folder = windowed(tiny_folder("qwen2"), tmp_path / "new") if kind == "windowed" else tiny_folder(kind)
    network = read(folder)
    ids = [(37 * place + 5) % 256 for place in range(40)]
    with torch.inference_mode():
        expected = load_model(folder, network.device, torch.float32)(torch.tensor([ids])).logits[0]
        assert torch.allclose(plain_logits(network, ids), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", [*KINDS, "windowed"])
def test_rows_in_any_pieces(
    kind: str, tiny_folder: TinyFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "aigc.engine.gpu.workspace.BLOCK_BYTES", 1
    )  # so that there are several blocks, and shares of them
    folder = windowed(tiny_folder("qwen2"), tmp_path / "new") if kind == "windowed" else tiny_folder(kind)
    assert Rows(read(folder), random.Random(kind)).play() < 1e-5


@pytest.mark.parametrize("late", [0.4, 1.0])
def test_tokens_that_only_the_device_knows(late: float, tiny_folder: TinyFolder) -> None:
    assert Rows(read(tiny_folder("qwen2")), random.Random(6), late=late).play() < 1e-5


def test_the_host_reads_nothing(tiny_folder: TinyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    network = read(tiny_folder("llama"))
    rows = Rows(network, random.Random(6), late=1.0)
    for half in ("_body", "_head"):  # the interpreter reads all it wants
        monkeypatch.setattr(network, half, unwatched(getattr(network, half)))
    forward = network.forward

    def watched(*arguments: Any) -> Any:
        with nothing_read():
            return forward(*arguments)

    monkeypatch.setattr(network, "forward", watched)
    assert rows.play() < 1e-5


def unwatched(call: Callable[..., Any]) -> Callable[..., Any]:
    from torch.utils._python_dispatch import _disable_current_modes

    def called(*arguments: Any) -> Any:
        with _disable_current_modes():
            return call(*arguments)

    return called


def test_half_precision(tiny_folder: TinyFolder) -> None:
    from aigc.engine.gpu.trial import TOLERANCE

    network = read(tiny_folder("qwen3"), dtype="float16")
    assert 0 < Rows(network, random.Random(1), length=32).play() < TOLERANCE[network.shape.dtype]


def test_steps_too_large_for_a_graph(tiny_folder: TinyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigc.engine.gpu.graphs.SIZES", (1, 2, 4))
    monkeypatch.setattr("aigc.engine.gpu.decoder.SIZES", (1, 2, 4))
    monkeypatch.setattr("aigc.engine.gpu.decoder.ROUND", 8)
    monkeypatch.setattr("aigc.engine.gpu.workspace.FEW", 4)  # larger tiles, and prefixes are not split
    network = read(tiny_folder("llama"))
    rows = Rows(network, random.Random(2))
    assert rows.play(longest=20) < 1e-5


def test_idle_places_touch_nothing(tiny_folder: TinyFolder) -> None:
    from aigc.engine.cache import Bank, Prefix
    from aigc.engine.network import Span

    network = read(tiny_folder("llama"))
    prefix, bank = Prefix(network.shape, range(12)), Bank(network.shape, 3, 16)
    for tensor in (bank.keys, bank.values, prefix.bank.keys, prefix.bank.values):
        tensor.fill_(7)
    spans = [Span(bank, 1, 4, [5]), Span(bank, 2, 0, [6, 7, 8, 9], prefix, 12)]
    network.forward([Span(bank, 0, 0, range(16))] * 2, [])  # leaves its words behind, in places that are idle next
    bank.keys.fill_(7), bank.values.fill_(7)
    network.forward(spans, [0, 4])  # five tokens, run as eight
    for tensor in (bank.keys, bank.values):
        assert (tensor[:, 1, :, 4] != 7).any() and (tensor[:, 2, :, :4] != 7).any()
        tensor[:, 1, :, 4] = tensor[:, 2, :, :4] = 7
        assert (tensor == 7).all()
    assert (prefix.bank.keys == 7).all() and (prefix.bank.values == 7).all()


def test_adapters_meet_their_own_tokens(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    from aigc.engine.cache import Bank
    from aigc.engine.network import Span

    base, ads = open_model(tiny_folder("llama")), open_model(tiny_folder("llama"))
    merge(ads, write_adapter(tmp_path / "ads", base, paths_of(base, TARGETS["llama"]), seed=1), 2)
    network = read(tiny_folder("llama"))
    network.adapters.load("ads", tmp_path / "ads")
    bank = Bank(network.shape, 3, 8)
    spans = [
        Span(bank, 0, 0, [5, 80, 33]),
        Span(bank, 1, 0, [7, 9], adapter="ads"),
        Span(bank, 2, 0, [40, 41, 42, 43]),
    ]
    found = network.forward(spans, [2, 4, 5, 8])
    plain, adapted = logits_of(base, spans[0].ids, spans[2].ids), logits_of(ads, spans[1].ids)
    expected = torch.stack([plain[2], adapted[1], plain[3], plain[6]])
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_step_is_laid_out(tiny_folder: TinyFolder) -> None:
    import numpy
    import torch

    from aigc.engine.cache import Bank, CacheShape, Prefix
    from aigc.engine.gpu import kernels
    from aigc.engine.gpu.layout import lay_out
    from aigc.engine.network import Span

    shape = CacheShape(layers=2, kv_heads=3, head_dim=4, dtype=torch.float16, device=torch.device("cpu"))
    bank, prefix = Bank(shape, 2, 10), Prefix(shape, range(6))
    spans = [
        Span(bank, 0, 3, [11], prefix, 6),
        Span(bank, 1, 0, [12, 13, 14], prefix, 6),
        Span(bank, 0, 4, [15], prefix, 5),
    ]
    words = numpy.full((kernels.ROWS, 8), -1)
    lay_out(words, spans, [0, 4], 2, 3)
    said = {name: words[getattr(kernels, name).value].tolist() for name in ("ID", "POSITION", "KEEP", "TO_HEAD")}
    assert said == {
        "ID": [11, 12, 13, 14, 15, 0, 0, 0],
        "POSITION": [9, 6, 7, 8, 9, 0, 0, 0],
        "KEEP": [0, 4, 0, 0, 0, 0, 0, 0],
        "TO_HEAD": [40, 40, 40, 40, 40, 0, 0, 0],
    }
    token, lane = 4 * 2, 3 * 10 * 4 * 2  # bytes
    keys = [3 * token, lane, lane + token, lane + 2 * token, 4 * token]
    assert words[kernels.KEY.value].tolist() == [bank.keys.data_ptr() + ahead for ahead in keys] + [0] * 3
    own = words[kernels.OWN.value :][: kernels.OF_TILE, : words[kernels.OWN_TILES.value, 0]].T
    assert own[:, [0, 1, 6, 7]].tolist() == [[0, 1, 6, 4], [1, 2, 6, 3], [3, 1, 6, 3], [4, 1, 5, 5]]
    shared = words[kernels.SHARED.value :][: kernels.OF_TILE, : words[kernels.SHARED_TILES.value, 0]].T
    assert shared[:, [0, 1, 6, 7]].tolist() == [[0, 3, 0, 6], [3, 1, 0, 6], [4, 1, 0, 5]]
    assert {*shared[:, 2].tolist()} == {prefix.bank.keys.data_ptr()}


@pytest.mark.parametrize(("vocab", "coldest"), [(4400, 0), (4416, 1)])  # 4416: rows of whole blocks, and all drawn for
def test_tokens_are_drawn_as_the_sampler_draws_them(vocab: int, coldest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from aigc.engine import sampler
    from aigc.engine.gpu import choosing
    from aigc.engine.gpu.draw import draw
    from aigc.engine.noise import stream_key
    from aigc.types import SamplingParams

    logits = torch.randn(40, 4500, generator=torch.Generator().manual_seed(1)) * 4
    draws = [
        sampler.Draw(SamplingParams(temperature=(row % 5 + coldest) / 2, seed=row), stream_key(row, 0), row, [], [])
        for row in range(40)
    ]
    expected = sampler.sample(logits, draws, None, vocab)
    calls = []

    def drawn(*given: torch.Tensor) -> torch.Tensor:
        calls.append(given)
        return draw(*given)

    monkeypatch.setattr(choosing, "drawing_on", lambda device: drawn)
    choosing.drawing.cache_clear()
    try:
        assert sampler.sample(logits, draws, None, vocab) == expected
        assert len(calls) == 2, "once to see that it draws right"
        monkeypatch.setattr(choosing, "drawing_on", lambda device: lambda *given: draw(*given) * 0)
        choosing.drawing.cache_clear()
        assert sampler.sample(logits, draws, None, vocab) == expected
    finally:
        choosing.drawing.cache_clear()
