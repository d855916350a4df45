"""This is the network: a Hugging Face causal LM loaded quietly, with our attention plugged in.

`Network.forward` takes packed spans and gives logits of chosen tokens. What one token costs to keep is learnt from a
probe forward, not from the config, so any family that calls its attention interface once per layer works.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from transformers import AttentionInterface, AutoConfig, AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from transformers.utils import logging as transformers_logging

from aigc.engine import EngineOptions
from aigc.engine.adapters import Adapters, Segment
from aigc.engine.attention import NAME, Span, plan_step, slot_attention
from aigc.engine.cache import Bank, CacheShape, Prefix
from aigc.engine.decoder import made_of
from aigc.engine.linear import can_pack, linears, pack_linears
from aigc.errors import ModelError, UsageError, did_you_mean, first_line

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
CAUSAL = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
PROVEN = frozenset(("gpt2", "llama", "qwen2", "qwen3", "gemma3_text"))  # families whose numbers the tests compare
STATELESS = ("full_attention", "sliding_attention")


class Network:
    """This wraps one loaded model."""

    in_place = True

    def __init__(self, model: PreTrainedModel, context: int) -> None:
        self.model = model
        self.device = model.device
        self.shape = _probe(model)
        head = model.get_output_embeddings()  # type: ignore[no-untyped-call]
        self.vocab = int(head.weight.shape[0])
        self.head = int(head.weight.numel())  # weights multiplied for every sampled token
        self.body = sum(int(linear.weight.numel()) for linear in linears(model).values()) - self.head  # for every token
        if can_pack(model):
            pack_linears(model)
        self.decoder = made_of(model)
        self.context = context
        self.adapters = Adapters(model)

    @property
    def steady(self) -> bool:
        """This says that a row's numbers depend, to the bit, on nothing else in a step."""
        return self.decoder is not None

    def forward(self, spans: Sequence[Span], keep: Sequence[int]) -> torch.Tensor:
        """This runs one step and writes its keys and values; it gives float32 logits of the packed tokens `keep`."""
        if self.adapters.names:
            self.adapters.route(_segments(spans))
        if self.decoder is not None:
            with torch.inference_mode():
                return self.decoder.forward(spans, keep, adapted=bool(self.adapters.names))
        ids = torch.tensor([[token for span in spans for token in span.ids]], device=self.device)
        step = plan_step(spans, self.device)
        rows = torch.tensor(keep, dtype=torch.long, device=self.device)
        with torch.inference_mode():
            output = self.model(
                input_ids=ids, position_ids=step.positions, use_cache=False, logits_to_keep=rows, step=step
            )
        logits: torch.Tensor = output.logits[0].float()
        return logits


def _segments(spans: Sequence[Span]) -> Iterator[Segment]:
    """This yields the packed tokens of each adapter, neighbours together."""
    begin = 0
    for name, group in groupby(spans, key=lambda span: span.adapter):
        end = begin + sum(len(span.ids) for span in group)
        if name:
            yield begin, end, name
        begin = end


def load_network(folder: Path, options: EngineOptions) -> Network:
    """This loads weights. Raises ModelError for what is no causal LM that we can run."""
    config = _read_config(folder)
    device = pick_device(options.device)
    dtype = _pick_dtype(options.dtype, device)
    if options.threads:
        torch.set_num_threads(options.threads)
    with quiet():
        try:
            model = AutoModelForCausalLM.from_pretrained(
                folder, config=config, dtype=dtype, attn_implementation="eager", local_files_only=True
            )
        except Exception as error:  # safetensors, torch and transformers each raise their own
            raise ModelError(f"{folder}: the model cannot be loaded: {first_line(error)}") from error
    return network_of(model.to(device), options.context)  # type: ignore[arg-type]


def network_of(model: PreTrainedModel, context: int = 0) -> Network:
    """This prepares a loaded model; its attention is ours from now on."""
    if not getattr(model, "_supports_attention_backend", False):
        family = model.config.model_type
        raise ModelError(
            f"models of the family {family!r} have no attention interface in transformers, which this engine needs",
            hint="try a Llama, Qwen, Gemma, SmolLM, Mistral or GPT-2 model",
        )
    text = model.config.get_text_config()
    layers = getattr(text, "layer_types", None) or []
    foreign = sorted({kind for kind in layers if kind not in STATELESS})
    if foreign:
        raise ModelError(f"{text.model_type!r} has layers of kind {foreign[0]!r}, which this engine cannot run")
    AttentionInterface.register(NAME, slot_attention)
    model.set_attn_implementation(NAME)
    model.train(False)
    network = Network(model, 1 << 30)
    if text.model_type not in PROVEN:
        _prove(network)
    own = int(getattr(text, "max_position_embeddings", 0) or 1 << 30)
    network.context = min(own, context) if context else own
    return network


