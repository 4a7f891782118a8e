"""Taking messages that a client sends by POST."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from lab.server.answers import TooLarge, read_body, refusal
from lab.server.endpoint import Endpoint
from lab.sockjs.frames import PayloadError, decode_messages
from lab.sockjs.paths import Path


def _whole(body: bytes) -> str | bytes:
    return body


async def take(
    request: web.Request, endpoint: Endpoint, path: Path, payload: Callable[[bytes], str | bytes] = _whole
) -> web.Response | None:
    """Give the messages in the body to the session; ``payload`` finds their JSON in it.

    Returns:
        The answer that says why they were not taken; None where they were.
    """
    try:
        async with asyncio.timeout(endpoint.options.body_s):
            body = await read_body(request, endpoint.options.message_limit)
        session = endpoint.sessions.get(path.session)
        if session is None:
            return refusal(request, endpoint.options, 404)
        session.receive(decode_messages(payload(body)))
    except TimeoutError:
        answer = refusal(request, endpoint.options, 408)
        answer.force_close()
        return answer
    except TooLarge:
        return refusal(request, endpoint.options, 413)
    except web.RequestPayloadError:
        return refusal(request, endpoint.options, 400)
    except PayloadError as error:
        return refusal(request, endpoint.options, 500, str(error))
    return None
