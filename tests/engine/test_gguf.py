"""A GGUF's folder holds the file's own numbers, under transformers' names: what transformers reads of the same file."""

from __future__ import annotations

import json
import logging
import shutil
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pytest

from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.errors import ModelError

from .gguf_files import FAMILIES, KINDS, rows_of, write_gguf

CONFIG = (
    *("model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size"),
    *("num_key_value_heads", "max_position_embeddings", "rms_norm_eps", "tie_word_embeddings", "rope_parameters"),
    *("bos_token_id", "pad_token_id"),
)


@pytest.fixture(autouse=True)
def _native() -> None:
    from aigc.engine.cpu.kernels import kernels

    if kernels() is None:
        pytest.skip("no kernels were built for this machine")


def as_transformers_reads(gguf: Path) -> Any:
    """The model in 32-bit floats."""
    import torch
    from transformers import AutoModelForCausalLM

    from aigc.engine.hf.model import quiet

    with quiet():
        model: Any = AutoModelForCausalLM.from_pretrained(
            gguf.parent, gguf_file=gguf.name, dtype=torch.float32, attn_implementation="eager"
        )
    return model.eval()


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_folder_is_what_transformers_reads(family: str, tied: bool, tmp_path: Path) -> None:
    import torch

    from aigc.engine.checkpoint import Tensors

    gguf = write_gguf(tmp_path / "tiny.gguf", family, tied=tied, layers=7 if family == "gemma3" else 3)
    convert_gguf(gguf, tmp_path / "made")
    model = as_transformers_reads(gguf)
    expected = model.state_dict()
    if tied:
        del expected["lm_head.weight"]
    with ExitStack() as stack:
        read = Tensors(tmp_path / "made", stack)
        assert set(read) == set(expected)
        for name, weight in expected.items():
            assert read.shape(name) == tuple(weight.shape)
            assert torch.equal(read.tensor(name), weight), name
    check_config(tmp_path / "made", model)
    check_logits(tmp_path / "made", model)


def check_config(folder: Path, model: Any) -> None:
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder)
    for key in CONFIG:
        assert getattr(config, key) == getattr(model.config, key), key
    if config.model_type == "gemma3_text":
        for key in ("layer_types", "sliding_window"):
            assert getattr(config, key) == getattr(model.config, key), key
    assert config.eos_token_id == [258, 256], "llama.cpp ends a text at the end of a turn as well"


def check_logits(folder: Path, model: Any) -> None:
    """Both by the kernels, which read panels, and by transformers, which is given floats."""
    import torch

    from aigc.engine.hf.model import load_model

    ids = torch.tensor([[(37 * place + 5) % 256 for place in range(40)]])
    with torch.inference_mode():
        expected = model(ids).logits[0]
        loaded = load_model(folder, torch.device("cpu"), torch.float32)
        assert torch.allclose(loaded(ids).logits[0], expected, rtol=1e-4, atol=1e-4)
    engine = open_engine(folder, EngineOptions(device="cpu", dtype="float32"))
    found = logits_of(engine, ids[0].tolist())
    engine.close()
    with torch.inference_mode():
        exact = model.double()(ids).logits[0]
    noise = float((expected - exact).abs().max())  # of single precision: a model drawn at random may multiply it
    assert torch.allclose(found.double(), exact, rtol=1e-3, atol=1e-3 + 3 * noise)


def logits_of(engine: Any, ids: list[int]) -> Any:
    from aigc.engine.cache import Bank
    from aigc.engine.cpu.decoder import Decoder
    from aigc.engine.network import Span

    assert isinstance(engine.network, Decoder)
    return engine.network.forward([Span(Bank(engine.network.shape, 1, 96), 0, 0, ids)], list(range(len(ids))))


def test_the_file_is_laid_out_as_it_is_read(tmp_path: Path) -> None:
    from safetensors import safe_open

    from aigc.engine.cpu.panel_file import PANEL_FILE
    from aigc.engine.tensor_files import read_header

    gguf = write_gguf(tmp_path / "tiny.gguf", "qwen2", lambda number, name: "Q4_K", tied=False)
    convert_gguf(gguf, tmp_path / "made")
    with safe_open(tmp_path / "made" / PANEL_FILE, framework="pt") as file:
        assert file.metadata()["format"] == "panels 1"
        weights = json.loads(file.metadata()["weights"])
    tensors, _ = read_header(tmp_path / "made" / PANEL_FILE)
    names = list(tensors)
    for layer in ("model.layers.0.", "model.layers.1."):
        for few in (("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"), ("mlp.gate_proj", "mlp.up_proj")):
            for first, second in pairwise(f"{layer}{name}.weight" for name in few):
                assert tensors[first].end == tensors[second].begin
    assert names[0] == "model.embed_tokens.weight" and names[-1] == "lm_head.weight"
    assert min(one.begin for one in tensors.values()) % 64 == 0
    assert weights["model.layers.0.mlp.up_proj.weight"] == ["Q4_K", 512, 256]
    assert (tmp_path / "made" / PANEL_FILE).stat().st_size < 1.05 * gguf.stat().st_size


