"""Which behaviours of a link act on which connection, and when."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import uvloop

from lab.events import ignore
from lab.network.behaviour import Catalogue
from lab.network.clock import HopClock
from lab.network.filter import Direction, Filter
from lab.network.link.act import NEVER, Act, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.connection import Connection
from lab.network.link.host import Link
from lab.network.link.recorder import LinkRecorder
from lab.network.link.testing import LinkBench

CATALOGUE = Catalogue()


def made(name: str, parameters: dict[str, Any] | None = None, **limits: Any) -> LinkBehaviour:
    behaviour: LinkBehaviour = CATALOGUE.make(name, parameters or {})
    behaviour.filter = Filter(**limits)
    return behaviour


async def quiet(bench: LinkBench, *peers: Any, ms: float = 30) -> bool:
    """Whether nothing arrives at any of them for a while."""
    before = [len(peer.data) for peer in peers]
    await asyncio.sleep(ms / 1000)
    return before == [len(peer.data) for peer in peers]


async def until(bench: LinkBench, ms: float) -> None:
    """Wait for a time on the hop's clock."""
    await asyncio.sleep((ms - bench.link.clock.now_ms()) / 1000)


async def test_taking_a_behaviour_out_heals_live_connections() -> None:
    async with LinkBench(made("black_hole")) as bench:
        client, server = await bench.connect()
        client.send(b"one")
        server.send(b"two")
        assert await quiet(bench, client, server)
        bench.link.behaviours.clear()
        assert await server.received(3) == b"one"
        assert await client.received(3) == b"two"
        client.send(b"!")
        assert await server.received(4) == b"one!"
        assert (client.end, server.end) == (None, None)


async def test_end_that_was_held_goes_on_when_the_hole_heals() -> None:
    async with LinkBench(made("black_hole")) as bench:
        client, server = await bench.connect()
        client.send(b"one")
        client.fin()
        assert await quiet(bench, server)
        assert server.end is None
        del bench.link.behaviours[0]
        assert await server.ended() == "fin"
        assert server.data == b"one"


async def test_adding_and_replacing_take_effect_on_live_connections() -> None:
    async with LinkBench() as bench:
        client, server = await bench.connect()
        client.send(b"a")
        await server.received(1)
        bench.link.behaviours.append(made("latency", {"delay": "60ms"}))
        client.send(b"b")
        await server.received(2)
        assert server.since(client.sent_ms)[-1] >= 60
        bench.link.behaviours[0] = made("latency", {"delay": "120ms"})
        client.send(b"c")
        await server.received(3)
        assert server.since(client.sent_ms)[-1] >= 120
        bench.link.behaviours = [made("reset")]
        assert await client.ended() == "rst"
        assert server.data == b"abc"


async def test_changing_one_behaviour_leaves_what_the_others_know() -> None:
    limit = made("data_limit", {"limit": "5B"})
    async with LinkBench(limit) as bench:
        client, server = await bench.connect()
        client.send(b"123")
        await server.received(3)
        bench.link.behaviours.insert(0, made("latency", {"delay": "1ms"}))
        client.send(b"456")
        assert await server.ended() == "fin"
        assert server.data == b"12345"


async def test_many_changes_lose_and_reorder_nothing() -> None:
    data = bytes(range(251)) * 8000
    async with LinkBench() as bench:
        client, server = await bench.connect()
        client.send(data)
        client.fin()
        for round_ in range(40):
            slices = made("slicing", {"size": "1KiB", "variation": "500B"})
            late = made("latency", {"delay": "3ms", "jitter": "3ms"})
            bench.link.behaviours = [[], [late], [slices, late], [late, slices]][round_ % 4]
            await asyncio.sleep(0.002)
        assert await server.ended() == "fin"
        assert server.data == data


async def test_behaviour_acts_from_the_first_byte_of_the_first_connection() -> None:
    async with LinkBench(made("black_hole", {"data": "drop"})) as bench:
        client = await bench.dial()
        client.send(b"lost")
        server = await bench.accept()
        await bench.seen("hop1.client", "tcp.data")
        assert await quiet(bench, server)


@pytest.mark.parametrize(("direction", "up", "down"), [("up", 150, 0), ("down", 0, 150), (None, 150, 150)])
async def test_filter_by_direction(direction: Any, up: float, down: float) -> None:
    async with LinkBench(made("latency", {"delay": "150ms"}, direction=direction)) as bench:
        client, server = await bench.connect()
        for sender, receiver, least_ms in ((client, server, up), (server, client, down)):
            sender.send(b"a")
            await receiver.received(1)
            assert receiver.since(sender.sent_ms)[0] >= least_ms
            assert (receiver.since(sender.sent_ms)[0] >= 150) is (least_ms == 150)


async def test_filter_by_number() -> None:
    async with LinkBench(made("reset", nth=frozenset({2}))) as bench:
        pairs = [await bench.connect() for _ in range(3)]
        assert await pairs[1][0].ended() == "rst"
        for client, server in (pairs[0], pairs[2]):
            client.send(b"a")
            assert await server.received(1) == b"a"


async def test_window_of_time_opens_and_heals() -> None:
    async with LinkBench(made("black_hole", after_ms=100.0, for_ms=150.0)) as bench:
        client, server = await bench.connect()
        client.send(b"before")
        assert await server.received(6) == b"before"
        await until(bench, 110)
        client.send(b"within")
        assert await server.received(12) == b"beforewithin"
        assert bench.link.clock.now_ms() >= 250
        client.send(b"after")
        await server.received(17)
        assert bench.did() == ["began to swallow what goes up"]


