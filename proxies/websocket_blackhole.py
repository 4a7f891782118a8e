"""Swallows what is sent on an open websocket, in one direction or both.

On the wire: the handshake passes, 101 included. Then messages, pings, pongs and closing frames vanish, from the
beginning or once ``messages`` have passed or ``delay`` is over. TCP knows nothing of it: what is sent is
acknowledged. The end of a TCP connection still passes; with ``ends: drop`` it does not either, as when a firewall
has forgotten the connection: who is left never learns of it.

Who does it, in both directions: a proxy library (https://github.com/justcoding121/titanium-web-proxy/issues/471) and
antivirus software of its day (https://github.com/LearnBoost/engine.io/issues/123). What the client sends only:
Privoxy 3.0.34 (measured), antivirus software with Chrome (https://github.com/socketio/socket.io/issues/412). What the
server sends only: AVG Internet Security 2012 (https://github.com/socketio/socket.io/issues/509). After a time, with
the ends: Azure's load balancer after 4 minutes of silence (https://github.com/reactor/reactor-netty/issues/764), AWS
NLB after 350 s (https://github.com/hashicorp/boundary/issues/3133); for silence see ``websocket_idle``.

What survives: with ``both`` or ``down`` the open frame never comes, so the client waits for as long as it gives
websocket, and falls back; every HTTP transport works. With ``up``, or once the session is open, there is no way back:
the client is open and what it sends is lost, until the server misses the answer to its ping.
"""

import time
from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import websockets
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds

_PASSED = "websocket_blackhole.passed"
_TOLD = "websocket_blackhole.told"
_WHOSE = {True: "the client", False: "the server"}


class WebsocketBlackhole(Behaviour):
    """Lets a websocket open, and nothing through it."""

    class Parameters(Behaviour.Parameters):
        """What is swallowed, and from when on."""

        direction: Literal["both", "up", "down"] = Field(
            "both", description="up: what the client sends; down: what the server sends; both."
        )
        messages: int = Field(0, ge=0, description="So many messages pass first, in both directions together.")
        delay: Milliseconds = Field(0.0, description="So long after its opening everything passes.")
        ends: Literal["pass", "drop"] = Field(
            "pass", description="What becomes of the end of a TCP connection: drop keeps it from the other side."
        )

    parameters: Parameters

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Swallow a message."""
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        if self._swallows(flow, from_client=message.from_client):
            websockets.drop(message)
        else:
            flow.metadata[_PASSED] = flow.metadata.get(_PASSED, 0) + 1

    def websocket_control(self, flow: http.HTTPFlow) -> None:
        """Swallow a ping, a pong, a closing frame or an end."""
        came = websockets.control(flow)
        if came.kind == "end":
            # A firewall that has forgotten a connection has forgotten both its directions.
            if self.parameters.ends == "drop" and self._begun(flow):
                came.dropped = True
        elif self._swallows(flow, from_client=came.from_client):
            came.dropped = True

    def _begun(self, flow: http.HTTPFlow) -> bool:
        assert flow.response is not None
        opened_s = flow.response.timestamp_end or flow.response.timestamp_start
        if flow.metadata.get(_PASSED, 0) < self.parameters.messages:
            return False
        return (time.time() - opened_s) * 1000 >= self.parameters.delay

    def _swallows(self, flow: http.HTTPFlow, *, from_client: bool) -> bool:
        if self.parameters.direction != "both" and from_client != (self.parameters.direction == "up"):
            return False
        if not self._begun(flow):
            return False
        told: set[bool] = flow.metadata.setdefault(_TOLD, set())
        if from_client not in told:
            told.add(from_client)
            self.did(flow, f"began to swallow what {_WHOSE[from_client]} sends")
        return True


addons = [WebsocketBlackhole.addon()]
