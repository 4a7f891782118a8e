"""Lets only so many connections be open at once.

On the wire: a link leads to one host, so that its limit is that host's. One connection more than that is accepted
by the kernel and then either waits, unread, until another has ended (``excess: queue``), or is cut off with RST at
once (``excess: refuse``). Those who wait come in by the order in which they came.

Who does it: browsers, with 6 connections per host on HTTP/1.1, the seventh of which waits without an error: every
tab on a streaming or polling transport holds one (https://github.com/rstudio/shiny/issues/842,
https://github.com/SignalR/SignalR/issues/807). Small proxies refuse: Debian's tinyproxy has MaxClients 100, its
Privoxy max-client-connections 128.

What survives: websocket, which holds one connection; a stream holds one and needs a second for each send; polling
needs two now and then. With ``queue`` and none free, the client times out transport after transport and never
learns why.
"""

from typing import Literal

from pydantic import Field

from lab.network.link.act import NEVER, Scope
from lab.network.link.behaviour import LinkBehaviour


class ConnectionLimit(LinkBehaviour):
    """Limits how many connections are open at once."""

    class Parameters(LinkBehaviour.Parameters):
        """The limit."""

        connections: int = Field(6, ge=0, description="How many may be open at once.")
        excess: Literal["queue", "refuse"] = Field(
            "queue", description="queue: one more waits until another has ended; refuse: it is reset."
        )

    parameters: Parameters

    def admit(self, scope: Scope, at_ms: float, inside: int) -> float | None:
        """Only where there is room."""
        if inside < self.parameters.connections:
            return at_ms
        if self.parameters.excess == "refuse":
            scope.once(f"refused the connection, one more than {self.parameters.connections}")
            return None
        scope.once(f"made the connection wait, one more than {self.parameters.connections}")
        return NEVER
