"""Who is to blame when a block breaks: the brief that does it, and nobody else; or the generator, and then nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from aigc.errors import EngineError
from aigc.jobs.ray.assignment import packed
from aigc.jobs.ray.author import Author, Work
from aigc.jobs.ray.worker import Watch
from aigc.ledger.entry import Finished
from aigc.plugs.extension import generator
from aigc.plugs.hookspecs import hookimpl
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Request
from aigc.writing.line_log import request_digest

from .conftest import ITEM, TASK, briefs


class World:
    """This is generators that share a script, in which a product `poison` breaks one for good."""

    def __init__(self) -> None:
        self.opened: list[Fragile] = []
        self.down = False

    @property
    def asked(self) -> list[str]:
        return [one.prompt.messages[-1].content for generator in self.opened for one in generator.requests]

    @hookimpl
    def aigc_generators(self) -> list[object]:
        @generator(name="fragile")
        def fragile(model: str) -> Fragile:
            """This breaks."""
            if self.down:
                raise OSError("no such weights")
            self.opened.append(Fragile(self))
            return self.opened[-1]

        return [fragile]


class Fragile(ScriptedGenerator):
    """This says nothing any more once it broke."""

    def __init__(self, world: World) -> None:
        super().__init__(self.said, capacity=3, lump=1)
        self._world = world
        self._broke = False

    def said(self, request: Request, index: int) -> str:
        text = request.prompt.messages[-1].content
        self._broke = self._broke or self._world.down or "poison" in text
        if self._broke:
            raise RuntimeError("cannot be digested")
        return f"Buy {text}"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def author(make_project: Callable[..., Project], world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Author]:
    project = make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK}, generator="fragile")
    project.registry.add(world, "world")
    monkeypatch.setattr(Registry, "discover", lambda **which: project.registry)
    with closing(Author(packed(project, project.content_type("shop/item")))) as author:
        yield author


def work(products: Sequence[str]) -> Work:
    return [(brief, {}) for brief in briefs(products)]


def ended(pieces: Sequence[Finished]) -> dict[str, str]:
    """This is how each product ended."""
    return {one.artifact.brief.values["product"]: one.artifact.reason or one.artifact.status for one in pieces}


def test_a_brief_that_breaks_the_generator_fails_alone(author: Author, world: World) -> None:
    found = ended(list(author.block(work(["a", "b", "poison", "c", "d"]))))
    assert found == {
        **dict.fromkeys("abcd", "accepted"),
        "poison": "generator 'fragile' broke: RuntimeError: cannot be digested",
    }
    assert world.asked.count("a") == 1, "what was finished before it is not written again"
    assert len(world.opened) == 3 and all(one.closed for one in world.opened[:2]), "nobody uses one that broke"


def test_any_number_of_them_fail_while_another_brief_can_be_written(author: Author) -> None:
    list(author.block(work(["a"])))
    found = ended(list(author.block(work([*(f"poison {at}" for at in range(7)), "b"]))))
    assert [said for said in found.values() if said == "accepted"] == ["accepted"] and found["b"] == "accepted"


def test_a_generator_that_serves_nobody_is_no_briefs_fault(author: Author, world: World) -> None:
    list(author.block(work(["a"])))
    world.opened[0]._broke = world.down = True
    with pytest.raises(EngineError, match="'fragile' broke: OSError: no such weights"):
        list(author.block(work(["b", "c"])))


def test_nor_is_one_that_never_wrote_anything(author: Author) -> None:
    pieces = []
    with pytest.raises(EngineError, match="cannot be digested"):
        for one in author.block(work([f"poison {at}" for at in range(9)])):
            pieces.append(one)
    assert len(pieces) == 2, "the third one in a row raised doubts"


def test_what_was_answered_before_is_not_asked_again(author: Author, world: World) -> None:
    list(author.block(work(["a"])))
    (request,) = world.opened[0].requests
    answer = world.opened[0]._complete(request, 0)
    ((brief, _),) = work(["a"])
    (again,) = author.block([(brief, {request_digest(request): [answer]})])
    assert again.artifact.fields == {"text": "Buy a"}
    assert world.asked == ["a"]
    took = author.took
    assert (took.usage.sampled, took.requests, took.completions, took.told) == (len("Buy a"), 1, 1, 1)
    assert took.memory > 10_000_000 and 0 < author.opening < 60


def test_a_block_that_kills_is_written_brief_by_brief_until_the_culprit_is_known(author: Author) -> None:
    watch, block, pieces = Watch(), work(["a", "lethal", "b"]), []
    for _ in range(2):
        _, _, deaths = watch.begin("00")
        with pytest.raises(SystemExit):
            for one in author.warily(block, deaths, lambda brief: dying(watch, brief)):
                pieces.append(one)
    _, before, deaths = watch.begin("00")
    assert (before, deaths) == (2, {"01": 2})
    found = ended(list(author.warily(block, deaths, lambda brief: dying(watch, brief))))
    assert found == {"a": "accepted", "lethal": "the process that writes it dies each time", "b": "accepted"}
    watch.alone("00", "")
    assert watch.begin("00") == (False, 3, {"01": 2})


def dying(watch: Watch, brief: str) -> None:
    watch.alone("00", brief)
    if brief == "01":
        raise SystemExit


def test_a_watch_says_when_to_stop() -> None:
    watch = Watch()
    assert watch.begin("00") == (False, 0, {})
    watch.stop()
    assert watch.begin("00") == (True, 1, {}) and watch.begin("04") == (True, 0, {})