def test_weights_are_read_from_the_file_itself(tmp_path: Path) -> None:
    from aigc.engine.checkpoint import Tensors
    from aigc.engine.cpu.kernels import kernels

    native = kernels()
    assert native is not None
    convert_gguf(write_gguf(tmp_path / "tiny.gguf", "llama"), tmp_path / "made")
    with ExitStack() as stack:
        read = Tensors(tmp_path / "made", stack)
        name = "model.layers.0.mlp.up_proj.weight"
        first, second = read.panels(native, name), read.panels(native, name)
    assert first.numbers.data_ptr() == second.numbers.data_ptr()


@pytest.mark.parametrize("family", ["llama", "gemma3"])
def test_a_tied_head_is_the_embedding_itself(family: str, tmp_path: Path) -> None:
    convert_gguf(write_gguf(tmp_path / "tiny.gguf", family), tmp_path / "made")
    engine: Any = open_engine(tmp_path / "made", EngineOptions(device="cpu"))
    embedding, head = engine.network._embedding.numbers, engine.network._head.numbers
    assert head.data_ptr() == embedding.data_ptr() and head.nbytes == embedding.nbytes
    engine.close()


@pytest.mark.parametrize(
    "rope",
    [(8.0, 1.0, 4.0, 8192), (32.0, 1.0, 4.0, 8192), (16.0, 1.0, 8.0, 2048), (1.0, 1.0, 4.0, 8192)],
    ids=str,
)
def test_llama_3s_stretched_positions(rope: tuple[float, float, float, int], tmp_path: Path) -> None:
    import torch

    from aigc.engine.checkpoint import Rotary, read_checkpoint

    factor, low, high, original = rope
    plain = Rotary(rope_theta=5000.0).frequencies(64)
    stretched = Rotary(
        rope_theta=5000.0,
        rope_type="llama3",
        factor=factor,
        low_freq_factor=low,
        high_freq_factor=high,
        original_max_position_embeddings=original,
    ).frequencies(64)
    more = {"rope_freqs.weight": (plain / stretched).numpy()}
    convert_gguf(write_gguf(tmp_path / "tiny.gguf", "llama", more=more), tmp_path / "made")
    with ExitStack() as stack:
        read = read_checkpoint(tmp_path / "made", stack)
        assert read is not None and read.config.rotary.rope_type == "llama3"
        assert torch.allclose(read.config.frequencies(), stretched, rtol=1e-4)


def test_positions_stretched_in_other_ways(tmp_path: Path) -> None:
    linear = write_gguf(
        tmp_path / "linear.gguf", "qwen2", metadata={"rope.scaling.type": "linear", "rope.scaling.factor": 4.0}
    )
    convert_gguf(linear, tmp_path / "made")
    rope = json.loads((tmp_path / "made" / "config.json").read_text())["rope_parameters"]
    assert rope == {"rope_theta": 5000.0, "rope_type": "linear", "factor": 4.0}
    more = {"rope_freqs.weight": numpy.linspace(1, 9, 32, dtype=numpy.float32)}
    odd = write_gguf(tmp_path / "odd.gguf", "llama", more=more)
    with pytest.raises(ModelError, match=r"rope_freqs\.weight: positions are stretched in a way that is not known"):
        convert_gguf(odd, tmp_path / "odd")


