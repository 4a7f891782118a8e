"""eventsource: frames as server-sent events."""

from aiohttp import web

from lab.server import responses
from lab.server.endpoint import Endpoint
from lab.server.routes import Route
from lab.sockjs.paths import Path

PRELUDE = b"\r\n"
"""Opera loses the first event without it."""


def wrap(frame: str) -> bytes:
    """A frame is an event of one line: JSON has no line breaks in its strings."""
    return f"data: {frame}\r\n\r\n".encode()


async def handle(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Answer with frames until the response limit."""
    return await responses.stream(request, endpoint, path, endpoint.options.dialect.event_stream, wrap, PRELUDE)


ROUTES = [Route("eventsource", ("GET",), handle, shared=True)]
