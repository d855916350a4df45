"""A story that goes on: no scene tells again what another told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.rules.content_words import content, sentences

TELLING = 6  # words, or pairs of characters, of a scene of which less tells nothing
LEAST = 4  # words that a sentence must have to be the same by more than chance; of Chinese pairs of characters


@check
def scenes_go_on(
    draft: Draft, *, field: str = "scenes", likeness: float = 0.7, but: Sequence[str] = ()
) -> Iterator[Finding]:
    """No scene of a story tells again what another told: no sentence stands twice, and of the words of the
    poorer of two scenes less than a share of `likeness` stand in the other.

    Words of `but` are not counted: the wish, which is told at the beginning, comes true at the end.
    """
    told: dict[str, int] = {}
    left = content(" ".join(but))
    scenes = list(texts_in(draft.fields.get(field)))
    for at, scene in enumerate(scenes):
        own = content(scene) - left
        for before in range(at):
            other = content(scenes[before]) - left
            least = min(len(own), len(other))
            if least >= TELLING and len(own & other) >= likeness * least:
                yield Finding(message=f"tells again what scene {before + 1} told", field=f"{field}[{at}]")
                break
        for sentence in sentences(scene):
            line = sentence.casefold()
            if line in told and len(content(line)) >= LEAST:
                yield Finding(message=f"says {sentence!r} again", field=f"{field}[{at}]")
            told[line] = at
