"""The language that a brief's texts are in, where that is sure: told by their script, else by their words.

A few words are not enough to tell languages of one script apart, and names of things are alike in many. So a text is
in another language than English only where that is far likelier, and nothing is said of what is too short: of 1,200
short English rows none is taken for another language, and the nearest are a third as likely as it would take. What
things are called ("Prosciutto di Parma", "Crème Brûlée Set") decides nothing: where it would, the rest of the row does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from aigc.bounds.watchdog import WATCHDOG
from aigc.types import Json, texts_in

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Schema = Mapping[str, Json]

LANGUAGE = "language"  # the input that says it
LOOKED_AT = 300  # characters
KEPT = 256  # answers: a row is asked about several times in a row
SEVERAL_WORDS = 3  # in Latin letters: no name alone, as "Hat" may be in a Chinese file
LETTERS = 12  # fewer tell nothing
LIKELY, LIKELIER = 0.5, 15  # a language that is not English: its probability, and how many times that of English
SMALL, SURER = ("ca", "et", "fi", "hr", "lt", "lv", "sk", "sl"), 0.7  # of those that fewer write: the same, in ASCII
ENGLISH, ENGLISH_LETTERS = 0.8, 20
WORDS = re.compile(r"[a-z]{3,}")
ENGLISH_WORDS, PLAINLY = 6, 0.7  # of three letters and more, and how many of them are common ones
BETWEEN = re.compile(r"[\s;；]+")  # a row's texts are the same before and after its lists are split
CODE = re.compile(r"([a-z]{2})(?:[-_]\w+)?")
REST_LETTERS, REST_LIKELIER = 6, 2  # what is no name need only point the same way; less leaves it to other rows
FEW_LIKELIER = 1.6  # of 768 English rows too short to tell 6 are that far likelier in German, 14 in French or German
BRAND = "brand"  # the input that holds a name
NAMING = ("product", "name")  # those that may hold nothing else
NOUNS = ("de",)  # languages that write nouns as others write names
PIECES = re.compile(r"[;；\n]+")
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
CYRILLIC = {  # letters that only some of its languages have; Bulgarian has ь before о alone
    re.compile(r"[іїєґ]", re.IGNORECASE): "uk",
    re.compile(r"[ђјљњћџ]", re.IGNORECASE): "sr",
    re.compile(r"[ыэё]|ь(?!о)", re.IGNORECASE): "ru",
}
SCRIPTED = frozenset(language for languages in SCRIPTS.values() for language in languages)
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
    """Return the language that a brief's texts are surely in, or nothing. Names, URLs, words of enums are in none."""
    texts = _texts(inputs, values)
    found = language_of_text(_one_text(some for name, some in texts.items() if name != BRAND))
    if found in ("", "en") or found in SCRIPTED:
        return found
    rest = _one_text(_nameless(texts, nouns=found in NOUNS))
    letters = sum(map(str.isalpha, rest))
    if letters >= LETTERS:
        return language_of_text(rest)
    likely = _likelihoods(rest)
    return found if letters >= REST_LETTERS and likely[found] > REST_LIKELIER * likely["en"] else ""


def told_by(inputs: Mapping[str, Schema], values: Mapping[str, Json]) -> tuple[str, str]:
    """Return a brief's texts without the names in them, as one, and the language that it is surely in, or nothing."""
    found = language_of(inputs, values)
    texts = _texts(inputs, values)
    return _one_text(_nameless(texts, nouns=found in NOUNS)), found


def _texts(inputs: Mapping[str, Schema], values: Mapping[str, Json]) -> dict[str, list[str]]:
    """Return the texts of each input, but for words of enums, what is for exports or checks only, and what
    may be in any language."""
    from aigc.content.type_keys import ANY_LANGUAGE, CHECKS_ONLY, EXPORT_ONLY  # which bring YAML along

    unread = {"enum", "const"}

    told = {}
    for name, one in values.items():
        schema = inputs.get(name, {})
        hidden = any(schema.get(key) for key in (EXPORT_ONLY, CHECKS_ONLY, ANY_LANGUAGE))
        if name != LANGUAGE and not hidden and unread.isdisjoint(schema):
            told[name] = [one] if isinstance(one, str) else [*texts_in(one)]
    return told


def _one_text(texts: Iterable[Iterable[str]]) -> str:
    return BETWEEN.sub(" ", " ".join(text for some in texts for text in some))


def _nameless(texts: Mapping[str, Sequence[str]], *, nouns: bool) -> Iterator[list[str]]:
    """Yield the texts without what is a name in them: the brand, a product whose words have capitals, and capitals
    amid other words, which are no names where `nouns` have them too."""
    brand = {word.casefold() for text in texts.get(BRAND, ()) for word in text.split()}
    for name, some in texts.items():
        for piece in (piece for text in some for piece in PIECES.split(text)):
            words = [word for word in piece.split() if word.casefold() not in brand]
            capital = [word[0].isupper() for word in words]
            small = [word[0].islower() for word in words]
            titled = sum(capital) > 1 and (not any(small) if nouns else sum(capital) >= sum(small))
            if titled and name in NAMING:
                continue
            if not titled and not nouns:
                words = [word for at, word in enumerate(words) if not (at and capital[at])]
            yield words


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
    if is_plainly_english(text):
        return "en" if letters >= ENGLISH_LETTERS else ""
    likely = _likelihoods(text)
    best = next(iter(likely))
    if best == "en":
        return "en" if likely["en"] >= ENGLISH and letters >= ENGLISH_LETTERS else ""
    least = SURER if best in SMALL and text.isascii() else LIKELY  # "steel mug enamel mug" is not Estonian
    return best if likely[best] >= max(least, LIKELIER * likely["en"]) else ""


