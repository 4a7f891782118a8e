"""jsonp-polling: each frame is a script that calls a function of the page; messages come from a form."""

import json
from urllib.parse import parse_qs

from lab.server.answers import JAVASCRIPT, TEXT, refusal, session_headers
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Outcome, Reception, Request
from lab.server.routes import Route
from lab.server.sending import take
from lab.sockjs.callback import CallbackError, check
from lab.sockjs.frames import PayloadError
from lab.sockjs.paths import Path

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 100


def poll(request: Request, endpoint: Endpoint, path: Path) -> Outcome:
    """Answer with the next frame."""
    try:
        callback = check(request.parameter("c"))
    except CallbackError as error:
        return refusal(request, endpoint.options, 500, str(error))

    prefix = endpoint.options.dialect.jsonp_prefix

    def wrap(frame: str) -> bytes:
        return f"{prefix}{callback}({json.dumps(frame, ensure_ascii=False)});\r\n".encode()

    return Reception(session_headers(request, endpoint.options, JAVASCRIPT), wrap, 1)


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


def send(request: Request, endpoint: Endpoint, path: Path) -> Answer:
    """Take the messages in the body."""
    form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    refused = take(request, endpoint, path, field if form else bytes)
    if refused is not None:
        return refused
    # Not 204: Konqueror cannot deal with it.
    return Answer(200, session_headers(request, endpoint.options, TEXT), b"ok")


ROUTES = [Route("jsonp", ("GET",), poll), Route("jsonp_send", ("POST",), send, takes_body=True)]
