"""Lets everything on a websocket leave later.

On the wire: the handshake passes at once. Messages, pings, pongs, closing frames and ends leave ``delay`` after they
came, in their order; those that come close together leave close together. Other requests are not delayed: for a slow
line see the links.

Who does it: gateways that look into frames, and slow tunnels whose first answers (``/info`` on a connection that is
open already) are fast while all that follows is not, so that the client gives each transport too little time
(https://github.com/sockjs/sockjs-client/issues/445). It also makes pongs come late: a SockJS server gives them 10 s
(https://github.com/sockjs/sockjs-node/pull/169).

What survives: where ``delay`` down is longer than the client's patience, twice its estimate of a round trip and at
least some 600 ms, websocket times out and the client falls back; every HTTP transport works. A shorter delay is felt
by messages only.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import websockets
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds


class WebsocketDelay(Behaviour):
    """Delays what is said on websockets."""

    class Parameters(Behaviour.Parameters):
        """By how much, and what."""

        delay: Milliseconds = Field(1000.0, description="How much later each frame leaves.")
        direction: Literal["both", "up", "down"] = Field(
            "both", description="up: what the client sends; down: what the server sends; both."
        )

    parameters: Parameters

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Say that it begins."""
        self.did(flow, f"began to delay what passes the websocket by {self.parameters.delay:g} ms")

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Delay a message."""
        assert flow.websocket is not None
        self._delay(flow, from_client=flow.websocket.messages[-1].from_client)

    def websocket_control(self, flow: http.HTTPFlow) -> None:
        """Delay what is no message."""
        self._delay(flow, from_client=websockets.control(flow).from_client)

    def _delay(self, flow: http.HTTPFlow, *, from_client: bool) -> None:
        if self.parameters.direction == "both" or from_client == (self.parameters.direction == "up"):
            websockets.delay(flow, self.parameters.delay / 1000)


addons = [WebsocketDelay.addon()]
