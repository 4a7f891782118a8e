"""Lets a client make only so many requests in a time.

On the wire: requests are counted per client address over a window that slides; those above the limit are answered
with the status and ``Retry-After``, or ended as ``answer`` says. A refused request does not count. CONNECT does not
count either, a websocket handshake once.

Who does it: nginx with limit_req (503 by default, https://nginx.org/en/docs/http/ngx_http_limit_req_module.html),
CDNs and API gateways with 429 (RFC 6585).

What survives: websocket, which is one request, and xhr-streaming and eventsource, as long as little is sent; polling
asks for a request with each message in either direction. A refused request is an end for the client: 429 on a
receiving or sending request closes the connection with 1006, on ``/info`` with 1002.
"""

import time
from collections import defaultdict, deque

from mitmproxy import http
from pydantic import BaseModel, Field

from lab.network.answers import ANSWERS, Answer, give
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds


class RateLimit(Behaviour):
    """Refuses what a client asks for too often."""

    class Parameters(Behaviour.Parameters):
        """How often, and the answer."""

        requests: int = Field(10, ge=0, description="How many requests a client may make.")
        per: Milliseconds = Field("1s", validate_default=True, description="The time in which it may make so many.")
        answer: Answer = Field(429, description=ANSWERS)

    parameters: Parameters

    def __init__(self, parameters: BaseModel | None = None) -> None:
        super().__init__(parameters)
        self.now_s = time.monotonic
        self._passed: defaultdict[str, deque[float]] = defaultdict(deque)
        """When the requests of each client passed that still count."""

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Refuse the request if it is one too many."""
        now_s = self.now_s()
        window_s = self.parameters.per / 1000
        times = self._passed[flow.client_conn.peername[0]]
        while times and now_s - times[0] >= window_s:
            times.popleft()
        if len(times) < self.parameters.requests:
            times.append(now_s)
            return
        left_s = window_s - (now_s - times[0]) if times else window_s
        await give(
            self,
            flow,
            self.parameters.answer,
            because=f"more than {self.parameters.requests} requests in {self.parameters.per:g} ms",
            headers={"Retry-After": str(max(1, round(left_s)))},
        )


addons = [RateLimit.addon()]
