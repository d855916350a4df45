"""What a model wrote for one stage item: the answers that are kept, their verdicts, and which fields they became.

An answer is taken while a field of the item's draft comes from it: a later one may displace it, for some fields or all,
and a fallback is no answer of a model. Digests name a request and its prompt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from aigc.content import Stage
from aigc.types import Completion, Finding, Grammar, Line, Message, Prompt, Request, SamplingParams
from aigc.writing.drafting import Origin
from aigc.writing.severity import distinct

Places: TypeAlias = Mapping[Origin, Sequence[str]]  # a stage text's origin → the paths where it stands in the piece

DIGITS = 32  # hexadecimal, of SHA-256
PROMPT_DIGITS = 16  # enough to tell the prompts of a job apart
NEWER = ", frequency_penalty=0.0, logit_bias=())"  # sampling's newer words where they are off
CALLING = ", calls=(), answers='')"  # and a message's


@dataclass(slots=True)
class Judged:
    """This is an answer of one attempt, the digests of its request and prompt, and what is wrong with it."""

    attempt: int
    candidate: int
    digests: tuple[str, str]
    answer: Completion
    findings: list[Finding]


@dataclass(slots=True, kw_only=True)
class LineLog:
    """This is what was written for a stage item: `all` of it, or what is `taken`. `sources` says which answer each
    field of the draft comes from; a fallback is in none."""

    keep: Literal["taken", "all"]
    digests: tuple[str, str] = ("", "")  # of the last request
    judged: list[Judged] = field(default_factory=list)
    sources: dict[str, Judged] = field(default_factory=dict)

    def ask(self, prompt: Prompt, sampling: SamplingParams, grammar: Grammar | None, adapter: str | None) -> str:
        """Note what is asked now, and return the request's digest."""
        self.digests = _digests(prompt, sampling, grammar, adapter)
        return self.digests[0]

    def add(
        self, attempt: int, candidate: int, answer: Completion, findings: list[Finding], became: Collection[str]
    ) -> Judged:
        """Keep the `candidate`-th answer of a request, if only for the fields that it has become in the draft."""
        judged = Judged(attempt, candidate, self.digests, answer, findings)
        if became or self.keep == "all":
            self.judged.append(judged)
            self.take(judged, became)
        return judged

    def take(self, judged: Judged, names: Collection[str]) -> None:
        """Note that fields come from an answer now, which is kept if it was not so far."""
        if not any(judged is other for other in self.judged):
            self.judged.append(judged)
        for name in names:
            self.sources[name] = judged

    def blame(self, refused: Mapping[str, Sequence[Finding]]) -> None:
        """Add what the whole piece's checks say of fields to the verdict of the answers that they come from."""
        for name, findings in refused.items():
            if source := self.sources.get(name):
                told = (replace(finding, field=name, span=None) for finding in findings)
                source.findings = distinct([*source.findings, *told])

    def replaced(self, names: Collection[str]) -> None:
        """Note that fallbacks stand for fields now."""
        for name in names:
            self.sources.pop(name, None)

    def lines(self, stage: Stage, item: int, places: Places, *, left_out: bool) -> list[Line]:
        """Return the lines that are kept of a stage item. `places` says where in the piece the texts of stages stand;
        an item that is `left_out` took no line."""
        found, sources = [], {} if left_out else self.sources
        for judged in sorted(self.judged, key=lambda one: (one.attempt, one.candidate)):
            names = [name for name in stage.output if sources.get(name) is judged]
            if names or self.keep == "all":
                line = Line(
                    stage=stage.name,
                    item=item,
                    attempt=judged.attempt,
                    candidate=judged.candidate,
                    text=judged.answer.text,
                    findings=tuple(judged.findings),
                    taken=bool(names),
                    fields=tuple([path for name in names for path in places.get(Origin(stage.name, item, name), ())]),
                    finish_reason=judged.answer.finish_reason,
                    mean_logprob=judged.answer.mean_logprob,
                    request=judged.digests[0],
                    prompt=judged.digests[1],
                )
                found.append(line)
        return found


def request_digest(request: Request) -> str:
    """Return `DIGITS` digits that tell one request from another, whatever its id and whoever asks."""
    if request.given is not None:
        asked = f"({_shown(request.prompt)}, {request.adapter!r}, given {request.given!r})"
        return hashlib.sha256(asked.encode("utf-8", "backslashreplace")).hexdigest()[:DIGITS]
    return request.digest or _digests(request.prompt, request.sampling, request.grammar, request.adapter)[0]


def _digests(prompt: Prompt, sampling: SamplingParams, grammar: Grammar | None, adapter: str | None) -> tuple[str, str]:
    """Return the digests of a request and of its prompt, in one pass over both."""
    hashed = hashlib.sha256(f"({_shown(prompt)}".encode("utf-8", "backslashreplace"))
    of_prompt = hashed.hexdigest()[:PROMPT_DIGITS]
    hashed.update(f", {_bare(repr(sampling), NEWER)}, {grammar!r}, {adapter!r})".encode("utf-8", "backslashreplace"))
    return hashed.hexdigest()[:DIGITS], of_prompt


def _shown(prompt: Prompt) -> str:
    """Return the same as `repr`, which takes its time with the many messages that prompts have in common, but without
    words that came later and are off."""
    messages = ", ".join(map(_message_shown, prompt.messages)) + ("," if len(prompt.messages) == 1 else "")
    tools = f", tools={prompt.tools!r}" if prompt.tools else ""
    return f"Prompt(messages=({messages}), chat={prompt.chat!r}{tools})"


@lru_cache(maxsize=1 << 10)
def _message_shown(message: Message) -> str:
    return _bare(repr(message), CALLING)


def _bare(shown: str, off: str) -> str:
    """Return what is shown of a noun without its newer words where they are off: digests outlive versions."""
    return f"{shown.removesuffix(off)})" if shown.endswith(off) else shown
