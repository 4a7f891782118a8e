"""Records what passes the two sides of a hop, as docs/reference/events.md lists it.

The recorder sits at the edges of mitmproxy's HTTP stream (see stream.py), outside of every behaviour. What
arrives from the client or the server is recorded as it came, what leaves for either as it was really sent: a
piece of a body that a behaviour holds is seen at ``hopN.server`` when it comes, and at ``hopN.client`` when it
is released, or never.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from mitmproxy.connection import Client, Connection, Server
from mitmproxy.http import HTTPFlow
from mitmproxy.websocket import WebSocketMessage

from lab.events import Emit
from lab.network import websockets
from lab.network.exchange import TEXT, Exchange
from lab.network.gate import Gate

Address = tuple[str, int]
"""Host and port."""

FLOW = "lab.flow"
"""Where the metadata of a flow has the number that its events are joined by."""


class Recorder(Gate):
    """The events of one hop."""

    def __init__(
        self,
        hop: Emit,
        client: Emit,
        server: Emit,
        *,
        ours: Callable[[str], bool] = lambda host: True,
        nodes: Mapping[Address, str] | None = None,
    ) -> None:
        """Prepare a recorder.

        Args:
            hop: Where goes what the hop does.
            client: Where goes what its side towards the browser sees.
            server: Where goes what its side towards the server sees.
            ours: Whether traffic for a name belongs to the case: only that is recorded.
            nodes: The names of the server nodes by their addresses, where there are several.
        """
        super().__init__()
        self._hop = self.through(hop)
        self._client = self.through(client)
        self._server = self.through(server)
        self._ours = ours
        self._numbers = itertools.count(1)
        self._nodes = dict(nodes or {})
        self._counts = {"client": itertools.count(1), "server": itertools.count(1)}
        self._conns: dict[str, int] = {}

    def exchange(self) -> Exchange:
        """The record of a new exchange, with a number of its own."""
        return Exchange(next(self._numbers), self._client, self._server, self._ours, self.about)

    def about(self, connection: Connection) -> dict[str, Any]:
        """What a request says of the connection that it is on: its number, and the node that it leads to."""
        found: dict[str, Any] = {}
        if connection.id in self._conns:
            found["conn"] = self._conns[connection.id]
        node = self._nodes.get((connection.address or ("", 0))[:2]) if isinstance(connection, Server) else None
        return found | ({"node": node} if node is not None else {})

    def tcp_opened(self, connection: Connection) -> None:
        """A client has connected, or the hop to a server."""
        side = _side(connection)
        self._conns[connection.id] = next(self._counts[side])
        (self._client if side == "client" else self._server)("tcp.open", **self.about(connection))

    def tcp_ended(self, connection: Connection, *, by: str, how: str) -> None:
        """A connection has ended, by the ``hop``, the ``client`` or the ``server``; what is told later is not new."""
        conn = self._conns.pop(connection.id, None)
        if conn is not None:
            (self._client if _side(connection) == "client" else self._server)("tcp.end", conn=conn, how=how, by=by)

    def tcp_ready(self, server: Server, client: Client) -> None:
        """What is sent on the connection that was made for the client reaches a server; no event tells it."""

    def tcp_failed(self, server: Server, client: Client) -> None:
        """It was not made, or leads to no server; `Server.error` says why.

        No event tells it: where a request waits for the connection, the exchange has an error.
        """

    def tcp_data(self, connection: Connection, size: int) -> None:
        """A peer has sent so many bytes; no event tells of them one by one."""

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


def _side(connection: Connection) -> str:
    return "client" if isinstance(connection, Client) else "server"
