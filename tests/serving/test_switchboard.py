from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from aigc.errors import EngineError
from aigc.serving.switchboard import BROKE, CLOSED, QueueFull, Switchboard
from aigc.serving.view import View
from aigc.testing import ScriptedGenerator
from aigc.types import Completion, Delta
from tests.serving.puppets import PATIENCE, Puppet, part, request, text


@pytest.fixture
def puppet() -> Puppet:
    return Puppet()


@pytest.fixture
def board(puppet: Puppet) -> Iterator[Switchboard]:
    board = Switchboard(lambda: puppet).start()
    yield board
    puppet.give()
    board.close()


def asked(board: Switchboard, *, n: int = 1) -> list[Completion]:
    async def ask() -> list[Completion]:
        async with board.ask(request(n=n)) as call:
            return await call.answers()

    return asyncio.run(asyncio.wait_for(ask(), PATIENCE))


def echo(count: int = 8) -> ScriptedGenerator:
    return ScriptedGenerator(lambda one, index: f"{one.prompt.messages[0].content}:{index}", capacity=count, lump=3)


def test_what_http_asks_is_urgent_and_what_a_view_asks_is_as_the_view_is(puppet: Puppet, board: Switchboard) -> None:
    with ThreadPoolExecutor() as pool:
        over_http = pool.submit(asked, board)
        first = puppet.id(0)
        View(board).submit(request())
        View(board, urgent=True).submit(request())
        puppet.give(text(first))
        assert over_http.result()[0].text == "done"
        puppet.give()
        puppet.id(2)
    assert [one.urgent for one in puppet.asked] == [True, False, True]


def test_many_threads_and_many_callers_each_get_their_own() -> None:
    board = Switchboard(echo).start()

    def view(number: int) -> list[str]:
        own, got = View(board), list[str]()
        for place in range(20):
            own.submit(request(f"v{number}.{place}", name=str(place)))
        while len(got) < 20:
            got += [one.text for one in own.step() if isinstance(one, Completion)]
        return sorted(got)

    async def caller(number: int) -> list[str]:
        async with board.ask(request(f"c{number}", n=3)) as call:
            return [one.text for one in await call.answers()]

    async def callers() -> list[list[str]]:
        return await asyncio.gather(*(caller(number) for number in range(100)))

    with ThreadPoolExecutor(8) as pool:
        views = [pool.submit(view, number) for number in range(6)]
        told = asyncio.run(asyncio.wait_for(callers(), PATIENCE))
        for number, one in enumerate(views):
            assert one.result(PATIENCE) == sorted(f"v{number}.{place}:0" for place in range(20))
    assert told == [[f"c{number}:{index}" for index in range(3)] for number in range(100)]
    assert board.in_hand == 0
    board.close()


def test_no_wake_up_is_lost_between_two_questions() -> None:
    board = Switchboard(echo).start()

    async def one_by_one() -> None:
        for number in range(300):
            async with board.ask(request(str(number))) as call:
                assert [one.text for one in await call.answers()] == [f"{number}:0"]

    asyncio.run(asyncio.wait_for(one_by_one(), PATIENCE))
    board.close()


def test_who_leaves_cancels_what_is_queued_in_its_prompt_or_in_the_middle(puppet: Puppet, board: Switchboard) -> None:
    async def leave(after: int) -> None:
        async with board.ask(request(n=4, stream=True)) as call:
            events = aiter(call)
            for _ in range(after):
                await anext(events)

    asyncio.run(leave(0))  # perhaps never read: its asking and its dropping may come together
    started = threading.Thread(target=lambda: asyncio.run(leave(1)))
    started.start()
    place = len(puppet.asked) - 1 if puppet.stepping.wait(PATIENCE) and len(puppet.asked) > 1 else 1
    puppet.give()
    name = puppet.id(place)
    puppet.give(part(name, "a"))
    started.join(PATIENCE)
    puppet.give()
    assert name in puppet.dropped(2)
    for _ in range(100):
        if not board.in_hand:
            break
        threading.Event().wait(0.02)
    assert board.in_hand == 0


def test_what_comes_after_a_cancel_reaches_nobody(puppet: Puppet, board: Switchboard) -> None:
    view = View(board)
    view.submit(request(name="a"))
    view.submit(request(name="b"))
    first, second = puppet.id(0), puppet.id(1)
    view.cancel("a")
    assert [(one.request_id, one.finish_reason) for one in view.step()] == [("a", "cancelled")]  # type: ignore[union-attr]
    puppet.give(text(first), text(second))
    assert [one.request_id for one in view.step()] == ["b"]
    view.cancel("a")  # twice, and of one that is not in hand: nothing
    assert view.step() == []


def test_a_request_that_is_refused_fails_alone(puppet: Puppet, board: Switchboard) -> None:
    for error, told in ((EngineError("too long"), "too long"), (ValueError("odd"), "odd")):
        puppet.refuses = error
        assert [(one.finish_reason, told in one.error) for one in asked(board, n=2)] == [("error", True)] * 2
    puppet.refuses = None
    with ThreadPoolExecutor() as pool:
        fine = pool.submit(asked, board)
        puppet.give(text(puppet.id()))
        assert fine.result()[0].text == "done"


