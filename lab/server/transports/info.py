"""What a client asks before it tries transports: ``/info``; and the greeting for people who look at the URL."""

import secrets

from lab.server import cors
from lab.server.answers import TEXT
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Request
from lab.server.routes import Route
from lab.sockjs.info import ENTROPY_BITS, document
from lab.sockjs.paths import Path


def info(request: Request, endpoint: Endpoint, path: Path) -> Answer:
    """Answer with what the endpoint can do. The client also measures the round trip by this answer."""
    options = endpoint.options
    body = document(
        websocket=options.websocket,
        cookie_needed=options.cookie,
        entropy=secrets.randbits(ENTROPY_BITS),
        base_url=options.base_url,
    )
    headers = {"Content-Type": "application/json; charset=UTF-8", "Cache-Control": options.dialect.not_cached}
    headers.update(cors.headers(request.headers, options.allowed_origins, options.dialect))
    return Answer(200, headers, body.encode())


def greeting(request: Request, endpoint: Endpoint, path: Path) -> Answer:
    """Say hello."""
    return Answer(200, {"Content-Type": TEXT}, b"Welcome to SockJS!\n")


ROUTES = [
    Route("info", ("GET",), info, place="top", shared=True),
    Route("greeting", ("GET",), greeting, place="top"),
]
