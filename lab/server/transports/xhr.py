"""xhr-polling, and sending by POST, which xhr-streaming, eventsource and htmlfile use too."""

from lab.server.answers import JAVASCRIPT, TEXT, session_headers
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Reception, Request
from lab.server.routes import Route
from lab.server.sending import take
from lab.sockjs.paths import Path


def wrap(frame: str) -> bytes:
    """A frame is a line."""
    return f"{frame}\n".encode()


def poll(request: Request, endpoint: Endpoint, path: Path) -> Reception:
    """Answer with the next frame."""
    return Reception(session_headers(request, endpoint.options, JAVASCRIPT), wrap, 1)


def send(request: Request, endpoint: Endpoint, path: Path) -> Answer:
    """Take the messages in the body."""
    return take(request, endpoint, path) or Answer(204, session_headers(request, endpoint.options, TEXT))


ROUTES = [
    Route("xhr", ("POST",), poll, shared=True),
    Route("xhr_send", ("POST",), send, shared=True, takes_body=True),
]
