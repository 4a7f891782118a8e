"""Answers by itself when the server takes too long to begin with its answer.

On the wire: when no headers have come ``timeout`` after the request, the client gets ``status`` with a short HTML
page, and the server's connection is cut. With ``end: fin`` or ``rst`` it gets none: its connection ends.

Who does it: nginx with 504 after 60 s, HAProxy as Debian configures it with 504 after 50 s, Varnish with 503 after
60 s (60.0, 50.0 and 60.0 s measured on Debian 12), Heroku with 503 after 30 s (its H12,
https://devcenter.heroku.com/articles/request-timeout), Cloudflare with 524 after 120 s
(https://developers.cloudflare.com/fundamentals/reference/connection-limits), CloudFront with 504 after 30 s.

What survives: everything, where ``timeout`` is longer than the 25 s after which a SockJS server answers a poll that
has nothing to say. Below that xhr-polling ends with 1006 after ``timeout`` of silence; streaming transports and
websocket, whose answers begin at once, do not.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import body
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds

_WHY = "the hop did not wait longer for an answer"


class Awaited(body.Stage):
    """Gives up when the head has not come."""

    def __init__(self, due_s: float, end: body.End, tell: Callable[[], None]) -> None:
        self.due_s = due_s
        self._end = end
        self._tell = tell

    def head(self, now_s: float) -> None:
        """It has come."""
        self.due_s = None

    def tick(self, now_s: float) -> Iterable[body.Item]:
        """It has not."""
        self.due_s = None
        self._tell()
        return [self._end]


class FirstByteTimeout(Behaviour):
    """Gives up on servers that do not answer."""

    class Parameters(Behaviour.Parameters):
        """How long they have, and what the client gets."""

        timeout: Milliseconds = Field(60_000.0, gt=0, description="How long the server has to begin.")
        status: int = Field(504, ge=400, le=599, description="The status that the client gets.")
        end: Literal["answer", "fin", "rst"] = Field(
            "answer", description="answer: give the status; fin, rst: end the connection without an answer."
        )

    acts_on = "down"
    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to wait."""
        own = self.parameters
        end = (
            body.End("fin", "cut", _WHY, status=own.status) if own.end == "answer" else body.End(own.end, "cut", _WHY)
        )

        def tell() -> None:
            how = (
                f"answered with {own.status}"
                if own.end == "answer"
                else f"ended the connection with {own.end.upper()}"
            )
            self.did(flow, f"{how} in place of the server", waited_ms=round(own.timeout))

        body.add(flow, Awaited(monotonic() + own.timeout / 1000, end, tell))


addons = [FirstByteTimeout.addon()]
