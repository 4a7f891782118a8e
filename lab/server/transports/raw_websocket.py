"""The raw websocket at ``<prefix>/websocket``: messages without SockJS frames, for clients without the library."""

from lab.server import handshakes
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Opening, Request
from lab.server.routes import Route
from lab.sockjs.paths import Path


def decode(text: str) -> list[str]:
    """A raw message is its text."""
    return [text]


def handle(request: Request, endpoint: Endpoint, path: Path) -> Answer | Opening:
    """Serve a session for as long as its websocket lasts."""
    return handshakes.refuse(request, endpoint.options) or Opening(endpoint.sessions.raw, decode)


ROUTES = [Route("websocket", ("GET",), handle, place="top")]
