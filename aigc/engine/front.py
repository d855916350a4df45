"""This turns messages into token ids and token ids into text. Beyond it, the engine knows ids only.

Chat models get their own template. Models without one, and prompts that ask for plain text, get the contents joined
(see `aigc.engine.turns`). Special-token text inside a content is text: contents are tokenised apart from the template's
own special tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from jinja2 import TemplateError
from tokenizers import Tokenizer

from aigc.engine.chat_template import Chat, content_of, read_chat, read_tokenizer_config
from aigc.engine.token_bytes import TokenBytes
from aigc.engine.tool_calls import check_tools, texts_of, uses_tools, with_texts_changed
from aigc.engine.turns import join_plain
from aigc.engine.word_ends import BEFORE_BLANK, JOINT, LONGEST, WHOLE
from aigc.errors import EngineError, ModelError, first_line
from aigc.types import Prompt, TokenLogprob
from aigc.types.foreign import without_halves

CONTROL = re.compile(r"<[^\s<>]+>|\[[A-Z_/]+\]")  # tokens like Qwen's </think>, which its tokenizer calls ordinary
BROKEN = "\ufffd"  # what a decoder shows for bytes that are no character, or not yet


class Front:
    """This is one model's tokenizer and chat template; `ends` are the tokens that end a text by its config."""

    def __init__(self, raw: Tokenizer, chat: Chat | None = None, ends: Iterable[int] = ()) -> None:
        self.raw = raw
        self.chat = chat
        self.ends = frozenset(ends)
        added = {
            token.content: (number, token.special) for number, token in self.raw.get_added_tokens_decoder().items()
        }
        self.special = {text: number for text, (number, special) in added.items() if special or CONTROL.fullmatch(text)}
        longest_first = sorted(self.special, key=len, reverse=True)
        self._special_pattern = re.compile("|".join(re.escape(text) for text in longest_first) or r"(?!)")
        self.vocab = self.raw.get_vocab_size(with_added_tokens=True)

    def encode(self, prompt: Prompt) -> list[int]:
        """Return the whole prompt as ids. Raises EngineError where the chat template refuses it, or has no place for
        what only it could show."""
        if tools := uses_tools(prompt):
            check_tools(prompt)
        if not prompt.chat or self.chat is None:
            if tools:
                raise EngineError("tools and their calls need a chat template")
            return self._encode_plain(join_plain(prompt.messages))
        if not any(map(self._special_pattern.search, texts_of(prompt))):
            return self._ids(self._render(prompt))
        mark = _unused_mark(prompt)
        texts: list[str] = []

        def hide(match: re.Match[str]) -> str:
            texts.append(match.group())
            return f"{mark}{len(texts) - 1}{mark}"

        rendered = self._render(with_texts_changed(prompt, lambda text: self._special_pattern.sub(hide, text)))
        return self._encode_scaffold(rendered, re.compile(f"{mark}(\\d+){mark}"), texts)

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of written tokens, control tokens left out."""
        return str(self.raw.decode(list(ids), skip_special_tokens=True))

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes that a token stands for, its name if it is a control token; none for one of padding."""
        return self._alphabet.spell(token)

    def spelled(self, scores: Iterable[TokenLogprob]) -> tuple[TokenLogprob, ...]:
        """Return scores with their tokens' bytes."""
        spell = self.token_bytes
        return tuple(
            replace(one, spelled=spell(one.token), top_spelled=tuple(spell(token) for token, _ in one.top))
            for one in scores
        )

    @cached_property
    def _alphabet(self) -> TokenBytes:
        return TokenBytes(self.raw)

    def _encode_plain(self, text: str) -> list[int]:
        if not self._special_pattern.search(text):
            return list(self.raw.encode(without_halves(text)).ids)
        start = list(self.raw.encode("").ids)  # what the tokenizer puts before every text
        return start + self.text_ids(text)

    def _encode_scaffold(self, rendered: str, mark: re.Pattern[str], texts: Sequence[str]) -> list[int]:
        ids: list[int] = []
        begin = 0
        for match in [*self._special_pattern.finditer(rendered), None]:
            piece = rendered[begin : match.start() if match else None]
            if piece:
                ids += self.text_ids(mark.sub(lambda found: texts[int(found.group(1))], piece))
            if match:
                ids.append(self.special[match.group()])
                begin = match.end()
        return ids

    def text_ids(self, text: str) -> list[int]:
        """Return the tokens of a text that follows others; what looks like a control token is text."""
        return list(self._textual.encode(without_halves(text), add_special_tokens=False).ids)

    @cached_property
    def _textual(self) -> Tokenizer:
        """Return the tokenizer with control tokens taken for ordinary text."""
        written = json.loads(self.raw.to_str())
        for token in written.get("added_tokens", ()):
            token["special"] = token["content"] in self.special
        textual = Tokenizer.from_str(json.dumps(written))
        textual.encode_special_tokens = True  # "special tokens are ordinary text", in tokenizers' words
        return textual

    def _ids(self, text: str) -> list[int]:
        return list(self.raw.encode(without_halves(text), add_special_tokens=False).ids)

    def _render(self, prompt: Prompt) -> str:
        assert self.chat is not None
        try:
            return self.chat.render(prompt.messages, prompt.tools)
        except TemplateError as error:
            raise EngineError(f"the model's chat template refuses this prompt: {first_line(error)}") from error


