"""Where a hop sends what it is given: by name where the browser knows of it, to one address where it does not."""

import asyncio
from dataclasses import dataclass

from mitmproxy.connection import Server
from mitmproxy.http import HTTPFlow, Response

from lab.network.exchange import host_of

Address = tuple[str, int]
"""Host and port."""

NO_SUCH_HOST = "The lab's network has no such host."
"""What is said of a name that is none of the case's."""


@dataclass(frozen=True)
class Route:
    """The route of a reverse hop: its mode has the one address, and everything it is sent is ours."""

    tunnel: bool = False
    """Whether TLS is passed on unread."""

    def ours(self, host: str) -> bool:
        """Whether traffic for this name belongs to the case."""
        return True

    def admit(self, flow: HTTPFlow) -> bool:
        """Answer the flow here if it must go no further, and say whether it may go on."""
        return True

    def direct(self, flow: HTTPFlow) -> None:
        """Set the address that the request is sent to, after the behaviours have seen it."""

    def connect(self, server: Server) -> None:
        """Set the address of a connection that is about to be made, or refuse it."""

    async def connected(self, server: Server, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """See a connection that was just made, before anything is sent on it."""

    def answered(self, flow: HTTPFlow) -> None:
        """See the head of the server's answer, before the behaviours do."""


@dataclass(frozen=True)
class TransparentRoute(Route):
    """The route of a transparent hop: to one address, encrypted where it came encrypted."""

    def direct(self, flow: HTTPFlow) -> None:
        """Send the request on as it came, encrypted or not."""
        flow.request.scheme = "https" if flow.client_conn.tls else "http"


@dataclass(frozen=True)
class ForwardRoute(Route):
    """The route of a forward hop: the made-up names of the case, without DNS, and nothing else.

    A browser's own background traffic is refused, so that it never leaves the machine.
    """

    hosts: frozenset[str] = frozenset()
    target: Address | None = None
    """What the names stand for; None where a further forward hop knows."""

    def ours(self, host: str) -> bool:
        """Whether the name is one of the case's."""
        return host in self.hosts

    def admit(self, flow: HTTPFlow) -> bool:
        """Refuse what is for another host with 502."""
        if self.ours(host_of(flow.request)):
            return True
        flow.response = Response.make(502, f"{NO_SUCH_HOST}\n", {"Content-Type": "text/plain"})
        return False

    def direct(self, flow: HTTPFlow) -> None:
        """Send the request to the target, with the Host header as it is."""
        if self.target is not None:
            # Not request.host: setting that would write the Host header anew.
            flow.request.data.host, flow.request.data.port = self.target


@dataclass(frozen=True)
class SocksRoute(ForwardRoute):
    """The route of a SOCKS hop: as a forward hop's, but a name may be met before any request is."""

    def connect(self, server: Server) -> None:
        """Connect to the target where one of the case's names is meant; refuse any other."""
        if server.address is None or self.target is None or server.address == self.target:
            return
        if self.ours(server.address[0]):
            server.address = self.target
        else:
            server.error = NO_SUCH_HOST
