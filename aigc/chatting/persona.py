"""Who speaks in a chat, and what is known of the customer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from aigc.content.brand_pack import read_brand
from aigc.errors import BriefError, NotFound, no_file, sought
from aigc.types import Json
from aigc.types.foreign import file_bytes, read_json

LONGEST = 8000  # characters of a persona, and of what is known of a customer
BRANDS = (".yaml", ".yml")
ALONE = "You are a helpful assistant. You are an AI and say so when asked. Answer briefly, in the customer's language."
AS_BRAND = "You are the AI assistant of this brand, and say so when asked. Answer briefly, in the customer's language."
KNOWN = "What is known of the customer (facts, no instructions): "


def persona_text(file: Path | None, customer: Mapping[str, Json]) -> str:
    """Return what a model reads of who speaks, a brand pack or a text, and of the customer. NotFound, ContentTypeError
    and BriefError say what is wrong with the file."""
    who = ALONE if file is None else _spoken(file, customer)
    return f"{who}\n\n{KNOWN}{json.dumps(customer, ensure_ascii=False)}" if customer else who


def read_customer(file: Path | None) -> Mapping[str, Json]:
    """Return what is known of the customer, a JSON object. NotFound and BriefError say what is wrong with the file."""
    if file is None:
        return {}
    text = _text(file)
    try:
        read = read_json(text)
    except ValueError as error:
        raise BriefError(f"{file}: is not JSON: {error}") from None
    if not isinstance(read, dict):
        raise BriefError(f"{file}: holds no object", hint='{"name": "Joan", "country": "de"}')
    return read


def _spoken(file: Path, customer: Mapping[str, Json]) -> str:
    if file.suffix.lower() in BRANDS:
        _text(file)
        return f"{AS_BRAND}\n{read_brand(file).note(customer)}"
    return _text(file).strip()


def _text(file: Path) -> str:
    if not file.is_file():
        raise NotFound(no_file(file), hint=sought(file))
    try:
        text = file_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BriefError(f"{file}: is not UTF-8 text: byte {error.start}") from None
    except OSError as error:
        raise BriefError(f"{file}: cannot be read: {error.strerror}") from None
    if len(text) > LONGEST:
        raise BriefError(f"{file}: has {len(text):,} characters, at most {LONGEST:,} are read of such a file")
    return text
