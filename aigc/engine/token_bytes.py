"""Which bytes a token stands for. A vocabulary spells them in one of two ways:

    byte-level    ĠcafÃ©      a letter for each byte, as GPT-2 laid it down; the decoder is `ByteLevel`
    pieces        ▁café <0x0A>    text, with a mark for blanks, and bytes that no piece has by their number

Control tokens and others that were added stand for their own names.
"""

from __future__ import annotations

import re

from tokenizers import Tokenizer

BLANK = "▁"
NUMBERED = re.compile(r"<0x([0-9A-F]{2})>")


def byte_letters() -> dict[str, int]:
    """Return the byte for which each letter of byte-level vocabularies stands."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + place): byte for place, byte in enumerate(hidden)}


class TokenBytes:
    """This spells the tokens of one tokenizer."""

    def __init__(self, raw: Tokenizer) -> None:
        self._raw = raw
        self._added = {number: token.content for number, token in raw.get_added_tokens_decoder().items()}
        decoder = b"" if raw.decoder is None else raw.decoder.__getstate__()
        self._letters = byte_letters() if b"ByteLevel" in decoder else None

    def spell(self, token: int) -> bytes:
        """Return a token's bytes; none where it is padding behind the vocabulary."""
        if token in self._added:
            return self._added[token].encode()
        piece = self._raw.id_to_token(token)
        if piece is None:
            return b""
        if self._letters is not None and all(letter in self._letters for letter in piece):
            return bytes(self._letters[letter] for letter in piece)
        numbered = NUMBERED.fullmatch(piece)
        return bytes([int(numbered[1], 16)]) if numbered else piece.replace(BLANK, " ").encode()
