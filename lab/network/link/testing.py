"""A kit for testing link behaviours: without a clock, and with raw sockets on both sides of a link.

Without a clock, `play` tells what a behaviour makes of bytes that come at given times::

    assert play(Latency(), (0, "up", 10)) == [(50, "up", 10)]

and `admit` whom it lets in, and when::

    assert admit(SlowAccept(), (0, "comes", 1)) == [(1000, "enters", 1)]

With sockets, `LinkBench` puts a link between a client and a server that write down what arrives and when::

    async with LinkBench(Latency()) as bench:
        client, server = await bench.connect()
        client.send(b"hello")
        await server.received(5)
        assert server.since(client.sent_ms) >= 50
"""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, Self

from lab.events import EventLog
from lab.network.clock import HopClock
from lab.network.filter import Direction
from lab.network.link.act import NEVER, Cut, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.door import Door
from lab.network.link.host import Link
from lab.network.link.recorder import LinkRecorder
from lab.network.link.stage import Chunk, Close, Stage
from lab.network.witness import PATIENCE_S, Witness

Seen = tuple[float, Direction, int | str]
"""When, which way, and how many bytes; ``fin`` or ``rst`` for an end, ``cut`` where the behaviour ends it all."""


def play(behaviour: LinkBehaviour, *arrivals: Seen, conn: int = 1, until_ms: float = 1e9) -> list[Seen]:
    """What a behaviour makes of bytes and ends that come at these times, on a connection that began at 0.

    Args:
        behaviour: Which.
        arrivals: What comes, in the order of time: bytes, or ``fin`` or ``rst``.
        conn: The connection's number.
        until_ms: What happens later is left out.

    Returns:
        What goes on, in the order of time.

    Raises:
        ValueError: The behaviour makes no act.
    """
    scope = Scope(conn, 0.0, 0.0, partial(behaviour.random_for, conn), _say_nothing)
    act = behaviour.act(scope)
    if act is None:
        raise ValueError(f"{behaviour.name} does nothing to a connection that has come in")
    ways: tuple[Direction, Direction] = ("up", "down")
    asked = behaviour.filter.matches_direction
    stages = {way: Stage(act, way, asks=asked(way), failed=_raise) for way in ways}
    seen: list[Seen] = []
    coming = list(arrivals)

    while True:
        due = {way: stage.due_ms() for way, stage in stages.items()}
        now = min([act.due_ms, *due.values(), *(item[0] for item in coming[:1])])
        if now > until_ms or now == NEVER:
            return seen
        if act.due_ms <= now:
            if act.woken(now) is not None:
                return [*seen, (now, "up", "cut")]
            act.due_ms = act.due_ms if act.due_ms > now else NEVER
        elif coming and coming[0][0] == now:
            at_ms, way, what = coming.pop(0)
            stages[way].take(Chunk(bytes(what), at_ms) if isinstance(what, int) else Close(_how(what), at_ms))
        for way, stage in stages.items():
            while (item := stage.give(now)) is not None:
                if isinstance(item, Cut):
                    return [*seen, (item.at_ms, way, "cut")]
                seen.append((item.at_ms, way, item.how if isinstance(item, Close) else len(item.data)))


Move = tuple[float, Literal["comes", "leaves", "enters", "is refused"], int]
"""When, what happens to a connection, and its number."""


def admit(behaviour: LinkBehaviour, *moves: Move) -> list[Move]:
    """Who comes in, and when, where these come and leave.

    Args:
        behaviour: Which.
        moves: Who ``comes`` or ``leaves``, in the order of time.

    Returns:
        Who ``enters`` or ``is refused``, in the order of time.
    """
    seen: list[Move] = []
    door: Door[_Caller] = Door()
    callers: dict[int, _Caller] = {}
    coming = list(moves)
    again_ms = NEVER

    def rules(caller: _Caller) -> list[Callable[[float, int], float | None]]:
        return [partial(behaviour.admit, caller.scope)] if behaviour.filter.matches_number(caller.scope.conn) else []

    while (now := min([again_ms, *(move[0] for move in coming[:1])])) < NEVER:
        while coming and coming[0][0] <= now:
            _, what, conn = coming.pop(0)
            if what == "comes":
                scope = Scope(conn, now, now, partial(behaviour.random_for, conn), _say_nothing)
                callers[conn] = _Caller(scope, lambda what, conn: seen.append((now, what, conn)))
                door.waiting.append(callers[conn])
            else:
                door.left(callers[conn])
        again_ms = door.decide(now, rules)
    return seen


class _Caller:
    """One who has connected, as the door knows it."""

    def __init__(self, scope: Scope, tell: Callable[[Any, int], None]) -> None:
        self.scope = scope
        self._tell = tell

    def enter(self) -> None:
        self._tell("enters", self.scope.conn)

    def refuse(self) -> None:
        self._tell("is refused", self.scope.conn)


def _say_nothing(did: str, /, **more: Any) -> None:
    pass


def _how(text: str) -> Any:
    return text


