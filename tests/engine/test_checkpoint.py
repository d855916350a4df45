"""Folders read without transformers: its numbers, its tokens, its chat templates."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions, open_engine
from aigc.types import Message, Prompt

TinyFolder = Callable[..., Path]
ROPES = [
    {"rope_theta": 500.0, "rope_type": "default"},
    {"rope_theta": 500.0, "rope_type": "linear", "factor": 3.0},
    {
        "rope_theta": 500.0,
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    },
]


@pytest.fixture(autouse=True)
def _native() -> None:
    from aigc.engine.cpu.kernels import kernels

    if kernels() is None:
        pytest.skip("no kernels were built for this machine")


def changed(tiny: Path, folder: Path, **config: Any) -> Path:
    shutil.copytree(tiny, folder)
    said = json.loads((folder / "config.json").read_text()) | config
    (folder / "config.json").write_text(json.dumps({key: value for key, value in said.items() if value is not None}))
    return folder


def check_numbers(folder: Path) -> None:
    """The decoder's logits are those of transformers, token by token."""
    import torch

    from aigc.engine.cache import Bank
    from aigc.engine.cpu.decoder import Decoder
    from aigc.engine.network import Span
    from aigc.engine.reference import Reference

    engine = open_engine(folder, EngineOptions(device="cpu"))
    assert isinstance(engine.network, Decoder)
    ids = [(37 * place + 5) % 256 for place in range(90)]
    found = engine.network.forward([Span(Bank(engine.network.shape, 1, 96), 0, 0, ids)], list(range(90)))
    with torch.inference_mode():
        expected = Reference(engine, folder).model(torch.tensor([ids])).logits[0]
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-3)
    engine.close()


@pytest.mark.parametrize("rope", ROPES, ids=lambda rope: str(rope["rope_type"]))
def test_positions_are_stretched_as_transformers_does(
    rope: dict[str, Any], tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    check_numbers(changed(tiny_folder("llama"), tmp_path / "new", rope_parameters=rope))
    older = {key: value for key, value in rope.items() if key not in ("rope_theta", "rope_type")}
    older |= {"type": rope["rope_type"]}
    scaling = None if rope["rope_type"] == "default" else older
    check_numbers(
        changed(tiny_folder("llama"), tmp_path / "old", rope_parameters=None, rope_theta=500.0, rope_scaling=scaling)
    )


@pytest.mark.parametrize("kind", ["qwen2", "qwen3"])
def test_windows(kind: str, tiny_folder: TinyFolder, tmp_path: Path) -> None:
    window = {"use_sliding_window": True, "sliding_window": 16, "max_window_layers": 1}
    check_numbers(changed(tiny_folder(kind), tmp_path / "plain", layer_types=None, **window))
    kinds = ["sliding_attention", "full_attention"]
    check_numbers(changed(tiny_folder(kind), tmp_path / "typed", layer_types=kinds, **window))


def test_half_precision_weights_in_several_files(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    folder = changed(tiny_folder("qwen3"), tmp_path / "split")
    weights = {name: value.to(torch.bfloat16) for name, value in load_file(folder / "model.safetensors").items()}
    (folder / "model.safetensors").unlink()
    names, index = sorted(weights), {}
    for number, some in enumerate((names[::2], names[1::2]), 1):
        file = f"model-0000{number}-of-00002.safetensors"
        save_file({name: weights[name] for name in some}, folder / file, metadata={"format": "pt"})
        index |= dict.fromkeys(some, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": index}))
    check_numbers(folder)


@pytest.mark.parametrize(
    "config",
    [
        {"rope_parameters": {"rope_type": "yarn", "rope_theta": 500.0, "factor": 2.0}},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 500.0, "partial_rotary_factor": 0.5}},
        {"hidden_act": "gelu"},
        {"intermediate_size": 63},
    ],
    ids=str,
)
def test_what_is_not_known_is_left_to_transformers(
    config: dict[str, Any], tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    from aigc.engine.cpu.decoder import open_decoder

    assert open_decoder(tiny_folder("llama"), EngineOptions(device="cpu")) is not None
    assert open_decoder(changed(tiny_folder("llama"), tmp_path / "x", **config), EngineOptions(device="cpu")) is None
    assert open_decoder(tiny_folder("llama"), EngineOptions(device="cpu", dtype="bfloat16")) is None
    assert open_decoder(tiny_folder("gpt2"), EngineOptions(device="cpu")) is None


def test_opening_imports_no_transformers(tiny_folder: TinyFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from aigc.engine import open_engine; "
        "engine = open_engine(Path(sys.argv[1])); engine.grammars; engine.close(); "
        "assert 'transformers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tiny_folder("llama"))], check=True)


def test_chat_templates_render_as_in_transformers(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from aigc.engine.chat_template import read_chat

    folder = changed(tiny_folder("llama"), tmp_path / "chat")
    source = (
        "{{ bos_token }}{%- for m in messages %}\n  {% if loop.index > 9 %}{% break %}{% endif %}\n"
        "{{ m['role'] | upper }}: {{ m | tojson }} {{ m['content'] | tojson(indent=1) }}\n"
        "{% if m['role'] == 'assistant' %}{% generation %}{{ m['content'] }}{% endgeneration %}{% endif %}"
        "{% endfor %}{% if not tools %}{{ eos_token }}{% endif %}{% if add_generation_prompt %}>{% endif %}"
    )
    (folder / "chat_template.jinja").write_text(source)
    messages = [
        Message(role="system", content="Kurz & gut."),
        Message(role="user", content="„Ü“\n"),
        Message(role="assistant", content="<b>"),
        Message(role="user", content="x"),
    ]
    chat = read_chat(folder)
    assert chat is not None
    expected = AutoTokenizer.from_pretrained(folder).apply_chat_template(
        [{"role": m.role, "content": m.content} for m in messages],
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=False,
    )
    assert chat.render(messages) == expected


def test_a_tokenizer_that_transformers_adds_to(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from aigc.engine.front import load_front

    folder = changed(tiny_folder("llama"), tmp_path / "more")
    said = json.loads((folder / "tokenizer_config.json").read_text())
    new = {"content": "<|tool|>", "special": True, "lstrip": False, "rstrip": False, "normalized": False}
    said["added_tokens_decoder"] = {"259": {**new, "single_word": False}}
    (folder / "tokenizer_config.json").write_text(json.dumps(said))
    assert load_front(folder).special["<|tool|>"] == 259
    prompt = Prompt(messages=(Message(role="user", content="Hi"),))
    assert load_front(folder).encode(prompt) == load_front(tiny_folder("llama")).encode(prompt)
