"""NAME → weights on disk: catalogue, fetch, verify.

A catalogue (data file) names models with source, hash, licence, languages, memory. `-m` takes a catalogue name, a
local folder (safetensors), a local GGUF file, or a Hugging Face id. Fetching verifies hashes, shows progress, and moves
a finished folder into the user cache in one rename, so no half-written cache is ever seen. Offline afterwards.

Names: `Catalogue.load()`, `Model` (one entry), `resolve(name, …) -> Weights` (looks, never fetches), `pull(name, …) ->
Weights` (fetches what is missing), `Progress`, `cache_folder()`, `find_leftovers()` (what of it nobody reads any more),
`local_copies()` (what it has of GGUF files of one's own), `marks(weights)` (what a model is known by),
`catalogued(weights)` (which of the catalogue it is), `spoken_name(name)` (how others read it); `needs` says what a text
needs of a model, and what one can.
Knows: files, hashes, pip's client, the hub's client. Does not know: torch, transformers (turning a GGUF into a
fast-loading folder is `aigc.engine.convert_gguf`, passed in).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aigc.models.catalogue import Catalogue, GgufSource, HubFileSource, HubSource, Measured, Model, WheelSource
from aigc.models.leftovers import Leftover, find_leftovers
from aigc.models.local_copies import LocalCopy, local_copies
from aigc.models.marks import catalogued, content_digest, marks, spoken_name
from aigc.models.progress import Progress, Report
from aigc.models.user_cache import cache_folder
from aigc.models.weights import Weights, resolve

if TYPE_CHECKING:
    from aigc.models.fetch import Convert, pull

__all__ = [
    "Catalogue",
    "Convert",
    "GgufSource",
    "HubFileSource",
    "HubSource",
    "Leftover",
    "LocalCopy",
    "Measured",
    "Model",
    "Progress",
    "Report",
    "Weights",
    "WheelSource",
    "cache_folder",
    "catalogued",
    "content_digest",
    "find_leftovers",
    "local_copies",
    "marks",
    "pull",
    "resolve",
    "spoken_name",
]


def __getattr__(name: str) -> Any:
    if name in ("Convert", "pull"):  # on first use: listing models needs no subprocess and no zip
        from aigc.models import fetch

        return getattr(fetch, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
