from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aigc.content import ContentType
from aigc.errors import EngineError
from aigc.project import Project
from aigc.serving.mailbox import Mailbox
from aigc.serving.piece_service import LAST, PieceService
from aigc.serving.refusals import Refusal
from aigc.serving.switchboard import CLOSED, QueueFull, Switchboard
from aigc.testing import ScriptedGenerator
from aigc.types import Brief
from tests.serving.listening import FILES
from tests.serving.puppets import PATIENCE, Puppet, part, text

Told = list[tuple[str, dict[str, Any]]]


class Service:
    """This is a piece service over a puppet, or another generator."""

    def __init__(self, project: Project, generator: Any) -> None:
        self.puppet = generator
        self.board = Switchboard(lambda: generator).start()
        self.type: ContentType = project.content_type("shop/item")
        self.service = PieceService(project, self.board, most=8)

    async def told(self, name: str = "1", *, streaming: bool = False, leave_after: int = 0) -> Told:
        """Ask for a piece and return its events, all or the first ones."""
        got: Told = []
        brief = Brief(id=name, values={"product": f"tea {name}"})
        async with self.service.ask(self.type, brief, streaming=streaming) as call:
            async for event in call.events():
                got.append(event)
                if len(got) == leave_after:
                    break
        return got

    def run(self, *asked: Any) -> list[Any]:
        """Run what is asked at once; errors are returned."""

        async def all_of_them() -> list[Any]:
            return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), PATIENCE)

        return asyncio.run(all_of_them())


@pytest.fixture
def service(make_project: Callable[..., Project]) -> Iterator[Callable[..., Service]]:
    made: list[Service] = []

    def make(generator: Any = None) -> Service:
        made.append(Service(make_project(FILES), generator or Puppet()))
        return made[-1]

    yield make
    for one in made:
        if isinstance(one.puppet, Puppet):
            for _ in range(4):
                one.puppet.give()
        one.service.close()
        one.board.close()


def scripted() -> ScriptedGenerator:
    return ScriptedGenerator(lambda request, index: f"Buy {request.prompt.messages[-1].content}", capacity=4, lump=2)


def test_pieces_that_are_asked_for_at_once_each_come_to_who_asked(service: Callable[..., Service]) -> None:
    one = service(scripted())
    told = one.run(*(one.told(str(number)) for number in range(8)))
    assert [[name for name, _ in events] for events in told] == [[LAST]] * 8
    assert [events[-1][1]["id"] for events in told] == [str(number) for number in range(8)]
    assert {request.urgent for request in one.puppet.requests} == {True}


def test_a_text_is_streamed_only_where_somebody_watches(service: Callable[..., Service]) -> None:
    one = service(scripted())
    one.run(one.told("1"))
    assert [request.stream for request in one.puppet.requests] == [False]
    one.run(one.told("2", streaming=True))
    assert [request.stream for request in one.puppet.requests] == [False, True]


def test_stages_and_parts_come_before_the_piece(service: Callable[..., Service]) -> None:
    (told,) = (one := service(scripted())).run(one.told(streaming=True))
    assert [name for name, _ in told] == ["text", "stage", LAST]
    assert told[0][1]["text"] == "Buy tea 1" and told[0][1]["candidate"] == 0
    assert told[1][1]["value"] == "Buy tea 1" and told[2][1]["status"] == "accepted"


def test_who_leaves_drops_the_piece_and_nobody_elses(service: Callable[..., Service]) -> None:
    one = service()

    def dropped() -> None:
        first, second = one.puppet.id(0), one.puppet.id(1)
        one.puppet.give(part(first, "B"), part(second, "B"))
        assert one.puppet.dropped() == [first]
        one.puppet.give(text(second, "Buy"))

    playing = threading.Thread(target=dropped)
    playing.start()

    async def both() -> Any:
        first = asyncio.create_task(one.told("1", streaming=True, leave_after=1))
        await asyncio.to_thread(one.puppet.id)
        second = asyncio.create_task(one.told("2", streaming=True))
        return await asyncio.gather(first, second)

    first, second = asyncio.run(asyncio.wait_for(both(), PATIENCE))
    playing.join(PATIENCE)
    assert [name for name, _ in first] == ["text"]
    assert second[-1][1]["status"] == "accepted"


def test_a_generator_that_breaks_fails_the_pieces_in_hand_and_the_next_is_written(
    service: Callable[..., Service],
) -> None:
    one = service()
    playing = threading.Thread(target=lambda: (one.puppet.id(), one.puppet.fail(EngineError("no memory"))))
    playing.start()
    ((_, told),) = one.run(one.told())[0]
    assert told["status"] == "failed" and "no memory" in told["reason"]
    one.puppet.refuses = EngineError("not now")
    ((_, told),) = one.run(one.told("2"))[0]
    assert told["status"] == "failed" and "not now" in told["reason"]
    one.puppet.refuses = None
    threading.Thread(target=lambda: one.puppet.give(text(one.puppet.id(1), "Buy"))).start()
    assert one.run(one.told("3"))[0][-1][1]["status"] == "accepted"


def test_what_breaks_in_the_session_is_told_and_the_next_is_written(
    service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = service(scripted())
    step = one.service._session.step

    def breaks() -> Any:
        monkeypatch.setattr(one.service._session, "step", step)
        raise ZeroDivisionError("somebody's plugin")

    monkeypatch.setattr(one.service._session, "step", breaks)
    ((_, told),) = one.run(one.told())[0]
    assert told["status"] == "failed" and "ZeroDivisionError: somebody's plugin" in told["reason"]
    assert one.run(one.told("2"))[0][-1][1]["status"] == "accepted"


def test_closing_tells_who_waits_and_who_comes_later(service: Callable[..., Service]) -> None:
    one = service()

    async def wait() -> Any:
        waiting = asyncio.create_task(one.told())
        await asyncio.to_thread(one.puppet.id)
        await asyncio.to_thread(one.service.close)
        return await waiting

    ((_, told),) = asyncio.run(asyncio.wait_for(wait(), PATIENCE))
    assert told["status"] == "failed" and told["reason"] == CLOSED
    (refused,) = one.run(one.told("2"))
    assert isinstance(refused, Refusal) and refused.status == 503


def test_too_many_pieces_and_two_of_one_id_are_refused(service: Callable[..., Service]) -> None:
    one = service()

    async def ask() -> list[Any]:
        waiting = [asyncio.create_task(one.told(str(number))) for number in range(8)]
        await asyncio.sleep(0.05)
        refused = await asyncio.gather(one.told("9"), return_exceptions=True)
        waiting[0].cancel()
        await asyncio.gather(waiting[0], return_exceptions=True)
        refused += await asyncio.gather(one.told("1"), return_exceptions=True)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return refused

    full, twice = asyncio.run(asyncio.wait_for(ask(), PATIENCE))
    assert isinstance(full, QueueFull)
    assert isinstance(twice, Refusal) and twice.status == 409


def test_a_slow_reader_gets_what_came_as_one() -> None:
    async def read() -> Told:
        def merged(before: Any, told: Any) -> Any:
            return (told[0], {"n": before[1]["n"] + told[1]["n"]}) if before[0] == told[0] == "text" else None

        box = Mailbox(merged, last="end")
        threads = [threading.Thread(target=lambda: [box.put("text", {"n": 1}) for _ in range(100)]) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        box.put("other", {})
        box.put("text", {"n": 1})
        box.put("end", {})
        return [event async for event in box.events()]

    told = asyncio.run(asyncio.wait_for(read(), PATIENCE))
    assert told == [("text", {"n": 400}), ("other", {}), ("text", {"n": 1}), ("end", {})]
