"""htmlfile: frames as scripts of a page that never ends loading, in a hidden iframe."""

import json

from lab.server.answers import refusal, session_headers
from lab.server.endpoint import Endpoint
from lab.server.exchange import Outcome, Reception, Request
from lab.server.routes import Route
from lab.sockjs.callback import CallbackError, check
from lab.sockjs.paths import Path

CONTENT_TYPE = "text/html; charset=UTF-8"
_PAGE = r"""<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.%s;
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>"""
_LEAST = 1024
"""Bytes before Internet Explorer begins to show a page."""


def prelude(callback: str) -> bytes:
    """The page's beginning (its text is fixed by sockjs-protocol 0.3.3), padded with blanks."""
    return (_PAGE % callback).ljust(_LEAST).encode() + b"\r\n\r\n"


def wrap(frame: str) -> bytes:
    """A frame is a script. ``<`` is escaped, so that no message can end that script or begin another."""
    text = json.dumps(frame, ensure_ascii=False).replace("<", "\\u003c")
    return f"<script>\np({text});\n</script>\r\n".encode()


def handle(request: Request, endpoint: Endpoint, path: Path) -> Outcome:
    """Answer with frames until the response limit."""
    try:
        callback = check(request.parameter("c"))
    except CallbackError as error:
        return refusal(request, endpoint.options, 500, str(error))
    headers = session_headers(request, endpoint.options, CONTENT_TYPE)
    return Reception(headers, wrap, endpoint.options.response_limit, prelude(callback))


ROUTES = [Route("htmlfile", ("GET",), handle)]
