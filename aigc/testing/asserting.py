"""A content type held to what its own file says, in one line of a test."""

from __future__ import annotations

from collections.abc import Sequence

from aigc.content import ContentType, brief_values
from aigc.content.load import content_type_mistakes
from aigc.errors import AigcError, BriefError
from aigc.project import Project
from aigc.types import Brief
from aigc.writing.example_runs import play_examples
from aigc.writing.preview import preview


def assert_content_type(name: str, project: Project | None = None) -> ContentType:
    """Return a content type, by name or path of its YAML, that loads, whose prompts can be rendered, and whose examples
    come out as they say; one at least. AssertionError with all that is wrong. Without a project it is the one here."""
    project = project or Project.open()
    try:
        content_type = project.content_type(name)
    except AigcError as error:
        raise AssertionError(
            "\n".join([f"{name}: cannot be loaded", *map(str, _mistakes(project, name, error))])
        ) from None
    played = play_examples(content_type, project.environment)
    wrong = [f"example {one.name!r}: {complaint}" for one in played for complaint in one.complaints]
    if not played:
        wrong.append("has no example that says what a model might answer: a `completion`, or an `output` of one prompt")
    for example in content_type.examples:
        try:
            values = brief_values(content_type, example.brief, where="its brief")
        except BriefError:  # a shot has what its stage needs and no more
            continue
        brief = Brief(id=example.name, values=values)
        try:
            list(preview(content_type, project.environment, brief, voice=project.voice(content_type)))
        except AigcError as error:
            wrong.append(f"example {example.name!r}: its prompt: {error}")
    if wrong:
        raise AssertionError("\n".join(f"{content_type.name}: {one}" for one in wrong))
    return content_type


def _mistakes(project: Project, name: str, error: AigcError) -> Sequence[AigcError]:
    files = project.content_files()
    if name not in files:
        return [error]
    found = content_type_mistakes(files[name][0], registry=project.registry, environment=project.environment)
    return found or [error]
