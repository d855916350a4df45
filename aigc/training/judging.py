"""Answers that people wrote, judged as a model's: once through the real pipeline of their stage."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aigc.content import ContentType
from aigc.project import Project
from aigc.training.one_stage import one_stage, stage_named, stage_values
from aigc.types import Artifact, Brief, Completion, Delta, Json, Prompt, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """This is an answer to be judged: the brief's values, the foreach item, and the text as a model would write it."""

    where: str
    values: Mapping[str, Json]
    item: Json
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """This is what became of an answer: the prompt it answers, None where there can be none, and what refuses it."""

    prompt: Prompt | None
    refusal: str = ""


def judge(project: Project, content_type: ContentType, stage: str, answers: Sequence[Answered]) -> list[Verdict]:
    """Return a verdict on each answer to a stage. NotFound, UsageError as of `one_stage`."""
    from aigc.writing.pipeline import Pipeline

    alone = one_stage(content_type, stage)
    bare = replace(stage_named(alone, stage), candidates=1, pick=None, attempts=0, fallback={})
    given = HandWritten([one.text for one in answers])
    pipeline = Pipeline(given, project.environment, seed=project.settings.seed, policy=project.policy())
    briefs = [
        Brief(id=str(number), values=stage_values(bare, one.values, one.item), source=one.where)
        for number, one in enumerate(answers)
    ]
    found: dict[int, Artifact] = {}
    for artifact in pipeline.write(replace(alone, stages=(bare,)), briefs):
        found[int(artifact.id)] = artifact
    return [_verdict(given.prompts.get(number), found[number]) for number in range(len(answers))]


def _verdict(prompt: Prompt | None, artifact: Artifact) -> Verdict:
    if artifact.status in ("accepted", "flagged"):
        return Verdict(prompt=prompt)
    told = next((finding.message for finding in artifact.findings if finding.severity == "reject"), artifact.reason)
    return Verdict(prompt=prompt, refusal=told)


class HandWritten:
    """This is a Generator that gives each brief the text at the place that its id says. `prompts` are as asked."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.capacity = 64
        self.prompts: dict[int, Prompt] = {}
        self._texts = texts
        self._waiting: deque[Request] = deque()

    def submit(self, request: Request) -> None:
        self._waiting.append(request)

    def step(self) -> Sequence[Completion | Delta]:
        events = []
        while self._waiting:
            request = self._waiting.popleft()
            assert request.about is not None, "the pipeline says what a request is for"
            number = int(request.about.brief)
            self.prompts[number] = request.prompt
            events.append(Completion(request_id=request.id, text=self._texts[number]))
        return events

    def cancel(self, request_id: str) -> None:
        self._waiting = deque(request for request in self._waiting if request.id != request_id)

    def close(self) -> None:
        self._waiting.clear()
