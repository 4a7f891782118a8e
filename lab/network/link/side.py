"""One of the two TCP connections that a relayed connection is made of."""

import array
import asyncio
import contextlib
import fcntl
import socket
import struct
from functools import partial
from typing import Protocol, cast

from lab.network.link.act import How
from lab.network.link.act import Side as Name

READ = 256 * 1024
"""The most that is read at once."""

HIGH_WATER = 256 * 1024
"""Bytes that may wait for a peer that does not read before nothing more is read from the other side."""

_NO_LINGER = struct.pack("ii", 1, 0)

_SIOCOUTQNSD = 0x894B
"""Linux: how much the kernel has not sent yet (linux/sockios.h)."""

_POLL_S = 0.005


def _unsent(own: socket.socket) -> int:
    """Bytes that the kernel holds back because the peer's window is full; 0 where it does not tell."""
    count = array.array("i", [0])
    with contextlib.suppress(OSError):
        fcntl.ioctl(own.fileno(), _SIOCOUTQNSD, count)
    return count[0]


class Owner(Protocol):
    """Who is told what happens on a side."""

    def made(self, side: "Side") -> None:
        """It is connected."""

    def arrived(self, side: "Side", data: bytes) -> None:
        """Bytes came."""

    def arrived_end(self, side: "Side", how: How) -> None:
        """The peer says that no more will come (FIN), or has gone (RST); called at most once for each."""

    def unblocked(self, side: "Side") -> None:
        """Whether it takes more has changed."""

    def gone(self, side: "Side") -> None:
        """The connection is closed, whoever did it."""


class Side(asyncio.BufferedProtocol):
    """A TCP connection whose ends stay apart: FIN in one direction leaves the other open, RST is told from FIN."""

    def __init__(self, name: Name, owner: Owner, buffer: memoryview) -> None:
        """Prepare a side.

        Args:
            name: Which.
            owner: Who is told of what happens.
            buffer: What is read into; all sides of a loop may share it, since what was read is copied at once.
        """
        self.name = name
        self.lost = False
        """Whether the connection is closed."""
        self.ended = False
        """Whether the peer has sent FIN."""
        self.blocked = False
        """Whether so much waits to be sent that nothing more should be given to it."""
        self._owner = owner
        self._buffer = buffer
        self._transport: asyncio.Transport
        self._reads = True
        self._resets = False
        # uvloop begins to read after connection_made(), although that has asked it not to.
        self._early = bytearray()
        self._early_end = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection, or was one."""
        return hasattr(self, "_transport")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; nothing is read before `read` says so."""
        # uvloop's is one in all but its class.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)
        self.read(False)
        self._owner.made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to read into."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on what was read."""
        # A copy: transports may keep what they are given until it can be sent.
        data = bytes(self._buffer[:nbytes])
        if self._reads:
            self._owner.arrived(self, data)
        else:
            self._early += data
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Hand on FIN, and keep what goes the other way open."""
        if self._reads:
            self.ended = True
            self._owner.arrived_end(self, "fin")
        else:
            self._early_end = True
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """Hand on RST, or whatever else ended the connection from outside."""
        self.lost = True
        if error is not None and not self._resets:
            self._owner.arrived_end(self, "rst")
        self._owner.gone(self)

    def pause_writing(self) -> None:
        """The peer reads slower than it is given."""
        self.blocked = True
        self._owner.unblocked(self)

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self.blocked = False
        self._owner.unblocked(self)

    def read(self, on: bool) -> None:
        """Read what comes, or leave it with the kernel, which then makes the peer wait."""
        # After FIN there is nothing to read: reading again would only report FIN again.
        if on == self._reads or self.ended or self.lost or self._transport.is_closing():
            return
        self._reads = on
        if not on:
            self._transport.pause_reading()
        elif self._early or self._early_end:
            asyncio.get_running_loop().call_soon(self._catch_up)
        else:
            self._transport.resume_reading()

    def _catch_up(self) -> None:
        """Hand on what came early, and only then read on."""
        if not self._reads or self.lost:
            return
        data, self._early = bytes(self._early), bytearray()
        # Reads are on again only after this was handed on.
        self._transport.resume_reading()
        if data:
            self._owner.arrived(self, data)
        if self._early_end:
            self._early_end = False
            self.eof_received()

    def write(self, data: bytes | memoryview) -> None:
        """Send ``data``, or keep it until the peer takes it."""
        self._transport.write(data)

    def fin(self) -> None:
        """Send FIN behind what was written, and go on reading."""
        # The peer may have reset the connection: that is reported when it is read or written next.
        with contextlib.suppress(OSError):
            self._transport.write_eof()

    def close(self) -> None:
        """Close both directions once what was written has been sent; a reset that waits for that stays one."""
        if self.connected and not self._resets:
            self._transport.close()

    def reset(self, *, patience_s: float = 0.0) -> None:
        """Close with RST, which makes the kernel drop what it has not sent yet.

        Args:
            patience_s: How long it may wait until all that was written has been sent.
        """
        if not self.connected or self.lost:
            return
        self._resets = True
        own = self._transport.get_extra_info("socket")
        if patience_s > 0 and (self._transport.get_write_buffer_size() or _unsent(own)):
            again = partial(self.reset, patience_s=patience_s - _POLL_S)
            asyncio.get_running_loop().call_later(_POLL_S, again)
            return
        with contextlib.suppress(OSError):
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()