@pytest.mark.filterwarnings("default")
def test_what_has_no_kernel_is_said_first_and_becomes_floats(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from safetensors.torch import load_file

    from aigc.engine.gguf import dense

    gguf = write_gguf(tmp_path / "tiny.gguf", "qwen3", lambda number, name: "IQ2_XS" if "down" in name else "Q4_K")
    expected = as_transformers_reads(gguf).state_dict()
    told: list[str] = []
    load = dense.AutoModelForCausalLM.from_pretrained
    monkeypatch.setattr(
        dense.AutoModelForCausalLM, "from_pretrained", lambda *a, **k: told.append(caplog.text) or load(*a, **k)
    )
    with caplog.at_level(logging.WARNING):
        convert_gguf(gguf, tmp_path / "made")
    words = "tiny.gguf: there is no kernel for IQ2_XS (2 of 24 tensors): all weights become floats of 16 bits, 0.0 GB"
    assert words in told[0], "before anything is converted"
    made = load_file(tmp_path / "made" / "model.safetensors")
    assert {weight.dtype for weight in made.values()} == {torch.float16}
    assert all(torch.equal(made[name], expected[name].half()) for name in made)
    assert not (tmp_path / "made" / "panels.aigc").exists()
    open_engine(tmp_path / "made", EngineOptions(device="cpu")).close()


@pytest.mark.filterwarnings("default")
def test_other_reasons_to_become_floats(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from safetensors.torch import load_file

    from aigc.engine.gguf import convert

    more = {"blk.0.attn_output.bias": numpy.zeros(256, dtype=numpy.float32)}
    convert_gguf(write_gguf(tmp_path / "odd.gguf", "qwen3", more=more), tmp_path / "odd")
    assert "it has a tensor 'blk.0.attn_output.bias', which nobody knows of in a Qwen3" in caplog.text
    made = load_file(tmp_path / "odd" / "model.safetensors")
    assert {weight.dtype for weight in made.values()} == {torch.bfloat16}, "the file has some"
    monkeypatch.setattr(convert, "kernels", lambda: None)
    convert_gguf(write_gguf(tmp_path / "bare.gguf", "llama", lambda number, name: "Q8_0"), tmp_path / "bare")
    assert "bare.gguf: no kernels were built for this machine" in caplog.text


@pytest.mark.filterwarnings("default")
def test_positions_that_only_transformers_stretches_become_floats(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aigc.engine.gguf import convert

    stretched = {"rope.scaling.type": "yarn", "rope.scaling.factor": 4.0}
    gguf = write_gguf(tmp_path / "tiny.gguf", "llama", lambda number, name: "Q8_0", metadata=stretched)
    told: list[str] = []
    write = convert.write_dense
    monkeypatch.setattr(convert, "write_dense", lambda *given: told.append(caplog.text) or write(*given))
    convert_gguf(gguf, tmp_path / "made")
    words = "tiny.gguf: our kernels do not know rope_parameters.rope_type 'yarn': all weights become floats of 16 bits"
    assert words in told[0], "before anything is converted"
    assert not (tmp_path / "made" / "panels.aigc").exists()
    assert (tmp_path / "made" / "model.safetensors").is_file()


def test_an_architecture_that_only_transformers_knows(tmp_path: Path) -> None:
    from aigc.engine.gguf.families import Unfamiliar, check_family, config_of, tensors_of
    from aigc.engine.gguf.gguf_file import read_gguf

    write_gguf(tmp_path / "tiny.gguf", "phi3", lambda number, name: "Q8_0")
    with pytest.raises(Unfamiliar, match="there are no kernels for models of the family 'phi3'"):
        check_family(read_gguf(tmp_path / "tiny.gguf"))
    experts = {"blk.0.ffn_gate_exps.weight": numpy.zeros((2, 512, 256), dtype=numpy.float32)}
    write_gguf(tmp_path / "experts.gguf", "llama", without="blk.0.ffn_gate.weight", more=experts)
    file = read_gguf(tmp_path / "experts.gguf")
    with pytest.raises(Unfamiliar, match=r"it has a tensor 'blk\.0\.ffn_gate_exps\.weight', which nobody knows of"):
        tensors_of(file, config_of(file))


def test_broken_files(tmp_path: Path) -> None:
    whole = write_gguf(tmp_path / "whole.gguf", "llama").read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[:-100_000])
    (tmp_path / "head.gguf").write_bytes(whole[:5000])
    write_gguf(tmp_path / "less.gguf", "llama", without="blk.1.ffn_up.weight")
    write_gguf(tmp_path / "other.gguf", "llama", metadata={"feed_forward_length": 768})
    write_gguf(tmp_path / "part.gguf", "llama")
    for name, message in [
        ("cut.gguf", "we cannot read this GGUF file: .* is cut off"),
        ("head.gguf", "we cannot read this GGUF file: it is cut or damaged"),
        ("less.gguf", r"blk\.1\.ffn_up\.weight: this tensor is missing"),
        ("other.gguf", r"its shape is \(512, 256\), by the metadata \(768, 256\)"),
    ]:
        with pytest.raises(ModelError, match=message) as caught:
            convert_gguf(tmp_path / name, tmp_path / "out")
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_noticed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_gguf(tmp_path / "tiny.gguf", "llama")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 1_000_000))
    with pytest.raises(ModelError, match=r"the disk is full: the model needs about \d\d MB, 1 are free"):
        convert_gguf(tmp_path / "tiny.gguf", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_without_kernels(kind: str, tmp_path: Path) -> None:
    """What is read plainly, in torch, is what the kernels read."""
    import torch

    from aigc.engine.cpu.formats import FORMATS
    from aigc.engine.cpu.kernels import kernels
    from aigc.engine.cpu.plain import flat

    native, rows = kernels(), rows_of(numpy.random.default_rng(0), kind, 70, 512)
    assert native is not None
    panels = native.repack(FORMATS[kind], torch.from_numpy(rows).view(torch.uint8))
    assert torch.equal(flat(panels, None), flat(panels, native))
    assert torch.equal(flat(panels, native), native.gather(panels, torch.arange(70)))


@pytest.mark.filterwarnings("default")
def test_the_command_line_shows_what_becomes_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from aigc.cli import main

    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    kept = write_gguf(tmp_path / "kept.gguf", "llama")
    assert main(["models", "pull", str(kept)]) == 0
    assert "WARNING" not in capsys.readouterr().err
    (folder,) = (tmp_path / "cache" / "models").iterdir()
    assert {"panels.aigc", "config.json", "tokenizer.json", "model.json"} <= {path.name for path in folder.iterdir()}
    dense = write_gguf(tmp_path / "dense.gguf", "llama", lambda number, name: "IQ2_XS")
    assert main(["models", "pull", str(dense)]) == 0
    assert "WARNING: dense.gguf: there is no kernel for IQ2_XS (15 of 20 tensors)" in capsys.readouterr().err
