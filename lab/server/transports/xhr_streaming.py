"""xhr-streaming: frames as lines of one long response."""

from lab.server.answers import JAVASCRIPT, session_headers
from lab.server.endpoint import Endpoint
from lab.server.exchange import Reception, Request
from lab.server.routes import Route
from lab.server.transports.xhr import wrap
from lab.sockjs.paths import Path

PRELUDE = b"h" * 2048 + b"\n"
"""Some browsers show a page nothing of a response before its first 2 KiB."""


def handle(request: Request, endpoint: Endpoint, path: Path) -> Reception:
    """Answer with frames until the response limit."""
    headers = session_headers(request, endpoint.options, JAVASCRIPT)
    return Reception(headers, wrap, endpoint.options.response_limit, PRELUDE)


ROUTES = [Route("xhr_streaming", ("POST",), handle, shared=True)]
