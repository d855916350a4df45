"""HOW a GPT begins: a tokenizer learnt from texts, and fresh weights of a size that has a name.

    size     layers  width  heads  inner   in the layers   with 2,048 tokens
    tiny          3    128      2    352           0.6 M               1.1 M
    small         4    192      3    512           1.8 M               2.6 M
    medium        6    320      5    896           7.6 M               8.9 M
    large         8    512      8   1408          25.7 M              27.8 M

The shape is Llama's (Touvron et al., arXiv 2302.13971), so that the engine's kernels run what comes of it; heads are 64
wide, and the head has weights of its own: tied to the embedding, a text took 1.81 bits per byte instead of 1.76 after
the same steps (tests/bench/scratch.py, by `small`; no other size was measured). What a layer adds is 0 at first, and an
embedding's numbers are about 1, as large as a norm makes them: what Muon changes has that size too (after
github.com/karpathy/nanochat). The tokenizer is byte-level BPE with GPT-2's words: every text can be written, and
nothing is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aigc.errors import ModelError, NotFound, UsageError, did_you_mean

if TYPE_CHECKING:
    from tokenizers import Tokenizer

END = "<|endoftext|>"
HEAD_DIM = 64  # floats
VOCAB = 2048  # tokens
CONTEXT = 256  # tokens
LEAST = 257  # tokens: the bytes and the end


@dataclass(frozen=True, slots=True, kw_only=True)
class GptShape:
    """This is a size by its name, and how it learns best: windows a step (`batch`) and the matrices' rate."""

    layers: int
    width: int
    inner: int
    batch: int = 8
    learning_rate: float = 0.03
    vocab: int = VOCAB
    context: int = CONTEXT

    @property
    def heads(self) -> int:
        return self.width // HEAD_DIM


SIZES = {
    "tiny": GptShape(layers=3, width=128, inner=352),
    "small": GptShape(layers=4, width=192, inner=512),
    "medium": GptShape(layers=6, width=320, inner=896),
    "large": GptShape(layers=8, width=512, inner=1408, vocab=4096),
}


def defaults(size: str) -> GptShape:
    """Return a size's shape and how it is learnt. NotFound names one that does not exist."""
    if size not in SIZES:
        raise NotFound(f"size: there is no {size!r}", hint=did_you_mean(size, SIZES))
    return SIZES[size]


def make_base(
    texts: Iterable[str], folder: Path, *, size: str, vocab: int = VOCAB, context: int = CONTEXT, seed: int = 0
) -> Path:
    """Learn a tokenizer from texts, and write it with a fresh GPT into `folder`, which is made; return the folder.

    The tokenizer has `vocab` tokens, or fewer where the texts have no more; the model reads `context` tokens. The same
    texts, names and numbers give the same bytes. Raises NotFound for a size that does not exist, UsageError for too
    small a vocabulary or context and where there is no text, ModelError where something stands in `folder`.
    """
    shape = defaults(size)
    if vocab < LEAST:
        raise UsageError(f"vocab: {vocab} tokens are too few", hint=f"the bytes and the end of a text are {LEAST}")
    if context < 2:
        raise UsageError(f"context: {context} tokens are too few", hint="one is foretold from another: 2 at least")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelError(f"{folder}: something stands there already", hint="choose another folder")
    raw = _learn_tokenizer(texts, vocab)

    import torch
    from transformers import PreTrainedTokenizerFast

    from aigc.engine.hf.model import quiet

    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _fresh(shape, raw.get_vocab_size(), context)
        folder.mkdir(parents=True, exist_ok=True)
        model.save_pretrained(folder)
        PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=raw, bos_token=END, eos_token=END, pad_token=END, model_max_length=context
        ).save_pretrained(folder)
    return folder


def _learn_tokenizer(texts: Iterable[str], vocab: int) -> Tokenizer:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab,
        special_tokens=[AddedToken(END, special=True)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    there = False

    def noted() -> Iterable[str]:
        nonlocal there
        for text in texts:
            there = there or bool(text)
            yield text

    raw.train_from_iterator(noted(), trainer)
    if not there:
        raise UsageError("texts: there is none to learn from")
    return raw


def _fresh(shape: GptShape, vocab: int, context: int) -> Any:
    """Make a model with fresh weights, drawn from torch's own noise."""
    import torch
    import transformers

    config = transformers.LlamaConfig(
        vocab_size=vocab,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        head_dim=HEAD_DIM,
        max_position_embeddings=context,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
        tie_word_embeddings=False,
    )
    model = transformers.LlamaForCausalLM(config)
    for name, parameter in model.named_parameters():
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            torch.nn.init.zeros_(parameter)
        elif name == "lm_head.weight":
            torch.nn.init.normal_(parameter, std=0.001)
        elif name == "model.embed_tokens.weight":
            torch.nn.init.normal_(parameter)
        elif parameter.ndim == 2:  # as uniform noise of the same spread as 1 / sqrt(inputs)
            edge = (3 / parameter.shape[1]) ** 0.5
            torch.nn.init.uniform_(parameter, -edge, edge)
    return model
