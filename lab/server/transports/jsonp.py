"""jsonp-polling: each frame is a script that calls a function of the page; messages come from a form."""

import json
from urllib.parse import parse_qs

from aiohttp import web

from lab.server import responses
from lab.server.answers import JAVASCRIPT, TEXT, refusal, session_headers
from lab.server.endpoint import Endpoint
from lab.server.routes import Route
from lab.server.sending import take
from lab.sockjs.callback import CallbackError, check
from lab.sockjs.frames import PayloadError
from lab.sockjs.paths import Path

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 100


async def poll(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Answer with the next frame."""
    try:
        callback = check(request.query.get("c"))
    except CallbackError as error:
        return refusal(request, endpoint.options, 500, str(error))

    prefix = endpoint.options.dialect.jsonp_prefix

    def wrap(frame: str) -> bytes:
        return f"{prefix}{callback}({json.dumps(frame, ensure_ascii=False)});\r\n".encode()

    return await responses.poll(request, endpoint, path, JAVASCRIPT, wrap)


def field(body: bytes) -> str:
    """The field ``d`` of a form; empty where it has none.

    Raises:
        PayloadError: the form is broken.
    """
    try:
        form = parse_qs(body.decode(), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise PayloadError("Payload expected.") from None
    return form.get("d", [""])[0]


async def send(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Take the messages in the body."""
    form = request.content_type == _FORM
    refused = await take(request, endpoint, path, field if form else bytes)
    if refused is not None:
        return refused
    # Not 204: Konqueror cannot deal with it.
    return web.Response(body=b"ok", headers=session_headers(request, endpoint.options, TEXT))


ROUTES = [Route("jsonp", ("GET",), poll), Route("jsonp_send", ("POST",), send)]
