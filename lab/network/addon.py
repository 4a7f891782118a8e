"""The one addon of a hop: what reaches the behaviours, what is streamed, what is recorded."""

from functools import partial

from mitmproxy.connection import Client
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.tls import ClientHelloData, TlsData

from lab.network import connections, websockets
from lab.network.pipeline import EXEMPT, Pipeline
from lab.network.recorder import Recorder
from lab.network.route import Route

_PASSED_ON = (
    "request",
    "response",
    "error",
    "websocket_control",
    "http_connected",
    "http_connect_error",
    "client_disconnected",
    "server_disconnected",
)
"""Hooks that go to the behaviours as they are."""


class HopAddon:
    """Streams what nobody wants whole, keeps out what is not ours, calls the behaviours."""

    def __init__(self, pipeline: Pipeline, recorder: Recorder, route: Route) -> None:
        self._pipeline = pipeline
        self._recorder = recorder
        self._route = route
        for hook in _PASSED_ON:
            setattr(self, hook, partial(pipeline.run, hook))

    async def http_connect(self, flow: HTTPFlow) -> None:
        """Refuse a CONNECT to another host, let the behaviours act, then set where it goes."""
        if not self._route.admit(flow):
            flow.metadata[EXEMPT] = True
            return
        await self._pipeline.run("http_connect", flow)
        self._route.direct(flow)

    async def requestheaders(self, flow: HTTPFlow) -> None:
        """Refuse a request to another host, let the behaviours act, then set where it goes."""
        if not self._route.admit(flow):
            flow.metadata[EXEMPT] = True
            return
        # The lab's own page must load whatever the behaviours do.
        flow.metadata[EXEMPT] = flow.request.path.startswith("/lab/")
        # An addon with a request hook expects the whole body there, as in any mitmproxy.
        flow.request.stream = not self._pipeline.has("request", flow)
        await self._pipeline.run("requestheaders", flow)
        if flow.response is not None:
            flow.request.stream = False
        self._route.direct(flow)

    async def responseheaders(self, flow: HTTPFlow) -> None:
        """Let the response stream, unless a behaviour holds it."""
        assert flow.response is not None
        flow.response.stream = True
        self._route.answered(flow)
        await self._pipeline.run("responseheaders", flow)

    async def client_connected(self, client: Client) -> None:
        """Record that a client has connected, and let the behaviours see it."""
        self._recorder.tcp_opened(client)
        await self._pipeline.run("client_connected", client)

    async def server_connected(self, data: ServerConnectionHookData) -> None:
        """Record that the hop has connected to a server, and let the behaviours see it."""
        self._recorder.tcp_opened(data.server)
        if (streams := connections.streams_of(data.client, data.server)) is not None:
            await self._route.connected(data.server, streams)
        if data.server.error is not None:
            self._recorder.tcp_failed(data.server, data.client)
            return
        self._recorder.tcp_ready(data.server, data.client)
        await self._pipeline.run("server_connected", data)

    def server_connect_error(self, data: ServerConnectionHookData) -> None:
        """Record that the hop could not connect to a server."""
        self._recorder.tcp_failed(data.server, data.client)

    async def server_connect(self, data: ServerConnectionHookData) -> None:
        """Set where a connection goes, or refuse it, and let the behaviours see it."""
        self._route.connect(data.server)
        await self._pipeline.run("server_connect", data)

    async def websocket_start(self, flow: HTTPFlow) -> None:
        """Record that a websocket has opened."""
        self._recorder.websocket_opened(flow)
        await self._pipeline.run("websocket_start", flow)

    async def websocket_message(self, flow: HTTPFlow) -> None:
        """Record a message as it came, and as it goes on where it does."""
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        self._recorder.frame(flow, message, arrived=True)
        await self._pipeline.run("websocket_message", flow)
        if not message.dropped and not websockets.delayed(flow):
            self._recorder.frame(flow, message, arrived=False)
        # mitmproxy keeps every message for as long as the websocket lives.
        flow.websocket.messages.clear()

    def websocket_released(self, flow: HTTPFlow) -> None:
        """Record a message that was delayed as it leaves."""
        self._recorder.frame(flow, websockets.released(flow), arrived=False)

    async def websocket_end(self, flow: HTTPFlow) -> None:
        """Record how a websocket ended."""
        self._recorder.websocket_closed(flow)
        await self._pipeline.run("websocket_end", flow)

    def tls_clienthello(self, data: ClientHelloData) -> None:
        """Pass TLS on unread where the hop tunnels."""
        data.ignore_connection = self._route.tunnel

    def tls_failed_client(self, data: TlsData) -> None:
        """Record that TLS with the client failed."""
        self._recorder.tls_failed("client", data.context.client.sni, data.conn.error)

    def tls_failed_server(self, data: TlsData) -> None:
        """Record that TLS with the server failed."""
        self._recorder.tls_failed("server", data.context.server.sni, data.conn.error)
