"""How many tokens a prompt has for a model, without loading it: its tokenizer alone, or an estimate without one.

What stands before the task is the same for all briefs of a stage, so it is counted once and only tasks are counted
each; at the seam that may be off by a token or two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aigc.engine.turns import fold_system, join_plain
from aigc.types import Json, Message, Prompt

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
        self._tokenizer, self._chat = _tokenizer(folder), None
        if folder is not None and self._tokenizer is not None:
            self._chat = _chat_template(folder)
        self.exact = self._tokenizer is not None
        own = _context(folder) if folder is not None else 0
        self.context = min(own, context) if own and context else own or context
        self._heads: dict[tuple[object, ...], int] = {}

    def prompts(self, prompts: Sequence[Prompt]) -> list[int]:
        """This is the length of each prompt."""
        tasks = self.texts([prompt.messages[-1].content for prompt in prompts])
        return [self._head(prompt) + task for prompt, task in zip(prompts, tasks, strict=True)]

    def texts(self, texts: Sequence[str]) -> list[int]:
        """This is the length of each text."""
        if self._tokenizer is None:
            return [_estimate(text) for text in texts]
        said = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(one.ids) for one in said]

    def _head(self, prompt: Prompt) -> int:
        """This is the length of all but the task."""
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
            text = self._chat(messages)
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


def _chat_template(folder: Path) -> Callable[[Sequence[Message]], str] | None:
    """This renders messages as the model's chat template does; None where there is none that can be used."""
    said = _json(folder / "tokenizer_config.json")
    source = said.get("chat_template")
    if isinstance(source, list):
        source = {one.get("name"): one.get("template") for one in source}.get("default")
    if (folder / "chat_template.jinja").is_file():
        source = (folder / "chat_template.jinja").read_text(encoding="utf-8")
    if not isinstance(source, str):
        return None
    marks = {name: _content(said.get(name)) for name in ("bos_token", "eos_token", "unk_token", "pad_token")}
    try:
        template = _chat_environment().from_string(source)
        render = _rendering(template, marks)
        render([Message(role="user", content=TASK)])
    except Exception:  # a template of somebody else may do anything
        return None
    return render


def _rendering(template: Any, marks: dict[str, str]) -> Callable[[Sequence[Message]], str]:
    def render(messages: Sequence[Message]) -> str:
        for said in (messages, fold_system(messages)):
            turns = [{"role": one.role, "content": one.content} for one in said]
            try:
                return str(template.render(messages=turns, add_generation_prompt=True, enable_thinking=False, **marks))
            except Exception as error:  # no system role, mostly
                refused = error
        raise refused

    return render


def _chat_environment() -> Any:
    from datetime import datetime

    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    environment.filters["tojson"] = lambda value, **options: json.dumps(value, ensure_ascii=False)
    return environment


def _content(token: Json) -> str:
    return str(token.get("content", "")) if isinstance(token, dict) else str(token or "")


def _context(folder: Path) -> int:
    said = _json(folder / "config.json")
    for words in (said.get("text_config"), said):
        for name in ("max_position_embeddings", "n_positions"):
            if isinstance(words, dict) and isinstance(words.get(name), int):
                return int(words[name])
    return 0


def _json(file: Path) -> dict[str, Json]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
