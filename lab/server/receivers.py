"""Connections that take a session's frames: what all have in common, and the one over an HTTP response."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.sockjs.session import End, Receiver

if TYPE_CHECKING:
    from lab.server.sessions import LiveSession

HIGH_WATER = 64 * 1024
"""Bytes that wait to be written before the session is told to hold back; the transport's own buffer has as much."""


class LiveReceiver(Receiver):
    """A receiver with a connection behind it. `pending` is what was pushed and is not written yet."""

    __slots__ = ("backlog", "busy", "ended", "pending", "session", "transport")

    def __init__(self, transport: asyncio.Transport | None, *, limit: int | None = None, pings: bool = False) -> None:
        """A receiver on the connection ``transport`` (None where it is gone already)."""
        super().__init__(limit=limit, pings=pings)
        self.transport = transport
        self.session: LiveSession | None = None
        self.pending: list[bytes] = []
        self.backlog = 0
        """Bytes in `pending`."""
        self.busy = False
        """Whether a write waits for the peer to read."""
        self.ended: End | None = None
        """How it is to end, once that is known."""

    def push(self, data: bytes) -> None:
        """Keep ``data`` until it is written; hold the session back where there is too much."""
        self.pending.append(data)
        self.backlog += len(data)
        if self.session is not None and (self.busy or self.backlog > HIGH_WATER):
            self.session.pause()

    def write_now(self, data: bytes) -> bool:
        """Write ``data`` to the connection as it is, if nothing waits before it; whether it was written.

        This spares the machinery of tasks and writers, which costs more than all the rest of a message.
        """
        transport = self.transport
        if transport is None or self.busy or self.pending or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > HIGH_WATER:
            return False
        transport.write(data)
        return True

    def take(self) -> list[bytes]:
        """What there is to write, in order."""
        taken, self.pending, self.backlog = self.pending, [], 0
        return taken

    def is_gone(self) -> bool:
        """Whether the connection is known to have ended."""
        return self.transport is None or self.transport.is_closing()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self.transport is not None:
            self.transport.abort()


class HttpReceiver(LiveReceiver):
    """A receiver over one HTTP response: polling where the limit is 1, else streaming."""

    __slots__ = ("_waiter", "_wrap", "chunked")

    def __init__(self, transport: asyncio.Transport | None, wrap: Callable[[str], bytes], limit: int) -> None:
        """A receiver whose frames are written as ``wrap`` makes them."""
        super().__init__(transport, limit=limit)
        self._wrap = wrap
        self._waiter: asyncio.Future[None] | None = None
        self.chunked = False
        """Whether the response is under way, in chunks, so that frames can be written at once."""

    def wrap(self, frame: str) -> bytes:
        """The frame in the transport's own wrapping."""
        return self._wrap(frame)

    def push(self, data: bytes) -> None:
        """Write ``data`` where that can be done at once, else keep it and wake the response."""
        if self.chunked and self.write_now(b"%x\r\n%b\r\n" % (len(data), data)):
            return
        super().push(data)
        self._wake()

    def finish(self, end: End) -> None:
        """Wake the response, which ends after what is pending."""
        self.ended = end
        if end.abort:
            self.abort()
        self._wake()

    def ping(self) -> None:
        """HTTP has no pings."""

    async def wait(self) -> None:
        """Wait until there is something to write, or the end."""
        if not self.pending and self.ended is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
