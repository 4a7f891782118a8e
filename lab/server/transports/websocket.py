"""websocket: SockJS frames over RFC 6455 (and hybi-07, hybi-10)."""

from aiohttp import web

from lab.server import websockets
from lab.server.endpoint import Endpoint
from lab.server.routes import Route
from lab.sockjs.frames import decode_websocket
from lab.sockjs.paths import Path


async def handle(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Serve a session for as long as its websocket lasts."""
    return await websockets.serve(request, endpoint, lambda: endpoint.sessions.single(path.session), decode_websocket)


ROUTES = [Route("websocket", ("GET",), handle)]
