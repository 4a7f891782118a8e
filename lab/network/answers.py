"""The ways in which a hop answers a request by itself: with a status, not at all, or by ending the connection.

For behaviours that refuse something: their parameter is an `Answer`, and a hook gives it::

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        if flow.request.method == "POST":
            await give(self, flow, self.parameters.answer)
"""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Annotated, Literal

from mitmproxy import http
from pydantic import Field

from lab.network import connections

if TYPE_CHECKING:
    from lab.network.behaviour import Behaviour

Status = Annotated[int, Field(ge=200, le=599)]
"""A status that a hop may answer with by itself."""

Answer = Literal["hang", "reset", "close"] | Status
"""What becomes of a request that is refused."""

ANSWERS = (
    "A status: answer with it; hang: never answer; reset: cut the connection off with RST; "
    "close: end it with FIN, without an answer."
)
"""The description of a parameter that is an `Answer`."""

TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"


async def give(
    behaviour: "Behaviour",
    flow: http.HTTPFlow,
    answer: Answer,
    *,
    because: str = "",
    body: str = "The proxy does not allow this request.\n",
    content_type: str = TEXT,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer a request, and say so; the server does not see it. To be awaited in ``requestheaders``.

    A request that is left unanswered goes on where the behaviour acts no more.

    Args:
        behaviour: Who answers.
        flow: What is answered.
        answer: How.
        because: Put behind what is said: ``answered with 405 because of the method POST``.
        body: What is sent with a status, those apart that have no body.
        content_type: Of the body.
        headers: Further headers of an answer with a status.
    """
    why = f" because of {because}" if because else ""
    if answer == "hang":
        behaviour.did(flow, f"left the request unanswered{why}")
        if await connections.held(flow.client_conn) == "gone":
            connections.abandon(flow)
    elif answer == "reset":
        behaviour.did(flow, f"reset the connection of the request{why}")
        connections.reset(flow.client_conn)
        connections.abandon(flow)
    elif answer == "close":
        behaviour.did(flow, f"closed the connection of the request{why}")
        connections.abandon(flow)
    else:
        flow.response = response(answer, body, content_type, headers)
        behaviour.did(flow, f"answered with {answer}{why}", status=answer)


def response(
    status: int, body: str, content_type: str = TEXT, headers: Mapping[str, str] | None = None
) -> http.Response:
    """A response of the hop's own; without a body where the status has none (RFC 9110 section 6.4.1)."""
    if status in {204, 205, 304}:
        made = http.Response.make(status, b"", dict(headers or {}))
        if status != 205:
            made.headers.pop("content-length", None)
        return made
    return http.Response.make(status, body.encode(), {"Content-Type": content_type, **(headers or {})})


def page(title: str, text: str, *, line: str = "") -> str:
    """An HTML page as gateways show it to people; ``line`` stands on a line of its own.

    No other line begins with a letter: a SockJS client takes the first character of a line for a frame's type.
    """
    return (
        "<!DOCTYPE html>\n"
        f"<html>\n<head><title>{escape(title)}</title></head>\n<body>\n<h1>{escape(title)}</h1>\n"
        f"<p>{escape(text)}</p>\n" + (f"{line}\n" if line else "") + "</body>\n</html>\n"
    )
