"""A scorer that has a model judge: yes or no to a question, as log-odds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated, Any

from aigc import Range, Scoring, scorer
from aigc.types import Ask, Candidate, Json, Likelihood, Message, Prompt
from aigc_plugins.scorers.candidate_reading import (
    UNKNOWN,
    fact_of,
    in_its_language,
    likeliest,
    spread,
    texts,
)

QUESTIONS = ("faithful", "better")


@scorer
def judged(
    candidates: Sequence[Candidate],
    *,
    questions: Sequence[str] = QUESTIONS,
    shots: Annotated[int, Range(0)] = 4,
    fact: str = "",
    about: str = "",
    adapter: str = "",
    top: Annotated[int, Range(0)] = 6,
) -> Scoring:
    """Prefer what a judge finds good: the mean over `questions` of the log-odds of the good answer.

    A question is `faithful`, `better`, `sound` (true and fluent) or one of your own that is answered with Yes where a
    line is good. `about` says of what the line is (else the brief's `product`), `shots` how many examples come first.
    The judge is the project's (`judge:` in aigc.yaml), else the model that writes, without its adapter unless `adapter`
    names one. Only the `top` candidates by the writer's likelihood are asked about, 0 for all; the others get the least
    number.
    """
    asked = likeliest(candidates, top)
    asks = [ask for place in asked for ask in _asks(candidates[place], questions, shots, fact, about, adapter)]
    told = iter((yield asks))
    odds = {place: [_odds(next(told), next(told)) for _ in questions] for place in asked}
    known = {place: fmean(mine) if all(map(math.isfinite, mine)) else UNKNOWN for place, mine in odds.items()}
    return spread(known, len(candidates))


def _asks(candidate: Candidate, questions: Sequence[str], shots: int, fact: str, about: str, adapter: str) -> list[Ask]:
    """Return for each question how likely the good answer is, and how likely the other."""
    words = in_its_language(texts()["judge"], candidate)
    about = about or str(candidate.draft.brief.values.get("product") or "")
    case = {"about": about or words["about"], "fact": fact_of(candidate, fact), "line": candidate.text}
    asks = []
    for name in questions:
        question = words["questions"].get(name, {"text": name, "good": "yes"})
        prompt = _prompt(words, question, question.get("shots", [])[:shots], case)
        answers = (words["yes"], words["no"]) if question["good"] == "yes" else (words["no"], words["yes"])
        both = (answers, answers[::-1])
        asks += [Ask(prompt=prompt, text=one, other=other, adapter=adapter, judge=True) for one, other in both]
    return asks


def _prompt(
    words: Mapping[str, Any], question: Mapping[str, Any], shots: Sequence[Mapping[str, Json]], case: Mapping[str, str]
) -> Prompt:
    turns = [Message(role="system", content=words["system"])]
    for one in (*shots, case):
        asked = words["case"].format(question=question["text"], **{name: one[name] for name in case})
        turns.append(Message(role="user", content=asked))
        if "answer" in one:
            turns.append(Message(role="assistant", content=words[one["answer"]]))
    return Prompt(messages=tuple(turns))


def _odds(good: Likelihood | None, bad: Likelihood | None) -> float:
    return good.total - bad.total if good and bad else UNKNOWN
