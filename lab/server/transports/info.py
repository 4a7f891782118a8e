"""What a client asks before it tries transports: ``/info``; and the greeting for people who look at the URL."""

import secrets

from aiohttp import web

from lab.server import cors
from lab.server.answers import TEXT
from lab.server.endpoint import Endpoint
from lab.server.routes import Route
from lab.sockjs.info import ENTROPY_BITS, document
from lab.sockjs.paths import Path


async def info(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Answer with what the endpoint can do. The client also measures the round trip by this answer."""
    options = endpoint.options
    body = document(
        websocket=options.websocket,
        cookie_needed=options.cookie,
        entropy=secrets.randbits(ENTROPY_BITS),
        base_url=options.base_url,
    )
    headers = {"Content-Type": "application/json; charset=UTF-8", "Cache-Control": options.dialect.not_cached}
    headers.update(cors.headers(request.headers, options.allowed_origins, options.dialect.null_origin))
    return web.Response(body=body.encode(), headers=headers)


async def greeting(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Say hello."""
    return web.Response(body=b"Welcome to SockJS!\n", headers={"Content-Type": TEXT})


ROUTES = [
    Route("info", ("GET",), info, place="top", shared=True),
    Route("greeting", ("GET",), greeting, place="top"),
]
