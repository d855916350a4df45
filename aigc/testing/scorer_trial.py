"""A scorer tried by itself: candidates in, numbers out, and what it asks is answered by the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from aigc.plugs.extension import Extension
from aigc.types import Ask, Brief, Candidate, Draft, Json, Likelihood, Message, Prompt
from aigc.writing.duty import Patience
from aigc.writing.ranking import scored

NOWHERE = "try_scorer"


def try_scorer(
    scorer: Extension,
    texts: Sequence[str | Candidate],
    *,
    brief: Mapping[str, Json] | None = None,
    item: Json = None,
    likely: Callable[[Ask], Likelihood | None] = lambda ask: None,
    **options: Json,
) -> list[float]:
    """Return a scorer's numbers for texts, which are candidates for one `item` of a brief, or for whole candidates.

    `options` are checked as a content type's are; `likely` answers what the scorer asks. What is wrong with the scorer
    is a PluginError, as in a job.
    """
    draft = Draft(
        brief=Brief(id="trial", values=brief or {}), fields={}, schema={"text": {"type": "string"}}, item=item
    )
    prompt = Prompt(messages=(Message(role="user", content=str(item or "")),))
    candidates = [
        one
        if isinstance(one, Candidate)
        else Candidate(text=one, draft=replace(draft, fields={"text": one}), prompt=prompt)
        for one in texts
    ]
    asking = scored(scorer.bind(options, NOWHERE), candidates, lambda text: text, Patience())
    told = None
    while True:
        try:
            asks = asking.send(told)
        except StopIteration as done:
            numbers: list[float] = done.value
            return numbers
        told = [likely(ask) for ask in asks]
