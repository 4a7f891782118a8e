"""mitmproxy's HTTP stream with the recorder at its edges, and two things it does otherwise.

An `HttpStream` handles one exchange: the connections' parsers feed it events, and what it sends leaves as
commands. Watching both shows what came and what really went, whatever addons do in between.
"""

import re
from collections.abc import Callable
from typing import Any

from mitmproxy import ctx
from mitmproxy.net.http.http1 import read
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import http, websocket
from mitmproxy.proxy.layers.http import _hooks as hooks
from mitmproxy.proxy.layers.http._base import HttpEvent

from lab.network.recorder import FLOW, Exchange

_ABNORMAL = 1006
"""What a client calls a websocket that ended without a closing frame (RFC 6455 section 7.1.5)."""


class ObservedStream(http.HttpStream):
    """An HTTP stream whose master's recorder, if it has one, sees all that enters and leaves."""

    def __init__(self, context: Context, stream_id: int) -> None:
        super().__init__(context, stream_id)
        recorder = getattr(ctx.master, "recorder", None)
        self._exchange: Exchange | None = recorder.exchange() if recorder is not None else None

    def handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Pass one event through the stream."""
        if self._exchange is None:
            yield from super().handle_event(event)
            return
        if isinstance(event, HttpEvent):
            self._exchange.arrived(event, tls=self.context.client.tls)
        for command in super().handle_event(event):
            if isinstance(command, http.SendHttp):
                self._exchange.left(command)
            elif isinstance(command, hooks.HttpRequestHeadersHook | hooks.HttpConnectHook):
                # What comes out of a CONNECT's stream may also be a command of an exchange inside its tunnel.
                if command.flow is self.flow:
                    command.flow.metadata[FLOW] = self._exchange.flow
            yield command


class FaithfulWebsocket(websocket.WebsocketLayer):
    """A websocket relay that passes the end of a TCP connection on as that.

    mitmproxy makes a closing frame of it, so that a browser whose server was cut off would see 1005, as if it
    had been closed in good order, and not 1006.
    """

    def relay_messages(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Relay one event."""
        if not isinstance(event, events.ConnectionClosed):
            yield from super().relay_messages(event)
            return
        assert self.flow.websocket is not None
        self.flow.websocket.closed_by_client = event.connection == self.context.client
        self.flow.websocket.close_code = _ABNORMAL
        self.flow.websocket.close_reason = ""
        for side in (self.server_ws, self.client_ws):
            yield commands.CloseConnection(side.conn)
        yield websocket.WebsocketEndHook(self.flow)
        self.flow.live = False
        self._handle_event = self.done


def websocket_as_http(line: bytes) -> bytes:
    """A request line with ``ws://`` read as ``http://`` and ``wss://`` as ``https://``.

    WebKitGTK sends a forward proxy ``GET ws://host/path HTTP/1.1``, which mitmproxy would answer with 400.
    """
    return re.sub(rb"^(\S+ )ws(s?://)", rb"\1http\2", line)


def install() -> None:
    """Make every master of this process use these streams. Calling it again changes nothing."""
    if http.HttpStream is ObservedStream:
        return
    modules: Any = (http, websocket, read)
    modules[0].HttpStream = ObservedStream
    modules[1].WebsocketLayer = FaithfulWebsocket
    original: Callable[[bytes], Any] = modules[2]._read_request_line
    modules[2]._read_request_line = lambda line: original(websocket_as_http(line))
