"""Ends a response when the server has not sent anything for a while.

On the wire: when no byte of the body came for ``timeout``, the client's connection ends with FIN and without the last
chunk, or with RST, or the response ends as HTTP has it; the server's connection is cut. What happens before the first
byte of an answer is up to ``first_byte_timeout``.

Who does it: with FIN and without the last chunk: nginx after 60 s, HAProxy as Debian configures it after 50 s,
Varnish after 60 s (60.6, 50.6 and 61.5 s measured on Debian 12). Apache after 300 s, Squid after 15 minutes, Heroku
after 55 s (https://devcenter.heroku.com/articles/request-timeout), Cloudflare after 120 s
(https://developers.cloudflare.com/fundamentals/reference/connection-limits), Envoy after 5 minutes.

What survives: everything, as long as heartbeats come more often: SockJS servers send one each 25 s. Where they do
not, an open streaming transport ends with 1006, but in WebKit, which takes FIN for a normal end.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import body
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds

_WHY = "the hop ended the idle response"
_HOW = {"clean": "with its last chunk", "fin": "with FIN", "rst": "with RST"}


class Idle(body.Stage):
    """Ends a body when nothing has come for so long."""

    def __init__(
        self, timeout_s: float, end: body.End, tell: Callable[[], None], *, now_s: float | None = None
    ) -> None:
        """Wait from the head on, or from now where it has come already."""
        self.due_s = None if now_s is None else now_s + timeout_s
        self._timeout_s = timeout_s
        self._end = end
        self._tell = tell

    def head(self, now_s: float) -> None:
        """Begin to wait."""
        self.due_s = now_s + self._timeout_s

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        """Wait anew."""
        self.due_s = now_s + self._timeout_s
        return [data]

    def end(self, now_s: float) -> Iterable[body.Item]:
        """Wait no more."""
        self.due_s = None
        return [body.END]

    def tick(self, now_s: float) -> Iterable[body.Item]:
        """It was too long."""
        self.due_s = None
        self._tell()
        return [self._end]


class ResponseIdle(Behaviour):
    """Cuts responses off that are idle."""

    class Parameters(Behaviour.Parameters):
        """How long is idle, and how it ends."""

        timeout: Milliseconds = Field(60_000.0, gt=0, description="How long nothing may come.")
        end: Literal["clean", "fin", "rst"] = Field(
            "fin", description="clean: the response ends as it should; fin, rst: the connection ends."
        )

    parameters: Parameters

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to watch."""
        self._watch(flow)

    def response_joined(self, flow: http.HTTPFlow) -> None:
        """Begin to watch a response that is under way."""
        self._watch(flow, now_s=monotonic())

    def _watch(self, flow: http.HTTPFlow, *, now_s: float | None = None) -> None:
        own = self.parameters
        if flow.response is None or flow.response.status_code == 101:
            return

        def tell() -> None:
            self.did(flow, f"ended the idle response {_HOW[own.end]}", idle_ms=round(own.timeout))

        body.add(flow, Idle(own.timeout / 1000, body.End(own.end, "cut", _WHY), tell, now_s=now_s))


addons = [ResponseIdle.addon()]
