"""Taking messages that a client sends by POST."""

from collections.abc import Callable

from lab.server.answers import refusal
from lab.server.endpoint import Endpoint
from lab.server.exchange import Answer, Request
from lab.sockjs.frames import PayloadError, decode_messages
from lab.sockjs.paths import Path


def _whole(body: bytes) -> str | bytes:
    return body


def take(
    request: Request, endpoint: Endpoint, path: Path, payload: Callable[[bytes], str | bytes] = _whole
) -> Answer | None:
    """Give the messages in the body to the session; ``payload`` finds their JSON in it.

    Returns:
        The answer that says why they were not taken; None where they were.
    """
    session = endpoint.sessions.get(path.session)
    if session is None:
        return refusal(request, endpoint.options, 404)
    try:
        texts = decode_messages(payload(request.body))
    except PayloadError as error:
        return refusal(request, endpoint.options, 500, str(error))
    if len(texts) > endpoint.options.batch_limit:
        return refusal(request, endpoint.options, 413)
    session.receive(texts)
    return None
