"""mitmproxy's HTTP stream with the recorder at its edges, and a few things it does otherwise.

An `HttpStream` handles one exchange: the connections' parsers feed it events, and what it sends leaves as
commands. Watching both shows what came and what really went, whatever addons do in between.
"""

import re
from collections.abc import Callable
from typing import Any

from mitmproxy import ctx
from mitmproxy.http import Headers, Response
from mitmproxy.net.http import status_codes
from mitmproxy.net.http.http1 import read
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import http, websocket
from mitmproxy.proxy.layers.http import _hooks as hooks
from mitmproxy.proxy.layers.http import _upstream_proxy
from mitmproxy.proxy.layers.http._base import HttpEvent
from mitmproxy.proxy.layers.http._events import (
    RequestProtocolError,
    RequestTrailers,
    ResponseEndOfMessage,
    ResponseHeaders,
    ResponseProtocolError,
    ResponseTrailers,
)

from lab.network import http1, websockets
from lab.network.bodystream import BodyStream, PartOfChunk, handing_on
from lab.network.exchange import Exchange
from lab.network.http1 import is_interim
from lab.network.http2 import Http2Server
from lab.network.recorder import FLOW
from lab.network.websocket_relay import Relay


class ObservedStream(BodyStream):
    """An HTTP stream whose master's recorder, if it has one, sees all that enters and leaves."""

    def __init__(self, context: Context, stream_id: int) -> None:
        super().__init__(context, stream_id)
        recorder = getattr(ctx.master, "recorder", None)
        self._exchange: Exchange | None = recorder.exchange() if recorder is not None else None

    def handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Pass one event through the stream; trailers end here, for not every connection can carry them."""
        if isinstance(event, RequestTrailers | ResponseTrailers):
            return
        if self._exchange is None:
            yield from super().handle_event(event)
            return
        if isinstance(event, HttpEvent):
            self._exchange.arrived(event, self.context.client)
        for command in super().handle_event(event):
            if isinstance(command, http.SendHttp):
                self._exchange.left(command)
            elif isinstance(command, PartOfChunk):
                self._exchange.left(http.SendHttp(command.part, command.connection))
            # What comes out of a CONNECT's stream may also be a command of an exchange inside its tunnel.
            elif (
                isinstance(command, hooks.HttpRequestHeadersHook | hooks.HttpConnectHook)
                and command.flow is self.flow
            ):
                command.flow.metadata[FLOW] = self._exchange.flow
            yield command

    def passthrough(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Pass an event on to the websocket or the tunnel that the connection, or its stream, has become."""
        for command in super().passthrough(event):
            event_out = command.event if isinstance(command, http.SendHttp) else None
            if isinstance(event_out, ResponseProtocolError) and websockets.ended_with_reset(self.flow):
                event_out.code = status_codes.NO_RESPONSE
            yield command

    def state_wait_for_response_headers(self, event: ResponseHeaders) -> layer.CommandGenerator[None]:
        """Take the answer; one before it, such as 103 Early Hints, goes on to the client as it is."""
        if not is_interim(event.response):
            yield from super().state_wait_for_response_headers(event)
        elif self.flow.request.http_version != "HTTP/1.0":  # which knows none
            yield http.SendHttp(event, self.context.client)

    def handle_connect_upstream(self) -> layer.CommandGenerator[None]:
        """Ask the next proxy before answering a CONNECT, and pass its refusal on.

        mitmproxy would answer 200 by itself and then close the tunnel where the next proxy refuses.
        """
        if self.flow.response:
            yield from self.handle_connect_finish()  # type: ignore[no-untyped-call] # mitmproxy's own signature
            return
        self._opening = _Opening(self.context)
        tunnel: Any = _upstream_proxy.HttpUpstreamProxy.make(self.context, True)[0]
        tunnel.child_layer = self._opening
        self.child_layer = tunnel
        self._handle_event = self.open_tunnel
        yield from self.open_tunnel(events.Start())

    def open_tunnel(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Wait for the next proxy's answer to the CONNECT."""
        tunnel: Any = self.child_layer
        if isinstance(event, RequestProtocolError):
            yield commands.CloseConnection(tunnel.tunnel_connection)
            self._handle_event = self.state_errored
            return
        yield from tunnel.handle_event(event)
        if not self._opening.done:
            return
        del self._handle_event
        if self._opening.error is None:
            yield from self._tunnel_is_open(tunnel)
        else:
            refused = re.search(r"refused HTTP CONNECT request: (\d{3})", self._opening.error)
            status = int(refused[1]) if refused else 502
            self.flow.response = Response.make(status, self._opening.error, {"Content-Type": "text/plain"})
            yield from self.handle_connect_finish()  # type: ignore[no-untyped-call] # mitmproxy's own signature

    def _tunnel_is_open(self, tunnel: Any) -> layer.CommandGenerator[None]:
        tunnel.child_layer = layer.NextLayer(self.context)
        self.flow.response = Response(b"HTTP/1.1", 200, b"Connection established", Headers(), b"", None, 0, 0)
        yield hooks.HttpConnectedHook(self.flow)
        self._handle_event = self.passthrough
        yield from tunnel.child_layer.handle_event(events.Start())
        for answer in (
            ResponseHeaders(self.stream_id, self.flow.response, True),
            ResponseEndOfMessage(self.stream_id),
        ):
            yield http.SendHttp(answer, self.context.client)


class _Opening(layer.Layer):
    """Opens the connection that it is put on top of, and keeps what came of it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # mitmproxy reads off the list of layers what a connection is; this one is there only for a moment.
        self.context.layers.remove(self)
        self.done = False
        self.error: str | None = None

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            self.error = yield commands.OpenConnection(self.context.server)
            self.done = True


def websocket_as_http(line: bytes) -> bytes:
    """A request line with ``ws://`` read as ``http://`` and ``wss://`` as ``https://``.

    WebKitGTK sends a forward proxy ``GET ws://host/path HTTP/1.1``, which mitmproxy would answer with 400.
    """
    return re.sub(rb"^(\S+ )ws(s?://)", rb"\1http\2", line)


def _pass_on(self: http.HttpLayer, event: events.Event) -> layer.CommandGenerator[None]:
    """Hand what was injected to the stream of its flow.

    mitmproxy looks for it by the connection, which on HTTP/2 is that of many.
    """
    streams = self.streams.values() if isinstance(event, events.MessageInjected) else ()
    stream = next((one for one in streams if getattr(one, "flow", None) is getattr(event, "flow", None)), None)
    if stream is not None:
        yield from self.event_to_child(stream, event)
    else:
        yield from _handled_by_mitmproxy(self, event)


_handled_by_mitmproxy: Callable[[Any, events.Event], layer.CommandGenerator[None]] = http.HttpLayer._handle_event


def install() -> None:
    """Make every master of this process use these streams. Calling it again changes nothing."""
    if http.HttpStream is ObservedStream:
        return
    http1.install()
    modules: Any = (http, websocket, read)
    modules[0].HttpStream = ObservedStream
    modules[0].Http2Server = Http2Server
    modules[0].HttpLayer._handle_event = handing_on(_pass_on)
    modules[1].WebsocketLayer = Relay
    original: Callable[[bytes], Any] = modules[2]._read_request_line
    modules[2]._read_request_line = lambda line: original(websocket_as_http(line))