def test_a_step_that_breaks_fails_what_is_in_hand_and_the_next_one_is_served(
    puppet: Puppet, board: Switchboard
) -> None:
    puppet.sticks = RuntimeError("cannot drop either")
    with ThreadPoolExecutor() as pool:
        broken = pool.submit(asked, board, n=2)
        puppet.id()
        puppet.fail(RuntimeError("no memory"))
        assert [one.error for one in broken.result()] == [f"{BROKE}no memory"] * 2
        fine = pool.submit(asked, board)
        puppet.give(text(puppet.id(1)))
        assert fine.result()[0].text == "done"


def test_a_dropping_that_breaks_is_nobodys_loss(puppet: Puppet, board: Switchboard) -> None:
    puppet.sticks = RuntimeError("cannot drop")
    view = View(board)
    view.submit(request(name="a"))
    view.submit(request(name="b"))
    second = puppet.id(1)
    view.cancel("a")
    puppet.give()
    puppet.dropped()
    puppet.give(text(second))
    told = [*view.step(), *view.step()]
    assert [one.request_id for one in told] == ["a", "b"]


def test_closing_tells_whoever_waits_and_who_comes_later(puppet: Puppet) -> None:
    puppet.breaks = RuntimeError("not even that")
    board = Switchboard(lambda: puppet).start()
    view = View(board)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(asked, board)
        view.submit(request(name="v"))
        puppet.id(1)
        closing = pool.submit(board.close)
        puppet.give()
        assert [one.error for one in waiting.result(PATIENCE)] == [CLOSED]
        assert [one.error for one in view.step() if isinstance(one, Completion)] == [CLOSED]
        closing.result(PATIENCE)
    assert puppet.closed.is_set() and not board.alive
    assert [one.error for one in asked(board)] == [CLOSED]
    with pytest.raises(EngineError, match=CLOSED):
        view.submit(request(name="w"))
    board.close()


def test_what_opening_raises_is_raised_where_it_starts() -> None:
    def opening() -> Puppet:
        raise EngineError("no such model")

    board = Switchboard(opening)
    with pytest.raises(EngineError, match="no such model"):
        board.start()
    assert not board.alive


def test_a_slow_reader_gets_parts_of_a_text_as_one(puppet: Puppet, board: Switchboard) -> None:
    async def read() -> list[Completion | Delta]:
        async with board.ask(request(n=2, stream=True)) as call:
            name = await asyncio.to_thread(puppet.id)
            for letter in "abc":
                puppet.give(part(name, letter))
            puppet.give(part(name, "x", 1), text(name, "abc"), text(name, "x", 1))
            while board.in_hand:
                await asyncio.sleep(0.01)
            return [event async for event in call]

    told = asyncio.run(asyncio.wait_for(read(), PATIENCE))
    assert [(one.index, one.text) for one in told] == [(0, "abc"), (1, "x"), (0, "abc"), (1, "x")]


def test_a_slow_view_gets_parts_of_a_text_as_one(puppet: Puppet, board: Switchboard) -> None:
    view, other = View(board), View(board)
    view.submit(request(name="a", stream=True))
    name = puppet.id()
    for letter in "abc":
        puppet.give(part(name, letter))
    puppet.give(text(name, "abc"))
    other.submit(request(name="b"))
    puppet.give(text(puppet.id(1)))
    assert other.step()[0].request_id == "b"
    assert [one.text for one in view.step()] == ["abc", "abc"]


def test_too_many_are_refused_and_views_are_not_counted(puppet: Puppet) -> None:
    board = Switchboard(lambda: puppet, most=1).start()

    async def two() -> None:
        async with board.ask(request()):
            with pytest.raises(QueueFull):
                async with board.ask(request()):
                    pass

    View(board).submit(request())
    asyncio.run(two())
    asyncio.run(two())  # who left makes room
    for _ in range(3):
        puppet.give()
    board.close()


def test_a_reader_whose_loop_is_gone_stops_nobody(puppet: Puppet, board: Switchboard) -> None:
    async def forget() -> object:
        entering = board.ask(request())
        await entering.__aenter__()
        return entering

    kept = asyncio.run(forget())
    name = puppet.id()
    puppet.give(text(name))
    view = View(board)
    view.submit(request())
    puppet.give(text(puppet.id(1)))
    assert view.step()[0].text == "done"
    assert kept is not None


def test_a_view_is_woken_by_an_interrupt_and_ended_by_an_end(puppet: Puppet, board: Switchboard) -> None:
    view = View(board)
    assert view.step() == []  # nothing is asked
    view.submit(request())
    with ThreadPoolExecutor() as pool:
        stepping = pool.submit(view.step)
        view.interrupt()
        assert stepping.result(PATIENCE) == []
        ended = pool.submit(view.step)
        view.end()
        assert isinstance(_raised(ended), KeyboardInterrupt)
    view.close()
    puppet.give()
    assert puppet.dropped() == [puppet.id()]


def _raised(one: object) -> BaseException | None:
    error: BaseException | None = one.exception(PATIENCE)  # type: ignore[attr-defined]
    return error
