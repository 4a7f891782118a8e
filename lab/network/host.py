"""Hosts one mitmproxy in this process: starts it on a free port, runs behaviours in it, ends it at once."""

import asyncio
import contextlib
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from mitmproxy.http import HTTPFlow
from mitmproxy.options import Options
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.tls import ClientHelloData, TlsData

from lab.errors import EnvironmentFailure
from lab.network import context, logs, stream
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.context import Master, next_layer, proxyserver, tlsconfig
from lab.network.pipeline import EXEMPT, Pipeline
from lab.network.recorder import Recorder
from lab.network.route import Route
from lab.tasks import end, spawn

context.install()
stream.install()

_PASSED_ON = (
    "request",
    "response",
    "error",
    "http_connected",
    "http_connect_error",
    "client_connected",
    "client_disconnected",
    "server_connect",
    "server_connected",
    "server_disconnected",
)
"""Hooks that go to the behaviours as they are."""

_NEVER_S = 7 * 24 * 3600
"""mitmproxy closes a connection after 600 s of silence. Only a behaviour may do that here."""

_DRAIN_S = 0.2
"""How long stop() waits for aborted connections to be cleaned up; it takes a few milliseconds."""


class _Proxyserver(proxyserver.Proxyserver):
    """mitmproxy's listener, with its own limits lifted, and a way to wait until no connection is left."""

    name = "proxyserver"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # mitmproxy's own signature
        self.idle = asyncio.Event()
        self.idle.set()

    @contextlib.contextmanager
    def register_connection(
        self, connection_id: tuple[Any, ...] | str, handler: ProxyConnectionHandler
    ) -> Iterator[None]:
        """Keep the connection while it lives."""
        # mitmproxy lets 5 requests of a client connection go upstream at once; the sixth stream would wait.
        handler.max_conns = defaultdict(lambda: asyncio.Semaphore(1000))
        handler.timeout_watchdog.timeout = _NEVER_S
        self.idle.clear()
        try:
            with super().register_connection(connection_id, handler):
                yield
        finally:
            if not self.connections:
                self.idle.set()

    async def abort(self) -> None:
        """Abort every connection and hook that is under way, and wait until they are cleaned up."""
        for handler in list(self.connections.values()):
            for io in list(handler.transports.values()):
                if isinstance(io.writer, asyncio.StreamWriter):
                    io.writer.transport.abort()
                elif io.handler is not None:
                    io.handler.cancel()
            for hook in list(handler.hook_tasks):
                hook.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.idle.wait(), _DRAIN_S)


class _TlsConfig(tlsconfig.TlsConfig):
    """mitmproxy's TLS settings, with the certificates of the lab's authority as it is in memory."""

    name = "tlsconfig"

    def __init__(self, authority: Authority) -> None:
        self.certstore = authority.store

    def running(self) -> None:
        """Do not read the authority from its folder."""

    def configure(self, updated: set[str]) -> None:
        """Do not read the authority from its folder."""

    def tls_clienthello(self, tls_clienthello: ClientHelloData) -> None:
        """Begin TLS with the server first where the connection is there already: through another proxy."""
        server = tls_clienthello.context.server
        tls_clienthello.establish_server_tls_first = server.tls and server.connected

    def tls_start_client(self, tls_start: TlsData) -> None:
        """Prepare TLS with a client."""
        # It hands pyOpenSSL objects of its own kind, which pyOpenSSL calls deprecated for each handshake.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Passing pyOpenSSL", DeprecationWarning)
            super().tls_start_client(tls_start)


class _Master(Master):
    """A master with just the addons that a proxy needs.

    A DumpMaster brings thirty more, whose start takes ten times as long, and ErrorCheck, which ends the whole
    process when anything in it logs an error while a master starts.
    """

    def __init__(self, options: Options, recorder: Recorder) -> None:
        super().__init__(options)
        # It has put a handler on the root logger, for addons of an old kind that the lab does not have.
        self._legacy_log_events.uninstall()
        self.recorder = recorder
        self.server = _Proxyserver()