def is_plainly_english(text: str) -> bool:
    """Say whether most words of a text are common English ones, which is soon told and holds of no other language."""
    words = WORDS.findall(text.lower()) if text.isascii() else ()
    return len(words) >= ENGLISH_WORDS and sum(map(_english().__contains__, words)) >= PLAINLY * len(words)


@cache
def _english() -> frozenset[str]:
    import yaml

    told = yaml.safe_load(files("aigc.content").joinpath("english.yaml").read_text(encoding="utf-8"))
    return frozenset(told["words"].split())


def with_language(
    inputs: Mapping[str, Schema], raw: Mapping[str, Json], usual: Callable[[], str] = str
) -> dict[str, Json]:
    """Return a row's raw values with the input `language`, where that names languages and the row leaves it open: the
    one that the row is surely in, else the `usual` one. One that the input may not be is left to its default."""
    known = inputs.get(LANGUAGE, {}).get("enum", ())
    if len(known) < 2 or str(raw.get(LANGUAGE) or "").strip():
        return dict(raw)
    found = _in_file(inputs, raw, usual)
    return {**raw, LANGUAGE: found} if found in known else dict(raw)


def language_beside(
    inputs: Mapping[str, Schema],
    raw: Mapping[str, Json],
    usual: Callable[[], str],
    several: Callable[[], Sequence[str]] = tuple,
) -> str:
    """Return the `usual` language, for a row that leaves its own open and is too short to tell; else nothing, and
    nothing for English, which such a row is taken to be in anyway. It goes before what the row tells. In a file of
    `several` languages it is the likeliest of those, where English is less likely. What `with_language` says already is
    said once."""
    if str(raw.get(LANGUAGE) or "").strip():
        return ""
    found = _in_file(inputs, raw, usual)
    if (others := several()) and not language_of(inputs, raw):
        texts = _texts(inputs, raw)
        found = _among(_one_text(some for name, some in texts.items() if name != BRAND), others) or found
    known = inputs.get(LANGUAGE, {}).get("enum", ())
    filled_in = len(known) > 1 and found in known
    return "" if filled_in or found == "en" or found == language_of(inputs, raw) else found


def _in_file(inputs: Mapping[str, Schema], raw: Mapping[str, Json], usual: Callable[[], str]) -> str:
    """Return a row's own language, else the `usual` one of its file, unless that has letters of its own and the row has
    several words, all in Latin ones. A few Chinese characters are Japanese in a file that is."""
    own = language_of(inputs, raw)
    if own and own != "zh":
        return own
    text = _one_text(_texts(inputs, raw).values())
    if own == "zh":
        return "ja" if sum(map(str.isalpha, text)) < LETTERS and usual() == "ja" else own
    most = usual()
    return "" if most in SCRIPTED and text.isascii() and len(WORDS.findall(text.lower())) >= SEVERAL_WORDS else most


def usual_language(rows: Iterable[tuple[str, str]]) -> str:
    """Return the language of a file, by its rows as `told_by` gives them: that of most rows which tell theirs; where
    that are fewer than a third of all, that of the other rows' words together; or nothing."""
    told = list(rows)
    known = [language for _, language in told if language]
    most = max(dict.fromkeys(known), key=known.count) if known else ""
    if most == "zh" and 3 * known.count("ja") >= known.count("zh"):
        return "ja"  # whose short rows have no kana, as Chinese has none anywhere
    if 3 * known.count(most) >= len(told):
        return most
    return language_of_text(" ".join(text for text, language in told if not language))


def several_languages(rows: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the languages of a file's rows, as `told_by` gives them, where none is that of more than half of those
    which tell theirs; else nothing."""
    known = [language for _, language in rows if language]
    found = tuple(dict.fromkeys(known))
    return found if found and 2 * max(map(known.count, found)) <= len(known) else ()


def _among(text: str, languages: Sequence[str]) -> str:
    """Return which of some languages a text too short to tell is likeliest in; nothing where that is English, or hardly
    less likely."""
    text = URL.sub(" ", text)[:LOOKED_AT]
    others = [one for one in languages if one != "en" and one not in SCRIPTED]
    if not others or sum(map(str.isalpha, text)) < REST_LETTERS:
        return ""
    likely = _likelihoods(text)
    best = max(others, key=lambda language: likely[language])
    return best if likely[best] >= FEW_LIKELIER * likely["en"] else ""


def _of_script(text: str, letters: int, languages: tuple[str, ...]) -> str:
    """Return which of the languages of a script a text is in: the likeliest, or the most usual for a short one."""
    if languages == ("zh",) and KANA.search(text):
        return "ja"
    if "ru" in languages and (own := next((code for some, code in CYRILLIC.items() if some.search(text)), "")):
        return own
    if len(languages) == 1 or letters < LETTERS:
        return languages[0]
    likely = _likelihoods(text)
    return max(languages, key=lambda language: likely[language])


def _likelihoods(text: str) -> dict[str, float]:
    """Return language → how likely a text is in it, the likeliest first."""
    return dict(_identifier().rank(text))


def told_by_words() -> bool:
    """Tell whether this process told a language by its words so far, which takes memory from then on."""
    return _identifier.cache_info().currsize > 0


@cache
def _identifier() -> LanguageIdentifier:
    """Return what tells languages by words, read when it is first asked: it takes a second, of nobody's limit."""
    with WATCHDOG.uncounted():
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        identifier.set_languages(list(NAMES))
        return identifier
