"""Hosts one mitmproxy in this process: starts it on a free port, runs behaviours in it, ends it at once."""

import asyncio
from collections.abc import Sequence
from typing import Any

from lab.errors import EnvironmentFailure
from lab.network import logs
from lab.network.addon import HopAddon
from lab.network.behaviour import Behaviour
from lab.network.clock import HopClock
from lab.network.master import HopMaster, Listener, TlsSettings
from lab.network.pipeline import Pipeline
from lab.network.recorder import Recorder
from lab.network.route import Route
from lab.tasks import end, spawn


class Proxy:
    """One mitmproxy of the lab. Several live in one process, each with its own behaviours and options."""

    def __init__(
        self,
        mode: str,
        *,
        recorder: Recorder,
        tls: TlsSettings,
        route: Route | None = None,
        behaviours: Sequence[Behaviour] = (),
        clock: HopClock | None = None,
        listen: int = 0,
        connects_first: bool = False,
    ) -> None:
        """Prepare a proxy.

        Args:
            mode: As mitmproxy writes it, without where it listens: ``regular``, ``upstream:http://127.0.0.1:8080``,
                ``reverse:http://127.0.0.1:8080``.
            recorder: Where its events go.
            tls: How it speaks TLS with who connects to it.
            route: Where it sends what it is given; to the mode's address where None.
            behaviours: What it does, in this order. They are this proxy's from now on.
            clock: What the windows of time of its behaviours are counted by; one that stands at zero where None.
            listen: The port to listen on; a free one where 0.
            connects_first: Whether it connects to the server before it answers a CONNECT, or a client of SOCKS, and
                not only once something is to be sent there.
        """
        self.port = 0
        """The port that it listens on at 127.0.0.1, once started."""
        self.pipeline = Pipeline((), recorder.failed, clock)
        self._mode = mode
        self._recorder = recorder
        self._tls = tls
        self._listen = listen
        self._connects_first = connects_first
        self.behaviours = behaviours
        self._addon = HopAddon(self.pipeline, recorder, route or Route())
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._master: HopMaster | None = None

    @property
    def behaviours(self) -> Sequence[Behaviour]:
        """What the hop does, in this order; another list takes its place at once, and closes no connection."""
        return self.pipeline.behaviours

    @behaviours.setter
    def behaviours(self, behaviours: Sequence[Behaviour]) -> None:
        for behaviour in behaviours:
            behaviour.report = self._recorder.did
        self.pipeline.behaviours = list(behaviours)

    async def cut(self) -> None:
        """Abort every connection that goes through the hop."""
        if self._master is not None:
            await self._master.server.abort()

    async def start(self) -> None:
        """Listen at 127.0.0.1.

        Raises:
            EnvironmentFailure: It could not listen.
        """
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        # A task of its own is a context of its own, and so a mitmproxy.ctx of its own.
        self._task = spawn(self._live(ready), name=f"hop {self._mode}")
        try:
            either: list[asyncio.Future[Any]] = [ready, self._task]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                await self._task
            self.port = ready.result()
        except BaseException:
            await end(self._task)
            self._task = None
            raise

    async def stop(self) -> None:
        """Close the listening socket and abort every connection. Does nothing where it was not started."""
        task, self._task = self._task, None
        if task is not None:
            self._stopping.set()
            await task

    async def _live(self, ready: asyncio.Future[int]) -> None:
        with logs.kept_in():
            master = HopMaster(
                self._mode,
                self._addon,
                self._tls,
                self._recorder,
                self._listen,
                connects_first=self._connects_first,
            )
            try:
                await master.server.setup_servers()
                self._master = master
                self.pipeline.open()
                ready.set_result(_port_of(master.server))
                await master.running()
                await self._stopping.wait()
            finally:
                self._master = None
                self.pipeline.close()
                self._recorder.close()
                await master.server.servers.update([])
                await master.server.abort()
                await master.done()


def _port_of(server: Listener) -> int:
    (instance,) = server.servers
    if not instance.listen_addrs:
        raise EnvironmentFailure(
            f"a hop could not listen on 127.0.0.1: {instance.last_exception}",
            remedy="Look for what keeps this process from opening a socket.",
        )
    return int(instance.listen_addrs[0][1])
