"""Whether a model knows the language that a text is wanted in, as far as the catalogue tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from aigc.models.catalogue import Catalogue, Model
from aigc.types import Json

LOOKED_AT = 2000  # characters
CODE = re.compile(r"[a-z]{2}(?:[-_]\w+)?")
URL = re.compile(r"(?:https?://|www\.)[!-~]+", re.IGNORECASE)  # ends where another script begins
SCRIPTS = {  # the language most often written so → its letters, and the languages that share them
    "ja": (re.compile(r"[\u3040-\u30ff]"), {"ja"}),
    "zh": (re.compile(r"[\u3400-\u9fff]"), {"zh", "ja"}),
    "ko": (re.compile(r"[\uac00-\ud7af]"), {"ko"}),
    "ru": (re.compile(r"[\u0400-\u04ff]"), {"ru", "uk", "bg", "sr"}),
    "ar": (re.compile(r"[\u0600-\u06ff]"), {"ar", "fa", "ur"}),
    "hi": (re.compile(r"[\u0900-\u097f]"), {"hi", "mr", "ne"}),
    "th": (re.compile(r"[\u0e00-\u0e7f]"), {"th"}),
}


def unknown_language(model: Model, values: Mapping[str, Json]) -> str:
    """Return the language that a brief wants and the model does not know, or nothing.

    It is what the input `language` says; also the script that most of the inputs are in, of which the text is made.
    URLs are in none.
    """
    wanted = values.get("language")
    if isinstance(wanted, str) and CODE.fullmatch(wanted) and wanted[:2] not in model.languages:
        return wanted[:2]
    words = " ".join(_texts([value for name, value in values.items() if name != "language"]))
    text = URL.sub(" ", words)[:LOOKED_AT]
    letters = 0 if text.isascii() else sum(map(str.isalpha, text))
    if not letters:
        return ""
    for name, (script, languages) in SCRIPTS.items():
        if 2 * len(script.findall(text)) >= letters and not languages & set(model.languages):
            return name
    return ""


def smallest_that_knows(language: str, catalogue: Catalogue) -> str:
    """Name the smallest model of the catalogue that knows a language, or nothing. Gated ones come last."""
    known = [model for model in catalogue if language in model.languages]
    return min(known, key=lambda one: (getattr(one.source, "gated", False), one.parameters)).name if known else ""


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
