"""The page for the iframe transports: it loads the client on the endpoint's own origin."""

import hashlib
from html import escape

from lab.server.caching import cached_headers
from lab.server.dialects import Dialect
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Request
from lab.server.routes import Route
from lab.sockjs.paths import Path

_PAGE = """<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
{scripts}
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>"""


def page(sockjs_url: str, dialect: Dialect) -> bytes:
    """The page, whose text is fixed by sockjs-protocol."""
    return _PAGE.format(scripts=dialect.iframe_scripts.format(sockjs_url=escape(sockjs_url))).encode()


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has the page with ``etag`` already."""
    if if_none_match is None:
        return False
    held = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in held or "*" in held


def handle(request: Request, endpoint: Endpoint, path: Path) -> Answer:
    """Answer with the page, or with 304 where the client has it."""
    body = page(endpoint.options.sockjs_url, endpoint.options.dialect)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, **cached_headers()}
    if matches(request.headers.get("if-none-match"), etag):
        return Answer(304, headers)
    return Answer(200, headers | {"Content-Type": "text/html; charset=UTF-8"}, body)


ROUTES = [Route("iframe", ("GET",), handle, place="top")]
