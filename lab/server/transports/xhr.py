"""xhr-polling, and sending by POST, which xhr-streaming, eventsource and htmlfile use too."""

from http import HTTPStatus

from aiohttp import web

from lab.server import responses
from lab.server.answers import JAVASCRIPT, TEXT, session_headers
from lab.server.endpoint import Endpoint
from lab.server.ready import answer
from lab.server.routes import Route
from lab.server.sending import take
from lab.sockjs.paths import Path


def wrap(frame: str) -> bytes:
    """A frame is a line."""
    return f"{frame}\n".encode()


async def poll(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Answer with the next frame."""
    return await responses.poll(request, endpoint, path, JAVASCRIPT, wrap)


async def send(request: web.Request, endpoint: Endpoint, path: Path) -> web.StreamResponse:
    """Take the messages in the body."""
    refused = await take(request, endpoint, path)
    if refused is not None:
        return refused
    return answer(request, endpoint, HTTPStatus.NO_CONTENT, session_headers(request, endpoint.options, TEXT))


ROUTES = [Route("xhr", ("POST",), poll, shared=True), Route("xhr_send", ("POST",), send, shared=True)]
