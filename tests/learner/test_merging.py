"""A merged model is base and adapter in one: equal logits, whole or not there, and loud where rounding would hide it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import ModelError, UsageError

IDS = [(37 * place + 5) % 256 for place in range(30)]
Tuned = Callable[..., tuple[Path, Path, Any]]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    """This gives a base's folder, an adapter's as PEFT saves it, and PEFT's logits of both together."""
    import warnings

    made: dict[tuple[str, bool], tuple[Path, Path, Any]] = {}

    def make(kind: str, *, tied: bool = False, strength: float = 0.05) -> tuple[Path, Path, Any]:
        import torch
        from peft import LoraConfig, get_peft_model

        from aigc.engine.hf.model import load_model
        from aigc.testing.tiny import tiny_gpt

        if (kind, tied) not in made or strength != 0.05:
            folder = tmp_path_factory.mktemp(kind)
            base = tiny_gpt(kind, folder / "base")  # type: ignore[arg-type]
            if tied:
                tie(base)
            with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
                warnings.simplefilter("ignore")
                torch.manual_seed(1)
                model: Any = load_model(base, torch.device("cpu"), torch.float32)
                lora = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
                peft = get_peft_model(model, lora)
                for name, parameter in peft.named_parameters():
                    if "lora_B" in name:
                        torch.nn.init.normal_(parameter, std=strength)
                peft.save_pretrained(folder / "adapter")
                with torch.inference_mode():
                    logits = peft.eval()(torch.tensor([IDS])).logits[0]
            if strength != 0.05:
                return base, folder / "adapter", logits
            made[kind, tied] = base, folder / "adapter", logits
        return made[kind, tied]

    return make


def tie(base: Path) -> None:
    from safetensors.torch import load_file, save_file

    file, config = base / "model.safetensors", base / "config.json"
    weights = load_file(file)
    del weights["lm_head.weight"]
    save_file(weights, file, metadata={"format": "pt"})
    config.write_text(json.dumps({**json.loads(config.read_text()), "tie_word_embeddings": True}))


@pytest.fixture
def logits() -> Iterator[Callable[..., Any]]:
    """This opens a model with our engine, and an adapter beside it, and gives the logits of `IDS`."""
    from aigc.engine import EngineOptions, open_engine
    from aigc.engine.cache import Bank
    from aigc.engine.network import Span

    engines: list[Any] = []

    def of(folder: Path, adapter: Path | None = None) -> Any:
        engine = open_engine(folder, EngineOptions(device="cpu", dtype="float32"))
        engines.append(engine)
        if adapter is not None:
            engine.load_adapter("a", adapter)
        span = Span(Bank(engine.network.shape, 1, 64), 0, 0, IDS, adapter="a" if adapter else "")
        return engine.network.forward([span], list(range(len(IDS)))).clone()

    yield of
    for engine in engines:
        engine.close()


def merge(*given: Any, **options: Any) -> Any:
    from aigc.learner.merging import merge_adapter

    return merge_adapter(*given, **options)


