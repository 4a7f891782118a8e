"""eventsource: frames as server-sent events."""

from lab.server.answers import session_headers
from lab.server.endpoint import Endpoint
from lab.server.exchange import Reception, Request
from lab.server.routes import Route
from lab.sockjs.paths import Path

PRELUDE = b"\r\n"
"""Opera loses the first event without it."""


def wrap(frame: str) -> bytes:
    """A frame is an event of one line: JSON has no line breaks in its strings.

    The client decodes each event as a URI (sockjs-client, lib/transport/receiver/eventsource.js), so a percent sign
    would be lost, or would end the client with a URIError.
    """
    return f"data: {frame.replace('%', '%25')}\r\n\r\n".encode()


def handle(request: Request, endpoint: Endpoint, path: Path) -> Reception:
    """Answer with frames until the response limit."""
    options = endpoint.options
    headers = session_headers(request, options, options.dialect.event_stream)
    return Reception(headers, wrap, options.response_limit, PRELUDE)


ROUTES = [Route("eventsource", ("GET",), handle, shared=True)]
