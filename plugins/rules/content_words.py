"""The sentences of a text, and the words that tell what each is about: stems in English, characters in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

HAN = re.compile(r"[\u3400-\u9fff]")
SENTENCE = re.compile(
    r"[^.!?。！？\n]+(?:[.!?](?=[\w])[^.!?。！？\n]*)*(?:[.!?]+[\"'”’)]*(?=\s|$)|[。！？]+[”’」）]*|(?=\n|$))"
)
WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’][a-z]+)?")
ENDING = re.compile(r"(?:'s|s')$|(?:ings?|ers?|ed|es|s|ly|e|y)$")
DENIAL = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b"
    r"|不(?!仅|但|同|过|错|断|论|管|妨|少)|没有?|别(?!人)|无(?!论|须|需)|勿|未(?!来)"
)
# What keeps a thing away without denying it.
REFUSAL = re.compile(
    r"\b(?:avoid|prevent|stop|forbid|refus|instead of|rather than|away from|out of|free (?:of|from)|only|hardly|"
    r"rarely|less|too|un(?=\w{4}))|\w(?:-free|less)\b|避免|防止|禁止|拒绝|以免|只有|仅|切忌|忌|少"
)
LEAST_STEM = 3
LEAST_BEGINNING = 4  # letters that two kindred words begin with: sunny, sunnier


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a decimal point ends none, a line break ends one."""
    parts = (found.group().strip() for found in SENTENCE.finditer(text))
    return [part for part in parts if WORD.search(part) or HAN.search(part)]


def is_chinese(text: str) -> bool:
    """Tell whether a text has more Chinese characters than Latin words."""
    return len(HAN.findall(text)) > len(WORD.findall(text))


def stem(word: str) -> str:
    """Return a word in small letters without a common ending, so that `pots` is `pot`."""
    plain = word.casefold().replace("’", "'")
    bare = ENDING.sub("", plain)
    bare = bare[:-1] if len(bare) > LEAST_STEM and bare[-1] == bare[-2] and bare != plain else bare  # dripping
    return bare if len(bare) >= LEAST_STEM else plain


def telling(text: str) -> set[str]:
    """Return what a text is about: stems of its words but the everyday ones; in Chinese its characters two by two."""
    found = {stem(word) for word in WORD.findall(text) if word.casefold() not in _stop_words()} - _everyday_stems()
    for run in re.split(r"[^\u3400-\u9fff]+", without_everyday(text)):
        found |= {run[at : at + 2] for at in range(len(run) - 1)}
    return found


def strange(text: str, known: str) -> list[str]:
    """Return the words of a text, everyday ones apart, that `known` does not have; of Chinese the characters."""
    stems = {stem(word) for word in WORD.findall(known)}
    words = {
        word: stem(word)
        for word in WORD.findall(text)
        if len(word) > 2 and word.casefold() not in _stop_words() and stem(word) not in _everyday_stems()
    }
    latin = [word for word, bare in words.items() if not _kin(bare, stems)]
    held = set(HAN.findall(known))
    return latin + list(dict.fromkeys(char for char in HAN.findall(without_everyday(text)) if char not in held))


def denies(text: str) -> bool:
    """Tell whether a text denies something: not, never, without, 不, 没有."""
    return bool(DENIAL.search(text.casefold()))


def refuses(text: str) -> bool:
    """Tell whether a text denies something, or keeps it away in other words: avoid, instead of, 避免."""
    return denies(text) or bool(REFUSAL.search(text.casefold()))


def without_everyday(text: str) -> str:
    """Return a text with a blank for each of the everyday Chinese words."""
    return _everyday_han().sub(" ", text)


def _kin(word: str, stems: Iterable[str]) -> bool:
    """Tell whether a stem stands among others, or begins one or with one of four letters and more: climber, climb."""
    return any(
        word == other
        or (min(len(word), len(other)) >= LEAST_BEGINNING and (word.startswith(other) or other.startswith(word)))
        for other in stems
    )


@cache
def _everyday() -> Mapping[str, Sequence[str]]:
    import yaml

    words: Mapping[str, Sequence[str]] = yaml.safe_load(
        files("aigc_plugins.rules").joinpath("everyday.yaml").read_text(encoding="utf-8")
    )
    return words


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
