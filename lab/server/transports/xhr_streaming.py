"""xhr-streaming: frames as lines of one long response."""

from aiohttp import web

from lab.server import responses
from lab.server.answers import JAVASCRIPT
from lab.server.endpoint import Endpoint
from lab.server.routes import Route
from lab.server.transports.xhr import wrap
from lab.sockjs.paths import Path

PRELUDE = b"h" * 2048 + b"\n"
"""Some browsers show a page nothing of a response before its first 2 KiB."""


async def handle(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Answer with frames until the response limit."""
    return await responses.stream(request, endpoint, path, JAVASCRIPT, wrap, PRELUDE)


ROUTES = [Route("xhr_streaming", ("POST",), handle, shared=True)]
