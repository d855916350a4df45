"""What the words of a report mean, for whoever meets them for the first time."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from aigc.content import ContentType
from aigc.plugs.extension import Bound

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "accepted": "Nothing was refused or doubted: it is in the exports.",
        "flagged": "Written, but a check has a doubt, or the model is too small or does not know the language. "
        "Read it before you use it; exports have it only with --with-flagged.",
        "rejected": "It breaks a rule, and writing it again did not mend it. It is in no export.",
        "failed": "Nothing was written: the row could not be used, or the model gave no answer.",
        "waiting": "Not written yet; the same command goes on with it.",
        "fallback": "No line of the model was good enough here, so the brief's own words stand.",
        "repaired": "The first answer broke a rule; the model was told why and wrote this one.",
        "picked": "A person chose this text.",
        "candidate": "One of several texts that the model wrote for the same place; the best one was taken.",
        "suggestion": "A text that could stand here too, if you choose it.",
        "Note": "Worth knowing; it takes nothing from the piece.",
        "Doubt": "A check is not sure: read it. The piece is flagged for it.",
        "Refused": "It breaks a rule, so the piece is not accepted.",
        "token": "What a model reads and writes in: a short word, or a part of a long one.",
        "columns": "Counted as the platform counts: a Chinese character takes two columns.",
        "repair": "What became of a text that broke a rule: written again, replaced by a plain one, or left out.",
        "left_out": "What the brief says and no text of the piece does, with the reason.",
        "needs": "Whether the model is up to this type and this language.",
        "inputs": "What of the row could not be used and was left out.",
        "review": "What a person chose for this place, before the row changed.",
        "unique": "Whether a piece says much the same as another one of the job.",
    }
)
LONGEST = 420  # characters


def meanings_of(content_type: ContentType | None, checks: Iterable[str]) -> dict[str, str]:
    """Return word → meaning: the page's own words, and those of the `checks` that say what they look for."""
    told = {bound.name: _said(bound) for bound in _bound(content_type)} if content_type else {}
    return {**MEANINGS, **{name: told[name] for name in sorted({*checks}) if told.get(name)}}


def _bound(content_type: ContentType) -> Iterator[Bound]:
    yield from content_type.checks
    for stage in content_type.stages:
        yield from stage.checks


def _said(bound: Bound) -> str:
    """Return what a check's docstring says, in one line."""
    text = " ".join((inspect.getdoc(bound.extension.function) or "").split()).replace("`", "")
    return text if len(text) <= LONGEST else text[: text.rfind(" ", 0, LONGEST)] + " …"
