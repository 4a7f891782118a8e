"""Reaching the server through the proxy that comes next: what is said to that one first.

mitmproxy speaks to a next proxy only from ``upstream`` mode, and only HTTP. A hop with another mode, or before a
SOCKS proxy, therefore connects to the next proxy itself and says here where it wants to go; what follows on the
connection is then as if the server were at its other end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mitmproxy.connection import Server

from lab.network.route import NO_SUCH_HOST, Address, ForwardRoute

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
"""Both directions of a connection that was just made."""


class Refused(Exception):
    """The next proxy does not connect."""


async def ask_socks(streams: Streams, address: Address) -> None:
    """Ask a SOCKS 5 proxy for a connection, without authentication (RFC 1928, sections 3, 4 and 6).

    Args:
        streams: The connection to the proxy; nothing was sent on it yet.
        address: Where to; the name is sent as it is, for the proxy to resolve.

    Raises:
        Refused: The proxy does not speak SOCKS 5, or does not connect.
    """
    reader, writer = streams
    host, port = address[0].encode("idna"), address[1]
    writer.write(b"\x05\x01\x00")
    if await _exactly(reader, 2) != b"\x05\x00":
        raise Refused("the next proxy wants authentication, or does not speak SOCKS 5")
    writer.write(b"\x05\x01\x00\x03" + bytes([len(host)]) + host + port.to_bytes(2, "big"))
    version, reply, _, kind = await _exactly(reader, 4)
    if version != 5 or reply != 0:
        raise Refused(f"the next proxy answered {reply} to the request to connect")
    length = {1: 4, 4: 16}.get(kind) or (await _exactly(reader, 1))[0]
    await _exactly(reader, length + 2)


async def ask_connect(streams: Streams, address: Address) -> None:
    """Ask an HTTP proxy for a tunnel (RFC 9110, section 9.3.6).

    Args:
        streams: The connection to the proxy; nothing was sent on it yet.
        address: Where to.

    Raises:
        Refused: The proxy answers with another status than 2xx, or not at all.
    """
    reader, writer = streams
    authority = f"{address[0]}:{address[1]}"
    writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode("ascii"))
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
        raise Refused("the next proxy did not answer CONNECT") from None
    status = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    if len(status) < 2 or not status[1].startswith("2"):
        raise Refused(f"the next proxy answered {' '.join(status[1:])} to CONNECT")


async def _exactly(reader: asyncio.StreamReader, size: int) -> bytes:
    try:
        return await reader.readexactly(size)
    except (asyncio.IncompleteReadError, OSError):
        raise Refused("the next proxy closed the connection while it was asked") from None


_ASK: Mapping[str, Callable[[Streams, Address], Awaitable[None]]] = {"socks": ask_socks, "forward": ask_connect}


@dataclass(frozen=True)
class ParentRoute(ForwardRoute):
    """The route of a hop that connects to the next proxy itself: for the case's names, and nothing else."""

    parent: Literal["socks", "forward"] = "socks"
    """What the next proxy speaks."""
    _asked: dict[str, Address] = field(default_factory=dict, compare=False)

    def asked(self, server: Server) -> Address | None:
        """Where a connection is to lead, through the next proxy."""
        return self._asked.get(server.id) or server.address

    def direct(self, flow: object) -> None:
        """Leave the name as it is: the next proxy is told it."""

    def connect(self, server: Server) -> None:
        """Connect to the next proxy where one of the case's names is meant; refuse any other."""
        if server.address is None or self.target is None:
            return
        if self.ours(server.address[0]):
            self._asked[server.id] = (server.address[0], server.address[1])
            server.address = self.target
        else:
            server.error = NO_SUCH_HOST

    async def connected(self, server: Server, streams: Streams) -> None:
        """Tell the next proxy where to; its refusal is an error of the connection."""
        address = self._asked.pop(server.id)
        try:
            await _ASK[self.parent](streams, address)
        except Refused as refused:
            server.error = str(refused)
            streams[1].close()
        # mitmproxy takes a connection for a further request by its address, and forbids to set it while it is open.
        vars(server)["address"] = address


@dataclass(frozen=True)
class OpenParentRoute(ParentRoute):
    """The same for any name: of a hop that stands outside of a case."""

    def ours(self, host: str) -> bool:
        """Whether the next proxy is asked for it: always."""
        return True
