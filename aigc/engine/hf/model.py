"""This is the network: a Hugging Face causal LM loaded quietly, with our attention plugged in.

What one token costs to keep is learnt from a probe forward, not from the config, so any family that calls its attention
interface once per layer works.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from transformers import AttentionInterface, AutoConfig, AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from transformers.utils import logging as transformers_logging

from aigc.engine.adapters import Adapters
from aigc.engine.cache import Bank, CacheShape, Prefix
from aigc.engine.checkpoint import Tensors
from aigc.engine.cpu.kernels import kernels
from aigc.engine.cpu.library import Narrow
from aigc.engine.cpu.linear import can_pack
from aigc.engine.cpu.panel_file import PANEL_FILE
from aigc.engine.device import pick_device, pick_dtype, sent
from aigc.engine.hf.attention import NAME, lay_out, slot_attention
from aigc.engine.hf.packing import linears, pack_model, rounds_what_it_makes, stored_dtype
from aigc.engine.network import Span, segments, with_chosen
from aigc.engine.options import EngineOptions
from aigc.engine.token_ids import tokens_in
from aigc.errors import ModelError, first_line
from aigc.types.foreign import file_bytes, read_json

CAUSAL = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
TOLD = {"output_loading_info": True, "ignore_mismatched_sizes": True}  # what did not fit comes back and is looked at
PROVEN = frozenset(("gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma3_text"))  # numbers compared by tests
STATELESS = ("full_attention", "sliding_attention")


class TransformersNetwork:
    """This is a `Network`, and wraps one loaded model."""

    in_place = True
    arithmetic = Narrow.WIDE
    steady = False  # the order of sums, and so the last bits of a row's numbers, depends on what else is in a step

    def __init__(self, model: PreTrainedModel, context: int, *, packs: bool) -> None:
        """Take a model; one that `packs` is multiplied as `packing` says, in 32-bit floats."""
        self.model = model
        self.device = model.device
        self.torch_threads = torch.get_num_threads()
        self.native = kernels() if self.device.type == "cpu" else None
        self.asynchronous = self.device.type == "cuda"
        self.heads = int(model.config.get_text_config().num_attention_heads)
        head = model.get_output_embeddings().weight  # type: ignore[no-untyped-call]
        self.vocab = int(head.shape[0])
        self.head = int(head.numel())  # weights multiplied for every sampled token
        sizes = [(int(linear.weight.numel()), linear.weight.nbytes) for linear in linears(model).values()]
        self.body = sum(count for count, _ in sizes) - self.head  # for every token
        self.weight_bytes = sum(size for _, size in sizes)
        dtype = torch.float32 if packs else model.dtype
        del head
        if packs:
            pack_model(model, self.native)
        self.shape = _probe(model, self.device, dtype)
        self.context = context
        self.adapters = Adapters(model, self.device, dtype, self.native)

    @property
    def ends(self) -> frozenset[int]:
        """Return the tokens that end a text, by the model's configs."""
        found = [getattr(one, "eos_token_id", None) for one in (self.model.generation_config, self.model.config)]
        return frozenset(number for one in found for number in tokens_in(one))

    def forward(self, spans: Sequence[Span], keep: Sequence[int], chosen: torch.Tensor | None = None) -> torch.Tensor:
        """Run one step and write its keys and values; return float32 logits of the packed tokens `keep`."""
        if self.adapters.names:
            self.adapters.route(segments(spans))
        ids = sent(torch.tensor([[token for span in spans for token in span.ids]]), self.device)
        layout = lay_out(spans, self.device)
        rows = sent(torch.tensor(keep, dtype=torch.long), self.device)
        with torch.inference_mode():
            ids = ids if chosen is None else with_chosen(ids, chosen)
            output = self.model(
                input_ids=ids, position_ids=layout.positions, use_cache=False, logits_to_keep=rows, layout=layout
            )
        logits: torch.Tensor = output.logits[0].float()
        return logits


def load_network(folder: Path, options: EngineOptions) -> TransformersNetwork:
    """Load weights. Raises ModelError for what is no causal LM that we can run."""
    device = pick_device(options.device)
    dtype = pick_dtype(options.dtype, device)
    native = kernels() if device.type == "cpu" else None
    packs = can_pack(device, dtype, native)
    if packs and native is not None:
        dtype = stored_dtype(folder)
    model = load_model(folder, device, dtype)
    if packs and rounds_what_it_makes(model):
        model = load_model(folder, device, torch.float32)
    return network_of(model, options.context, packs=packs)


