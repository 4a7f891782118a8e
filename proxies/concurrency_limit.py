"""Lets a client have only so many requests under way at once.

On the wire: a request counts per client address from its head until its response has ended, a websocket until it is
closed. One that is too many is answered with the status, or waits its turn (``queue``). CONNECT does not count.

Who does it: nginx with limit_conn (503 by default, https://nginx.org/en/docs/http/ngx_http_limit_conn_module.html),
and small proxies for all clients together: tinyproxy with MaxClients 100, Privoxy with max-client-connections 128
(Debian 12's configurations). Browsers do ``queue`` themselves, with 6 connections per host on HTTP/1.1
(https://github.com/freenet/freenet-core/issues/5213, https://github.com/rstudio/shiny/issues/842): each tab on a
streaming or polling transport holds one, and in the seventh nothing happens, without an error.

What survives: one connection needs two at once over HTTP, one to receive and one to send, and a websocket one. With a
limit of 1 that is refused, every HTTP transport opens and closes with 1006 at its first message; that waits, it opens
and never sends.
"""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Literal

from mitmproxy import http
from mitmproxy.connection import Client
from pydantic import BaseModel, Field

from lab.network import connections
from lab.network.answers import ANSWERS, Answer, give
from lab.network.behaviour import Behaviour
from lab.tasks import end, spawn


@dataclass
class _Places:
    """The places of one client address."""

    taken: dict[str, Client] = field(default_factory=dict)
    """The connections of those who have one, by the id of the flow."""
    waiting: deque[tuple[http.HTTPFlow, "asyncio.Future[None]"]] = field(default_factory=deque)

    def hand_on(self, most: int) -> None:
        """Give the places that are free to those who have waited longest."""
        while self.waiting and len(self.taken) < most:
            flow, turn = self.waiting.popleft()
            self.taken[flow.id] = flow.client_conn
            turn.set_result(None)


class ConcurrencyLimit(Behaviour):
    """Refuses requests, or lets them wait, while too many are under way."""

    class Parameters(Behaviour.Parameters):
        """How many, and the answer."""

        requests: int = Field(6, ge=1, description="How many requests of a client may be under way at once.")
        answer: Literal["queue"] | Answer = Field(
            503, description=f"{ANSWERS.removesuffix('.')}; queue: let it wait until another has ended."
        )

    acts_on = "up"
    parameters: Parameters

    def __init__(self, parameters: BaseModel | None = None) -> None:
        super().__init__(parameters)
        self._clients: defaultdict[str, _Places] = defaultdict(_Places)

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Take a place, wait for one, or refuse the request."""
        places = self._clients[flow.client_conn.peername[0]]
        under_way = len(places.taken)
        if under_way < self.parameters.requests:
            places.taken[flow.id] = flow.client_conn
        elif self.parameters.answer != "queue":
            await give(self, flow, self.parameters.answer, because=f"{under_way} requests under way")
        else:
            self.did(flow, f"let the request wait for {under_way} under way")
            if not await _turn(places, flow):
                connections.abandon(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        """Give the place back, unless a websocket follows."""
        if flow.websocket is None:
            self._leave(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """Give the place back."""
        self._leave(flow)

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """Give the place back."""
        self._leave(flow)

    def client_disconnected(self, client: Client) -> None:
        """Give back the places of all that was under way on the connection."""
        for places in self._clients.values():
            places.taken = {flow: conn for flow, conn in places.taken.items() if conn is not client}
            places.hand_on(self.parameters.requests)

    def _leave(self, flow: http.HTTPFlow) -> None:
        for places in self._clients.values():
            if places.taken.pop(flow.id, None) is not None:
                places.hand_on(self.parameters.requests)


async def _turn(places: _Places, flow: http.HTTPFlow) -> bool:
    """Wait for a place; False where the client went away before there was one. None is needed once nobody counts."""
    turn = asyncio.get_running_loop().create_future()
    entry = (flow, turn)
    places.waiting.append(entry)
    held = spawn(connections.held(flow.client_conn), name="a request that waits for its turn")
    try:
        await asyncio.wait([turn, held], return_when=asyncio.FIRST_COMPLETED)
        return turn.done() or held.result() == "over"
    finally:
        if entry in places.waiting:
            places.waiting.remove(entry)
        await end(held)


addons = [ConcurrencyLimit.addon()]
