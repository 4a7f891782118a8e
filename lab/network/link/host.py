"""Hosts one link in this process: listens on a free port and relays each connection to where it leads."""

import asyncio
from collections.abc import Callable, Iterable, MutableSequence, Sequence
from functools import partial
from typing import Any, overload

from lab.errors import EnvironmentFailure
from lab.network.clock import HopClock
from lab.network.link.act import NEVER, Scope
from lab.network.link.alarm import Alarm, Timer
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.connection import Connection
from lab.network.link.door import Door
from lab.network.link.recorder import LinkRecorder
from lab.network.link.side import READ
from lab.tasks import end, spawn

_BACKLOG = 512


class Behaviours(MutableSequence[LinkBehaviour]):
    """The behaviours of a link, from the client to the server; whatever changes them takes effect at once."""

    def __init__(self, behaviours: Iterable[LinkBehaviour], changed: Callable[[], None]) -> None:
        self._behaviours = list(behaviours)
        self._changed = changed

    def __len__(self) -> int:
        return len(self._behaviours)

    @overload
    def __getitem__(self, index: int) -> LinkBehaviour: ...
    @overload
    def __getitem__(self, index: slice) -> list[LinkBehaviour]: ...
    def __getitem__(self, index: Any) -> Any:
        """The behaviour at ``index``."""
        return self._behaviours[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self._behaviours[index] = value
        self._changed()

    def __delitem__(self, index: Any) -> None:
        del self._behaviours[index]
        self._changed()

    def insert(self, index: int, value: LinkBehaviour) -> None:
        """Put a behaviour before the one at ``index``."""
        self._behaviours.insert(index, value)
        self._changed()


class Link:
    """A TCP relay of the lab with link behaviours. It starts, stops and has a port as a `lab.network.host.Proxy`."""

    def __init__(
        self,
        target: tuple[str, int],
        *,
        recorder: LinkRecorder,
        behaviours: Sequence[LinkBehaviour] = (),
        clock: HopClock | None = None,
        listen: int = 0,
    ) -> None:
        """Prepare a link.

        Args:
            target: The host and port that it leads to.
            recorder: Where its events go.
            behaviours: What it does, from the client to the server. They are this link's from now on, and act from
                the first connection on that comes once the clock runs.
            clock: What windows of time are counted by. No behaviour acts before it runs, so that the lab's own page
                loads whatever the link does to the client. It runs from `start` on where None.
            listen: The port to listen on; a free one where 0.
        """
        self.port = 0
        """The port that it listens on at 127.0.0.1, once started."""
        self.recorder = recorder
        self.clock = clock or HopClock()
        self.alarm: Alarm
        """What the connections are woken by, once started."""
        self.buffer = memoryview(bytearray(READ))
        """What all sides read into."""
        self._own_clock = clock is None
        self._listen = listen
        self._target = target
        self._behaviours = Behaviours(behaviours, self._changed)
        self._taken: set[LinkBehaviour] = set()
        self._connections: dict[Connection, None] = {}
        self._joined: set[Connection] = set()
        self._connecting: set[asyncio.Task[None]] = set()
        self._door: Door[Connection] = Door()
        self._count = 0
        self._nth = 0
        self._server: asyncio.Server | None = None
        self._timers: dict[str, Timer] = {}
        self._idle = asyncio.Event()

    @property
    def behaviours(self) -> Behaviours:
        """What the link does, from the client to the server. It may be changed in place, or be given a whole list.

        A change concerns live connections too. What a behaviour held when it is taken out goes on at once and in
        order, and no connection is closed by it.
        """
        return self._behaviours

    @behaviours.setter
    def behaviours(self, behaviours: Iterable[LinkBehaviour]) -> None:
        self._behaviours[:] = list(behaviours)

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1.

        Raises:
            EnvironmentFailure: It could not listen.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: Connection(self).client, "127.0.0.1", self._listen, backlog=_BACKLOG, start_serving=False
            )
        except OSError as error:
            raise EnvironmentFailure(
                f"a link could not listen on 127.0.0.1: {error}",
                remedy="Look for what keeps this process from opening a socket.",
            ) from error
        self.alarm = Alarm()
        self.port = self._server.sockets[0].getsockname()[1]
        if self._own_clock:
            self.clock.begin()
        if not self.clock.running:
            self.clock.when_begun(self._begun)
        self._changed()
        await self._server.start_serving()

    async def stop(self) -> None:
        """Close the listening socket and abort every connection. Does nothing where it was not started."""
        server, self._server = self._server, None
        if server is None:
            return
        self.recorder.close()
        server.close()
        for task in tuple(self._connecting):
            await end(task)
        for connection in tuple(self._connections):
            connection.abort()
        while self._connections:
            self._idle.clear()
            await self._idle.wait()
        self.alarm.close()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    async def cut(self) -> None:
        """Abort every connection, and go on listening."""
        for connection in tuple(self._connections):
            connection.abort()

    # What the connections tell.

    def came(self, connection: Connection) -> None:
        """A client has connected: number it, and let it wait until it may come in."""
        if self._server is None:
            # It was in the queue of the kernel when the link was stopped.
            connection.abort()
            return
        self._count += 1
        connection.number = self._count
        if self.clock.running:
            self._nth += 1
            connection.nth = self._nth
        self._connections[connection] = None
        self._door.waiting.append(connection)
        # The connection is not quite made before this returns.
        asyncio.get_running_loop().call_soon(self._ask)

    def connect(self, connection: Connection) -> None:
        """The client may come in: ask the server."""
        task = spawn(self._connect(connection), name=f"link connection {connection.number}")
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, connection: Connection) -> None:
        source = self._source(connection)
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: connection.server, *self._target, local_addr=(source, 0) if source else None
            )
        except OSError:
            self.recorder.refused(connection.number)
            connection.refuse()

    def _source(self, connection: Connection) -> str | None:
        """The address that the connection to the server is made from: what the last behaviour says that says any."""
        now_ms = self.clock.now_ms()
        source = None
        for one in self._acting(now_ms):
            if one.filter.matches_number(connection.nth):
                try:
                    source = one.source(connection.scope(one, now_ms)) or source
                except Exception as error:
                    self.recorder.failed(f"{type(error).__name__}: {error}", behaviour=one.name)
        return source

    def joined(self, connection: Connection) -> None:
        """Both sides are there: the connection meets the behaviours before anything is read."""
        now_ms = self.clock.now_ms()
        self._joined.add(connection)
        connection.meet(self._acting(now_ms), now_ms)

    def ended(self, connection: Connection) -> None:
        """Neither side is left."""
        self._connections.pop(connection, None)
        self._joined.discard(connection)
        self._door.left(connection)
        asyncio.get_running_loop().call_soon(self._ask)
        self._idle.set()

    # Who comes in, and what acts.

    def _ask(self) -> None:
        """Let in who may come in."""
        if self._server is not None:
            now_ms = self.clock.now_ms()
            again_ms = self._door.decide(now_ms, partial(self._rules, self._acting(now_ms), now_ms))
            self._set("door", again_ms - now_ms, self._ask)

    def _rules(
        self, acting: Sequence[LinkBehaviour], now_ms: float, connection: Connection
    ) -> list[Callable[[float, int], float | None]]:
        return [
            partial(self._admit, one, connection.scope(one, now_ms))
            for one in acting
            if one.filter.matches_number(connection.nth)
        ]

    def _admit(self, behaviour: LinkBehaviour, scope: Scope, at_ms: float, inside: int) -> float | None:
        try:
            return behaviour.admit(scope, at_ms, inside)
        except Exception as error:
            self.recorder.failed(f"{type(error).__name__}: {error}", behaviour=behaviour.name)
            return at_ms

    def _begun(self) -> None:
        """The clock runs: those who are there already are the first that behaviours count."""
        for connection in self._connections:
            self._nth += 1
            connection.nth = self._nth
        self._changed()

    def _acting(self, now_ms: float) -> list[LinkBehaviour]:
        return [one for one in self._behaviours if one.filter.active(now_ms)] if self.clock.running else []

    def _changed(self) -> None:
        """The behaviours are others than before, or it is time for others of them."""
        if self._server is None:
            return
        now_ms = self.clock.now_ms()
        for behaviour in self._behaviours:
            if behaviour not in self._taken:
                behaviour.report = self.recorder.did
                behaviour.filter = behaviour.filter.starting(now_ms)
        self._taken = set(self._behaviours)
        acting = self._acting(now_ms)
        for connection in tuple(self._joined):
            connection.meet(acting, now_ms)
        self._ask()
        changes = [one.filter.next_change_ms(now_ms) for one in self._behaviours] if self.clock.running else []
        next_ms = min((change for change in changes if change is not None), default=NEVER)
        self._set("window", next_ms - now_ms, self._changed)

    def _set(self, name: str, delay_ms: float, callback: Callable[[], None]) -> None:
        """Have ``callback`` called in so long, instead of when it was to be before."""
        old = self._timers.pop(name, None)
        if old is not None:
            old.cancel()
        if delay_ms < NEVER:
            self._timers[name] = self.alarm.call_later(max(0.0, delay_ms) / 1000, callback)
