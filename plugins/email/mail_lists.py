"""What mailing programs fill in, what a subject may not say, and the lines of our own, read from this folder's YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from aigc.errors import JobError, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPlatform:
    """This is what one mailing program fills in; empty where it fills in nothing."""

    title: str
    source: str
    checked_on: str
    first_name: str = ""
    unsubscribe: str = ""
    address: str = ""


@cache
def mail_platforms() -> Mapping[str, MailPlatform]:
    """Return what each program fills in, by its name in briefs."""
    return {name: MailPlatform(**values) for name, values in mail_list("platforms").items()}


def mail_platform(name: str) -> MailPlatform:
    """Return what a program fills in; a JobError names those there are."""
    known = mail_platforms()
    if name not in known:
        raise JobError(f"platform: there is none called {name!r}", hint=did_you_mean(name, known))
    return known[name]


def merge_fields(platform: str) -> list[str]:
    """Return what a mailing program fills in, as `merge_fields(platform)` for the check `no_placeholder`."""
    told = mail_platform(platform)
    return [field for field in (told.first_name, told.unsubscribe, told.address) if field]


@cache
def mail_list(name: str) -> Mapping[str, Any]:
    """Return one of this folder's lists: wording, platforms or subjects."""
    import yaml

    text = files("aigc_plugins.email").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read


def drawn(lines: Sequence[str], seed: str, at: int = 0) -> str:
    """Return one of some lines, as good as random from one seed to the next; another for each `at`, while they last."""
    return sorted(lines, key=lambda line: sha256(f"{seed}\n{line}".encode()).digest())[at % len(lines)]
