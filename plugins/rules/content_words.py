"""The sentences of a text, and the words that tell what each is about: stems in English, characters in Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

HAN = re.compile(r"[\u3400-\u9fff]")
SENTENCE = re.compile(
    r"[^.!?。！？\n]+(?:[.!?](?=[\w])[^.!?。！？\n]*)*(?:[.!?]+[\"'”’)]*(?=\s|$)|[。！？]+[”’」）]*|(?=\n|$))"
)
WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’][a-z]+)?")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
PLURAL = re.compile(r"(?:'s|s'|(?<=[^s])s)$")
IE = re.compile(r"(?<=[a-z]{2})ie(?:d|r|st)?$")
ENDING = re.compile(r"(?:ings?|ers?|ed|ly|e|(?<![aeou])y)$")
DENIAL = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b"
    r"|不(?!仅|但|同|过|错|断|论|管|妨|少)(?!(?<=(.)不)\1)|没有?|别(?!人)|无(?!论|须|需)|勿|未(?!来)"
)
# What keeps a thing away without denying it.
REFUSAL = re.compile(
    r"\b(?:keep\w*\b.{1,40}\bfrom|avoid|prevent|stop|forbid|refus|instead of|rather than|away from|out of|only|hardly|"
    r"free (?:of|from)|rarely|less|too|un(?=\w{4})|otherwise|or (?:else|its?|the|they|your?)\b)|\w(?:-free|less)\b"
    r"|避免|防止|禁止|拒绝|以免|只有|仅|切忌|忌|少|否则|不然"
)
CLAUSE_END = re.compile(r"[,;:.!?，；：。！？]| (?:because|so that|when|while|and|but) ")
LEAST_STEM = 3


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a decimal point ends none, a line break ends one."""
    parts = (found.group().strip() for found in SENTENCE.finditer(text))
    return [part for part in parts if WORD.search(part) or HAN.search(part)]


def is_chinese(text: str) -> bool:
    """Tell whether a text has more Chinese characters than Latin words."""
    return len(HAN.findall(text)) > len(WORD.findall(text))


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """Return a word in small letters without a common ending, so that `pots` is `pot` and `dries` is `dry`."""
    plain = word.casefold().replace("’", "'")
    form = IE.sub("y", PLURAL.sub("", plain))
    while form != (shorter := ENDING.sub("", form)) and len(shorter) >= LEAST_STEM:
        form = shorter  # watering, water
    if len(form) > LEAST_STEM and form[-1] == form[-2]:
        form = form[:-1]  # dripping, pressed
    return form if len(form) >= LEAST_STEM else plain


@lru_cache(maxsize=1 << 12)
def telling(text: str) -> frozenset[str]:
    """Return what a text is about: numbers, stems of its words but everyday ones; in Chinese characters two by two."""
    return content(text) - _everyday_stems()


@lru_cache(maxsize=1 << 12)
def content(text: str) -> frozenset[str]:
    """Return what a text says, with the everyday words of English: numbers, stems, Chinese characters two by two."""
    found = {stem(word) for word in _latin(text)} | set(NUMBER.findall(text))
    for run in re.split(r"[^\u3400-\u9fff]+", without_everyday(text)):
        found |= {run[at : at + 2] for at in range(len(run) - 1)}
    return frozenset(found)


def strange(text: str, known: str) -> list[str]:
    """Return the words of a text, everyday ones apart, that `known` does not have; of Chinese the characters."""
    stems = stems_in(known)
    words = {word: stem(word) for word in _latin(text)}
    latin = [word for word, bare in words.items() if bare not in stems and bare not in _everyday_stems()]
    held = set(HAN.findall(known))
    return latin + list(dict.fromkeys(char for char in HAN.findall(without_everyday(text)) if char not in held))


@lru_cache(maxsize=1 << 10)
def stems_in(text: str) -> frozenset[str]:
    """Return the stems of all Latin words of a text."""
    return frozenset(map(stem, WORD.findall(text)))


def denies(text: str) -> bool:
    """Tell whether a text denies something: not, never, without, 不, 没有."""
    return bool(DENIAL.search(text.casefold()))


def denied(text: str) -> list[frozenset[str]]:
    """Return what each denial of a text is about: the telling words of the clause that comes after it."""
    return [telling(CLAUSE_END.split(text[found.end() :])[0]) for found in DENIAL.finditer(text.casefold())]


def refuses(text: str) -> bool:
    """Tell whether a text denies something, or keeps it away in other words: avoid, instead of, 避免."""
    return denies(text) or bool(REFUSAL.search(text.casefold()))


def without_everyday(text: str) -> str:
    """Return a text with a blank for each of the everyday Chinese words."""
    return _everyday_han().sub(" ", text)


def _latin(text: str) -> list[str]:
    """Return the Latin words of a text but those of one or two letters and the stop words."""
    return [word for word in WORD.findall(text) if len(word) > 2 and word.casefold() not in _stop_words()]


@cache
def _everyday() -> Mapping[str, Sequence[str]]:
    import yaml

    words: Mapping[str, Sequence[str]] = yaml.safe_load(
        files("aigc_plugins.rules").joinpath("everyday.yaml").read_text(encoding="utf-8")
    )
    return words


@cache
def plain_words() -> frozenset[str]:
    """Return the English words that claim nothing, the small ones too."""
    return _stop_words() | frozenset(_everyday()["en"])


@cache
def _everyday_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in _everyday()["en"])


@cache
def _everyday_han() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_everyday()["zh"], key=len, reverse=True)))


@cache
def _stop_words() -> frozenset[str]:
    import yaml

    text = files("aigc_plugins.rules").joinpath("stop_words.yaml").read_text(encoding="utf-8")
    return frozenset(yaml.safe_load(text))
