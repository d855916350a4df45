"""The language that a brief's texts are in, where that is sure: told by their script, else by their words.

A few words are not enough to tell languages of one script apart, and names of things are alike in many. So a text is
in another language than English only where that is far likelier, and nothing is said of what is too short: of 1,200
short English rows none is taken for another language, and the nearest are a third as likely as it would take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from aigc.types import Json, texts_in

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Schema = Mapping[str, Json]

LANGUAGE = "language"  # the input that says it
LOOKED_AT = 300  # characters
KEPT = 256  # answers: a row is asked about several times in a row
LETTERS = 12  # fewer tell nothing
LIKELY, LIKELIER = 0.5, 15  # a language that is not English: its probability, and how many times that of English
ENGLISH, ENGLISH_LETTERS = 0.8, 20
BETWEEN = re.compile(r"[\s;；]+")  # a row's texts are the same before and after its lists are split
CODE = re.compile(r"([a-z]{2})(?:[-_]\w+)?")
URL = re.compile(r"(?:https?://|www\.)[!-~]+", re.IGNORECASE)  # ends where another script begins
SCRIPTS = {  # letters → the languages written so, the likeliest first
    re.compile(r"[\u3040-\u30ff]"): ("ja",),
    re.compile(r"[\u3400-\u9fff]"): ("zh",),
    re.compile(r"[\uac00-\ud7af]"): ("ko",),
    re.compile(r"[\u0400-\u04ff]"): ("ru", "uk", "bg", "sr"),
    re.compile(r"[\u0600-\u06ff]"): ("ar", "fa", "ur"),
    re.compile(r"[\u0900-\u097f]"): ("hi", "mr", "ne"),
    re.compile(r"[\u0e00-\u0e7f]"): ("th",),
    re.compile(r"[\u0370-\u03ff]"): ("el",),
    re.compile(r"[\u0590-\u05ff]"): ("he",),
}
KANA, HAN = list(SCRIPTS)[:2]
NAMES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mr": "Marathi",
    "ms": "Malay",
    "ne": "Nepali",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def language_name(code: str) -> str:
    """Return a language's English name; the code itself of one that has none here."""
    return NAMES.get(code, code)


def language_said(values: Mapping[str, Json]) -> str:
    """Return the code that the input `language` says, without its country; nothing where it says none."""
    written = values.get(LANGUAGE)
    found = CODE.fullmatch(written) if isinstance(written, str) else None
    return found[1] if found else ""


def language_of(inputs: Mapping[str, Schema], values: Mapping[str, Json]) -> str:
    """Return the language that a brief's texts are surely in, or nothing. URLs and words of enums are in none."""
    told = [
        value
        for name, value in values.items()
        if name != LANGUAGE and not {"enum", "const"} & set(inputs.get(name, ()))
    ]
    return language_of_text(BETWEEN.sub(" ", " ".join(texts_in(told))))


@lru_cache(maxsize=KEPT)
def language_of_text(text: str) -> str:
    """Return the language that a text is surely in, or nothing."""
    text = URL.sub(" ", text)[:LOOKED_AT]
    letters = sum(map(str.isalpha, text))
    if not text.isascii():
        for script, languages in SCRIPTS.items():
            if 2 * len(script.findall(text)) >= letters > 0:
                return _of_script(text, letters, languages)
        if 2 * len(HAN.findall(text) + KANA.findall(text)) >= letters > 0:
            return "ja"
    if letters < LETTERS:
        return ""
    likely = _likelihoods(text)
    best = max(likely, key=lambda language: likely[language])
    if best == "en":
        return "en" if likely["en"] >= ENGLISH and letters >= ENGLISH_LETTERS else ""
    return best if likely[best] >= max(LIKELY, LIKELIER * likely["en"]) else ""


def with_language(
    inputs: Mapping[str, Schema], raw: Mapping[str, Json], usual: Callable[[], str] = str
) -> dict[str, Json]:
    """Return a row's raw values with the input `language`, where that names languages and the row leaves it open: the
    one that the row is surely in, else the `usual` one. One that the input may not be is left to its default."""
    known = inputs.get(LANGUAGE, {}).get("enum", ())
    if len(known) < 2 or str(raw.get(LANGUAGE) or "").strip():
        return dict(raw)
    found = language_of(inputs, raw) or usual()
    return {**raw, LANGUAGE: found} if found in known else dict(raw)


def usual_language(languages: Iterable[str]) -> str:
    """Return the language of most rows among those of which it is known; nothing where it is of none."""
    known = [language for language in languages if language]
    return max(dict.fromkeys(known), key=known.count) if known else ""


def _of_script(text: str, letters: int, languages: tuple[str, ...]) -> str:
    """Return which of the languages of a script a text is in: the likeliest, or the most usual for a short one."""
    if languages == ("zh",) and KANA.search(text):
        return "ja"
    if len(languages) == 1 or letters < LETTERS:
        return languages[0]
    likely = _likelihoods(text)
    return max(languages, key=lambda language: likely[language])


def _likelihoods(text: str) -> dict[str, float]:
    return dict(_identifier().rank(text))


@cache
def _identifier() -> LanguageIdentifier:
    """Return what tells languages by words, read when it is first asked: it takes a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(NAMES))
    return identifier
