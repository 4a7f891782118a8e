"""A mitmproxy master with what a hop needs and nothing else, and with mitmproxy's own limits lifted."""

import asyncio
import contextlib
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mitmproxy.certs import CertStoreEntry
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.tls import ClientHelloData, TlsData

from lab.network import context, flows, stream, tcp
from lab.network.addon import HopAddon
from lab.network.authority import Authority
from lab.network.context import Master, next_layer, proxyserver, tlsconfig
from lab.network.recorder import Recorder

context.install()
stream.install()

_NEVER_S = 7 * 24 * 3600
"""mitmproxy closes a connection after 600 s of silence. Only a behaviour may do that here."""

_DRAIN_S = 2.0
"""How long stop() waits for aborted connections to be cleaned up: a few milliseconds, or longer on a busy machine.

What is not over when the last hop of a run stops would be cancelled with the loop, which asyncio tells as an error.
"""


_VERSIONS = {None: "UNBOUNDED", "1.0": "TLS1", "1.1": "TLS1_1", "1.2": "TLS1_2", "1.3": "TLS1_3"}
"""What mitmproxy calls the versions of TLS."""


@dataclass(frozen=True)
class TlsSettings:
    """How a hop speaks TLS with who connects to it, where it reads it."""

    authority: Authority
    """What it takes its certificates from."""
    distrusted: Authority | None = None
    """An authority that browsers do not know, for the names that `distrusts` says."""
    distrusts: Callable[[str], bool] = lambda host: True
    http2: bool = False
    """Whether it offers HTTP/2."""
    extended_connect: bool = False
    """Whether it announces WebSocket over HTTP/2 there."""
    strip_alpn: bool = False
    """Whether it answers as if it knew nothing of ALPN."""
    min_version: str | None = None
    """The lowest version that it takes: ``1.2``; any where None."""
    max_version: str | None = None


class Listener(proxyserver.Proxyserver):
    """mitmproxy's listener, with its own limits lifted, and a way to wait until no connection is left."""

    name = "proxyserver"

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # mitmproxy's own signature
        self._recorder = recorder
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
        tcp.watch(handler, self._recorder)
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
                # One that waits for the other half of its connection would not see the abort.
                if io.handler is not None:
                    io.handler.cancel()
            for hook in list(handler.hook_tasks):
                hook.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.idle.wait(), _DRAIN_S)


class _TlsConfig(tlsconfig.TlsConfig):
    """mitmproxy's TLS settings, with the certificates of the lab's authorities as they are in memory."""

    name = "tlsconfig"

    def __init__(self, tls: TlsSettings) -> None:
        self.certstore = tls.authority.store
        self._tls = tls

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
        if self._tls.strip_alpn and tls_start.ssl_conn is not None:
            # Its answer to ALPN is that it picks nothing of what is offered, and it sends none.
            tls_start.ssl_conn.set_app_data({"client_alpn": b"", "server_alpn": None, "http2": False})

    def tls_start_server(self, tls_start: TlsData) -> None:
        """Prepare TLS with a server; what is made of an extended CONNECT goes to one that speaks HTTP/1.1."""
        if self._tls.extended_connect:
            tls_start.conn.alpn_offers = [b"http/1.1"]
        super().tls_start_server(tls_start)

    def get_cert(self, conn_context: Context) -> CertStoreEntry:
        """A certificate that browsers trust, or where the hop is to be distrusted one that they do not."""
        tls = self._tls
        distrusted = tls.distrusted is not None and tls.distrusts(conn_context.client.sni or "")
        self.certstore = (tls.distrusted if distrusted and tls.distrusted else tls.authority).store
        return super().get_cert(conn_context)


class HopMaster(Master):
    """A master with just the addons that a proxy needs.

    A DumpMaster brings thirty more, whose start takes ten times as long, and ErrorCheck, which ends the whole
    process when anything in it logs an error while a master starts.
    """

    def __init__(
        self,
        mode: str,
        addon: HopAddon,
        tls: TlsSettings,
        recorder: Recorder,
        port: int = 0,
        *,
        connects_first: bool = False,
    ) -> None:
        """Prepare a master that will listen on ``port`` of 127.0.0.1, on a free one where 0, in ``mode``."""
        confdir = str(tls.authority.confdir)
        super().__init__(Options(listen_host="127.0.0.1", mode=[f"{mode}@127.0.0.1:{port}"], confdir=confdir))
        # It has put a handler on the root logger, for addons of an old kind that the lab does not have.
        self._legacy_log_events.uninstall()
        # A dump sees bodies before the recorder does, and messages before they are forgotten.
        dump = flows.watch(recorder)
        self.recorder: Recorder | flows.FlowDump = dump or recorder
        self.extended_connect = tls.extended_connect
        self.server = Listener(recorder)
        addons: Any = self.addons
        if dump is not None:
            addons.add(dump)
        addons.add(self.server, next_layer.NextLayer(), _TlsConfig(tls), addon)
        # These belong to addons: they are not known before those have been added.
        settings: Any = self.options
        settings.update(
            # Connecting at once would tell the server of connections that no request follows on.
            connection_strategy="eager" if connects_first else "lazy",
            keep_host_header=True,
            # The server behind has a certificate of the lab's own making, and is on this machine.
            ssl_insecure=True,
            upstream_cert=False,
            # Off unless a hop asks for it: most boxes speak HTTP/1.1 to the browser where they read at all.
            # Websockets take a connection of their own then, unless the hop announces extended CONNECT, too.
            http2=tls.http2,
            tls_version_client_min=_VERSIONS[tls.min_version],
            tls_version_client_max=_VERSIONS[tls.max_version],
        )
