"""What a plain head asks for: of which endpoint, and served by what."""

from collections.abc import Sequence
from typing import NamedTuple

from lab.server.endpoint import Endpoint, Found
from lab.server.exchange import Request
from lab.server.heads import Head
from lab.server.requests import RequestLog, Told


class Asked(NamedTuple):
    """A head that was understood. Clients repeat theirs, so a connection keeps the last one."""

    data: bytes
    """The head as it came."""
    head: Head
    request: Request
    endpoint: Endpoint | None
    """None where the URL belongs to none."""
    found: Found | None
    """What the URL names there; None where it names nothing."""
    size: int
    """Of the body, in bytes."""
    keeps: bool
    """Whether the connection is kept after the answer."""

    def tell(self, log: RequestLog) -> Told:
        """Tell ``log`` that it has come."""
        head = self.head
        return log.came(
            method=head.method,
            target=head.target,
            http=head.http,
            headers=head.lines,
            upgrade=head.upgrade,
            endpoint=self.endpoint,
            path=self.found[0] if self.found else None,
        )


def understand(data: bytes, head: Head, endpoints: Sequence[Endpoint], *, secure: bool) -> Asked | None:
    """What ``head``, which came as ``data``, asks for.

    None is for aiohttp to answer: bodies that are too large (it reads some of what comes, so that the client sees the
    answer), and paths that may name an endpoint in another spelling.
    """
    path = head.path
    endpoint = next((each for each in endpoints if each.holds(path)), None)
    if head.length > (endpoint.options.message_limit if endpoint else 0) or (endpoint is None and "%" in path):
        return None
    request = Request(head.method, head.headers, head.query, secure=secure)
    found = endpoint.parse(path) if endpoint else None
    return Asked(data, head, request, endpoint, found, head.length, head.keeps)
