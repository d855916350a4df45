"""How many tokens a prompt has for a model, without loading it: its tokenizer alone, or an estimate without one.

What stands before the task is the same for all briefs of a stage, so it is counted once and only tasks are counted
each; at the seam that may be off by a token or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.engine.chat_template import Chat, read_chat
from aigc.engine.turns import join_plain
from aigc.types import Json, Message, Prompt
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PER_CHAR = 0.25  # tokens of Latin text
PER_WIDE_CHAR = 0.9  # of Chinese, Japanese and Korean
PER_TURN = 4  # what a chat template puts around a message
TASK = "x"  # stands for the task while the rest is counted
MOST_HEADS = 1000


class TokenCounter:
    """This counts for the model in `folder`. `exact` says that its own tokenizer does; `context` is the longest prompt
    and text in tokens, 0 where that is not known."""

    def __init__(self, folder: Path | None, *, context: int = 0) -> None:
        self._tokenizer = _tokenizer(folder)
        self._chat = _chat(folder) if folder is not None and self._tokenizer is not None else None
        self.exact = self._tokenizer is not None
        own = _context(folder) if folder is not None else 0
        self.context = min(own, context) if own and context else own or context
        self._heads: dict[tuple[object, ...], int] = {}

    def prompts(self, prompts: Sequence[Prompt]) -> list[int]:
        """Return the length of each prompt."""
        tasks = self.texts([prompt.messages[-1].content for prompt in prompts])
        return [self.head(prompt) + task for prompt, task in zip(prompts, tasks, strict=True)]

    def texts(self, texts: Sequence[str]) -> list[int]:
        """Return the length of each text."""
        if self._tokenizer is None:
            return [_estimate(text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(one.ids) for one in encodings]

    def head(self, prompt: Prompt) -> int:
        """Return the length of all but the task, which prompts of a stage mostly share."""
        key = (prompt.chat, *prompt.messages[:-1])
        held = self._heads.get(key)
        if held is None:
            if len(self._heads) >= MOST_HEADS:
                self._heads.clear()
            messages = [*prompt.messages[:-1], Message(role=prompt.messages[-1].role, content=TASK)]
            held = self._heads[key] = self._whole(messages, prompt.chat) - self.texts([TASK])[0]
        return held

    def _whole(self, messages: Sequence[Message], chat: bool) -> int:
        if self._tokenizer is None:
            turns = PER_TURN * (len(messages) + 1) if chat else 0
            return turns + sum(_estimate(message.content) for message in messages)
        if chat and self._chat is not None:
            text = self._chat.render(messages)
            return len(self._tokenizer.encode(text, add_special_tokens=False).ids)
        return len(self._tokenizer.encode(join_plain(messages)).ids)


def _estimate(text: str) -> int:
    wide = 0 if text.isascii() else sum(char >= "\u2e80" for char in text)
    return round(wide * PER_WIDE_CHAR + (len(text) - wide) * PER_CHAR)


def _tokenizer(folder: Path | None) -> Tokenizer | None:
    file = folder / "tokenizer.json" if folder is not None else None
    if file is None or not file.is_file():
        return None
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(file))
    except Exception:  # tokenizers raises nothing finer; the model itself will say what is wrong with its folder
        return None


def _chat(folder: Path) -> Chat | None:
    """Return the model's chat template; None where there is none that can be used."""
    try:
        chat = read_chat(folder)
        if chat is not None:
            chat.render([Message(role="user", content=TASK)])
    except Exception:  # a template of somebody else may do anything
        return None
    return chat


def _context(folder: Path) -> int:
    config = _json(folder / "config.json")
    for words in (config.get("text_config"), config):
        for name in ("max_position_embeddings", "n_positions"):
            if isinstance(words, dict) and isinstance(words.get(name), int):
                return int(words[name])
    return 0


def _json(file: Path) -> dict[str, Json]:
    try:
        values = read_json(file_bytes(file))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
