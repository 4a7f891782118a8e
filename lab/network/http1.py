"""mitmproxy's HTTP/1.1 connections with what they lack: interim answers (1xx) and trailers.

Without this an interim answer is taken for the answer itself, and trailers end the connection's handling with an
exception, so that the client waits for ever.
"""

import re
from collections.abc import Callable
from typing import Any

import h11
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.http import Response
from mitmproxy.net.http import http1
from mitmproxy.proxy import events, layer
from mitmproxy.proxy.layers.http import _http1
from mitmproxy.proxy.layers.http._base import HttpEvent, ReceiveHttp
from mitmproxy.proxy.layers.http._events import ResponseHeaders

_INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)\d\d\b.*?\n\r?\n", re.DOTALL)


def is_interim(response: Response) -> bool:
    """Whether another answer follows (RFC 9110, section 15.2); 101 is the last in HTTP/1.1."""
    return 100 <= response.status_code < 200 and response.status_code != 101


class WithoutTrailers(ChunkedReader):
    """Reads a chunked body, and drops the fields behind it (RFC 9110, section 6.5.1 allows that)."""

    def __call__(self, buf: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        """The next piece of the body, its end, or None where more bytes are needed."""
        event = super().__call__(buf)
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event


def interim_heads(buffer: ReceiveBuffer) -> list[Response]:
    """Take the interim answers that the bytes begin with out of them; what is not all there, or not right, stays."""
    found = []
    while match := _INTERIM.match(bytes(buffer)):
        try:
            found.append(http1.read_response_head(match[0].splitlines()[:-1]))
        except ValueError:
            break
        buffer.maybe_extract_at_most(match.end())
    return found


_Read = Callable[[Any, events.Event], layer.CommandGenerator[None]]
_Send = Callable[[Any, HttpEvent], layer.CommandGenerator[None]]


def _reading(original: _Read) -> _Read:
    def read_headers(self: Any, event: events.Event) -> layer.CommandGenerator[None]:
        """Read an answer's head, and those of interim answers before it."""
        if isinstance(event, events.DataReceived) and self.request:
            for response in interim_heads(self.buf):
                # The client has been told to continue: mitmproxy does that, and asks the server for no such answer.
                if response.status_code != 100:
                    yield ReceiveHttp(ResponseHeaders(self.stream_id, response, False))
        yield from original(self, event)

    return read_headers


def _sending(original: _Send) -> _Send:
    def send(self: Any, event: HttpEvent) -> layer.CommandGenerator[None]:
        """Send; an interim answer is not the one that the request waits for."""
        yield from original(self, event)
        if isinstance(event, ResponseHeaders) and is_interim(event.response):
            self.response = None

    return send


def install() -> None:
    """Make every master of this process use these connections; to be called once."""
    module: Any = _http1
    module.ChunkedReader = WithoutTrailers
    module.Http1Client.read_headers = _reading(module.Http1Client.read_headers)
    module.Http1Server.send = _sending(module.Http1Server.send)
