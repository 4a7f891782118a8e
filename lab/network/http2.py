"""WebSocket over HTTP/2 (RFC 8441) at the side of a hop that faces the browser.

A hop that announces SETTINGS_ENABLE_CONNECT_PROTOCOL is asked for a websocket by a CONNECT with ``:protocol``. Here
that becomes the GET with ``Upgrade`` that HTTP/1.1 has for it, and 101 becomes ``:status 200``, as Envoy and HAProxy
do it: whatever lies behind, behaviours among it, sees an ordinary handshake. The frames pass as DATA. The end of the
stream stands for FIN, RST_STREAM for RST, and the HTTP/2 connection lives on.
"""

import base64
import os
from dataclasses import dataclass, field
from typing import Any, Literal

from h2 import events as h2  # type: ignore[import-untyped]
from h2.errors import ErrorCodes  # type: ignore[import-untyped]
from mitmproxy import ctx
from mitmproxy.http import Response
from mitmproxy.net.http import status_codes
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import _events as told
from mitmproxy.proxy.layers.http import _http2
from mitmproxy.proxy.layers.http._base import HttpEvent, ReceiveHttp

Commands = layer.CommandGenerator[None]

_OF_HTTP1 = ("upgrade", "connection", "sec-websocket-accept")
"""What an answer has in HTTP/1.1 alone (RFC 8441 section 5.1)."""


def as_upgrade(headers: list[tuple[bytes, bytes]], key: bytes) -> list[tuple[bytes, bytes]] | None:
    """The headers of an extended CONNECT for a websocket as those of a GET that asks for an upgrade.

    Args:
        headers: As HTTP/2 has them, the pseudo headers first.
        key: The Sec-WebSocket-Key, which HTTP/2 has none of.

    Returns:
        None where they are no extended CONNECT for a websocket.
    """
    pseudo = {name: value for name, value in headers if name.startswith(b":")}
    if (pseudo.pop(b":method", b""), pseudo.pop(b":protocol", b"")) != (b"CONNECT", b"websocket"):
        return None
    upgrade = [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket"), (b"Sec-WebSocket-Key", key)]
    plain = [(name, value) for name, value in headers if not name.startswith(b":")]
    return [(b":method", b"GET"), *pseudo.items(), *upgrade, *plain]


@dataclass
class _Websocket:
    """A stream on which a websocket was asked for."""

    state: Literal["asking", "asked", "accepted", "open", "over"] = "asking"
    """accepted: 101 has come, but what takes the frames is not there yet; over: it was refused, or has ended."""
    early: list[bytes] = field(default_factory=list)
    """What the client has sent before it could."""


class Http2Server(_http2.Http2Server):
    """HTTP/2 with a browser, with websockets in it where the hop announces that."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._websockets: dict[int, _Websocket] = {}
        if getattr(ctx.master, "extended_connect", False):
            self.h2_conn.local_settings.enable_connect_protocol = 1
            # Else the first SETTINGS frame would say what was there before.
            self.h2_conn.local_settings.acknowledge()

    def _handle(self, event: events.Event) -> Commands:
        if isinstance(event, HttpEvent) and event.stream_id in self._websockets:
            handled = self._answer(self._websockets[event.stream_id], event)
        else:
            handled = super()._handle_event(event)
        for command in handled:
            if isinstance(command, ReceiveHttp):
                yield from self._came(command.event)
            else:
                yield command

    _handle_event: Any = _handle  # It is assigned another when the connection has ended.

    def handle_h2_event(self, event: h2.Event) -> layer.CommandGenerator[bool]:
        """Read an extended CONNECT for a websocket as a GET that asks for an upgrade."""
        made = None
        if isinstance(event, h2.RequestReceived) and self.h2_conn.local_settings.enable_connect_protocol:
            made = as_upgrade(event.headers, base64.b64encode(os.urandom(16)))
        if made is None:
            return (yield from super().handle_h2_event(event))
        event.headers = made
        self._websockets[event.stream_id] = _Websocket()
        stopped = yield from super().handle_h2_event(event)
        # The GET has no body, though the stream goes on.
        yield ReceiveHttp(told.RequestEndOfMessage(event.stream_id))
        return stopped

    def _came(self, event: HttpEvent) -> Commands:
        """Tell of what has come from the client; on a websocket's stream as of a connection of its own."""
        websocket = self._websockets.get(event.stream_id)
        state = websocket.state if websocket is not None else None
        if websocket is None or state == "asking":
            if websocket is not None and isinstance(event, told.RequestEndOfMessage):
                websocket.state = "asked"
        elif isinstance(event, told.RequestData) and state in {"asked", "accepted"}:
            websocket.early.append(event.data)
            return
        elif isinstance(event, told.RequestEndOfMessage) and state in {"asked", "accepted"}:
            gone = status_codes.CLIENT_CLOSED_REQUEST
            event = told.RequestProtocolError(event.stream_id, "the client ended the stream", gone)
        elif isinstance(event, told.RequestProtocolError) and state == "open":
            websocket.state = "over"
            event = told.RequestEndOfMessage(event.stream_id)
        elif state == "over" and not isinstance(event, told.RequestProtocolError):
            return
        yield ReceiveHttp(event)

    def _answer(self, websocket: _Websocket, event: HttpEvent) -> Commands:
        """Send the client what is to leave on a websocket's stream."""
        number, switched = event.stream_id, websocket.state in {"accepted", "open"}
        if isinstance(event, told.ResponseHeaders):
            accepted = event.response.status_code == 101
            websocket.state = "accepted" if accepted else "over"
            if accepted:
                event = told.ResponseHeaders(number, _as_ok(event.response))
            yield from super()._handle_event(event)
        elif isinstance(event, told.ResponseEndOfMessage) and websocket.state == "accepted":
            # Now what takes the frames is there.
            websocket.state = "open"
            early, websocket.early = websocket.early, []
            for data in early:
                yield ReceiveHttp(told.RequestData(number, data))
        elif isinstance(event, told.ResponseProtocolError) and switched:
            websocket.state = "over"
            if self.is_open_for_us(number):
                if event.code == status_codes.NO_RESPONSE:
                    self.h2_conn.reset_stream(number, ErrorCodes.CONNECT_ERROR)
                else:
                    self.h2_conn.end_stream(number)
                yield commands.SendData(self.conn, self.h2_conn.data_to_send())
        else:
            yield from super()._handle_event(event)


def _as_ok(response: Response) -> Response:
    """The answer 101 as HTTP/2 has it."""
    made = response.copy()
    made.status_code = 200
    for name in _OF_HTTP1:
        made.headers.pop(name, None)
    return made
