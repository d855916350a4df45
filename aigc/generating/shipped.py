"""The adapters that come with content types: `adapters/NAME` beside the type's file, each for a model of the catalogue.

They were trained on that model's very file and write only over it, wherever the file lies and however it is called;
their cards say which types they write, and which stages of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from aigc.errors import AigcError
from aigc.generating.trained import CARD, read_trained
from aigc.models import catalogued, resolve

SHELF = "adapters"  # beside the files of content types


def shipped_adapters(files: Mapping[str, Path], model: str) -> dict[str, Path]:
    """Return the folder of the adapter that came with each content type for a model; `files` are the types' by name.

    Nothing where the model is none of the catalogue's. ModelError for a damaged card.
    """
    cards = {name: sorted((file.parent / SHELF).glob(f"*/{CARD}")) for name, file in files.items()}
    if not any(cards.values()) or not (digest := _file_digest(model)):
        return {}
    found: dict[str, Path] = {}
    for name, near in cards.items():
        for card in near:
            if digest.encode() not in card.read_bytes():  # reading cards as such takes a tenth of a second
                continue
            trained = read_trained(card.parent)
            if trained is not None and trained.base.digest == digest and trained.of(name) is not None:
                found[name] = card.parent
    return found


def _file_digest(model: str) -> str:
    """Return the SHA-256 of a catalogue model's file, by its name or of one that is the same; else nothing."""
    with suppress(AigcError):  # a model that is not there: said where it is opened
        known = catalogued(resolve(model))
        return str(getattr(known.source, "file_sha256", "")) if known is not None else ""
    return ""
