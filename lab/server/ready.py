"""Answers whose bytes are made in one go, for the two requests that every message over polling costs.

aiohttp's own response costs about as much as all the rest of such a request. It is what all other requests get:
those of HTTP/1.0, those whose events are wanted, and those of applications that may have middlewares and signals.
"""

import time
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from lab.server.endpoint import Endpoint

_LINES = {status: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


class _Clock:
    """The Date header's value, made once a second."""

    second = 0
    text = ""

    def now(self) -> str:
        second = int(time.time())
        if second != self.second:
            self.second, self.text = second, formatdate(second, usegmt=True)
        return self.text


_clock = _Clock()


class ReadyResponse(web.StreamResponse):
    """An answer that is nothing but its bytes. It has none of the parts that a middleware may look at."""

    def __init__(self, data: bytes, *, keep_alive: bool) -> None:
        """An answer of ``data``, head and body."""
        # Not calling the base's: making its parts is the cost that is to be spared.
        self._data: bytes | None = data
        self._keeps = keep_alive

    @property
    def keep_alive(self) -> bool:
        """Whether the connection is kept."""
        return self._keeps

    @property
    def prepared(self) -> bool:
        """Whether it is written."""
        return self._data is None

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write it, once.

        Raises:
            ConnectionResetError: the connection is gone.
        """
        if self._data is not None:
            transport = request.transport
            if transport is None or transport.is_closing():
                raise ConnectionResetError("the client has gone")
            transport.write(self._data)
            self._data = None
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """It is written already."""


def answer(
    request: web.Request, endpoint: Endpoint, status: HTTPStatus, headers: Mapping[str, str], body: bytes = b""
) -> web.StreamResponse:
    """An answer, in one go where that shows no difference."""
    if not endpoint.direct or request.version != HttpVersion11:
        return web.Response(status=status, headers=headers, body=body or None)
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    keeps = request.keep_alive
    length = "" if status is HTTPStatus.NO_CONTENT else f"Content-Length: {len(body)}\r\n"
    last = "\r\n" if keeps else "Connection: close\r\n\r\n"
    head = f"{_LINES[status]}{lines}{length}Date: {_clock.now()}\r\n{last}"
    # What came in headers was read in this way.
    return ReadyResponse(head.encode("utf-8", "surrogateescape") + body, keep_alive=keeps)