def _unused_mark(prompt: Prompt) -> str:
    """Find a private-use character that no text of it contains."""
    used = {character for text in texts_of(prompt) for character in text}
    return next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in used)


class Transcript:
    """This is one candidate's text as it grows: where a stop string ends it, and what a stream may already show.

    Text is decoded only where somebody looks at it before the end; `watch` says so. One that may have to `land` on a
    whole word shows a word only when the next one has begun.
    """

    def __init__(self, front: Front, stop: Sequence[str], *, watch: bool, land: bool = False) -> None:
        self.front = front
        self.land = land
        self.stop = tuple(text for text in stop if text)
        self.watch = watch or bool(self.stop)
        self.ids: list[int] = []
        self.cut: int | None = None  # characters before the stop string
        self._text = ""
        self._shown = 0
        self._before = 0  # ids[before:read] were decoded last; they come along once more, for spaces at the seam
        self._read = 0

    def push(self, token: int) -> bool:
        """Take the next token and say whether a stop string ends the text."""
        self.ids.append(token)
        if not self.watch:
            return False
        old = self.front.decode(self.ids[self._before : self._read])
        new = self.front.decode(self.ids[self._before :])
        if len(new) <= len(old) or new.endswith(BROKEN):
            return False  # a character is still incomplete
        self._before, self._read = self._read, len(self.ids)
        begin = len(self._text)
        self._text += new[len(old) :]
        places = [self._text.find(text, max(0, begin - len(text) + 1)) for text in self.stop]
        found = [place for place in places if place >= 0]
        if found:
            self.cut = min(found)
        return bool(found)

    def begins_word(self, token: int) -> bool:
        """Say whether the token begins with a space, in any vocabulary's way of writing one."""
        return (self.front.raw.id_to_token(token) or "").startswith((" ", "Ġ", "▁"))

    def last_characters(self) -> tuple[int, int] | None:
        """Count the last tokens that are whole characters together, and those; None while one is incomplete."""
        for tokens in range(1, min(4, len(self.ids)) + 1):  # a character has four bytes at most
            text = self.front.decode(self.ids[-tokens:])
            if text and not text.startswith(BROKEN):
                return None if text.endswith(BROKEN) else (tokens, len(text))
        return None

    def is_whole(self) -> bool:
        """Say whether the text ends with a whole word, for sure."""
        return WHOLE.search(self.front.decode(self.ids[-4:])) is not None

    def last_joint(self, since: int) -> int | None:
        """Count the tokens before the last place between two words; None where that is not after `since`."""
        for at in range(len(self.ids) - 1, max(since, len(self.ids) - LONGEST - 1), -1):
            before = self.front.decode(self.ids[max(0, at - 4) : at])[-1:]
            if self.begins_word(self.ids[at]):
                joint = BEFORE_BLANK.search(before)
            else:
                joint = JOINT.match(f"{before}\n{self.front.decode(self.ids[at : at + 4])}")
            if joint:
                return at
        return None

    def take_back(self, count: int) -> None:
        """Forget the last tokens, which `last_joint` allowed for."""
        del self.ids[len(self.ids) - count :]
        if self.watch:
            self._text = self.front.decode(self.ids)
            self._before, self._read = max(0, len(self.ids) - 1), len(self.ids)

    @property
    def text(self) -> str:
        """Return the text up to the stop string."""
        whole = self.front.decode(self.ids)
        return whole if self.cut is None else whole[: self.cut]

    def delta(self, *, final: bool) -> str:
        """Return what may be shown and was not yet; a possible beginning of a stop string is held back."""
        ended = final or self.cut is not None
        text = self.text if ended else self._text
        end = len(text) if ended else len(text) - self._possible_stop()
        if self.land and not ended:
            end = min(end, self._landed())
        new = text[self._shown : end]
        self._shown = max(self._shown, end)
        return new

    @property
    def standing(self) -> int:
        """Count the tokens that will not be taken back."""
        return (self.last_joint(0) or max(0, len(self.ids) - LONGEST)) if self.land else len(self.ids)

    def _landed(self) -> int:
        """Count the characters that will not be taken back."""
        return len(self.front.decode(self.ids[: self.standing]))

    def _possible_stop(self) -> int:
        """Count the last characters that could be the start of a stop string."""
        for length in range(max((len(text) for text in self.stop), default=1) - 1, 0, -1):
            if any(text.startswith(self._text[-length:]) for text in self.stop if len(self._text) >= length):
                return length
        return 0