async def test_windows_that_come_again_begin_anew() -> None:
    async with LinkBench(made("data_limit", {"limit": "1B", "end": "drop"}, for_ms=150.0, every_ms=400.0)) as bench:
        client, server = await bench.connect()
        client.send(b"ab")  # b is over the limit
        assert await server.received(1) == b"a"
        await until(bench, 160)
        client.send(b"cd")  # between two windows
        assert await server.received(3) == b"acd"
        await until(bench, 410)
        client.send(b"ef")
        assert await server.received(4) == b"acde"


async def test_nothing_acts_before_the_clock_begins() -> None:
    clock = HopClock()
    second = made("black_hole", nth=frozenset({2}))
    async with LinkBench(made("latency", {"delay": "60ms"}), second, clock=clock) as bench:
        early, early_server = await bench.connect()
        early.send(b"page")
        await early_server.received(4)
        assert bench.did() == []
        clock.begin()
        early.send(b"!")
        await early_server.received(5)
        assert early_server.since(early.sent_ms)[-1] >= 60
        # The first that behaviours count is the one that was there when the clock began.
        late, late_server = await bench.connect()
        late.send(b"second")
        await bench.seen("hop1", "behaviour", behaviour="black_hole", conn=2)
        assert late_server.data == b""


async def test_clock_that_runs_already_is_taken_as_it_is() -> None:
    clock = HopClock()
    clock.begin()
    async with LinkBench(made("reset"), clock=clock) as bench:
        assert await (await bench.dial()).ended() == "rst"


class Broken(LinkBehaviour):
    """Raises wherever it is asked."""

    def act(self, scope: Scope) -> Act:
        if scope.conn == 1:
            raise ValueError("in act")
        return BrokenAct()

    def admit(self, scope: Scope, at_ms: float, inside: int) -> float:
        raise ValueError("in admit")


class BrokenAct(Act):
    due_ms = 0.0

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        raise ValueError("in pieces")

    def woken(self, at_ms: float) -> None:
        raise ValueError("in woken")


async def test_behaviour_that_raises_is_told_and_everything_passes() -> None:
    async with LinkBench(Broken()) as bench:
        for _ in range(2):
            client, server = await bench.connect()
            client.send(b"abc")
            assert await server.received(3) == b"abc"
        texts = [event.data["text"] for event in bench.events("hop1", "hop.failed")]
        for where in ("act", "admit", "pieces", "woken"):
            assert f"ValueError: in {where}" in texts
        assert {event.data["behaviour"] for event in bench.events("hop1", "hop.failed")} == {"test_host"}


class Napping(LinkBehaviour):
    """Wakes up again and again, and once not later than it was."""

    def act(self, scope: Scope) -> Act:
        self.made = Nap()
        return self.made


class Nap(Act):
    due_ms = 1.0

    def __init__(self) -> None:
        self.woke = 0
        self.slept: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def woken(self, at_ms: float) -> None:
        self.woke += 1
        if self.woke < 3:
            self.due_ms = at_ms + 1
        elif not self.slept.done():
            self.slept.set_result(None)


async def test_act_that_forgets_to_set_its_alarm_is_not_woken_for_ever() -> None:
    napping = Napping()
    async with LinkBench(napping) as bench:
        await bench.connect()
        await bench.seen("hop1.server", "tcp.open")
        await asyncio.wait_for(napping.made.slept, 2)
        assert (napping.made.woke, napping.made.due_ms) == (3, NEVER)


async def test_stop_closes_everything_and_tells_nothing() -> None:
    async with LinkBench(made("black_hole"), made("connection_limit", {"connections": 1})) as bench:
        client, server = await bench.connect()
        queued = await bench.dial()
        await bench.seen("hop1", "behaviour", behaviour="connection_limit")
        count = len(bench.log)
        await bench.link.stop()
        assert (await client.ended(), await server.ended(), await queued.ended()) == ("rst", "rst", "rst")
        assert len(bench.log) == count
        with pytest.raises(OSError, match="onnect"):
            await bench.dial()
        await bench.link.stop()


async def test_connection_that_comes_while_the_link_is_stopped_is_reset() -> None:
    async with LinkBench() as bench:
        _, server = await bench.connect()
        port = server.transport.get_extra_info("sockname")[1]
        await bench.link.stop()
        late = Connection(bench.link)
        await asyncio.get_running_loop().create_connection(lambda: late.client, "127.0.0.1", port)
        assert await (await bench.accept()).ended() == "rst"
        await bench.link.stop()  # does not wait for it


async def test_stop_before_start_does_nothing() -> None:
    link = Link(("127.0.0.1", 1), recorder=LinkRecorder(ignore, ignore, ignore), behaviours=[made("latency")])
    link.behaviours.clear()
    await link.stop()


@pytest.mark.parametrize("name", ["none", "some"])
def test_link_runs_on_uvloop(name: str) -> None:
    """The loop of uvloop begins to read before it was told to, and fires timers early."""

    async def relay() -> None:
        own = [made("latency", {"delay": "20ms"}), made("slicing", {"size": "1KiB"})] if name == "some" else []
        data = bytes(range(251)) * 2000
        async with LinkBench(*own) as bench:
            client = await bench.dial()
            client.send(data)
            sent_ms = client.sent_ms
            client.fin()
            server = await bench.accept()
            assert await server.ended() == "fin"
            assert server.data == data
            if own:
                assert server.since(sent_ms)[0] >= 20
            server.reset()
            assert await client.ended() == "rst"

    uvloop.run(relay())
