"""What is told of single tokens: those that stand in the text, each from where it begins."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aigc.types import Json, TokenLogprob


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedToken:
    """This is a token of a text: its figures, and how many characters are whole before it."""

    score: TokenLogprob
    offset: int


@dataclass(slots=True)
class TokenLog:
    """This keeps the tokens of one text while it is written. One is told once the text has gone beyond where it begins,
    so neither what ends a text nor a stop string's tokens are; under a grammar, which writes tokens without figures
    in between, all are."""

    placed: bool = True  # whether the tokens make up the text
    _characters: int = 0  # of the text
    _told: int = 0  # characters that the tokens make up
    _waiting: list[PlacedToken] = field(default_factory=list)
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )

    def feed(self, text: str, scores: Iterable[TokenLogprob]) -> list[PlacedToken]:
        """Take the next part of a text and the next tokens; return those that are certain now."""
        self._characters += len(text)
        for score in scores:
            self._waiting.append(PlacedToken(score=score, offset=self._told))
            self._told += len(self._decoder.decode(score.spelled or b""))
        known = self._waiting
        if self.placed:
            known = [one for one in self._waiting if one.offset < self._characters]
        self._waiting = self._waiting[len(known) :]
        return known


def chat_logprobs(tokens: Iterable[PlacedToken], most: int) -> list[Json]:
    """Return tokens as chats and responses tell them, with so many of the likeliest of each."""
    return [_chat_token(one.score, most) for one in tokens]


def _chat_token(score: TokenLogprob, most: int) -> dict[str, Json]:
    likely = [_spelled(spelled, pair[1]) for spelled, pair in zip(score.top_spelled, score.top, strict=False)]
    return {**_spelled(score.spelled or b"", score.logprob), "top_logprobs": likely[:most]}


def _spelled(spelled: bytes, logprob: float) -> dict[str, Json]:
    return {"token": spelled.decode("utf-8", "replace"), "bytes": list(spelled), "logprob": logprob}


def text_logprobs(tokens: Sequence[PlacedToken], most: int, begin: int = 0) -> dict[str, Json]:
    """Return tokens as `/v1/completions` tells them; the text begins at a character of what is shown."""
    return {
        "tokens": [token_text(one.score.spelled or b"") for one in tokens],
        "token_logprobs": [one.score.logprob for one in tokens],
        "top_logprobs": [_likely(one.score, most) for one in tokens],
        "text_offset": [begin + one.offset for one in tokens],
    }


def _likely(score: TokenLogprob, most: int) -> dict[str, float]:
    pairs = list(zip(score.top_spelled, score.top, strict=False))[:most]
    told = {token_text(spelled): pair[1] for spelled, pair in pairs}
    return told | {token_text(score.spelled or b""): score.logprob}


def token_text(spelled: bytes) -> str:
    """Return a token as text; what is no whole character, byte by byte."""
    try:
        return spelled.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in spelled)
