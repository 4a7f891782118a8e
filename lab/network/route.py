"""Where a hop sends what it is given: by name for a forward proxy, to one address for a reverse proxy."""

from dataclasses import dataclass

from mitmproxy.http import HTTPFlow, Request, Response

from lab.network.exchange import host_of


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

    def direct(self, request: Request) -> None:
        """Set the address that the request is sent to, after the behaviours have seen it."""


@dataclass(frozen=True)
class ForwardRoute(Route):
    """The route of a forward hop: the made-up names of the case, without DNS, and nothing else.

    A browser's own background traffic is refused, so that it never leaves the machine.
    """

    hosts: frozenset[str] = frozenset()
    target: tuple[str, int] | None = None
    """What the names stand for; None where a further forward hop knows."""

    def ours(self, host: str) -> bool:
        """Whether the name is one of the case's."""
        return host in self.hosts

    def admit(self, flow: HTTPFlow) -> bool:
        """Refuse what is for another host with 502."""
        if self.ours(host_of(flow.request)):
            return True
        flow.response = Response.make(502, b"The lab's network has no such host.\n", {"Content-Type": "text/plain"})
        return False

    def direct(self, request: Request) -> None:
        """Send the request to the target, with the Host header as it is."""
        if self.target is not None:
            # Not request.host: setting that would write the Host header anew.
            request.data.host, request.data.port = self.target
