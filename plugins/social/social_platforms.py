"""What platforms of posts take, as `platforms.yaml` says it with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from aigc.content import measure
from aigc.errors import JobError, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthBound:
    """This is how long a text may be, counted as a platform counts; one that is not `hard` is advice."""

    counter: str
    most: int
    hard: bool = False

    def over(self, text: str) -> str:
        """Say by how much a text is too long; nothing where it fits."""
        size = measure(text, self.counter)
        return f"counts {size} ({self.counter}), at most {self.most}" if size > self.most else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """This is how many hashtags a post should have at most, and how one is written: `#{tag}` or `#{tag}#`."""

    most: int
    form: str
    hard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialPlatform:
    """This is what one platform takes. `headline` bounds a post's first line, `shown` is what is seen before "more"."""

    title: str
    source: str
    checked_on: str
    post: LengthBound
    hashtags: TagRule
    emoji: int
    headline: LengthBound | None = None
    bytes: LengthBound | None = None
    shown: LengthBound | None = None
    thread: bool = False
    link: bool = True
    contact: bool = True
    mark: str = ""

    def fits(self, text: str) -> bool:
        """Tell whether a whole post is as short as it has to be."""
        return not self.post.over(text) and not (self.bytes and self.bytes.over(text))


@cache
def social_platforms() -> Mapping[str, SocialPlatform]:
    """Return what each platform takes, by its name in briefs."""
    return {name: _read(values) for name, values in _yaml("platforms.yaml").items()}


def social_platform(name: str) -> SocialPlatform:
    """Return what a platform takes; a JobError names those there are."""
    known = social_platforms()
    if name not in known:
        raise JobError(f"platform: there is none called {name!r}", hint=did_you_mean(name, known))
    return known[name]


@cache
def wording() -> Mapping[str, Any]:
    """Return `wording.yaml`: what posts say beside the brief's own words."""
    return _yaml("wording.yaml")


def _read(values: Mapping[str, Any]) -> SocialPlatform:
    bounds = {name: LengthBound(**values[name]) for name in ("post", "headline", "bytes", "shown") if name in values}
    return SocialPlatform(**{**values, **bounds, "hashtags": TagRule(**values["hashtags"])})


def _yaml(name: str) -> Mapping[str, Any]:
    import yaml

    read: Mapping[str, Any] = yaml.safe_load(files("aigc_plugins.social").joinpath(name).read_text(encoding="utf-8"))
    return read
