"""Ends a websocket on which nothing was said for a while.

On the wire: when no frame has passed for ``timeout``, pings and pongs included, both connections end: with FIN and no
closing frame, with RST, or with a closing frame to both sides; or, with ``end: drop``, neither is told: from then on
whatever is sent vanishes, the end of a connection included.

Who does it: nginx after 60 s (``proxy_read_timeout``, https://nginx.org/en/docs/http/websocket.html; 60.03 s
measured), HAProxy as Debian configures it after 50 s (50.06 s measured), Varnish after 60 s in a pipe, AWS ALB
after 60 s (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html),
Heroku after 55 s (https://devcenter.heroku.com/articles/request-timeout), Azure Front Door and Envoy after 5
minutes, CloudFront and AWS API Gateway after 10. Silently: Azure's load balancer after 4 minutes
(https://github.com/reactor/reactor-netty/issues/764), AWS NLB after 350 s
(https://github.com/hashicorp/boundary/issues/3133).

What survives: everything, as long as heartbeats come more often; SockJS servers send one each 25 s. The raw
websocket endpoint has no heartbeats. After the end the client reports 1006; after a silent one it reports nothing,
for it has no watchdog of its own.
"""

import time
from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab import tasks
from lab.network import connections, websockets
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds

_LAST_S = "websocket_idle.last_s"
_FORGOTTEN = "websocket_idle.forgotten"
_HOW = {"fin": "with FIN", "rst": "with RST", "close": "with a closing frame", "drop": "without telling anybody"}


class WebsocketIdle(Behaviour):
    """Cuts websockets off that are idle."""

    class Parameters(Behaviour.Parameters):
        """How long is idle, and how it ends."""

        timeout: Milliseconds = Field(60_000.0, gt=0, description="How long nothing may be said.")
        direction: Literal["both", "up", "down"] = Field(
            "both", description="What keeps it open: up: only what the client says; down: only what the server says."
        )
        pings: bool = Field(True, description="Whether pings and pongs keep it open too.")
        end: Literal["fin", "rst", "close", "drop"] = Field(
            "fin", description="fin: FIN alone; rst: RST; close: a closing frame, then FIN; drop: nobody is told."
        )
        code: websockets.Code = Field(1001, description="With close: the code that the frame says.")

    parameters: Parameters

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Begin to watch: at the opening, or where it is open already, when this begins to act."""
        flow.metadata[_LAST_S] = time.monotonic()
        flow.metadata.pop(_FORGOTTEN, None)
        tasks.spawn(self._watch(flow), name="watch a websocket")

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """A message: it keeps the websocket open, or is lost."""
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        if flow.metadata.get(_FORGOTTEN):
            websockets.drop(message)
        else:
            self._said(flow, from_client=message.from_client)

    def websocket_control(self, flow: http.HTTPFlow) -> None:
        """A frame that is no message: as with messages, where it counts."""
        came = websockets.control(flow)
        if flow.metadata.get(_FORGOTTEN):
            came.dropped = True
        elif self.parameters.pings:
            self._said(flow, from_client=came.from_client)

    def _said(self, flow: http.HTTPFlow, *, from_client: bool) -> None:
        if self.parameters.direction == "both" or from_client == (self.parameters.direction == "up"):
            flow.metadata[_LAST_S] = time.monotonic()

    async def _watch(self, flow: http.HTTPFlow) -> None:
        timeout_s = self.parameters.timeout / 1000
        left_s = timeout_s
        while left_s > 0:
            if await connections.held(flow.client_conn, within_s=left_s) != "due" or not flow.live:
                return
            left_s = flow.metadata[_LAST_S] + timeout_s - time.monotonic()
        end = self.parameters.end
        self.did(flow, f"ended the idle websocket {_HOW[end]}", idle_ms=round(self.parameters.timeout))
        if end == "drop":
            flow.metadata[_FORGOTTEN] = True
        elif end == "close":
            await websockets.end(flow, "close", code=self.parameters.code)
        else:
            await websockets.end(flow, end)


addons = [WebsocketIdle.addon()]
