import asyncio

from lab.network.behaviour import Catalogue
from lab.network.filter import Filter
from lab.network.link.testing import LinkBench, admit
from tests.proxies.dialogue import EARLY_MS


def test_queue_lets_in_who_came_first(catalogue: Catalogue) -> None:
    limit = catalogue.make("connection_limit", {"connections": 2})
    coming = [(at_ms, "comes", conn) for at_ms, conn in ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5))]
    assert admit(limit, *coming, (50, "leaves", 2), (60, "leaves", 4), (70, "leaves", 1)) == [
        (0, "enters", 1),
        (1, "enters", 2),
        (50, "enters", 3),
        (70, "enters", 5),
    ]


def test_one_too_many_is_refused_at_once(catalogue: Catalogue) -> None:
    limit = catalogue.make("connection_limit", {"connections": 1, "excess": "refuse"})
    assert admit(limit, (0, "comes", 1), (5, "comes", 2), (9, "leaves", 1), (9, "comes", 3)) == [
        (0, "enters", 1),
        (5, "is refused", 2),
        (9, "enters", 3),
    ]


async def test_one_more_waits_until_another_has_ended(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("connection_limit", {"connections": 2})) as bench:
        (first, first_server), _ = [await bench.connect() for _ in range(2)]
        third, fourth = [await bench.dial() for _ in range(2)]
        third.send(b"third")
        await bench.seen("hop1", "behaviour", conn=4, did="made the connection wait, one more than 2")
        assert not await third.ended_within(30)
        assert not bench.reached
        first.fin()
        await first_server.ended()
        await asyncio.sleep(0.1)
        assert not bench.reached  # half of the first is still open
        first_server.fin()
        server = await bench.accept()
        assert await server.received(5) == b"third"
        # What it had sent by then arrives when it is let in, not earlier.
        assert server.since(third.sent_ms)[0] >= 100 - EARLY_MS
        assert server.since(first_server.sent_ms)[0] >= 0
        assert not await fourth.ended_within(30)
        assert not bench.reached
        assert len(bench.did()) == 2  # each is told once, however often it was asked about


async def test_one_more_is_refused(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("connection_limit", {"connections": 1, "excess": "refuse"})) as bench:
        first, server = await bench.connect()
        second = await bench.dial()
        assert await second.ended() == "rst"
        assert bench.did() == ["refused the connection, one more than 1"]
        assert not bench.reached
        first.send(b"a")
        assert await server.received(1) == b"a"
        first.reset()
        assert await server.ended() == "rst"
        await bench.connect()


async def test_one_that_gave_up_while_it_waited_keeps_its_place(catalogue: Catalogue) -> None:
    """As in the queue of a kernel: nobody looks at it before it is let in."""
    async with LinkBench(catalogue.make("connection_limit", {"connections": 1})) as bench:
        first, _ = await bench.connect()
        gone = await bench.dial()
        await bench.seen("hop1", "behaviour", conn=2)
        gone.fin()
        first.reset()
        server = await bench.accept()
        assert await server.ended() == "fin"


async def test_who_is_not_concerned_comes_in(catalogue: Catalogue) -> None:
    limit = catalogue.make("connection_limit", {"connections": 0})
    limit.filter = Filter(nth=frozenset({1}))
    async with LinkBench(limit) as bench:
        await bench.dial()
        await bench.connect()
        assert [event.data["conn"] for event in bench.events("hop1.server", "tcp.open")] == [2]


async def test_raising_the_limit_lets_in_who_waits(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("connection_limit", {"connections": 0})) as bench:
        await bench.dial()
        await bench.seen("hop1", "behaviour")
        bench.link.behaviours[0] = catalogue.make("connection_limit", {"connections": 1})
        await bench.accept()