def _raise(error: Exception) -> None:
    raise error


class Peer(asyncio.Protocol):
    """One end of a TCP connection, which writes down what arrives and when."""

    def __init__(self, came: Callable[["Peer"], None] | None = None) -> None:
        self.arrivals: list[tuple[float, bytes]] = []
        """What arrived, and when by `now_ms`."""
        self.end: str | None = None
        """``fin`` or ``rst`` once it came."""
        self.end_ms = 0.0
        """When that was."""
        self.sent_ms = 0.0
        """When something was last sent."""
        self.transport: asyncio.Transport
        self._came = came
        self._changed = asyncio.Event()

    @staticmethod
    def now_ms() -> float:
        """The time that arrivals are written down in."""
        return time.perf_counter() * 1000

    def connection_made(self, transport: Any) -> None:
        """Take the transport."""
        self.transport = transport
        transport.set_write_buffer_limits(high=0)
        if self._came is not None:
            self._came(self)

    def data_received(self, data: bytes) -> None:
        """Write down what arrived."""
        self.arrivals.append((self.now_ms(), data))
        self._changed.set()

    def eof_received(self) -> bool:
        """Write down FIN."""
        self._ended("fin")
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """Write down RST."""
        if error is not None:
            self._ended("rst")

    def resume_writing(self) -> None:
        """All that was sent has been handed to the kernel."""
        self._changed.set()

    def _ended(self, how: str) -> None:
        self.end, self.end_ms = how, self.now_ms()
        self._changed.set()

    @property
    def data(self) -> bytes:
        """All that arrived."""
        return b"".join(data for _, data in self.arrivals)

    def since(self, at_ms: float) -> list[float]:
        """How long after ``at_ms`` each piece arrived."""
        return [when_ms - at_ms for when_ms, _ in self.arrivals]

    def send(self, data: bytes) -> None:
        """Send, or keep until it can be sent."""
        self.sent_ms = self.now_ms()
        self.transport.write(data)

    def fin(self) -> None:
        """Send FIN, and go on reading."""
        self.sent_ms = self.now_ms()
        self.transport.write_eof()

    def reset(self) -> None:
        """Close with RST."""
        self.sent_ms = self.now_ms()
        own = self.transport.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    async def received(self, size: int) -> bytes:
        """Wait until so many bytes in all have arrived; TimeoutError where they do not."""
        await self._until(lambda: sum(len(data) for _, data in self.arrivals) >= size)
        return self.data

    async def ended(self) -> str:
        """Wait for FIN or RST, and say which it is; TimeoutError where neither comes."""
        await self._until(lambda: self.end is not None)
        return self.end or ""

    async def ended_within(self, ms: float) -> bool:
        """Whether FIN or RST has come, or comes in so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ended(), ms / 1000)
        return self.end is not None

    async def drained(self) -> None:
        """Wait until all that was sent has been handed to the kernel; TimeoutError where that takes too long."""
        await self._until(lambda: not self.transport.get_write_buffer_size())

    async def _until(self, there: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not there():
                self._changed.clear()
                await self._changed.wait()


class LinkBench(Witness):
    """A link between raw clients and a raw server."""

    def __init__(self, *behaviours: LinkBehaviour, clock: HopClock | None = None) -> None:
        """Prepare a bench with one link that has ``behaviours``."""
        self.log = EventLog()
        self.link: Link
        self._behaviours = behaviours
        self._clock = clock
        self._accepted: asyncio.Queue[Peer] = asyncio.Queue()
        self._peers: list[Peer] = []
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Peer(self._came), "127.0.0.1", 0)
        bind = self.log.bind
        self.link = Link(
            ("127.0.0.1", self._server.sockets[0].getsockname()[1]),
            recorder=LinkRecorder(bind("hop1"), bind("hop1.client"), bind("hop1.server")),
            behaviours=self._behaviours,
            clock=self._clock,
        )
        await self.link.start()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.link.stop()
        for peer in self._peers:
            peer.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    def _came(self, peer: Peer) -> None:
        self._peers.append(peer)
        self._accepted.put_nowait(peer)

    async def dial(self) -> Peer:
        """A client that has connected to the link, which may not have let it in yet."""
        loop = asyncio.get_running_loop()
        _, peer = await loop.create_connection(Peer, "127.0.0.1", self.link.port)
        self._peers.append(peer)
        return peer

    async def accept(self) -> Peer:
        """The next connection that the server was given; TimeoutError where none comes."""
        return await asyncio.wait_for(self._accepted.get(), PATIENCE_S)

    async def connect(self) -> tuple[Peer, Peer]:
        """A client and the server's end of its connection."""
        return await self.dial(), await self.accept()

    @property
    def reached(self) -> bool:
        """Whether the server was given a connection that was not accepted yet."""
        return not self._accepted.empty()

    def close_server(self) -> None:
        """Let the server listen no more."""
        self._server.close()

    def did(self) -> Sequence[str]:
        """What the behaviours did, in order."""
        return [event.data["did"] for event in self.events("hop1", "behaviour")]
