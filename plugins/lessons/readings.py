"""Facts → a text to read: their sentences in their order, a few to a paragraph."""

from __future__ import annotations

from collections.abc import Sequence

from aigc_plugins.lessons.taught_facts import taught_facts, told_language

PARAGRAPH = 4  # sentences


def reading_text(facts: Sequence[str], relation: str | None = None, language: str | None = None) -> str:
    """Return the text that the facts make: sentences as they stand, pairs as `relation` joins them. Other pairs and
    questions are no sentences, and are left to what is asked about the text."""
    told = told_language(facts, language)
    sentences = [
        one.material["statement"]
        for one in taught_facts(facts, relation, language)
        if one.kind == "sentence" or (one.kind == "pair" and relation and not one.sums)
    ]
    between = "" if told == "zh" else " "
    starts = [
        at for at in range(0, len(sentences), PARAGRAPH) if at == 0 or at + 1 < len(sentences)
    ]  # none stands alone
    ends = [*starts[1:], len(sentences)]
    return "\n\n".join(between.join(sentences[start:end]) for start, end in zip(starts, ends, strict=False))
