"""Whether a text is about what it was asked to be about, in the language it was asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from aigc import check
from aigc.content.languages import language_name, language_of_text
from aigc.errors import UsageError, did_you_mean
from aigc.types import Draft, Field, Finding, texts_in
from aigc_plugins.rules.content_words import stem

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
KANA = re.compile(r"[\u3040-\u30ff]")
HANGUL = re.compile(r"[\uac00-\ud7af]")
LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
HAN_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
SUFFIX = re.compile(r"(?:ings?|ers?|ed|es|s|ly|y|e)$")
LATIN_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "tr", "id", "vi")


@check
def about_brief(
    text: str, field: Field, *, with_: Sequence[str] = (), value: str | Sequence[str] | None = None
) -> Iterator[str]:
    """A text shares at least one content word with the brief.

    `with_` names the brief's fields to look in, and `item` for the item at hand; `value` gives texts instead. Without
    either all of the brief counts. Word endings do not matter; Chinese shares two characters in a row. Where the two
    have no script in common there is nothing to compare.
    """
    wanted = list(texts_in(value)) if value else list(_sources(field.draft, with_))
    text_words, wanted_words = _content(text), _content(" ".join(wanted))
    comparable = any(HAN.match(word) for word in text_words) == any(HAN.match(word) for word in wanted_words)
    if text_words & wanted_words or not wanted_words or not (comparable or _same_script(text_words, wanted_words)):
        return
    named = ", ".join(with_) if with_ else "the brief" if not value else repr(" ".join(wanted))
    yield f"has no word in common with {named}"


@check
def contains(
    draft: Draft,
    *,
    value: str | Sequence[str] | None = None,
    any: str | Sequence[str] | None = None,
    field: str = "",
    at_least: int = 1,
    words: bool = False,
) -> Iterator[Finding]:
    """A field contains every text of `value`, and at least one of `any`; case, width and spacing do not matter.

    A list field, or without `field` the whole draft, needs `at_least` of its texts to contain it. With `words` it is
    enough that a text has all the words of a value, in any form and order, as a search finds them.
    """
    if field and field not in draft.schema and field not in draft.fields:
        raise UsageError(f"contains: there is no field {field!r}", hint=did_you_mean(field, draft.schema))
    found = draft.fields.get(field) if field else list(draft.fields.values())
    texts = [_plain(text) for text in texts_in(found)]
    needed = min(at_least, max(len(texts), 1))
    for wanted in texts_in(value):
        if sum(_plain(wanted) in text or (words and has_words(text, wanted)) for text in texts) < needed:
            times = f" in {needed} of its texts" if needed > 1 else ""
            yield Finding(message=f"does not contain {wanted!r}{times}", field=field)
    choices = [choice for choice in texts_in(any) if choice]
    matching = [text for text in texts if [choice for choice in choices if _plain(choice) in text]]
    if choices and len(matching) < needed:
        yield Finding(message=f"contains none of {', '.join(map(repr, choices))}", field=field)


def has_words(text: str, wanted: str) -> bool:
    """Tell whether a text has all the words of another, in any form and order; of Chinese all characters, in order."""
    plain, searched = _plain(text), _plain(wanted)
    if HAN.search(searched):
        rest = iter(plain)
        return all(char in rest for char in searched.replace(" ", ""))
    sought = {stem(word) for word in re.findall(r"\w+", searched) if word not in _stop_words() and len(word) > 2}
    return bool(sought) and sought <= {stem(word) for word in re.findall(r"\w+", plain)}


@check
def language_matches(text: str, field: Field, *, language: str = "") -> Iterator[str]:
    """A text is written in the brief's language, judged by script; names the brief itself uses do not count.

    Chinese: most of its characters and Latin words are Chinese, and no kana. Languages in Latin script: at most a
    tenth of them is in another.
    """
    language = (language or field.draft.language).lower()
    brief = _plain(" ".join(texts_in(field.draft.brief.values)))
    latin = [word for word in LATIN_WORD.findall(text) if _plain(word) not in brief]
    foreign = [char for run in HAN_RUN.findall(text) if _plain(run) not in brief for char in run]
    other = len(KANA.findall(text)) + len(HANGUL.findall(text)) + len(CYRILLIC.findall(text))
    if language.startswith("zh"):
        han = len(HAN.findall(text))
        if han < len(latin) + other or (not han and latin):
            yield f"is not in Chinese: {han} Chinese characters, {len(latin)} Latin words"
        elif KANA.search(text):
            yield "has Japanese kana in a Chinese text"
    elif language.split("-")[0] in LATIN_LANGUAGES:
        strange = len(foreign) + other
        if strange * 10 > strange + len(LATIN_WORD.findall(text)):
            yield f"is not in {language!r}: {strange} characters of another script"


@check
def written_in(text: str, *, language: str) -> Iterator[str]:
    """A text that is long enough to tell is in `language`, a code such as zh; an empty one is any."""
    found = language_of_text(text) if language else ""
    if found and found != language:
        yield f"is in {language_name(found)}, not in {language_name(language)}"


def _sources(draft: Draft, names: Sequence[str]) -> Iterator[str]:
    values = draft.brief.values
    for name in names or [*values, "item"]:
        if name == "item" and "item" not in values:
            yield from texts_in(draft.item)
        elif name in values:
            yield from texts_in(values[name])
        else:
            raise UsageError(f"about_brief: no brief has {name!r}", hint=did_you_mean(name, [*values, "item"]))


@lru_cache(maxsize=1 << 12)
def _content(text: str) -> frozenset[str]:
    """Return the stems of a text's content words, and its Chinese characters two by two."""
    plain = _plain(text)
    words = {_stem(word) for word in re.findall(r"[a-zà-ɏ]{3,}|\w*\d\w*", plain) if word not in _stop_words()}
    for run in HAN_RUN.findall(plain):
        words |= {run[at : at + 2] for at in range(len(run) - 1)} or {run}
    return frozenset(words)


@cache
def _stop_words() -> frozenset[str]:
    """Return the words that do not tell what a text is about, such as articles and pronouns."""
    import yaml

    return frozenset(
        yaml.safe_load(files("aigc_plugins.rules").joinpath("stop_words.yaml").read_text(encoding="utf-8"))
    )


def _stem(word: str) -> str:
    stem = SUFFIX.sub("", word)
    return stem if len(stem) >= 3 else word


def _same_script(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(word.isascii() for word in one) and any(word.isascii() for word in other)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())
