"""websocket: SockJS frames over RFC 6455 (and hybi-07, hybi-10)."""

from functools import partial

from lab.server import handshakes
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Opening, Request
from lab.server.routes import Route
from lab.sockjs.frames import decode_websocket
from lab.sockjs.paths import Path


def handle(request: Request, endpoint: Endpoint, path: Path) -> Answer | Opening:
    """Serve a session for as long as its websocket lasts."""
    create = partial(endpoint.sessions.single, path.session)
    return handshakes.refuse(request, endpoint.options) or Opening(create, decode_websocket)


ROUTES = [Route("websocket", ("GET",), handle)]
