"""A content type's own examples, played through the real pipeline without a model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from aigc.content import ContentType, Example, brief_values
from aigc.content.environment import TemplateEnvironment
from aigc.errors import AigcError, ContentTypeError
from aigc.types import Artifact, Brief, Request
from aigc.writing.pipeline import Pipeline
from aigc.writing.scripted import ScriptedGenerator

PLACED = re.compile(r"\S[^\n]*?:\d+: ")
Answers: TypeAlias = str | Mapping[str, str | tuple[str, ...]]  # of all that is asked, or by stage and its items


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """This is an example that was played, and a sentence for each thing that came out otherwise."""

    name: str
    complaints: tuple[str, ...]
    where: str = ""  # file:line


def run_examples(content_type: ContentType, environment: TemplateEnvironment) -> list[str]:
    """Play every example; return a sentence for each thing that came out otherwise. An empty list is good."""
    return [
        f"{content_type.name}, example {played.name!r}: {complaint}"
        for played in play_examples(content_type, environment)
        for complaint in played.complaints
    ]


def play_examples(content_type: ContentType, environment: TemplateEnvironment) -> list[Played]:
    """Play every example that says what a model might answer: its `completion`, or in a type of one prompt its
    `output`, which must then come out as it stands.

    The model's every answer is that text, or that of the stage and item; a stage that a `completion` by stages leaves
    out answers nothing. So a repair asks in vain, and nothing is picked. A type is played in the first of its voices in
    which all stages are run that have an answer.
    """
    answers = [(one, _answer(content_type, one)) for one in content_type.examples]
    return [
        Played(
            name=one.name,
            complaints=tuple(_wrong(one, _played(content_type, environment, one, answer))),
            where=one.where,
        )
        for one, answer in answers
        if answer is not None
    ]


def example_faults(content_type: ContentType, environment: TemplateEnvironment) -> Iterator[AigcError]:
    """Yield why examples cannot be written at all, whatever should come of them: an input is missing, a template or a
    check breaks. Each with its place: that of the example where it tells none of its own."""
    for example in content_type.examples:
        answer = _answer(content_type, example)
        if answer is None:
            continue
        try:
            piece = _played(content_type, environment, example, answer)
        except AigcError as error:
            yield ContentTypeError(f"{example.where}: {error.message}", hint=error.hint)
            continue
        if piece.status == "failed" and example.status != "failed":
            yield ContentTypeError(piece.reason if PLACED.match(piece.reason) else f"{example.where}: {piece.reason}")


def _answer(content_type: ContentType, example: Example) -> Answers | None:
    if example.completion is not None or content_type.composed or example.output is None:
        return example.completion
    return example.output if isinstance(example.output, str) else json.dumps(example.output, ensure_ascii=False)


def _played(content_type: ContentType, environment: TemplateEnvironment, example: Example, answer: Answers) -> Artifact:
    values = brief_values(content_type, example.brief, where=f"example {example.name!r}")
    generator = ScriptedGenerator(lambda request, index: _said(answer, request))
    pipeline = Pipeline(generator, environment, voice=lambda content_type: _voice(content_type, answer))
    return next(pipeline.write(content_type.without_pick(), [Brief(id=example.name, values=values)]))


def _voice(content_type: ContentType, answer: Answers) -> str:
    """Return the first voice in which the stages are run that answers are for."""
    demands, named = content_type.demands, () if isinstance(answer, str) else answer
    fitting = (voice for voice in demands.voices if all(demands.runs(stage, voice) for stage in named))
    return next(fitting, next(iter(demands.voices), ""))


def _said(answer: Answers, request: Request) -> str:
    """Return what the model of an example says to a request."""
    if isinstance(answer, str):
        return answer
    about = request.about
    answers = answer.get(about.stage, "") if about else ""
    return answers if isinstance(answers, str) else next(iter(answers[about.item if about else 0 :]), "")


def _wrong(example: Example, artifact: Artifact) -> list[str]:
    complaints = []
    wanted_status = example.status or (None if example.completion is not None else "accepted")
    if wanted_status is not None and artifact.status != wanted_status:
        complaints.append(f"is {artifact.status} ({artifact.reason}), not {wanted_status}")
    wanted = {"text": example.output} if isinstance(example.output, str) else example.output
    for name, value in (wanted or {}).items():
        if artifact.fields.get(name) != value:
            complaints.append(f"gives {name} {artifact.fields.get(name)!r}, not {value!r}")
    found = {finding.check for finding in artifact.findings}
    missing = [name for name in example.findings if name not in found]
    complaints += [f"has no finding of {name!r}{_instead(artifact)}" for name in missing]
    return complaints


def _instead(artifact: Artifact) -> str:
    """Say what became of an example that lacks a finding: its other findings, or a fallback in the text's place."""
    found = ", ".join(dict.fromkeys(finding.check for finding in artifact.findings))
    stands = "; the fallback stands in place of the text" if artifact.provenance.fallbacks else ""
    return f": it is {artifact.status}, with {f'findings of {found}' if found else 'no finding'}{stands}"