def _prove(network: Network) -> None:
    """This compares a split prompt in company with the model's own attention, for families nobody has tested.

    It finds attention that depends on more than keys, values and positions. Raises ModelError where the logits differ.
    """
    ids = [(7 * place + 3) % min(network.vocab, 1000) for place in range(12)]
    family = network.model.config.model_type
    try:
        network.model.set_attn_implementation("eager")
        with torch.inference_mode():
            expected = network.model(torch.tensor([ids], device=network.device), use_cache=False).logits[0, -1].float()
        network.model.set_attn_implementation(NAME)
        prefix, bank = Prefix(network.shape, ids[:5]), Bank(network.shape, 2, 16)
        network.forward([Span(prefix.bank, 0, 0, prefix.ids)], [])
        found = network.forward([Span(bank, 0, 0, ids[:3]), Span(bank, 1, 0, ids[5:], prefix, 5)], [9])[0]
    except Exception as error:  # a model whose forward takes other arguments fails somewhere inside itself
        raise ModelError(f"models of the family {family!r} do not run in this engine: {first_line(error)}") from error
    if not bool((found - expected).norm() < 0.05 * expected.norm()):  # bfloat16 stays below 0.02
        raise ModelError(f"models of the family {family!r} come out wrong in this engine, so it does not run them")


def _probe(model: PreTrainedModel) -> CacheShape:
    """This learns the cache's shape by running one token through a recording attention."""
    seen: dict[int, tuple[int, int]] = {}

    def record(
        module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: Any, **extra: Any
    ) -> tuple[torch.Tensor, None]:
        if extra.get("s_aux") is not None or key.shape != value.shape:
            raise ModelError(f"{model.config.model_type!r} uses a kind of attention this engine cannot run")
        seen[int(module.layer_idx)] = (int(key.shape[1]), int(key.shape[3]))  # type: ignore[arg-type]
        return query.transpose(1, 2), None

    AttentionInterface.register(NAME, record)
    try:
        zero = torch.zeros((1, 1), dtype=torch.long, device=model.device)
        with torch.inference_mode():
            model(input_ids=zero, position_ids=zero, use_cache=False, logits_to_keep=1)
    finally:
        AttentionInterface.register(NAME, slot_attention)
    layers = int(model.config.get_text_config().num_hidden_layers)
    if sorted(seen) != list(range(layers)) or len(set(seen.values())) != 1:
        raise ModelError(f"{model.config.model_type!r} mixes kinds of layers, which this engine cannot run")
    kv_heads, head_dim = seen[0]
    return CacheShape(layers=layers, kv_heads=kv_heads, head_dim=head_dim, dtype=model.dtype, device=model.device)


def _read_config(folder: Path) -> PreTrainedConfig:
    path = folder / "config.json"
    if not path.is_file():
        raise ModelError(f"{folder}: no model here (config.json is missing)")
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        kind = str(written.get("model_type", ""))
        names = [str(name) for name in written.get("architectures") or []]
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"{path}: not a model's config: {first_line(error)}") from error
    if names and not any(name.endswith(CAUSAL) for name in names):
        raise ModelError(f"{folder}: {names[0]} is not a causal language model, so it cannot write text")
    if kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise ModelError(f"{folder}: transformers knows no causal language model of type {kind!r}")
    if not any(folder.glob("*.safetensors")) and not any(folder.glob("*.bin")):
        raise ModelError(f"{folder}: no weights here (*.safetensors is missing)")
    try:
        with quiet():
            config: PreTrainedConfig = AutoConfig.from_pretrained(folder, local_files_only=True)
            return config
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path}: {first_line(error)}") from error


def pick_device(name: str) -> torch.device:
    """This is the device of that name. Raises ModelError where it is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kind, _, number = name.partition(":")
    if kind not in ("cpu", "cuda") or (number and not number.isdecimal()):
        raise UsageError(f"engine.device: {name!r} is no device", hint=did_you_mean(kind, ["auto", "cpu", "cuda"]))
    if kind == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(number or 0) >= count:
            raise ModelError(f"engine.device: {name!r} is not there ({count} CUDA devices found)", hint="try 'cpu'")
    return torch.device(name)


def _pick_dtype(name: str, device: torch.device) -> torch.dtype:
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    if name not in DTYPES:
        raise UsageError(f"engine.dtype: {name!r} is no dtype", hint=did_you_mean(name, ["auto", *DTYPES]))
    return DTYPES[name]


def memory_bytes(device: torch.device) -> int:
    """This is the memory of the machine, or what is free on a CUDA device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return 8 << 30


def is_out_of_memory(error: BaseException) -> bool:
    """This tells a lack of memory from other failures; on a CPU torch has no class of its own for it."""
    words = ("DefaultCPUAllocator", "not enough memory", "bad_alloc", "out of memory")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(word in str(error) for word in words)


def free_memory(device: torch.device) -> None:
    """This gives back what torch keeps for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


@contextmanager
def quiet() -> Iterator[None]:
    """This silences transformers' progress bars and advice, and gives both back afterwards."""
    level = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity(logging.CRITICAL)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
