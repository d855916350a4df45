"""Claims with their proof in brackets: 97% of owners would buy it again [survey of 412 owners, 2026-05]."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aigc.types import Json

PROOF = re.compile(r"[\[【]([^\]】]*\w[^\]】]*)[\]】]\s*[.。]?\s*$")
CLAIMS = ("claims",)  # inputs with such claims


def without_proofs(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return a brief's values without the proofs of its claims: what stands in a proof is not there to be told."""
    return {name: _bare(value) if name in CLAIMS else value for name, value in values.items()}


def _bare(value: Json) -> Json:
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return PROOF.sub("", value).rstrip() if isinstance(value, str) else value
