"""A content type's own examples, played through the real pipeline without a model."""

from __future__ import annotations

from aigc.content import ContentType, Example, brief_values
from aigc.content.environment import TemplateEnvironment
from aigc.testing.scripted import ScriptedGenerator
from aigc.types import Artifact, Brief
from aigc.writing.pipeline import Pipeline


def run_examples(content_type: ContentType, environment: TemplateEnvironment) -> list[str]:
    """Play every example that has a `completion:`; return a sentence for each thing that came out otherwise.

    An empty list is good. The model's every answer is that completion, so a repair asks in vain, and nothing is picked.
    """
    complaints = []
    for example in content_type.examples:
        if example.completion is not None:
            artifact = _played(content_type, environment, example)
            complaints += [
                f"{content_type.name}, example {example.name!r}: {complaint}" for complaint in _wrong(example, artifact)
            ]
    return complaints


def _played(content_type: ContentType, environment: TemplateEnvironment, example: Example) -> Artifact:
    def answer(request: object, index: int) -> str:
        return example.completion or ""

    values = brief_values(content_type, example.brief, where=f"example {example.name!r}")
    pipeline = Pipeline(ScriptedGenerator(answer), environment)
    return next(pipeline.write(content_type.without_pick(), [Brief(id=example.name, values=values)]))


def _wrong(example: Example, artifact: Artifact) -> list[str]:
    complaints = []
    if example.status is not None and artifact.status != example.status:
        complaints.append(f"is {artifact.status} ({artifact.reason}), not {example.status}")
    wanted = {"text": example.output} if isinstance(example.output, str) else example.output
    if wanted is not None and dict(artifact.fields) != dict(wanted):
        complaints.append(f"gives {dict(artifact.fields)!r}, not {wanted!r}")
    found = {finding.check for finding in artifact.findings}
    complaints += [f"has no finding of {name!r}" for name in example.findings if name not in found]
    return complaints
