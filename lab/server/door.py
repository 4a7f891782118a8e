"""What meets a connection first: it waits for the first request's headers and gives the connection to who serves it.

So half a header is not held for ever, and a handshake of draft 76, which aiohttp's parsers refuse, never gets there.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

HEADER_S = 10.0
"""How long a client has for the first request's headers."""
HEAD_LIMIT = 64 * 1024
"""Bytes of headers that are kept here; aiohttp refuses much less, in its own words."""
_END = b"\r\n\r\n"
_LATE = b"408 Request Timeout"
_BAD = b"400 Bad Request"
_NOT_FOUND = b"404 Not Found"


class Head(NamedTuple):
    """A request's first line and headers."""

    method: str
    target: str
    http: str
    """The version, as in ``1.1``."""
    headers: Mapping[str, str]
    """By their names in small letters; the last one of a name."""
    lines: list[list[str]]
    """Names and values as they came."""


def parse_head(data: bytes) -> Head | None:
    """The head in ``data``, which ends before the empty line; None where it is none."""
    first, *rest = data.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        return None
    lines = []
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            return None
        # One blank is the separator's; draft 76 counts those that belong to a key.
        lines.append([name, value.removeprefix(" ")])
    return Head(words[0], words[1], words[2][5:], {name.lower(): value for name, value in lines}, lines)


def asks_for_draft_76(data: bytes) -> bool:
    """Whether the head in ``data`` has both keys of that handshake."""
    low = data.lower()
    return b"\r\nsec-websocket-key1:" in low and b"\r\nsec-websocket-key2:" in low


def may_become_a_head(data: bytes) -> bool:
    """Whether more bytes could make ``data`` the head of a request; what cannot is for aiohttp to refuse."""
    first, newline, _ = data.lstrip(b"\r\n").partition(b"\r\n")
    if newline:
        return b" HTTP/1." in first
    return b"\n" not in first and (not first or first[:1].isalpha())


class Door(asyncio.Protocol):
    """The protocol of a connection until its first request's headers are there."""

    def __init__(
        self,
        usual: Callable[[], asyncio.Protocol],
        old: Callable[[Head], asyncio.Protocol | None],
        doors: set["Door"],
        header_s: float = HEADER_S,
    ) -> None:
        """A door that opens to one of two protocols.

        Args:
            usual: Makes the protocol for HTTP as of today.
            old: Makes the protocol for a handshake of draft 76; None where there is nothing at its URL.
            doors: Where it is as long as it is closed, so that its owner can abort it.
            header_s: How long it waits.
        """
        self._usual = usual
        self._old = old
        self._doors = doors
        self._header_s = header_s
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for headers from now on."""
        # Other loops' transports are not derived from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._doors.add(self)
        self._timer = asyncio.get_running_loop().call_later(self._header_s, self._late)

    def data_received(self, data: bytes) -> None:
        """Open as soon as the headers are complete, or too long to be kept."""
        if self._transport is None or self._transport.is_closing():
            return
        searched = max(len(self._data) - len(_END) + 1, 0)
        self._data = self._data + data if self._data else data
        end = self._data.find(_END, searched)
        if end < 0 and len(self._data) <= HEAD_LIMIT and may_become_a_head(self._data):
            return
        protocol: asyncio.Protocol | None = None
        if end >= 0 and asks_for_draft_76(self._data[:end]):
            head = parse_head(self._data[:end])
            protocol = self._old(head) if head else None
            if protocol is None:
                self._refuse(_NOT_FOUND if head else _BAD)
                return
            self._data = self._data[end + len(_END) :]
        self._open(protocol or self._usual())

    def connection_lost(self, exc: BaseException | None) -> None:
        """The client has gone before it had said what it wants."""
        self._leave()

    def abort(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _open(self, protocol: asyncio.Protocol) -> None:
        self._leave()
        transport = self._transport
        assert transport is not None
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self._data:
            protocol.data_received(self._data)

    def _late(self) -> None:
        if self._data:
            self._refuse(_LATE)
        elif self._transport is not None:
            self._transport.close()

    def _refuse(self, status: bytes) -> None:
        self._leave()
        if self._transport is not None:
            self._transport.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self._transport.close()

    def _leave(self) -> None:
        self._doors.discard(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
