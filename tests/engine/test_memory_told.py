"""What a model takes is told from its files' headers, before it is opened, and a model that does not fit is refused."""

from __future__ import annotations

import json
import re
import shutil
import struct
from collections.abc import Callable
from mmap import PAGESIZE
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.engine import EngineOptions, Gpt, open_engine
from aigc.engine.machine import MachineMemory
from aigc.engine.memory import TEXT, ModelMemory, held_tokens, memory_of
from aigc.engine.weight_files import weights_in
from aigc.errors import ModelError

CPU = EngineOptions(device="cpu")
GB = 1 << 30
HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage")
SMOLLM2 = {  # Q4_1, 98 MB
    "model_type": "llama",
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "vocab_size": 49152,
    "tie_word_embeddings": True,
}
QWEN = {  # 1.5 billion, Q4_K_M, 1.1 GB
    "model_type": "qwen2",
    "hidden_size": 1536,
    "intermediate_size": 8960,
    "num_hidden_layers": 28,
    "num_attention_heads": 12,
    "num_key_value_heads": 2,
    "vocab_size": 151936,
    "tie_word_embeddings": False,
}


def told(config: dict[str, Any], weights: int) -> ModelMemory:
    memory = memory_of({**config, "weight_bytes": weights}, CPU)
    assert memory is not None
    return memory


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3", "gemma3", "gpt2"])
def test_a_folder_tells_what_the_opened_model_has(
    kind: str, tiny_folder: Callable[..., Path], open_tiny: Callable[..., Any]
) -> None:
    memory, network = memory_of(tiny_folder(kind), CPU), open_tiny(kind).network
    assert memory is not None and memory.mapped == 0
    assert memory.token == network.shape.token_bytes
    assert memory.rows == 128
    if kind != "gpt2":  # whose positions are weights, more than all others of a tiny one
        assert 0 <= memory.weights / (network.weight_bytes + 4 * network.head) - 1 < 0.1, "norms and biases too"


def test_a_tied_head_that_stands_twice_counts_once(tiny_folder: Callable[..., Path], tmp_path: Path) -> None:
    plain, tied = tiny_folder("llama"), tmp_path / "tied"
    shutil.copytree(plain, tied)
    config = json.loads((tied / "config.json").read_text())
    (tied / "config.json").write_text(json.dumps({**config, "tie_word_embeddings": True}))
    head = 4 * config["vocab_size"] * config["hidden_size"]
    both = [memory_of(folder, CPU) for folder in (plain, tied)]
    assert both[0] and both[1] and both[0].weights - both[1].weights == head


def panel_file(folder: Path, sizes: dict[str, int]) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "panels 1"}}
    end = 0
    for name, size in sizes.items():
        header[name] = {"dtype": "U8", "shape": [size], "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    (folder / "panels.aigc").write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))


def test_panels_are_mapped_and_of_an_embedding_that_is_only_looked_up_half_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(SMOLLM2))
    panel_file(tmp_path, {"model.embed_tokens.weight": 1000, "lm_head.weight": 500, "model.norm.weight": 8})
    memory = memory_of(tmp_path, CPU)
    assert memory is not None and memory.mapped == memory.weights == 1508
    assert weights_in(tmp_path, tied=False).mapped == 1008


def test_panels_that_nobody_multiplies_become_floats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text(json.dumps(SMOLLM2))
    panel_file(tmp_path, {"model.embed_tokens.weight": 1000})
    monkeypatch.setattr("aigc.engine.memory.load_library", lambda: None)
    memory = memory_of(tmp_path, CPU)
    assert memory is not None and memory.mapped == 0
    assert 4 * 130_000_000 < memory.weights < 4 * 140_000_000


@pytest.mark.parametrize("broken", [b"", b"short", b"\xff" * 64, (8).to_bytes(8, "little") + b"not JSON"])
def test_of_a_broken_file_nothing_is_told(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "config.json").write_text(json.dumps(SMOLLM2))
    (tmp_path / "model.safetensors").write_bytes(broken)
    assert memory_of(tmp_path, CPU) is None
    (tmp_path / "config.json").write_text("{")
    assert memory_of(tmp_path, CPU) is None


