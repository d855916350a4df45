"""What transformers loads keeps its weights as they are on a CPU: 2 bytes each, numbers of 32-bit arithmetic."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions

TinyFolder = Callable[..., Path]
IDS = [(37 * place + 5) % 250 for place in range(40)]
SHAPE = {
    "vocab_size": 272,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
FAMILIES = {  # by transformers' classes, with what else their configs need
    "Mistral": {"head_dim": 8, "sliding_window": 16},
    "Phi3": {},  # one layer for query, key and value
    "Olmo": {"tie_word_embeddings": True},  # norms without weights
    "Gemma2": {"head_dim": 8, "query_pre_attn_scalar": 8, "sliding_window": 16},  # a scaled embedding; caps
    "GPTNeoX": {"use_parallel_residual": True},
    "Mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},  # experts that only its own code can multiply by
}


@pytest.fixture(autouse=True)
def _native() -> None:
    from aigc.engine.cpu.kernels import kernels

    if kernels() is None:
        pytest.skip("no kernels were built for this machine")


def written(folder: Path, family: str, dtype: Any) -> Path:
    """A random model, saved in that dtype."""
    import torch
    import transformers

    from aigc.engine.hf.model import quiet

    config = getattr(transformers, f"{family}Config")(**SHAPE, **FAMILIES[family])
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = getattr(transformers, f"{family}ForCausalLM")(config)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, mean=float(parameter.detach().mean()), std=0.3)
        model.to(dtype).save_pretrained(folder)
    return folder


def halved(tiny: Path, folder: Path, dtype: Any, names: Sequence[str] = ("",)) -> Path:
    """A folder with all weights, or those that have one of the names in theirs, in that dtype."""
    import shutil

    from safetensors.torch import load_file, save_file

    shutil.copytree(tiny, folder)
    weights = load_file(folder / "model.safetensors")
    chosen = {name for name in weights if any(part in name for part in names)}
    weights = {name: one.to(dtype) if name in chosen else one for name, one in weights.items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def logits(network: Any) -> Any:
    from aigc.engine.cache import Bank
    from aigc.engine.network import Span

    return network.forward([Span(Bank(network.shape, 1, 64), 0, 0, IDS)], list(range(len(IDS))))


def expected(folder: Path) -> Any:
    """transformers' own logits, in 32 bits."""
    import torch

    from aigc.engine.hf.model import load_model

    with torch.inference_mode():
        return load_model(folder, torch.device("cpu"), torch.float32)(torch.tensor([IDS])).logits[0]


def opened(folder: Path, **options: Any) -> Any:
    from aigc.engine.hf.model import load_network

    return load_network(folder, EngineOptions(device="cpu", **options))


def formats(network: Any) -> set[str]:
    from aigc.engine.cpu.linear import PackedLinear

    layers = [one for one in network.model.modules() if isinstance(one, PackedLinear)]
    return {part.format.name for layer in layers for part in layer.parts}


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
@pytest.mark.parametrize("family", FAMILIES)
def test_weights_keep_their_numbers_and_products_are_exact(family: str, dtype: str, tmp_path: Path) -> None:
    import torch

    folder = written(tmp_path / "model", family, getattr(torch, dtype))
    network = opened(folder)
    assert formats(network) == {{"bfloat16": "BF16", "float16": "F16", "float32": "F32"}[dtype]}
    assert {one.dtype for one in network.model.parameters()} <= {torch.float32}
    assert torch.allclose(logits(network), expected(folder), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["gpt2", "mistral", "gemma3"])
