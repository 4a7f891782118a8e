"""Ends a response before the server does, after a time or so many bytes, whatever flows.

On the wire, by ``end``: ``fin`` and ``rst`` end the client's connection where the response is: without the last
chunk, or amid a chunk where ``size`` falls into one, and the server's connection with it. ``clean`` ends the
response as HTTP has it, with the last chunk, and the connection may be used again; the server's is cut with FIN, or
with ``upstream: held`` left open, so that the server still believes in it. ``delay`` counts from the request; where
not even headers have come by then, the answer is ``status``.

Who does it: Envoy, whose route timeout is 15 s for a whole response
(https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts), Google Cloud's backends after 30 s
(https://gitlab.com/gitlab-org/gitlab/-/issues/284074), AWS API Gateway after 29 to 30 s
(https://github.com/firebase/firebase-js-sdk/issues/6987). Chunked responses without their last chunk: Cloudflare and
others (https://github.com/dunglas/mercure/issues/96, https://github.com/antage/eventsource/issues/22).

What survives: websocket. A streaming transport opens and is cut: with ``clean`` the client asks again and learns
that its session is lost (the server's side cut: sockjs-node says 1006, this lab's server 1002) or still taken
(held: 2010); with ``fin`` and ``rst`` Chromium and Firefox report an error and the session ends with 1006, while
WebKit takes FIN for a normal end. A poll that is longer than ``delay`` gets ``status``, which ends the session too:
with heartbeats each 25 s that is what a shorter ``delay`` does.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Literal, Self

from mitmproxy import http
from pydantic import Field, model_validator

from lab.network import body
from lab.network.behaviour import Behaviour
from lab.units import Bytes, Milliseconds

_WHY = "the hop cut the response"
_HOW = {"clean": "with its last chunk", "fin": "with FIN", "rst": "with RST"}
_DELAY_MS = 15_000.0


class Cut(body.Stage):
    """Ends a body at a time, or at so many bytes."""

    def __init__(self, end: body.End, tell: Callable[[], None]) -> None:
        """Prepare; `due_s` and `left` say when.

        Args:
            end: How it ends.
            tell: Called when it does.
        """
        self._end = end
        self._tell = tell
        self.left: int | None = None
        """How many bytes still pass; all where None."""

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        """Let pass what may."""
        if self.left is None or len(data) < self.left:
            self.left = None if self.left is None else self.left - len(data)
            return [data]
        part, self.left = data[: self.left], 0
        self._tell()
        if self._end.how == "clean" or len(part) == len(data):
            return [part, self._end]
        end = self._end
        return [body.End(end.how, end.upstream, end.text, part=part, chunk=len(data), status=end.status)]

    def tick(self, now_s: float) -> Iterable[body.Item]:
        """It is time."""
        self.due_s = None
        self._tell()
        return [self._end]


class ResponseCut(Behaviour):
    """Cuts responses off."""

    class Parameters(Behaviour.Parameters):
        """When, and how."""

        delay: Milliseconds | None = Field(
            None, description="So long after the request; 15s where size is not given either."
        )
        size: Bytes | None = Field(
            None, ge=1, description="After so many bytes of the body; however many where null."
        )
        end: Literal["clean", "fin", "rst"] = Field(
            "fin", description="clean: the response ends as it should; fin, rst: the connection ends."
        )
        upstream: Literal["cut", "held"] = Field(
            "cut", description="With clean: whether the server's connection is cut or left open."
        )
        status: int | None = Field(
            504, ge=400, le=599, description="The answer where no headers have come yet; null: end as always."
        )

        @model_validator(mode="after")
        def _only_clean_is_held(self) -> Self:
            if self.upstream == "held" and self.end != "clean":
                raise ValueError(
                    "upstream: held goes with end: clean only; with the client's connection goes the other"
                )
            return self

    acts_on = "down"
    parameters: Parameters

    def _stage(self, flow: http.HTTPFlow) -> Cut:
        own = self.parameters
        end = body.End(own.end, own.upstream, _WHY, status=own.status)

        def tell() -> None:
            self.did(flow, f"cut the response {_HOW[own.end]}")

        return Cut(end, tell)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Set the time."""
        delay = self.parameters.delay
        if delay is None and self.parameters.size is None:
            delay = _DELAY_MS
        if delay is not None:
            stage = self._stage(flow)
            stage.due_s = monotonic() + delay / 1000
            body.add(flow, stage)

    def response_joined(self, flow: http.HTTPFlow) -> None:
        """Begin with a response that is under way: time and bytes count from now."""
        self.requestheaders(flow)
        self.responseheaders(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to count."""
        if self.parameters.size is not None and flow.response is not None and flow.response.status_code != 101:
            stage = self._stage(flow)
            stage.left = self.parameters.size
            body.add(flow, stage)


addons = [ResponseCut.addon()]