@pytest.mark.parametrize(
    ("kind", "tied"), [("llama", False), ("llama", True), ("qwen2", False), ("gpt2", False), ("gpt2", True)]
)
def test_base_and_adapter_and_the_merged_model_are_pefts(
    kind: str, tied: bool, tuned: Tuned, logits: Any, tmp_path: Path
) -> None:
    import torch

    base, adapter, expected = tuned(kind, tied=tied)
    merged = merge(base, adapter, tmp_path / "merged")
    assert (merged.dtype, merged.folder) == ("float32", tmp_path / "merged") and merged.far < 1e-5 < merged.changed
    assert torch.allclose(logits(base, adapter), expected, rtol=1e-4, atol=1e-4)
    assert torch.allclose(logits(tmp_path / "merged"), expected, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(logits(base), expected, atol=0.1)


def test_the_folder_has_what_a_model_needs_and_nothing_stale(tuned: Tuned, tmp_path: Path) -> None:
    from aigc.models import resolve

    base, adapter, _ = tuned("llama")
    shutil.copytree(base, tmp_path / "base")
    for name in ("blocks.aigc", "source.gguf", "model.json", "optimizer.pt", "LICENSE"):
        (tmp_path / "base" / name).write_text(name)
    merge(tmp_path / "base", adapter, tmp_path / "deep" / "merged", page="# Mine\n")
    names = {path.name for path in (tmp_path / "deep" / "merged").iterdir()}
    assert names == {
        *("LICENSE", "README.md", "chat_template.jinja", "config.json", "generation_config.json"),
        *("model.safetensors", "tokenizer.json", "tokenizer_config.json"),
    }
    assert resolve(str(tmp_path / "deep" / "merged")).installed
    ends = [json.loads((one / "generation_config.json").read_text())["eos_token_id"] for one in (base, tmp_path / "deep" / "merged")]
    assert ends[0] == ends[1] == [256, 258]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_sums_are_taken_in_32_bits_and_rounded_once(dtype: str, tuned: Tuned, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    base, adapter, _ = tuned("llama")
    merged = merge(base, adapter, tmp_path / "merged", dtype=dtype)
    assert merged.dtype == dtype and 1e-5 < merged.far < merged.bound
    a = load_file(adapter / "adapter_model.safetensors")
    weights, found = load_file(base / "model.safetensors"), load_file(tmp_path / "merged" / "model.safetensors")
    path = "model.layers.1.mlp.down_proj"
    low, high = (a[f"base_model.model.{path}.lora_{letter}.weight"] for letter in "AB")
    exact = weights[f"{path}.weight"] + (high * 2) @ low
    assert torch.equal(found[f"{path}.weight"], exact.to(getattr(torch, dtype)))
    assert merge(tmp_path / "merged", adapter, tmp_path / "again").dtype == dtype, "the base's own floats are kept"


def test_an_adapter_that_rounding_swallows_is_refused(tuned: Tuned, tmp_path: Path) -> None:
    base, adapter, _ = tuned("llama", strength=0.001)
    with pytest.raises(ModelError, match=r"rounding to bfloat16 by .*; --dtype float32 keeps it"):
        merge(base, adapter, tmp_path / "merged", dtype="bfloat16")
    assert list(tmp_path.iterdir()) == []
    merge(base, adapter, tmp_path / "merged")


def test_a_model_that_writes_something_else_is_not_there(
    tuned: Tuned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aigc.learner import merging

    base, adapter, _ = tuned("llama")
    plain = merging._add
    monkeypatch.setattr(merging, "_add", lambda layer, pair, *more: plain(layer, (pair[0], pair[1] * 1.1), *more))
    with pytest.raises(ModelError, match=r"merged, its logits differ by .* of their length, and 0.001 is allowed"):
        merge(base, adapter, tmp_path / "merged")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(merging, "_add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        merge(base, adapter, tmp_path / "merged")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_or_does_not_fit_is_refused_before_anything_is_loaded(
    tuned: Tuned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aigc.learner.merging.open_engine", lambda *_: pytest.fail("it was loaded"))
    base, adapter, _ = tuned("llama")
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="there: is there already, and nothing is overwritten"):
        merge(base, adapter, tmp_path / "there")
    with pytest.raises(ModelError, match="the model 'base' has no layer 'transformer.h.0"):
        merge(base, tuned("gpt2")[1], tmp_path / "merged")
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 9))  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match=r"the disk is full: the merged model needs about 0\.2 MB"):
        merge(base, adapter, tmp_path / "merged")


@pytest.mark.filterwarnings("default")
def test_whole_numbers_become_floats_of_16_bits_and_that_is_told_first(logits: Any, tmp_path: Path) -> None:
    from aigc.engine import convert_gguf
    from aigc.engine.cpu.kernels import kernels

    from ..engine.gguf_files import write_gguf
    from ..engine.test_adapters import paths_of, write_adapter
    from ..engine.test_gguf import as_transformers_reads

    if kernels() is None:
        pytest.skip("no kernels were built here")
    gguf = write_gguf(tmp_path / "tiny.gguf", "llama")
    convert_gguf(gguf, tmp_path / "base")
    plain = as_transformers_reads(gguf)
    write_adapter(tmp_path / "adapter", plain, paths_of(plain, ("q_proj", "down_proj")), seed=1)
    told: list[str] = []

    def tell(sentence: str) -> None:
        assert not (tmp_path / "merged").exists() and not list(tmp_path.glob(".merged*"))
        told.append(sentence)

    merged = merge(tmp_path / "base", tmp_path / "adapter", tmp_path / "merged", tell=tell)
    assert merged.dtype in ("float16", "bfloat16") and merged.far < merged.bound < merged.changed
    (sentence,) = told
    assert "base has whole numbers (" in sentence and "they become floats of 16 bits, " in sentence
    assert not list((tmp_path / "merged").glob("*.aigc"))
    expected, found = logits(tmp_path / "base", tmp_path / "adapter"), logits(tmp_path / "merged")
    assert (found - expected).norm() < 2 * merged.bound * expected.norm()
    told.clear()
    whole = merge(tmp_path / "base", tmp_path / "adapter", tmp_path / "wide", dtype="float32", tell=told.append)
    assert whole.far < 1e-4 and "floats of 32 bits" in told[0]
