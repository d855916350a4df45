"""Saying each thing once in a whole piece, whichever field it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding, Json, texts_in
from aigc_plugins.rules.content_words import content, sentences

LEAST_WORDS = 3  # content words: shorter sentences are alike by chance


@check
def sentences_differ(
    draft: Draft, *, fields: Sequence[str], likeness: float = 0.75, but: str | Sequence[str] = ()
) -> Iterator[Finding]:
    """No two sentences of a piece's `fields` (`intro`, `sections.text`) say the same, wherever they stand.

    Two do where `likeness` (0 to 1) of the content words of the poorer one stand in the other. The later is reported,
    unless the brief itself has both. The sentences of `but` may: a plain introduction names the topic that the
    paragraphs are of.
    """
    passed = {sentence for given in texts_in(but) for sentence in sentences(given)}
    brief = " ".join(texts_in(draft.brief.values))
    seen: list[tuple[str, frozenset[str]]] = []
    for path, text in (found for name in fields for found in _texts_at(draft.fields, name)):
        for sentence in sentences(text):
            words = content(sentence)
            twin = next((old for old, others in seen if old == sentence or _alike(words, others, likeness)), "")
            if sentence in passed:
                continue
            if twin and not (twin != sentence and twin in brief and sentence in brief):
                yield Finding(message=f"{sentence!r} says again what {twin!r} says", field=path)
            seen.append((sentence, words))


def alike(one: str, other: str, likeness: float = 0.75) -> bool:
    """Tell whether two sentences say the same."""
    return _alike(content(one), content(other), likeness)


def _alike(words: frozenset[str], others: frozenset[str], likeness: float) -> bool:
    fewer = min(len(words), len(others))
    return fewer >= LEAST_WORDS and len(words & others) >= likeness * fewer


def _texts_at(value: Json, name: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, text) of a field, or of one property of a list's objects (`sections.text`)."""
    if isinstance(value, str) and not name:
        yield path, value
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts_at(item, name, f"{path}[{index}]")
    elif isinstance(value, dict) or hasattr(value, "get"):
        first, _, rest = name.partition(".")
        yield from _texts_at(value.get(first), rest, f"{path}.{first}" if path else first)
