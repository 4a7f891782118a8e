"""Receiving over HTTP: one frame per response (polling), or many (streaming)."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import HttpVersion11, web

from lab.server.answers import session_headers
from lab.server.endpoint import Endpoint
from lab.server.ready import answer
from lab.server.receivers import HttpReceiver
from lab.server.requests import SENT, WHY
from lab.sockjs.paths import Path

LAST_WRITES_S = 2.0
"""How long the peer has to take the last frames of a response before the connection is dropped."""


async def poll(
    request: web.Request, endpoint: Endpoint, path: Path, content_type: str, wrap: Callable[[str], bytes]
) -> web.StreamResponse:
    """Answer with the session's next frame, as soon as there is one."""
    endpoint.sessions.check_room(path.session)
    receiver = HttpReceiver(request.transport, wrap, 1)
    session = endpoint.sessions.find(path.session, path.name)
    session.attach(receiver)
    delivered = False
    endpoint.enter(receiver)
    try:
        if receiver.ended is None:
            endpoint.watch()
            await receiver.wait()
        if receiver.is_gone():
            raise ConnectionResetError("the client has gone")
        body = b"".join(receiver.pending)
        headers = session_headers(request, endpoint.options, content_type)
        response = answer(request, endpoint, HTTPStatus.OK, headers, body)
        # Written here and not later by aiohttp: the session must learn it when the client went with the frame.
        await response.prepare(request)
        await response.write_eof()
        request[SENT] = len(body)
        delivered = True
        return response
    finally:
        endpoint.leave(receiver)
        if not delivered:
            # Where the client is gone, the handler is cancelled.
            session.undelivered(receiver)


async def stream(
    request: web.Request,
    endpoint: Endpoint,
    path: Path,
    content_type: str,
    wrap: Callable[[str], bytes],
    prelude: bytes,
) -> web.StreamResponse:
    """Answer with ``prelude`` and the session's frames until the response limit or the end of the session."""
    endpoint.sessions.check_room(path.session)
    response = web.StreamResponse(headers=session_headers(request, endpoint.options, content_type))
    if request.version < HttpVersion11:
        # Without chunks only the connection's end ends the response, whatever the client says of keep-alive.
        response.force_close()
    await response.prepare(request)
    await response.write(prelude)
    receiver = HttpReceiver(request.transport, wrap, endpoint.options.response_limit)
    receiver.chunked = request.version >= HttpVersion11
    session = endpoint.sessions.find(path.session, path.name)
    session.attach(receiver)
    endpoint.watch()
    endpoint.enter(receiver)
    delivered = False
    try:
        while receiver.ended is None:
            await _write(response, receiver)
            if session.is_paused and receiver.ended is None:
                session.resume()
            await receiver.wait()
        try:
            async with asyncio.timeout(LAST_WRITES_S):
                await _write(response, receiver)
                await response.write_eof()
            delivered = True
        except TimeoutError:
            receiver.abort()
            raise ConnectionResetError("the client does not read") from None
    finally:
        endpoint.leave(receiver)
        if not delivered:
            session.undelivered(receiver)
        if endpoint.log is not None:
            request[SENT] = len(prelude) + receiver.sent
    if receiver.ended.why == "limit":
        request[WHY] = "limit"
    return response


async def _write(response: web.StreamResponse, receiver: HttpReceiver) -> None:
    while receiver.pending:
        receiver.busy = True
        try:
            for data in receiver.take():
                await response.write(data)
        finally:
            receiver.busy = False
