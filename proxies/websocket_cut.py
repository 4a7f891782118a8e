"""Ends a websocket that has opened, after a time or so many messages, whatever is said on it.

On the wire: both connections end: with FIN and no closing frame, with RST, or with a closing frame to both sides
that says a code. ``delay`` counts from the opening, or on a websocket that is open already from when this behaviour
begins to act; ``spread`` adds a random time to it, drawn anew for each websocket.

Who does it: security gateways that let the handshake pass and cut the tunnel 100 to 500 ms later
(https://github.com/phoenixframework/phoenix/issues/6766). As the longest life of a connection, however busy: Google
Cloud's HTTPS load balancer, 30 s by default (https://gitlab.com/gitlab-org/gitlab/-/issues/284074), AWS API Gateway
after 2 h (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html), Azure Front Door after 4 h
(https://docs.azure.cn/zh-cn/frontdoor/standard-premium/websocket).

What survives: every HTTP transport, but the client does not fall back to any: it was open, so the session ends with
1006, or with the code, and a new one begins with websocket again. Heartbeats do not help. Cut behind the first
message, Firefox has not read the open frame yet and does fall back. WebKitGTK says 1006 for the code 1012.
"""

from typing import Any, Literal

from mitmproxy import http
from pydantic import Field

from lab import tasks
from lab.network import connections, websockets
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds

_PASSED = "websocket_cut.passed"
_HOW = {"fin": "with FIN", "rst": "with RST", "close": "with a closing frame"}


class WebsocketCut(Behaviour):
    """Cuts websockets off once they are open."""

    class Parameters(Behaviour.Parameters):
        """When, and how."""

        delay: Milliseconds | None = Field(
            None, description="So long after its opening; 300ms where messages is not given either."
        )
        spread: Milliseconds = Field(0.0, description="A random time up to this is added to delay.")
        messages: int | None = Field(
            None, ge=1, description="After so many messages, of both sides together; however many where null."
        )
        end: Literal["fin", "rst", "close"] = Field(
            "fin", description="fin: FIN alone; rst: RST; close: a closing frame to both sides, then FIN."
        )
        code: websockets.Code = Field(1001, description="With close: the code that the frame says.")
        reason: str = Field("", max_length=100, description="With close: the reason that the frame says.")

    parameters: Parameters

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Set the time, if it is one that ends the websocket."""
        delay = self.parameters.delay
        if delay is None:
            if self.parameters.messages is not None:
                return
            delay = 300.0
        wait_s = (delay + self.random.uniform(0, self.parameters.spread)) / 1000
        tasks.spawn(self._cut_after(flow, wait_s), name="cut a websocket")

    async def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Count, and cut behind the last that passes."""
        assert flow.websocket is not None
        if self.parameters.messages is None or flow.websocket.messages[-1].dropped:
            return
        flow.metadata[_PASSED] = passed = flow.metadata.get(_PASSED, 0) + 1
        if passed == self.parameters.messages:
            await self._cut(flow, messages=passed)

    async def _cut_after(self, flow: http.HTTPFlow, wait_s: float) -> None:
        if await connections.held(flow.client_conn, within_s=wait_s) == "due":
            await self._cut(flow, after_ms=round(wait_s * 1000))

    async def _cut(self, flow: http.HTTPFlow, **more: Any) -> None:
        own = self.parameters
        if not flow.live:
            return
        self.did(flow, f"ended the websocket {_HOW[own.end]}", **more)
        if own.end == "close":
            await websockets.end(flow, "close", code=own.code, reason=own.reason)
        else:
            await websockets.end(flow, own.end)


addons = [WebsocketCut.addon()]
