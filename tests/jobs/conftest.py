"""A small content type, a scripted model, and jobs over one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from aigc.jobs import open_job
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Generator, JobReport, Request

ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string}
prompt: item.j2
output: {type: string, limit: {chars: 12}}
checks: [limits]
repair: {attempts: 0}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"


def answer(request: Request, index: int) -> str:
    return f"Buy {request.prompt.messages[-1].content}"


class Shop:
    """This runs jobs over one folder and counts what the model was asked."""

    def __init__(self, project: Project, folder: Path, name: str = "shop/item") -> None:
        self.project, self.folder, self.name = project, folder, name
        self.generator = ScriptedGenerator(answer, capacity=4, lump=3)

    def run(
        self,
        products: Sequence[str] | Iterable[Brief | Artifact],
        *,
        exports: Sequence[str] = (),
        heard: Callable[[Artifact], None] | None = None,
        stopping: Callable[[], bool] = lambda: False,
        generator: Generator | None = None,
        reuse: bool = True,
        **redo: object,
    ) -> JobReport:
        content_type = self.project.content_type(self.name)
        with open_job(self.project, content_type, self.folder, reuse=reuse) as job:
            job.register(briefs(products) if isinstance(products, list) else products, **redo)
            if job.remaining:
                job.write(generator or self.generator, heard=heard, stopping=stopping)
            return job.finish(exports)

    @property
    def asked(self) -> int:
        return len(self.generator.requests)


def briefs(products: Sequence[str]) -> list[Brief]:
    return [Brief(id=f"{at:02}", values={"product": name}) for at, name in enumerate(products)]


@pytest.fixture
def shop(make_project: Callable[..., Project], tmp_path: Path) -> Shop:
    project = make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK})
    return Shop(project, tmp_path / "out")
