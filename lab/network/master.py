"""A mitmproxy master with what a hop needs and nothing else, and with mitmproxy's own limits lifted."""

import asyncio
import contextlib
import warnings
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from mitmproxy.options import Options
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.tls import ClientHelloData, TlsData

from lab.network import context, stream
from lab.network.addon import HopAddon
from lab.network.authority import Authority
from lab.network.context import Master, next_layer, proxyserver, tlsconfig
from lab.network.recorder import Recorder

context.install()
stream.install()

_NEVER_S = 7 * 24 * 3600
"""mitmproxy closes a connection after 600 s of silence. Only a behaviour may do that here."""

_DRAIN_S = 0.2
"""How long stop() waits for aborted connections to be cleaned up; it takes a few milliseconds."""


class Listener(proxyserver.Proxyserver):
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


class HopMaster(Master):
    """A master with just the addons that a proxy needs.

    A DumpMaster brings thirty more, whose start takes ten times as long, and ErrorCheck, which ends the whole
    process when anything in it logs an error while a master starts.
    """

    def __init__(self, mode: str, addon: HopAddon, authority: Authority, recorder: Recorder) -> None:
        """Prepare a master that will listen on a free port of 127.0.0.1 in ``mode``."""
        confdir = str(authority.confdir)
        super().__init__(Options(listen_host="127.0.0.1", mode=[f"{mode}@127.0.0.1:0"], confdir=confdir))
        # It has put a handler on the root logger, for addons of an old kind that the lab does not have.
        self._legacy_log_events.uninstall()
        self.recorder = recorder
        self.server = Listener()
        addons: Any = self.addons
        addons.add(self.server, next_layer.NextLayer(), _TlsConfig(authority), addon)
        # These belong to addons: they are not known before those have been added.
        settings: Any = self.options
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
