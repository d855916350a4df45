"""What the platforms take, read from platforms.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def platform(name: str) -> Mapping[str, Any]:
    """Return what one platform takes: lengths in characters, times in seconds, and its `source`."""
    text = files("aigc_plugins.classroom").joinpath("platforms.yaml").read_text(encoding="utf-8")
    known: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return known[name]
