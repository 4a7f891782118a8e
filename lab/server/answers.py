"""Answers that several transports give, with their headers; and the reading of bodies."""

from aiohttp import web

from lab.server import cors
from lab.server.cookies import set_cookie
from lab.server.options import ServerOptions

JAVASCRIPT = "application/javascript; charset=UTF-8"
TEXT = "text/plain; charset=UTF-8"


def session_headers(request: web.Request, options: ServerOptions, content_type: str) -> dict[str, str]:
    """The headers of an answer below a session's URL: never cached, readable across origins."""
    dialect = options.dialect
    headers = {"Content-Type": content_type, "Cache-Control": dialect.not_cached, "X-Content-Type-Options": "nosniff"}
    headers.update(cors.headers(request.headers, options.allowed_origins, dialect.null_origin))
    if options.cookie:
        headers["Set-Cookie"] = set_cookie(request.headers.get("Cookie"), secure=request.secure)
    return headers


def refusal(request: web.Request, options: ServerOptions, status: int, text: str = "") -> web.Response:
    """An answer that says no; ``text`` is what the protocol says about it."""
    headers = session_headers(request, options, TEXT)
    if not text:
        del headers["Content-Type"]
    return web.Response(status=status, body=text.encode() or None, headers=headers)


class TooLarge(Exception):
    """A body is larger than allowed."""


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body of a request.

    Raises:
        TooLarge: it has more than ``limit`` bytes; what lies beyond was not read.
        aiohttp.web.RequestPayloadError: it is malformed, as in broken chunks.
    """
    if (request.content_length or 0) > limit:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > limit:
            raise TooLarge
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
