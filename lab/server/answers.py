"""Answers that several transports give, with their headers."""

from lab.server import cors
from lab.server.cookies import set_cookie
from lab.server.exchange import Answer, Request
from lab.server.options import ServerOptions

JAVASCRIPT = "application/javascript; charset=UTF-8"
TEXT = "text/plain; charset=UTF-8"


def session_headers(request: Request, options: ServerOptions, content_type: str) -> dict[str, str]:
    """The headers of an answer below a session's URL: never cached, readable across origins."""
    dialect = options.dialect
    headers = {
        "Content-Type": content_type,
        "Cache-Control": dialect.not_cached,
        "X-Content-Type-Options": "nosniff",
        **cors.headers(request.headers, options.allowed_origins, dialect),
    }
    if options.cookie:
        headers["Set-Cookie"] = set_cookie(request.headers.get("cookie"), secure=request.secure, node=options.node)
    return headers


def refusal(request: Request, options: ServerOptions, status: int, text: str = "", *, closes: bool = False) -> Answer:
    """An answer that says no; ``text`` is what the protocol says about it."""
    headers = session_headers(request, options, TEXT)
    if not text:
        del headers["Content-Type"]
    return Answer(status, headers, text.encode(), closes)
