"""Records what passes the two sides of a hop, as docs/reference/events.md lists it.

The recorder sits at the edges of mitmproxy's HTTP stream (see stream.py), outside of every behaviour. What
arrives from the client or the server is recorded as it came, what leaves for either as it was really sent: a
piece of a body that a behaviour holds is seen at ``hopN.server`` when it comes, and at ``hopN.client`` when it
is released, or never.
"""

import itertools
from collections.abc import Callable
from typing import Any

from mitmproxy.http import HTTPFlow
from mitmproxy.websocket import WebSocketMessage

from lab.events import Emit
from lab.network import websockets
from lab.network.exchange import TEXT, Exchange

FLOW = "lab.flow"
"""Where the metadata of a flow has the number that its events are joined by."""


class Recorder:
    """The events of one hop."""

    def __init__(
        self, hop: Emit, client: Emit, server: Emit, *, ours: Callable[[str], bool] = lambda host: True
    ) -> None:
        self._hop = self._until_closed(hop)
        self._client = self._until_closed(client)
        self._server = self._until_closed(server)
        self._ours = ours
        self._numbers = itertools.count(1)
        self._closed = False

    def _until_closed(self, emit: Emit) -> Emit:
        def pass_on(kind: str, /, **data: Any) -> None:
            if not self._closed:
                emit(kind, **data)

        return pass_on

    def close(self) -> None:
        """Record nothing more: the hop is being stopped, and what ends now was ended by the lab."""
        self._closed = True

    def exchange(self) -> Exchange:
        """The record of a new exchange, with a number of its own."""
        return Exchange(next(self._numbers), self._client, self._server, self._ours)

    def did(self, behaviour: str, flow: HTTPFlow | None, did: str, /, **more: Any) -> None:
        """A behaviour did something (see `lab.network.behaviour.Report`)."""
        number = flow.metadata.get(FLOW) if flow is not None else None
        self._hop("behaviour", flow=number, behaviour=behaviour, did=did, **more)

    def failed(self, text: str, *, behaviour: str | None = None) -> None:
        """A behaviour or mitmproxy itself raised an exception: the hop is not to be trusted."""
        self._hop("hop.failed", behaviour=behaviour, text=text)

    def tls_failed(self, side: str, host: str | None, text: str | None) -> None:
        """TLS could not be agreed on with the ``client`` or the ``server``."""
        if self._ours(host or ""):
            emit = self._client if side == "client" else self._server
            emit("tls.failed", host=host or "", text=(text or "")[:TEXT])

    def websocket_opened(self, flow: HTTPFlow) -> None:
        """The websocket is open on both sides."""
        for emit in (self._client, self._server):
            emit("ws.open", flow=flow.metadata.get(FLOW))

    def frame(self, flow: HTTPFlow, message: WebSocketMessage, *, arrived: bool) -> None:
        """A websocket message came in on one side, or went out on the other."""
        emit = self._client if message.from_client == arrived else self._server
        emit(
            "ws.frame",
            flow=flow.metadata.get(FLOW),
            direction="up" if message.from_client else "down",
            bytes=len(message.content),
            text=message.content[: 4 * TEXT].decode("utf-8", "replace")[:TEXT],
        )

    def websocket_closed(self, flow: HTTPFlow) -> None:
        """The websocket has ended: with a closing frame, or with 1006 where there was none."""
        assert flow.websocket is not None
        by = "client" if flow.websocket.closed_by_client else "server"
        if websockets.ended_by_hop(flow):
            by = "hop"
        for emit in (self._client, self._server):
            emit("ws.close", flow=flow.metadata.get(FLOW), code=flow.websocket.close_code, by=by)