class _Hop:
    """The hop's one addon: streams what nobody wants whole, keeps out what is not ours, calls the behaviours."""

    def __init__(self, pipeline: Pipeline, recorder: Recorder, route: Route) -> None:
        self._pipeline = pipeline
        self._recorder = recorder
        self._route = route
        for hook in _PASSED_ON:
            setattr(self, hook, partial(pipeline.run, hook))

    async def http_connect(self, flow: HTTPFlow) -> None:
        if not self._route.admit(flow):
            flow.metadata[EXEMPT] = True
            return
        await self._pipeline.run("http_connect", flow)
        self._route.direct(flow.request)

    async def requestheaders(self, flow: HTTPFlow) -> None:
        if not self._route.admit(flow):
            flow.metadata[EXEMPT] = True
            return
        # The lab's own page must load whatever the behaviours do.
        flow.metadata[EXEMPT] = flow.request.path.startswith("/lab/")
        # An addon with a request hook expects the whole body there, as in any mitmproxy.
        flow.request.stream = not self._pipeline.has("request")
        await self._pipeline.run("requestheaders", flow)
        if flow.response is not None:
            flow.request.stream = False
        self._route.direct(flow.request)

    async def responseheaders(self, flow: HTTPFlow) -> None:
        assert flow.response is not None
        flow.response.stream = True
        await self._pipeline.run("responseheaders", flow)

    async def websocket_start(self, flow: HTTPFlow) -> None:
        self._recorder.websocket_opened(flow)
        await self._pipeline.run("websocket_start", flow)

    async def websocket_message(self, flow: HTTPFlow) -> None:
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        self._recorder.frame(flow, message, arrived=True)
        await self._pipeline.run("websocket_message", flow)
        if not message.dropped:
            self._recorder.frame(flow, message, arrived=False)
        # mitmproxy keeps every message for as long as the websocket lives.
        flow.websocket.messages.clear()

    async def websocket_end(self, flow: HTTPFlow) -> None:
        self._recorder.websocket_closed(flow)
        await self._pipeline.run("websocket_end", flow)

    def tls_clienthello(self, data: ClientHelloData) -> None:
        data.ignore_connection = self._route.tunnel

    def tls_failed_client(self, data: TlsData) -> None:
        self._recorder.tls_failed("client", data.context.client.sni, data.conn.error)

    def tls_failed_server(self, data: TlsData) -> None:
        self._recorder.tls_failed("server", data.context.server.sni, data.conn.error)


class Proxy:
    """One mitmproxy of the lab. Several live in one process, each with its own behaviours and options."""

    def __init__(
        self,
        mode: str,
        *,
        recorder: Recorder,
        authority: Authority,
        route: Route | None = None,
        behaviours: Sequence[Behaviour] = (),
    ) -> None:
        """Prepare a proxy.

        Args:
            mode: As mitmproxy writes it, without where it listens: ``regular``, ``upstream:http://127.0.0.1:8080``,
                ``reverse:http://127.0.0.1:8080``.
            recorder: Where its events go.
            authority: What it makes its certificates with.
            route: Where it sends what it is given; to the mode's address where None.
            behaviours: What it does, in this order. They are this proxy's from now on.
        """
        self.port = 0
        """The port that it listens on at 127.0.0.1, once started."""
        self.pipeline = Pipeline(behaviours, recorder.failed)
        for behaviour in behaviours:
            behaviour.report = recorder.did
        self._mode = mode
        self._recorder = recorder
        self._authority = authority
        self._addon = _Hop(self.pipeline, recorder, route or Route())
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1.

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
            master = self._make()
            try:
                await master.server.setup_servers()
                ready.set_result(_port_of(master.server))
                await master.running()
                await self._stopping.wait()
            finally:
                self._recorder.close()
                await master.server.servers.update([])
                await master.server.abort()
                await master.done()

    def _make(self) -> _Master:
        options = Options(
            listen_host="127.0.0.1", mode=[f"{self._mode}@127.0.0.1:0"], confdir=str(self._authority.confdir)
        )
        master = _Master(options, self._recorder)
        addons: Any = master.addons
        addons.add(master.server, next_layer.NextLayer(), _TlsConfig(self._authority), self._addon)
        # These belong to addons: they are not known before those have been added.
        settings: Any = options
        settings.update(
            # Connecting at once would tell the server of connections that no request follows on.
            connection_strategy="lazy",
            keep_host_header=True,
            # The server behind has a certificate of the lab's own making, and is on this machine.
            ssl_insecure=True,
            upstream_cert=False,
            # Every box that the lab emulates speaks HTTP/1.1 to the browser where it reads at all. mitmproxy
            # does not do WebSocket over HTTP/2, so with it websockets and the rest would take different ways.
            http2=False,
        )
        return master


def _port_of(server: _Proxyserver) -> int:
    (instance,) = server.servers
    if not instance.listen_addrs:
        raise EnvironmentFailure(
            f"a hop could not listen on 127.0.0.1: {instance.last_exception}",
            remedy="Look for what keeps this process from opening a socket.",
        )
    return int(instance.listen_addrs[0][1])