def test_a_model_of_two_bytes_a_weight_takes_two_bytes_a_weight(
    kind: str, tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    import torch

    from aigc.engine.cpu.linear import PackedLinear
    from aigc.engine.hf.packing import StoredEmbedding

    folder = halved(tiny_folder(kind), tmp_path / "half", torch.bfloat16)
    network = opened(folder)
    assert torch.allclose(logits(network), expected(folder), rtol=1e-4, atol=1e-4)
    layers = [one for one in network.model.modules() if isinstance(one, PackedLinear)]
    assert sum(layer.nbytes for layer in layers) == network.weight_bytes == 2 * (network.head + network.body)
    stored = [one.weight for one in network.model.modules() if isinstance(one, StoredEmbedding)]
    assert len(stored) == 1 + (kind == "gpt2") and {one.dtype for one in stored} == {torch.bfloat16}
    assert not [one for one in network.model.parameters() if one.dim() > 1], "nothing else is large"
    assert network.weight_bytes == opened(tiny_folder(kind)).weight_bytes / 2


@pytest.mark.parametrize("kind", ["gpt2", "mistral", "gemma3"])
def test_an_embedding_tied_to_the_head_stands_once(kind: str, tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    from aigc.engine.cpu.linear import PackedEmbedding

    folder = halved(tiny_folder(kind, variant="tied"), tmp_path / "half", torch.float16)
    network = opened(folder)
    embedding, head = network.model.get_input_embeddings(), network.model.get_output_embeddings()
    assert isinstance(embedding, PackedEmbedding) and embedding.panels is head.parts[0]
    assert torch.allclose(logits(network), expected(folder), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["gpt2", "mistral"])
def test_equal_bits_in_any_company(
    kind: str, tiny_folder: TinyFolder, asking: Any, running: Any, tmp_path: Path
) -> None:
    import torch

    from aigc.engine import open_engine

    folder = halved(tiny_folder(kind), tmp_path / "half", torch.bfloat16)
    requests = [asking(str(n), "a mug " * n, temperature=1.0, seed=n, logprobs=1, max_tokens=9) for n in range(1, 7)]

    def numbers(some: Any) -> dict[Any, Any]:
        engine = open_engine(folder, EngineOptions(device="cpu", deterministic=True))
        done = {key: (one.token_ids, one.logprobs) for key, one in running(engine, some).items()}
        engine.close()
        return done

    alone: dict[Any, Any] = {}
    for request in requests:
        alone |= numbers([request])
    assert numbers(requests) == alone


def test_what_is_no_plain_embedding_or_layer_is_left_to_its_own_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from aigc.engine.hf import packing

    folder = written(tmp_path / "model", "Gemma2", torch.bfloat16)
    monkeypatch.setattr(packing, "_scale", lambda embedding: 0.0)  # as if this kind of embedding were unknown
    network = opened(folder)
    assert formats(network) == {"F32"}, "its scale, √32, would be one of 8 bits"
    assert torch.allclose(logits(network), expected(folder), rtol=1e-4, atol=1e-4)

    class Doubled(torch.nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * super().forward(x)

    found = packing.linears(torch.nn.ModuleDict({"plain": torch.nn.Linear(2, 2), "odd": Doubled(2, 2)}))  # type: ignore[arg-type]
    assert list(found) == ["plain"]


@pytest.mark.parametrize(
    ("dtype", "names", "format"),
    [
        ("bfloat16", [""], "BF16"),
        ("float16", [""], "F16"),
        ("float32", [""], "F32"),
        ("bfloat16", ["lm_head"], "F32"),
        ("bfloat16", ["mlp"], "F32"),
    ],
)
def test_a_folder_of_several_dtypes_loses_none_of_their_digits(
    dtype: str, names: list[str], format: str, tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    import torch

    folder = halved(tiny_folder("mistral"), tmp_path / "mixed", getattr(torch, dtype), names)
    network = opened(folder)
    assert formats(network) == {format}
    assert torch.allclose(logits(network), expected(folder), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("what", [*FAMILIES, "mixed"])
def test_the_memory_told_is_what_is_kept(what: str, tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    from aigc.engine.cpu.linear import PackedLinear
    from aigc.engine.hf.packing import StoredEmbedding
    from aigc.engine.memory import memory_of

    if what == "mixed":
        folder = halved(tiny_folder("mistral"), tmp_path / "mixed", torch.bfloat16, ["mlp"])
    else:
        folder = written(tmp_path / "model", what, torch.bfloat16)
    told, network = memory_of(folder, EngineOptions(device="cpu")), opened(folder)
    kept = sum(one.nbytes for one in network.model.modules() if isinstance(one, PackedLinear))
    kept += sum(one.weight.nbytes for one in network.model.modules() if isinstance(one, StoredEmbedding))
    kept += sum(one.nbytes for one in network.model.parameters())
    assert told is not None and abs(told.weights / kept - 1) < 0.03, "but for norms, widened"


def test_a_dtype_asked_for_goes_through_torch(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    folder = halved(tiny_folder("mistral"), tmp_path / "half", torch.bfloat16)
    for dtype in ("bfloat16", "float16"):
        network = opened(folder, dtype=dtype)
        assert not formats(network) and network.model.dtype == network.shape.dtype == getattr(torch, dtype)
    assert formats(opened(folder, dtype="float32")) == {"BF16"}, "what activations are says nothing of weights"


def test_without_kernels_everything_is_in_32_bits(
    tiny_folder: TinyFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from aigc.engine.cpu.linear import OnednnLinear

    folder = halved(tiny_folder("mistral"), tmp_path / "half", torch.bfloat16)
    monkeypatch.setattr("aigc.engine.hf.model.kernels", lambda: None)
    network = opened(folder)
    assert sum(isinstance(one, OnednnLinear) for one in network.model.modules()) == 2 * 7 + 1
    assert network.weight_bytes == 4 * (network.head + network.body)
    assert torch.allclose(logits(network), expected(folder), rtol=1e-4, atol=1e-4)


def test_a_family_that_does_not_run_is_refused_in_a_sentence(
    tiny_folder: TinyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers.models.mistral.modeling_mistral import MistralMLP

    from aigc.errors import ModelError

    def looks(self: Any, x: Any) -> Any:
        return self.down_proj(x.to(self.gate_proj.weight.dtype))

    monkeypatch.setattr(MistralMLP, "forward", looks)
    with pytest.raises(ModelError, match=r"'mistral' do not run in this engine: .*weight"):
        opened(tiny_folder("mistral"))


MEASURED = """
import sys
from pathlib import Path
from aigc.engine.hf.model import load_network
from aigc.engine.options import EngineOptions

def memory(name):
    return next(int(line.split()[1]) << 10 for line in open("/proc/self/status") if line.startswith(name))

load_network(Path(sys.argv[1]), EngineOptions(device="cpu"))
before = memory("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
network = load_network(Path(sys.argv[2]), EngineOptions(device="cpu"))
print(memory("VmHWM") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="where memory is told otherwise")
def test_opening_peaks_little_above_what_is_kept(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    from aigc.engine.hf.model import quiet

    shape = {**SHAPE, "vocab_size": 32_000, "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 4}
    with torch.device("meta"):
        model = MistralForCausalLM(MistralConfig(**shape, tie_word_embeddings=True)).to(torch.bfloat16)
    model.to_empty(device="cpu").tie_weights()
    with quiet():
        model.save_pretrained(tmp_path / "large")
    kept = sum(one.nbytes for one in model.parameters())
    assert kept > 140e6
    given = [str(tiny_folder("mistral")), str(tmp_path / "large")]
    done = subprocess.run([sys.executable, "-c", MEASURED, *given], check=True, capture_output=True, text=True)
    assert 0.9 * kept < int(done.stdout) < 1.1 * kept
