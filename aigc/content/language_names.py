"""What people write into a column `language`: "EN", "en_US", "zh-CN", "English (UK)", "Deutsch", "中文"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from aigc.types import Json

TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?(?:\..*|-x-.*)?")  # of BCP 47, or of a locale
BESIDE = re.compile(r"\s*(?:[(（\[].*|\s[-–—].*)", re.DOTALL)  # "English (UK)", "Deutsch - Schweiz"
TRADITIONAL = "zh-hant"  # another script than `zh` is taken to be
ITS_COUNTRIES = ("tw", "hk", "mo")


def language_code(written: str) -> str:
    """Return the code of a language that people write as a code, with a country or not, or by name; nothing where it
    is none that is known. Chinese is `zh-hant` where it is to have traditional characters."""
    for name in _names(written):
        if found := _codes().get(name):
            return found
        if (tag := TAG.fullmatch(name)) and (code := _codes().get(tag[1])):
            other = code == "zh" and (tag[2] == "hant" or (not tag[2] and tag[3] in ITS_COUNTRIES))
            return TRADITIONAL if other else code
    return ""


@lru_cache(maxsize=64)
def as_language(written: str, known: tuple[Json, ...]) -> str:
    """Return the one of the languages `known` that is meant, as it is called there, else what was written."""
    if written in known:
        return written
    names = [one for one in known if isinstance(one, str)]
    plain = _plain(written)
    if same := next((one for one in names if _plain(one) == plain), ""):
        return same
    code = language_code(written)
    meant = [one for one in names if code and language_code(one) == code]
    alone = len(meant) == 1 and not (_country(plain) and _country(_plain(meant[0])))  # en-GB is not en-US
    return meant[0] if alone else written


def _country(plain: str) -> str:
    tag = TAG.fullmatch(plain)
    return (tag[3] or "") if tag else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold().replace("_", "-")


def _names(written: str) -> Iterator[str]:
    """Yield what was written as a name or code, then without a country beside a name."""
    plain = _plain(written)
    if "traditional" in plain or "hant" in plain or any(sign in plain for sign in "繁正"):
        yield from (plain, "traditional chinese")
    yield plain
    yield BESIDE.sub("", plain)


@cache
def _codes() -> Mapping[str, str]:
    import yaml

    told: dict[str, list[str]] = yaml.safe_load(
        files("aigc.content").joinpath("language_names.yaml").read_text(encoding="utf-8")
    )
    return {_plain(name): code for code, names in told.items() for name in (code, *names)}
