"""WHO writes: a source, which is one of the declared generators with the model it is to write with and its options.

Our engine is one source, a server that speaks the OpenAI protocol another: whoever asks what a source takes, keeps and
is called in the keys of finished work asks here, and nobody asks which one it is.

Names: `Source`, `AdapterFolders`, `Unasked` (in place of a model that is not asked); `judge` (another model that judges
what this one writes), `trained` (what a card says), `fitting` (whether a model fits into memory).
Knows: extensions, the names and weights of models. Does not know: settings, content types, what any generator does.
"""

from __future__ import annotations

from aigc.generating.adapters import AdapterFolders, adapter_digest
from aigc.generating.source import Source
from aigc.generating.unasked import Unasked

__all__ = ["AdapterFolders", "Source", "Unasked", "adapter_digest"]
