"""Real, tiny, random GPTs: what engine tests run on, and a plugin author's test that wants a true engine.

The texts are gibberish; everything else is real: a Hugging Face folder with config, safetensors, a byte-level tokenizer
(one token per byte, no merges) and, if asked, a chat template. One takes a fraction of a second and some 200 kB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

TinyKind: TypeAlias = Literal["gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma3"]

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")  # ids 256, 257, 258
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CONTEXT = 512  # tokens
WINDOW = 16  # tokens a sliding layer of the tiny Gemma 3 and Mistral looks back
PADDED_VOCAB = 272  # wider than the tokenizer's 259, as real models often are


def tiny_gpt(kind: TinyKind, folder: Path, *, seed: int = 0, chat: bool = True) -> Path:
    """Write a random two-layer causal language model of a family into `folder`, which is made; return the folder.

    The same `kind`, `seed` and `chat` give the same weights. `gemma3` has one sliding and one full layer, `mistral`
    only sliding ones. Without `chat` there is no chat template, as in a plain GPT. ValueError names a kind that does
    not exist.
    """
    if kind not in get_args(TinyKind):
        raise ValueError(f"tiny_gpt: {kind!r} is none of {', '.join(get_args(TinyKind))}")
    import torch

    from aigc.engine.hf.model import quiet

    folder.mkdir(parents=True, exist_ok=True)
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _model(kind)
        for parameter in model.parameters():
            if parameter.dim() > 1:  # larger than a fresh model's, so that the likeliest token is clear
                torch.nn.init.normal_(parameter, std=0.3)
            elif kind in ("qwen2", "gemma3"):  # biases and norms: all alike in a fresh model, never in a trained one
                torch.nn.init.normal_(parameter, mean=float(parameter.detach().mean()), std=0.1)
        model.generation_config.eos_token_id = [256, 258]
        model.generation_config.pad_token_id = 256
        model.save_pretrained(folder)
        _tokenizer(chat).save_pretrained(folder)
    return folder


def _model(kind: TinyKind) -> Any:
    import transformers

    ends: dict[str, Any] = {"bos_token_id": 256, "eos_token_id": 256, "pad_token_id": 256, "tie_word_embeddings": False}
    if kind == "gpt2":
        plain = transformers.GPT2Config(
            vocab_size=PADDED_VOCAB, n_positions=CONTEXT, n_embd=32, n_layer=2, n_head=4, **ends
        )
        return transformers.GPT2LMHeadModel(plain)
    shape: dict[str, Any] = {
        "vocab_size": PADDED_VOCAB,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": CONTEXT,
    }
    if kind == "llama":
        return transformers.LlamaForCausalLM(transformers.LlamaConfig(**shape, **ends))
    if kind == "mistral":
        return transformers.MistralForCausalLM(transformers.MistralConfig(**shape, **ends, sliding_window=WINDOW))
    if kind == "qwen2":
        shape |= {"num_attention_heads": 2, "num_key_value_heads": 1}
        shape.pop("head_dim")  # hidden_size / heads; unlike the others its query, key and value have biases
        return transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**shape, **ends))
    if kind == "qwen3":
        return transformers.Qwen3ForCausalLM(transformers.Qwen3Config(**shape, **ends))
    config = transformers.Gemma3TextConfig(
        **shape,
        **ends,
        query_pre_attn_scalar=16,
        sliding_window=WINDOW,
        layer_types=["sliding_attention", "full_attention"],
    )
    return transformers.Gemma3ForCausalLM(config)


def _tokenizer(chat: bool) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = _byte_alphabet()
    raw = Tokenizer(models.BPE(vocab={letter: byte for byte, letter in enumerate(alphabet)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens([AddedToken(text, special=True) for text in SPECIAL])
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=raw, bos_token=SPECIAL[0], eos_token=SPECIAL[0], pad_token=SPECIAL[0]
    )
    if chat:
        tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def _byte_alphabet() -> list[str]:
    """Return the letter that stands for each byte in byte-level vocabularies, as GPT-2 laid it down."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    letters, spare = [], 256
    for byte in range(256):
        letters.append(chr(byte if byte in shown else spare))
        spare += byte not in shown
    return letters
