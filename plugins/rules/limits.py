"""Every bound a field's schema words set, counted the way the platform counts."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Finding


@check
def limits(draft: Draft) -> Iterator[Finding]:
    """Every value keeps the bounds of its field's schema, and nothing needed is missing; this always runs."""
    from aigc.content import schema_problems  # brings YAML along, which listing this check does not need

    for path, message in schema_problems(draft.fields, draft.schema):
        yield Finding(message=message, field=path)


@check
def min_words(text: str, *, least: int) -> Iterator[str]:
    """A text has at least that many words; every Chinese character counts as one."""
    words = measure(text, "words")
    if words < least:
        yield f"has {words} words, at least {least} are wanted"
