"""An adapter must give the logits of a model whose weights have had scale · B A added to them by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import ModelError, NotFound

TinyFolder = Callable[..., Path]

TARGETS = {
    "gpt2": ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"),
    "llama": ("self_attn.q_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.down_proj"),
    "qwen3": ("self_attn.q_proj", "self_attn.k_proj", "mlp.up_proj"),
    "mistral": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.down_proj"),
    "gemma3": ("self_attn.q_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.down_proj"),
}
NEAR = {"rtol": 1e-4, "atol": 1e-4}


def open_model(folder: Path, *, packed: bool = False, dtype: str = "float32") -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    from aigc.engine.cpu.kernels import kernels
    from aigc.engine.hf.model import quiet
    from aigc.engine.hf.packing import pack_model

    with quiet():
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
    if packed:
        pack_model(model, kernels())
    return model


def paths_of(model: Any, ends: tuple[str, ...]) -> list[str]:
    return [path for path, _ in model.named_modules() if path.endswith(ends)]


def write_adapter(
    folder: Path, model: Any, paths: list[str], *, seed: int, ranks: Mapping[str, int] = {}, **config: Any
) -> dict[str, tuple[Any, Any]]:
    """This writes what PEFT writes for random A and B of the given paths, and gives them by path."""
    import torch
    from safetensors.torch import save_file

    written = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "none", "target_modules": paths, **config}
    draw = torch.Generator().manual_seed(seed)
    matrices = {}
    for path in paths:
        layer, rank = model.get_submodule(path), ranks.get(path, written["r"])
        shape = (layer.nf, layer.nx) if hasattr(layer, "nf") else (layer.out_features, layer.in_features)
        a = torch.randn(rank, shape[1], generator=draw) / shape[1] ** 0.5
        matrices[path] = (a, torch.randn(shape[0], rank, generator=draw) / rank)
    tensors = {
        f"base_model.model.{path}.lora_{letter}.weight": matrix
        for path, pair in matrices.items()
        for letter, matrix in zip("AB", pair, strict=True)
    }
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps(written))
    save_file(tensors, folder / "adapter_model.safetensors")
    return matrices


def merge(model: Any, matrices: dict[str, tuple[Any, Any]], scale: float | Mapping[str, float]) -> Any:
    """This adds scale · B A to the weights themselves: what an adapter means."""
    import torch
    from transformers.pytorch_utils import Conv1D

    with torch.no_grad():
        for path, (a, b) in matrices.items():
            layer = model.get_submodule(path)
            delta = (scale if isinstance(scale, int | float) else scale[path]) * (b @ a)
            layer.weight += delta.T if isinstance(layer, Conv1D) else delta
    return model


def logits_of(model: Any, *texts: list[int]) -> Any:
    """The logits of texts packed one after another into (1, tokens); each starts at position 0 and sees only itself."""
    import torch

    ids = torch.tensor([[token for text in texts for token in text]])
    places = torch.tensor([[place for text in texts for place in range(len(text))]])
    with torch.inference_mode():
        return model(ids, position_ids=places, use_cache=False).logits[0]


TEXTS = ([5, 80, 33, 200, 7], [9], list(range(40, 63)), [5, 80, 33])  # the third is longer than Gemma's window


@pytest.mark.parametrize("packed", [False, True], ids=["loaded", "packed"])
@pytest.mark.parametrize("kind", TARGETS)
def test_two_adapters_and_the_base_in_one_forward(
    kind: str, packed: bool, tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    import torch

    from aigc.engine.adapters import Adapters
    from aigc.engine.cpu.kernels import kernels

    base, ads, lessons = (open_model(tiny_folder(kind)) for _ in range(3))
    paths = paths_of(base, TARGETS[kind])
    merge(ads, write_adapter(tmp_path / "ads", base, paths, seed=1), 2)
    some = paths[1:5]  # of one layer, mostly
    merge(lessons, write_adapter(tmp_path / "lessons", base, some, seed=2, r=3, lora_alpha=1.5), 0.5)
    expected = torch.cat([logits_of(m, t) for m, t in zip((ads, base, lessons, ads), TEXTS, strict=True)])

    model = open_model(tiny_folder(kind), packed=packed)
    adapters = Adapters(model, model.device, model.dtype, kernels())
    adapters.load("ads", tmp_path / "ads")
    adapters.load("lessons", tmp_path / "lessons")
    assert adapters.names == ("ads", "lessons")
    adapters.route([(0, 5, "ads"), (6, 29, "lessons"), (29, 32, "ads")])
    assert torch.allclose(logits_of(model, *TEXTS), expected, **NEAR)

    adapters.route([])
    plain = logits_of(base, *TEXTS)
    assert torch.allclose(logits_of(model, *TEXTS), plain, **NEAR)
    assert not torch.allclose(expected[:5], plain[:5], atol=0.1)
    assert not torch.allclose(expected[6:29], plain[6:29], atol=0.1)


def test_scales_follow_rslora_and_patterns(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    from aigc.engine.adapters import Adapters
    from aigc.engine.cpu.kernels import kernels

    base, other, model = (open_model(tiny_folder("llama")) for _ in range(3))
    paths = paths_of(base, ("q_proj", "v_proj", "down_proj"))
    first, second = (f"model.layers.{layer}.self_attn.v_proj" for layer in (0, 1))
    ranks = {first: 9, second: 9} | {path: 2 for path in paths if path.endswith("down_proj")}
    matrices = write_adapter(
        tmp_path / "a",
        base,
        paths,
        seed=3,
        ranks=ranks,
        r=4,
        lora_alpha=6,
        use_rslora=True,
        rank_pattern={"v_proj": 9, r"layers\.\d\.mlp\..*": 2},
        alpha_pattern={
            "layers.1.self_attn.v_proj": 12,
            "roj": 100,
            "self_attn.q": 50,
            "^model.layers.0.self_attn.v_proj": 15,
        },
    )
    scales = {path: 6 / 2 for path in paths if path.endswith("q_proj")}
    scales |= {path: 6 / 2**0.5 for path in paths if path.endswith("down_proj")}
    scales |= {first: 15 / 3, second: 12 / 3}
    adapters = Adapters(model, model.device, model.dtype, kernels())
    adapters.load("a", tmp_path / "a")
    adapters.route([(0, 5, "a")])
    expected = logits_of(merge(base, matrices, scales), TEXTS[0])
    assert torch.allclose(logits_of(model, TEXTS[0]), expected, **NEAR)
    assert not torch.allclose(logits_of(merge(other, matrices, 6 / 4), TEXTS[0]), expected, atol=0.1)


def test_adapters_take_the_models_dtype(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    from aigc.engine.adapters import Adapters
    from aigc.engine.cpu.kernels import kernels

    base, model = open_model(tiny_folder("qwen3")), open_model(tiny_folder("qwen3"), dtype="bfloat16")
    matrices = write_adapter(tmp_path / "a", base, paths_of(base, TARGETS["qwen3"]), seed=4)
    adapters = Adapters(model, model.device, model.dtype, kernels())
    adapters.load("a", tmp_path / "a")
    adapters.route([(0, 5, "a")])
    plain = logits_of(base, TEXTS[0])
    expected = logits_of(merge(base, matrices, 2), TEXTS[0])
    found = logits_of(model, TEXTS[0])
    assert found.dtype == torch.bfloat16
    assert (found - expected).norm() < 0.05 * expected.norm() < 0.5 * (plain - expected).norm()


def test_a_model_without_adapters_is_left_as_it_was(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from aigc.engine.adapters import Adapters
    from aigc.engine.cpu.kernels import kernels
    from aigc.engine.layers import LoraLinear

    model = open_model(tiny_folder("llama"))
    q, v = paths_of(model, ("q_proj",)), paths_of(model, ("v_proj",))
    write_adapter(tmp_path / "q", model, q, seed=5)
    write_adapter(tmp_path / "qv", model, q + v, seed=6)
    before = dict(model.named_modules())
    adapters = Adapters(model, model.device, model.dtype, kernels())
    assert dict(model.named_modules()) == before

    def wrapped() -> list[str]:
        return [path for path, module in model.named_modules() if isinstance(module, LoraLinear)]

    adapters.load("q", tmp_path / "q")
    assert wrapped() == q
    adapters.load("qv", tmp_path / "qv")
    assert sorted(wrapped()) == sorted(q + v)
    assert not any(isinstance(model.get_submodule(path).base, LoraLinear) for path in q), "wrapped twice"
    adapters.route([(0, 2, "qv"), (2, 5, "q")])
    adapters.unload("qv")
    assert wrapped() == q and adapters.names == ("q",)
    expected = logits_of(model, TEXTS[0])
    adapters.load("qv", tmp_path / "qv")
    assert logits_of(model, TEXTS[0]).equal(expected), "what was routed to an unloaded one is for none"
    adapters.unload("qv")
    adapters.unload("q")
    assert dict(model.named_modules()) == before and adapters.names == ()


def test_a_tokens_numbers_do_not_depend_on_the_others_of_its_adapter(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    from aigc.engine.adapters import Adapters
    from aigc.engine.cpu.kernels import kernels

    model = open_model(tiny_folder("llama"), packed=True)
    path = "model.layers.0.mlp.down_proj"
    write_adapter(tmp_path / "a", model, [path], seed=7, r=16)
    adapters = Adapters(model, model.device, model.dtype, kernels())
    adapters.load("a", tmp_path / "a")
    layer = model.get_submodule(path)
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(0)
        x = torch.randn(1, 300, 64)
        adapters.route([(0, 300, "a")])
        whole = layer(x)
        for rows in (1, 2, 3, 7, 64, 299):
            adapters.route([(1, 1 + rows, "a")])
            assert torch.equal(layer(x)[:, 1 : 1 + rows], whole[:, 1 : 1 + rows]), rows


def test_layers_that_compute_together_and_give_slices(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    """One layer computes queries, keys and values; the others hand on their part. None has a weight to look at."""
    import torch

    from aigc.engine.adapters import Adapters
    from aigc.engine.cpu.kernels import kernels

    class Part(torch.nn.Module):
        def __init__(self, whole: list[Any], attention: Any, begin: int, size: int) -> None:
            super().__init__()
            self.in_features, self.out_features = 32, size
            self.whole, self.begin = whole, begin
            self.weights = [attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight]

        def forward(self, x: Any) -> Any:
            if self.begin == 0:
                self.whole[:] = [torch.nn.functional.linear(x, torch.cat(self.weights))]
            return self.whole[0][..., self.begin : self.begin + self.out_features]

    base, model = (open_model(tiny_folder("llama")) for _ in range(2))
    paths = paths_of(base, ("q_proj", "k_proj", "v_proj"))
    matrices = write_adapter(tmp_path / "a", base, paths, seed=8)
    expected = [logits_of(base, TEXTS[0]), logits_of(merge(base, matrices, 2), TEXTS[2])]
    for layer in model.model.layers:
        whole: list[Any] = []
        parts = [Part(whole, layer.self_attn, begin, size) for begin, size in ((0, 64), (64, 32), (96, 32))]
        layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj = parts
    adapters = Adapters(model, model.device, model.dtype, kernels())
    adapters.load("a", tmp_path / "a")
    adapters.route([(5, 28, "a")])
    assert torch.allclose(logits_of(model, TEXTS[0], TEXTS[2]), torch.cat(expected), **NEAR)


def test_names_are_unique_and_known(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from aigc.engine.adapters import Adapters
    from aigc.engine.cpu.kernels import kernels

    model = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "a", model, paths_of(model, ("q_proj",)), seed=9)
    adapters = Adapters(model, model.device, model.dtype, kernels())
    adapters.load("brand", tmp_path / "a")
    with pytest.raises(ModelError, match="an adapter 'brand' is loaded already"):
        adapters.load("brand", tmp_path / "a")
    with pytest.raises(NotFound, match="no adapter 'brant' is loaded; did you mean 'brand'"):
        adapters.unload("brant")
    with pytest.raises(AssertionError, match="no such route"):
        adapters.route([(0, 5, "brant")])


Q = "model.layers.0.self_attn.q_proj"


def refused(folder: Path, model: Any) -> str:
    """The one sentence with which an adapter is refused; the model is left as it was."""
    from aigc.engine.adapters import Adapters
    from aigc.engine.cpu.kernels import kernels

    before = dict(model.named_modules())
    with pytest.raises(ModelError) as caught:
        Adapters(model, model.device, model.dtype, kernels()).load("a", folder)
    assert dict(model.named_modules()) == before
    message = str(caught.value)
    assert message.startswith(str(folder)) and "\n" not in message
    return message.removeprefix(str(folder))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"use_dora": True}, "this adapter needs use_dora=True, which this engine cannot run"),
        ({"modules_to_save": ["lm_head"]}, "this adapter needs modules_to_save=['lm_head'], which"),
        ({"trainable_token_indices": [1], "lora_bias": True}, "trainable_token_indices=[1], lora_bias=True, which"),
        ({"target_parameters": ["mlp.experts"]}, "needs target_parameters=['mlp.experts'], which"),
        ({"layer_replication": [[0, 2], [1, 2]]}, "needs layer_replication=[[0, 2], [1, 2]], which"),
        ({"alora_invocation_tokens": [3]}, "needs alora_invocation_tokens=[3], which"),
        ({"bias": "lora_only"}, "needs bias=lora_only, which"),
        ({"init_lora_weights": "pissa_niter_4"}, "needs init_lora_weights=pissa_niter_4, which"),
        ({"peft_type": "LOHA"}, "peft_type: Input should be 'LORA'"),
        ({"r": 0}, "r: Input should be greater than 0"),
        ({"lora_alpha": "much"}, "lora_alpha: Input should be a valid number"),
        ({"alpha_pattern": {"q_proj(": 3}}, "alpha_pattern: Input should be a valid regular expression"),
        ({"rank_pattern": {"q_proj": 5}}, f"{Q!r} should have matrices A and B of rank 5, but has"),
    ],
)
def test_configs_that_are_refused(
    config: dict[str, Any], message: str, tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    model = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "a", model, [Q], seed=0, ranks={Q: 4}, **{"r": 4, **config})
    assert message in refused(tmp_path / "a", model)


def test_what_peft_writes_and_does_not_matter_is_read(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from aigc.engine.adapters import read_adapter

    model = open_model(tiny_folder("llama"))
    harmless: dict[str, Any] = {
        "modules_to_save": None,
        "use_dora": False,
        "layers_to_transform": [0],
        "revision": None,
    }
    pattern = {"target_modules": r".*\.q_proj", "fan_in_fan_out": True, "lora_dropout": 0.1, "init_lora_weights": "eva"}
    config = {**harmless, **pattern, "base_model_name_or_path": "tiny/llama"}
    matrices = write_adapter(tmp_path / "a", model, [Q], seed=0, **config)
    adapter = read_adapter(tmp_path / "a")
    a, b = adapter.layers[Q]
    assert (adapter.folder, adapter.base, list(adapter.layers)) == (tmp_path / "a", "tiny/llama", [Q])
    assert a.equal(matrices[Q][0]) and b.equal(matrices[Q][1] * 2)


@pytest.mark.parametrize(
    "key",
    [
        "base_model.model.model.embed_tokens.lora_embedding_A",
        f"base_model.model.{Q}.lora_magnitude_vector.weight",
        f"base_model.model.{Q}.lora_B.bias",
        "base_model.model.lm_head.weight",
        f"{Q}.lora_A.weight",
    ],
)
def test_tensors_that_are_refused(key: str, tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "a", model, [Q], seed=0)
    file = tmp_path / "a" / "adapter_model.safetensors"
    tensors = load_file(file)
    save_file({**tensors, key: tensors[f"base_model.model.{Q}.lora_A.weight"].clone()}, file)
    assert f"{key!r} is no A or B of a linear layer" in refused(tmp_path / "a", model)


def test_adapters_of_another_model(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch

    model, gpt2 = open_model(tiny_folder("llama")), open_model(tiny_folder("gpt2"))
    h0 = "transformer.h.0.attn.c_attn"
    write_adapter(tmp_path / "gpt2", gpt2, [h0], seed=0, base_model_name_or_path="openai-community/gpt2")
    message = refused(tmp_path / "gpt2", model)
    assert f"the model has no layer {h0!r}; it was trained on 'openai-community/gpt2'" in message

    model.model.layers[0].self_attn.q_proj = torch.nn.Linear(48, 64)
    write_adapter(tmp_path / "wide", model, [Q], seed=0, base_model_name_or_path="big")
    model = open_model(tiny_folder("llama"), packed=True)
    message = refused(tmp_path / "wide", model)
    assert f"{Q!r} is (64, 48) in the adapter, but (64, 32) in the model; it was trained on 'big'" in message


def test_heads_and_embeddings_are_not_adapted(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    model = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "head", model, ["lm_head"], seed=0)
    model.model.embed_tokens.in_features, model.model.embed_tokens.out_features = 272, 32
    write_adapter(tmp_path / "ids", model, ["model.embed_tokens"], seed=0)
    model = open_model(tiny_folder("llama"))
    assert "'lm_head' is no linear layer below the head" in refused(tmp_path / "head", model)
    assert "'model.embed_tokens' is no linear layer below the head" in refused(tmp_path / "ids", model)


def test_files_that_are_missing_or_broken(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = open_model(tiny_folder("llama"))
    (tmp_path / "empty").mkdir()
    for name in ("bare", "torn", "mute", "half", "void"):
        write_adapter(tmp_path / name, model, [Q], seed=0)
    (tmp_path / "bare" / "adapter_model.safetensors").unlink()
    torn, half = (tmp_path / name / "adapter_model.safetensors" for name in ("torn", "half"))
    torn.write_bytes(torn.read_bytes()[:300])
    (tmp_path / "mute" / "adapter_config.json").write_text('{"r": 4,')
    save_file({key: tensor for key, tensor in load_file(half).items() if "lora_A" in key}, half)
    save_file({}, tmp_path / "void" / "adapter_model.safetensors")
    for name, message in [
        ("empty", ": no adapter here (adapter_config.json is missing)"),
        ("bare", ": no adapter here (adapter_model.safetensors is missing)"),
        ("torn", "/adapter_model.safetensors: the weights cannot be loaded: "),
        ("mute", "/adapter_config.json: Invalid JSON: "),
        ("half", f"/adapter_model.safetensors: {Q!r} should have matrices A and B of rank 4, but has {{'A': (4, 32)}}"),
        ("void", "/adapter_model.safetensors: no LoRA matrices here"),
    ]:
        assert refused(tmp_path / name, model).startswith(message)