def load_front(folder: Path) -> Front:
    """Read the tokenizer. Raises ModelError where there is none that works."""
    try:
        raw = _plain_tokenizer(folder)
        if raw is None:
            return _front_by_transformers(folder)
        end = raw.token_to_id(content_of(read_tokenizer_config(folder).get("eos_token")))
        return Front(raw, read_chat(folder), [] if end is None else [end])
    except ModelError:
        raise
    except Exception as error:  # tokenizers raises bare Exception for a broken file
        raise ModelError(f"{folder}: no usable tokenizer: {first_line(error)}") from error


def _plain_tokenizer(folder: Path) -> Tokenizer | None:
    """Read tokenizer.json; None where transformers would add to it."""
    if not (folder / "tokenizer.json").is_file():
        return None
    raw, config = Tokenizer.from_file(str(folder / "tokenizer.json")), read_tokenizer_config(folder)
    added = (config.get("added_tokens_decoder") or {}).values()
    known = all(raw.token_to_id(content_of(token)) is not None for token in added)
    if not known or config.get("add_bos_token") or config.get("add_eos_token"):
        return None
    raw.no_truncation()
    raw.no_padding()
    return raw


def _front_by_transformers(folder: Path) -> Front:
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    from aigc.engine.hf.model import quiet

    with quiet():
        # tokenizer.json needs no per-family class, and finding that class costs a second.
        kind = PreTrainedTokenizerFast if (folder / "tokenizer.json").is_file() else AutoTokenizer
        tokenizer = kind.from_pretrained(folder, local_files_only=True)
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise ModelError(f"{folder}: the tokenizer has no fast form (tokenizer.json), which grammars need")
    chat = Chat(str(tokenizer.chat_template), tokenizer.special_tokens_map) if tokenizer.chat_template else None
    return Front(tokenizer.backend_tokenizer, chat, [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id])
