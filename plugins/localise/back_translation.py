"""How sure a translation is: what it says can be told back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from aigc import Ask, Candidate, Range, Scoring, scorer
from aigc.types import Message, Prompt
from aigc_plugins.localise.translating import is_same_line
from aigc_plugins.scorers.candidate_reading import UNKNOWN, likeliest, spread

BACK = {  # by the language of the translation
    "zh": "Translate into English:\n{text}",
    "en": "翻译成中文：\n{text}",
}


@scorer
def translates_back(candidates: Sequence[Candidate], *, top: Annotated[int, Range(0)] = 6) -> Scoring:
    """Prefer the translation that its source can be told from: the source's log-probability per token after it.

    The model alone is asked about the `top` candidates by the writer's likelihood, 0 for all; the others get the least
    number. The source is the `text` of the stage's item.
    """
    asked, asks = likeliest(candidates, top), []
    for one in (candidates[place] for place in asked):
        item = one.draft.item
        question = BACK.get(str(item["language"]), BACK["zh"]).format(text=one.text)
        asks.append(
            Ask(prompt=Prompt(messages=(Message(role="user", content=question),)), text=str(item["text"]), adapter="")
        )
    told = yield asks
    numbers = {place: one.mean if one else UNKNOWN for place, one in zip(asked, told, strict=True)}
    numbers |= {place: UNKNOWN for place in asked if _is_source(candidates[place])}
    return spread(numbers, len(candidates))


def _is_source(candidate: Candidate) -> bool:
    return is_same_line(candidate.text, str(candidate.draft.item["text"]))
