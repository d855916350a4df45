"""Texts of a finished job in another language: how its briefs' and its pieces' lines are asked for, and put in place.

The content type `localise/text` says how a line is translated: its one stage, its checks, how sure a line must be. A
job's briefs are translated first, as a job of that type in the folder `brief` of the new one, where people may pick;
then its pieces, whose lines are shown what the briefs' short texts became.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aigc.content import ContentType, Schema, Stage
from aigc.content.rendering import PlacedExpression
from aigc.content.walk import ANYTHING, is_prose, leaves, mapped
from aigc.errors import UsageError
from aigc.ledger.ledger import Ledger
from aigc.project import Project
from aigc.types import Brief, Json

TEXT_TYPE, STAGE = "localise/text", "lines"
SPLIT, JOINED = "lines_to_translate", "translated_text"  # functions of the plugin that has the type
ALL_TRANSLATED = "all_translated"
SHORT = 40  # characters of a brief's text that is shown beside lines as a term
WHERE = "aigc localise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """This is how a job is translated: the language, how readers are addressed, a glossary ("mug = 杯子")."""

    language: str
    formality: str = "any"
    terms: tuple[str, ...] = ()


class Translation:
    """This is the translation of one job's texts, as far as it has come."""

    def __init__(self, project: Project, manner: Manner) -> None:
        self.manner = manner
        self.text_type = project.content_type(TEXT_TYPE)
        _check_language(self.text_type, manner.language)
        functions: dict[str, Any] = dict(project.environment.globals)
        self._split: Callable[..., list[dict[str, Json]]] = functions[SPLIT]
        self._joined: Callable[..., str] = functions[JOINED]
        self._known: dict[str, str] = {}

    def check(self, content_type: ContentType) -> None:
        """Refuse to translate pieces of a type that is not written in the language. UsageError names it."""
        _check_language(content_type, self.manner.language)

    def briefs(self, texts: Iterable[str], names: Sequence[str]) -> Iterator[Brief]:
        """Yield what asks for the translation of each text, once, as a brief of `localise/text`."""
        for text in dict.fromkeys(texts):
            named = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
            values = {
                "text": text,
                "language": self.manner.language,
                "formality": self.manner.formality,
                "terms": list(self.manner.terms),
                "hints": [],
                "names": [name for name in names if name in text],
                "most": None,
                "counter": "chars",
            }
            yield Brief(id=named, values=values)

    def learn(self, ledger: Ledger) -> None:
        """Take the translations that stand; a model that is too small for them flags the pieces as well."""
        for one in ledger.pieces.artifacts(("accepted", "flagged")):
            if not any(finding.check == ALL_TRANSLATED for finding in one.findings):
                self._known[str(one.brief.values["text"])] = str(one.fields["text"])

    @property
    def known(self) -> int:
        """How many texts of briefs are translated."""
        return len(self._known)

    def of(self, text: str) -> str:
        """Return the translation of a brief's text, the text itself where none stands."""
        return self._known.get(text, text)

    def stage(self, foreach: str, postprocess: Sequence[Any]) -> Stage:
        """Return the stage that translates lines, over the items of an expression."""
        stage = next(one for one in self.text_type.stages if one.name == STAGE)
        return replace(stage, foreach=PlacedExpression(foreach, WHERE), postprocess=(*stage.postprocess, *postprocess))

    def lines(
        self, fields: Mapping[str, Json], schemas: Mapping[str, Schema], keep: Sequence[str]
    ) -> dict[str, list[dict[str, Json]]]:
        """Return the lines to translate of each field, with the limits of its texts."""
        hints = [f"{text} = {new}" for text, new in self._known.items() if len(text) <= SHORT and new != text]
        found: dict[str, list[dict[str, Json]]] = {}
        for name, value in fields.items():
            found[name] = []
            for _, text, schema in leaves(value, schemas.get(name, ANYTHING), name):
                if isinstance(text, str) and is_prose(schema):
                    limit = {
                        **({"chars": schema["maxLength"]} if "maxLength" in schema else {}),
                        **(schema.get("limit") or {}),
                    }
                    found[name] += self._split(
                        text,
                        self.manner.language,
                        terms=self.manner.terms,
                        hints=hints,
                        keep=keep,
                        formality=self.manner.formality,
                        limit={} if "\n" in text else limit,
                    )
        return found

    def field(self, value: Json, schema: Schema, name: str, lines: Iterator[str], keep: Sequence[str]) -> Json:
        """Return a field with its texts' lines in place, taken in order."""

        def change(path: str, text: Json, words: Schema) -> Json:
            if not isinstance(text, str) or not is_prose(words):
                return text
            many = len(self._split(text, self.manner.language, keep=keep))
            return self._joined(text, [next(lines) for _ in range(many)], keep=keep)

        return mapped(value, schema, name, change)


def _check_language(content_type: ContentType, language: str) -> None:
    known = content_type.brief.get("language", {}).get("enum", ())
    if language not in known:
        told = ", ".join(map(str, known)) or "says no language"
        raise UsageError(f"{content_type.name} is not written in {language!r}", hint=f"it is written in: {told}")
