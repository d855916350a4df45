"""What platforms take of an import, as `platforms.yaml` says it with its sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """This is what one platform takes: what it calls its columns, and how many characters a text in one may have.

    `options` are the columns of a shop that tell the variants of a product apart."""

    source: str
    checked_on: str
    columns: Mapping[str, str] = field(default_factory=dict)
    longest: Mapping[str, int] = field(default_factory=dict)
    options: Sequence[str] = ()
    layouts: Mapping[str, list[list[str]]] = field(default_factory=dict)

    def too_long(self, texts: Mapping[str, str]) -> Iterator[str]:
        """Yield which texts have more characters than the platform takes."""
        for name, most in self.longest.items():
            if (many := len(texts.get(name, ""))) > most:
                yield f"{self.columns[name]} has {many} characters, at most {most}"


@cache
def platform(name: str) -> Platform:
    """Return what a platform takes."""
    import yaml

    text = files("aigc_plugins.publishing").joinpath("platforms.yaml").read_text(encoding="utf-8")
    return Platform(**yaml.safe_load(text)[name])
