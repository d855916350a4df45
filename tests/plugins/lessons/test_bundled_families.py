from __future__ import annotations

from collections.abc import Iterator

import pytest

from aigc import Pipeline, Project
from aigc.testing import ScriptedGenerator, briefs_in
from aigc.types import Artifact

NAMES = ["articles/blog", "lessons/plan", "lessons/quiz", "seo/keywords", "seo/meta", "text/continue", "text/write"]


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    yield Project.open()


@pytest.mark.parametrize("name", NAMES)
def test_a_type_loads_and_its_sample_briefs_are_valid(project: Project, name: str) -> None:
    content_type = project.content_type(name)
    assert content_type.name == name
    assert briefs_in(project, content_type)


def written(project: Project, name: str, answer: str) -> list[Artifact]:
    content_type = project.content_type(name)
    pipeline = Pipeline(ScriptedGenerator(lambda request, index: answer), project.environment)
    return list(pipeline.write(content_type, briefs_in(project, content_type)))


@pytest.mark.parametrize("name", ["lessons/plan", "lessons/quiz", "seo/keywords", "seo/meta"])
def test_a_model_that_writes_nonsense_still_gives_an_accepted_piece(project: Project, name: str) -> None:
    for artifact in written(project, name, "!!! zxcv"):
        assert artifact.status == "accepted", artifact.reason
        assert "zxcv" not in str(artifact.fields)


def test_an_article_with_facts_stands_without_the_model(project: Project) -> None:
    with_facts = [a for a in written(project, "articles/blog", "!!! zxcv") if a.brief.values["facts"]]
    assert len(with_facts) == 3
    for artifact in with_facts:
        assert artifact.status in ("accepted", "flagged"), (
            artifact.reason
        )  # where its facts make no prose it is flagged
        text = str([artifact.fields["intro"], artifact.fields["sections"]])
        assert all(fact.rstrip(".") in text for fact in artifact.brief.values["facts"])
        assert "zxcv" not in str(artifact.fields)
