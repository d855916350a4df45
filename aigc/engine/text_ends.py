"""Which tokens end a text: those of a model's configs, its tokenizer's, and the one that ends a chat's turn."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.engine.token_ids import tokens_in
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from aigc.engine.front import Front

TURN_ENDS = ("<|im_end|>", "<end_of_turn>", "<|eot_id|>", "<|end|>")  # where a model's template writes them


def text_ends(front: Front, configured: Iterable[int]) -> list[int]:
    """Return every token that ends a text, each once: the `configured` ones of the model first."""
    found = [*tokens_in([*configured]), *sorted(front.ends)]
    if front.chat is not None:
        found += [front.special[text] for text in TURN_ENDS if text in front.special and text in front.chat.source]
    return list(dict.fromkeys(found))


def configured_ends(folder: Path) -> list[int]:
    """Return the tokens that end a text by the configs in a model's folder; a file that cannot be read names none."""
    found: list[int] = []
    for name in ("generation_config.json", "config.json"):
        try:
            words = read_json(file_bytes(folder / name))
        except (OSError, ValueError):
            continue
        found += tokens_in(words.get("eos_token_id") if isinstance(words, dict) else None)
    return found
