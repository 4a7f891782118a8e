"""The raw websocket at ``<prefix>/websocket``: messages without SockJS frames, for clients without the library."""

from aiohttp import web

from lab.server import websockets
from lab.server.endpoint import Endpoint
from lab.server.routes import Route
from lab.sockjs.paths import Path


def decode(text: str) -> list[str]:
    """A raw message is its text."""
    return [text]


async def handle(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Serve a session for as long as its websocket lasts."""
    return await websockets.serve(request, endpoint, endpoint.sessions.raw, decode)


ROUTES = [Route("websocket", ("GET",), handle, place="top")]
