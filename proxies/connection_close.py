"""Keeps no connection open beyond one request.

On the wire: every response leaves with ``Connection: close``, and the connection ends behind it; with ``side:
server`` or ``both`` requests go on with it too, so that the server ends its connection. The connection of a
websocket stays.

Who does it: tinyproxy (measured on Debian 12: FIN after every response, ``Connection: close`` to the server), HAProxy
with ``option httpclose`` (https://docs.haproxy.org/2.6/configuration.html).

What survives: everything. Each request of a polling transport pays for a new connection, and for TLS on it, out of
the time that the client gives a transport to open; on a slow line that may be too much.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import hop_by_hop
from lab.network.behaviour import Behaviour


class ConnectionClose(Behaviour):
    """Closes connections after each response."""

    class Parameters(Behaviour.Parameters):
        """On which side."""

        side: Literal["client", "server", "both"] = Field("both", description="Whose connections are closed.")

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Ask the server to close."""
        if self.parameters.side != "client" and "upgrade" not in flow.request.headers:
            hop_by_hop.ask_to_close(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Close towards the client."""
        response = flow.response
        if response is None or response.status_code == 101:
            return
        if self.parameters.side == "server":
            response.headers.pop("connection", None)
        else:
            response.headers["Connection"] = "close"
            self.did(flow, "closed the connection after the response")

    def response(self, flow: http.HTTPFlow) -> None:
        """Keep the client's connection, where only the server's is to be closed."""
        hop_by_hop.stay_with_client(flow)


addons = [ConnectionClose.addon()]