def gguf_file(path: Path, values: dict[str, int], tensors: dict[str, tuple[tuple[int, ...], int, int]]) -> Path:
    """A GGUF of numbers only: names → (shape, inputs first; type; bytes)."""

    def text(words: str) -> bytes:
        return struct.pack("<Q", len(words)) + words.encode()

    written = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values) + 1)
    written += text("general.architecture") + struct.pack("<I", 8) + text("qwen2")
    for name, value in values.items():
        written += text(f"qwen2.{name}") + struct.pack("<II", 4, value)
    at = 0
    for name, (shape, kind, size) in tensors.items():
        written += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape) + struct.pack("<IQ", kind, at)
        at += -(-size // 32) * 32
    path.write_bytes(written + bytes(-len(written) % 32 + at))
    return path


QUANTISED = {  # type, bytes of a row of 256 in the file, bytes of a panel of 16 such columns
    "Q4_K": (12, 144, 64 + 8 * 2 * 16 + 16 * 128),
    "Q6_K": (14, 210, 32 + 16 * 16 + 16 * 192),
    "F16": (1, 512, 16 * 512),
}


@pytest.mark.parametrize("format", QUANTISED)
def test_a_gguf_tells_what_its_panels_will_take(tmp_path: Path, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, row, panel = QUANTISED[format]
    values = {"block_count": 2, "embedding_length": 256, "feed_forward_length": 512, "attention.head_count": 4}
    tensors = {
        "token_embd.weight": ((256, 40), kind, 40 * row),
        "output_norm.weight": ((256,), 0, 1024),
        "blk.0.ffn_up.weight": ((256, 512), kind, 512 * row),
    }
    file = gguf_file(tmp_path / "some.gguf", values, tensors)
    monkeypatch.setattr("aigc.engine.weight_files.load_library", lambda: object())
    memory = memory_of(file, CPU)
    assert memory is not None and memory.mapped == memory.weights == (3 + 32) * panel + 1024
    assert memory.token == 2 * 2 * 256 * 4, "without a count of its own there are as many heads of keys"
    monkeypatch.setattr("aigc.engine.weight_files.load_library", lambda: None)
    memory = memory_of(file, CPU)
    assert memory is not None and (memory.mapped, memory.weights) == (0, 4 * (40 * 256 + 256 + 512 * 256))


def test_what_has_no_kernel_becomes_floats_of_16_bits(tmp_path: Path) -> None:
    values = {"block_count": 2, "embedding_length": 256, "attention.head_count": 4}
    file = gguf_file(tmp_path / "some.gguf", values, {"token_embd.weight": ((256, 40), 16, 40 * 66)})  # IQ2_XXS
    memory = memory_of(file, CPU)
    assert memory is not None and (memory.mapped, memory.weights) == (0, 2 * 40 * 256)


def test_a_gpu_holds_dense_weights_and_keys_in_its_own_numbers() -> None:
    plain, wide = (
        memory_of({**SMOLLM2, "weight_bytes": 98_000_000}, EngineOptions(device="cuda", dtype=dtype))
        for dtype in ("auto", "float32")
    )
    assert plain and wide and plain.device == "cuda" and plain.process == plain.mapped == 0
    assert (plain.weights, plain.token) == (2 * 134_479_872, 2 * 30 * 192 * 2)
    assert (wide.weights, wide.token) == (2 * plain.weights, 2 * plain.token)


def machine(whole: float, free: float, held: float = 0, addresses: float | None = None) -> MachineMemory:
    left = None if addresses is None else int(addresses * GB)
    return MachineMemory(whole=int(whole * GB), free=int(free * GB), held=int(held * GB), addresses=left)


def test_a_model_is_refused_where_one_text_does_not_fit() -> None:
    memory = told(QWEN, int(1.1 * GB))
    needed, beside = memory.total() / GB, (memory.total() - memory.mapped) / GB
    assert 1.5 < needed < 1.8 and beside < 0.65
    assert memory.lacking(machine(8, 6)) == ""
    assert memory.lacking(machine(8, beside + 0.01)) == "", "what is mapped may wait in its file"
    assert memory.crowded(machine(8, beside + 0.01)) and memory.crowded(machine(8, needed - 0.01))
    assert not memory.crowded(machine(8, needed + 0.01)) and not memory.crowded(machine(8, beside - 0.01))
    assert memory.lacking(machine(8, beside - 0.01)).endswith("are free")
    assert memory.lacking(machine(8, beside - 0.1, held=0.2)) == "", "we have that much of Python already"
    assert memory.lacking(machine(needed - 0.01, needed - 0.01)).endswith("are all there is"), "it never fits"
    assert memory.lacking(machine(8, 6, addresses=needed)) == ""
    assert memory.lacking(machine(8, 6, addresses=1.1)).startswith("`ulimit` leaves"), "what is mapped has addresses"


def test_the_engine_says_so_before_it_reads_a_weight(
    tiny_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aigc.engine.machine.machine_memory", lambda: machine(0.2, 0.1))
    monkeypatch.setattr("aigc.engine.engine.open_decoder", lambda *given: pytest.fail("it was opened"))
    with pytest.raises(ModelError, match=r"'llama.*' does not fit into memory: it needs .* GB|MB, .* of that for its"):
        open_engine(tiny_folder("llama"), CPU)


def test_where_weights_find_no_room_the_engine_says_that_it_will_be_slow(
    tiny_folder: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(SMOLLM2))
    panel_file(tmp_path, {"model.embed_tokens.weight": 50_000_000})
    monkeypatch.setattr("aigc.engine.engine.open_model_folder", lambda folder, options, memory: memory)
    memory: Any = open_engine(tmp_path, CPU)
    assert not caplog.messages
    free = memory.total() - 10_000_000
    monkeypatch.setattr("aigc.engine.machine.machine_memory", lambda: MachineMemory(whole=GB, free=free))
    assert open_engine(tmp_path, CPU) == memory
    (message,) = caplog.messages
    assert "other programs have the memory" in message


@given(prompt=st.integers(1, 700), written=st.integers(1, 700))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_text_takes_room_as_its_slots_do(prompt: int, written: int) -> None:
    """What is touched of memory while a row is written: what its slot held; amid a move, half of the time both."""
    import torch

    from aigc.engine.cache import CacheShape, Slots

    shape = CacheShape(
        layers=1, kv_heads=1, head_dim=8, dtype=torch.float32, device=torch.device("cpu"), blank=False, block=16
    )
    slots = Slots(shape, 10_000)
    slot, most = slots.take(prompt, prompt + written), shape.whole(prompt)
    for length in range(prompt + 1, prompt + written + 1):
        if length > slot.bank.capacity:
            larger = slots.take(length, prompt + written)
            most = max(most, slot.bank.capacity * 3 // 2)
            slots.release(slot)
            slot = larger
        most = max(most, shape.whole(length))
    assert held_tokens(prompt, written) == most
    assert len(slots.banks) == 1, "an outgrown slot's memory is given back"
    full = held_tokens(prompt, written, 1000)
    assert most <= full <= 2 * slot.bank.capacity and held_tokens(prompt, written, 2) <= full


def test_a_block_of_keys_begins_with_a_page() -> None:
    """Else every block of a short text would take two of them."""
    import torch

    from aigc.engine.cache import CacheShape, Slots

    shape = CacheShape(
        layers=2, kv_heads=3, head_dim=64, dtype=torch.float32, device=torch.device("cpu"), blank=False, block=16
    )
    slots = Slots(shape, 10_000)
    for tokens in (1, 60, 100):
        bank = slots.take(tokens, 1000).bank
        begun = [bank.keys[0, 0, 0, :16].fill_(tokens), bank.values[1, 5, 2, 16:32].fill_(tokens)]
        assert not any(one.data_ptr() % PAGESIZE for one in begun)
        for _ in range(40):  # beyond its lanes
            slots.take(tokens, 1000)
        assert bank.lanes > 40 and not bank.keys.data_ptr() % PAGESIZE
        assert bool((bank.keys[0, 0, 0, :16] == tokens).all()) and bool((bank.values[1, 5, 2, 16:32] == tokens).all())


@pytest.mark.skipif(not HUGE_PAGES.is_dir(), reason="this system makes no huge pages unasked")
def test_a_bank_is_not_put_into_huge_pages() -> None:
    """Else its memory would be there as a whole once a few texts are."""
    import torch

    from aigc.engine.cache import Bank, CacheShape

    shape = CacheShape(layers=4, kv_heads=4, head_dim=64, dtype=torch.float32, device=torch.device("cpu"), blank=False)
    bank = Bank(shape, 64, 256)
    for one in (bank.keys, bank.values):
        middle, inside, flags = one.data_ptr() + one.nbytes // 2, False, ""
        for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
            if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line):
                inside = int(found[1], 16) <= middle < int(found[2], 16)
            elif inside and line.startswith("VmFlags:"):
                flags = line
        assert " nh" in flags


def test_more_is_told_for_more_texts_and_longer_ones() -> None:
    memory = told(SMOLLM2, 98_000_000)
    assert memory.total(2) - memory.total(1) > TEXT * memory.token
    assert memory.total(1, 600) - memory.total(1, 500) == 100 * (memory.token + memory.step)
    assert memory.total(1, shared=1000) - memory.total(1) == 1000 * memory.token
    assert Gpt(device="cpu", rows=7).memory(SMOLLM2 | {"dtype": "bfloat16"}).rows == 7  # type: ignore[union-attr]


def test_rows_are_admitted_by_what_is_left_beside_the_weights() -> None:
    small, large = told(SMOLLM2, 98_000_000), told(QWEN, int(1.1 * GB))
    roomy, tight = machine(24, 22), machine(4, 3.8)
    for memory in (small, large):
        assert memory.budget(roomy).tokens >= 24 * GB // 4 // memory.token, "as many as a quarter of the machine holds"
        assert memory.budget(roomy).rows == 128 == memory.at_once(roomy, 500)
    shared = large.budget(tight)
    assert shared.rows >= 100 and 20 <= large.at_once(tight) < 40
    assert 2 * shared.tokens + shared.prefix_tokens <= 0.9 * (tight.free - large.total()) / large.token + 2
    assert large.at_once(machine(1, 1)) == 0
    held = large.budget(machine(24, 22, addresses=3))
    assert 4 * held.tokens * large.token <= 3 * GB - large.weights, "slots have addresses, filled or not"
