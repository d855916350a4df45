"""Whether who writes is up to what is to be written: the model to the content type, both to the language of the row.

What comes of it is a finding that flags a piece, and what is told before anything is written; both in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from aigc.content import ContentType
from aigc.content.languages import LANGUAGE, language_name, language_of, language_said
from aigc.models.needs import Abilities, Needs, size_text
from aigc.types import Brief, Finding

CHECK = "needs"  # its name in findings


@dataclass(frozen=True, kw_only=True)
class Fitness:
    """This is how well a model fits a content type in a voice. `better` names a model of the catalogue that has so many
    parameters and knows a language, or none."""

    content_type: ContentType
    voice: str
    model: Abilities
    better: Callable[[int, str], str]

    @cached_property
    def stages(self) -> list[str]:
        """The stages that are run in this voice."""
        demands, voice = self.content_type.demands, self.voice
        return [stage.name for stage in self.content_type.stages if demands.runs(stage.name, voice)]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that the type is written in: what it needs, else what its input `language` may be; nothing
        where any may be."""
        words = self.content_type.brief.get(LANGUAGE, {}).get("enum", ())
        return self.content_type.demands.languages(self.stages, self.voice) or tuple(map(str, words))

    @property
    def known_languages(self) -> list[str] | None:
        """The languages that both the type and the model know; None where any may be."""
        both = [language for language in self.languages if not self.stages or self.model.knows(language)]
        return both if self.languages else None if self.model.languages is None else list(self.model.languages)

    def of_brief(self, brief: Brief, *, asked: bool = True) -> list[str]:
        """Say what is wrong with the language of a row, and, where a model is `asked`, with what it writes of it."""
        found = self._language(brief)
        return [*self.of_row(brief, found), *(self.of_language(brief, found) if asked else ())]

    def of_row(self, brief: Brief, found: str) -> list[str]:
        """Say what is wrong with the language of a row, whatever will be written of it; `found` is the one it is in."""
        asked, known, told = language_said(brief.values), self.languages, list[str]()
        if found and known and found not in known:
            told.append(f"the row is in {language_name(found)}, which this type does not write ({', '.join(known)})")
        elif found and asked and found != asked:
            told.append(f"the row is in {language_name(found)}, and its language says {brief.values[LANGUAGE]}")
        return told

    def of_language(self, brief: Brief, found: str) -> list[str]:
        """Say which language of a row the model that writes it does not know. One that the type does not write either
        is told by `of_row` alone: no model helps there; and none is asked in a voice without stages."""
        if not self.stages:
            return []
        asked, known = language_said(brief.values), self.languages
        return [
            f"written in {language_name(language)} by a model that does not know it{self._take(language)}"
            for language in dict.fromkeys(filter(None, (found, asked)))
            if not self.model.knows(language) and (not known or language in known)
        ]

    def of_size(self, stages: Iterable[str]) -> list[str]:
        """Say that the model is too small for one of the stages: one sentence, for the greatest need."""
        needed = self._parameters(stages)
        if Needs(parameters=needed).large_enough(self.model):
            return []
        sizes = f"{size_text(self.model.parameters)} of {size_text(needed)}"
        return [f"written by a model smaller than this type needs ({sizes}){self._take()}"]

    def findings(self, brief: Brief, stages: Iterable[str], *, asked: bool) -> list[Finding]:
        """Return what flags a piece: `stages` are those whose text, as a model wrote it, stands in it; `asked` says
        whether a model was asked for anything."""
        told = [*self.of_brief(brief, asked=asked), *self.of_size(stages)]
        return [Finding(message=message, check=CHECK, severity="warn") for message in told]

    def _language(self, brief: Brief) -> str:
        return brief.language or language_of(self.content_type.brief, brief.values)

    def _parameters(self, stages: Iterable[str]) -> int:
        demands = self.content_type.demands
        return max((needs.parameters for stage in stages for needs in demands.of(stage, self.voice)), default=0)

    def _take(self, language: str = "") -> str:
        """Return what to do: the model to take has all that the type needs in this voice."""
        name = self.better(self._parameters(self.stages), language)
        return f": take {name}" if name else ", and no model of the catalogue that fits this machine is up to it"