def load_model(folder: Path, device: torch.device, dtype: torch.dtype) -> PreTrainedModel:
    """Load transformers' model, with its own attention; ours can be set. Raises ModelError."""
    config = _read_config(folder)
    AttentionInterface.register(NAME, slot_attention)
    wanted: dict[str, Any] = {"config": config, "dtype": dtype, "attn_implementation": "eager"}
    with quiet():
        try:
            if (folder / PANEL_FILE).is_file():
                model = _from_panels(folder, wanted)
            else:
                anything: Any = AutoModelForCausalLM
                model, found = anything.from_pretrained(folder, local_files_only=True, **wanted, **TOLD)
                _check_whole(found, "its files have")
        except Exception as error:  # safetensors, torch and transformers each raise their own
            raise ModelError(f"{folder}: the model cannot be loaded: {first_line(error)}") from error
    return model.to(device)  # type: ignore[no-any-return, arg-type]


def _from_panels(folder: Path, wanted: dict[str, Any]) -> PreTrainedModel:
    """Load a model whose weights our own file has. ValueError where one is missing, and what transformers raises."""
    with ExitStack() as stack:
        read = Tensors(folder, stack)
        weights = {name: read.stored(name).to(wanted["dtype"], copy=True) for name in read}
    kind: Any = MODEL_FOR_CAUSAL_LM_MAPPING[type(wanted["config"])]
    model, found = kind.from_pretrained(None, state_dict=weights, **wanted, **TOLD)
    _check_whole(found, f"{PANEL_FILE} has")
    return cast(PreTrainedModel, model)


def _check_whole(found: Mapping[str, Any], what: str) -> None:
    """Refuse weights that transformers made up, as it does of those that a file lacks or has in another shape.
    ValueError."""
    if odd := sorted(found["mismatched_keys"]):
        name, shape, wanted = odd[0]
        raise ValueError(f"{what} {name} as {tuple(shape)}, config.json asks for {tuple(wanted)}")
    if lacking := sorted(found["missing_keys"]):
        others = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        raise ValueError(f"{what} no {lacking[0]}{others}, which config.json asks for")


def network_of(model: PreTrainedModel, context: int = 0, *, packs: bool = False) -> TransformersNetwork:
    """Prepare a loaded model; its attention is ours from now on. One that `packs` becomes one of 32-bit floats."""
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
    for module in model.modules():
        if isinstance(module, PreTrainedModel):  # a look for padding, which packed tokens are not: the host would wait
            module.warn_if_padding_and_no_attention_mask = lambda *_: None  # type: ignore[method-assign]
    try:
        network = TransformersNetwork(model, 1 << 30, packs=packs)
    except ModelError:
        raise
    except Exception as error:  # a model whose layers look at each other's weights, or ask attention for more
        raise ModelError(
            f"models of the family {text.model_type!r} do not run in this engine: {first_line(error)}"
        ) from error
    if text.model_type not in PROVEN:
        _prove(network)
    own = int(getattr(text, "max_position_embeddings", 0) or 1 << 30)
    network.context = min(own, context) if context else own
    return network


def _prove(network: TransformersNetwork) -> None:
    """Compare a split prompt in company with the model's own attention, for families nobody has tested.

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


def _probe(model: PreTrainedModel, device: torch.device, dtype: torch.dtype) -> CacheShape:
    """Learn the cache's shape by running one token through a recording attention."""
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
        zero = torch.zeros((1, 1), dtype=torch.long, device=device)
        with torch.inference_mode():
            model(input_ids=zero, position_ids=zero, use_cache=False, logits_to_keep=1)
    finally:
        AttentionInterface.register(NAME, slot_attention)
    layers = int(model.config.get_text_config().num_hidden_layers)
    if not layers:
        raise ModelError(f"{model.name_or_path}: config.json: a model without layers")
    if sorted(seen) != list(range(layers)) or len(set(seen.values())) != 1:
        raise ModelError(f"{model.config.model_type!r} mixes kinds of layers, which this engine cannot run")
    kv_heads, head_dim = seen[0]
    return CacheShape(layers=layers, kv_heads=kv_heads, head_dim=head_dim, dtype=dtype, device=device)


def _read_config(folder: Path) -> PreTrainedConfig:
    path = folder / "config.json"
    if not path.is_file():
        raise ModelError(f"{folder}: no model here (config.json is missing)")
    try:
        written = read_json(file_bytes(path))
        kind = str(written.get("model_type", ""))
        names = [str(name) for name in written.get("architectures") or []]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ModelError(f"{path}: not a model's config: {first_line(error)}") from error
    if names and not any(name.endswith(CAUSAL) for name in names):
        raise ModelError(f"{folder}: {names[0]} is not a causal language model, so it cannot write text")
    if kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise ModelError(f"{folder}: transformers knows no causal language model of type {kind!r}")
    if not any(any(folder.glob(kind)) for kind in ("*.safetensors", "*.bin", PANEL_FILE)):
        raise ModelError(f"{folder}: no weights here (*.safetensors is missing)")
    try:
        with quiet():
            config: PreTrainedConfig = AutoConfig.from_pretrained(folder, local_files_only=True)
            return config
    except Exception as error:  # each family's config raises its own for what it does not take
        raise ModelError(f"{path}: {first_line(error)}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Silence transformers' progress bars and advice, and give both back afterwards."""
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
