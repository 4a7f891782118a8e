"""A door of the lab's own before a proxy that is not known yet: a browser that takes its proxy when it starts.

Bytes pass as they come; an end and a reset on one side become the same on the other. It adds some hundredths of
a millisecond.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable

from lab.browser.engine import EngineFailure
from lab.tasks import end, spawn

_LOOPBACK = "127.0.0.1"
_RESET = struct.pack("ii", 1, 0)


class _Side(asyncio.Protocol):
    """One side of one connection."""

    peer: "_Side | None" = None
    transport: asyncio.Transport | None = None

    def __init__(self, made: "Callable[[_Side], None] | None" = None) -> None:
        self._made = made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self._made is not None:
            self._made(self)

    def data_received(self, data: bytes) -> None:
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.write(data)

    def eof_received(self) -> bool:
        if self.peer is not None and self.peer.transport is not None and not self.peer.transport.is_closing():
            self.peer.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        peer, self.peer = self.peer, None
        if peer is None or peer.transport is None:
            return
        peer.peer = None
        if error is not None:
            peer.reset()
        else:
            peer.transport.close()

    def reset(self) -> None:
        """End this side with a reset."""
        if self.transport is None:
            return
        with contextlib.suppress(OSError, AttributeError):
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()


class Relay:
    """Listens on a port of its own and passes each connection on to `target`."""

    def __init__(self) -> None:
        self.port = 0
        self.target: tuple[str, int] | None = None
        """Host and port of the proxy; a connection that comes before it is known is reset."""
        self._listening: asyncio.Server | None = None
        self._sides: set[_Side] = set()
        self._joining: set[asyncio.Task[None]] = set()
        self._cut = False

    async def start(self) -> None:
        """Listen; raises `EngineFailure`."""
        loop = asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(lambda: _Side(self._accept), _LOOPBACK, 0)
        except OSError as error:
            raise EngineFailure(f"The lab cannot listen for a browser: {error.strerror}.") from error
        self.port = self._listening.sockets[0].getsockname()[1]

    def cut(self, cut: bool) -> None:
        """Reset every connection and let no other through, or let them through again."""
        self._cut = cut
        if cut:
            for side in list(self._sides):
                side.reset()

    async def stop(self) -> None:
        """Listen no more and reset what is left; never raises."""
        self.cut(True)
        if self._listening is not None:
            self._listening.close()
        for task in list(self._joining):
            await end(task)

    def _accept(self, side: _Side) -> None:
        if self._cut or self.target is None:
            side.reset()
            return
        assert side.transport is not None
        side.transport.pause_reading()
        task = spawn(self._join(side, *self.target), name="relay to the proxy")
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    async def _join(self, side: _Side, host: str, port: int) -> None:
        try:
            _, peer = await asyncio.get_running_loop().create_connection(_Side, host, port)
        except OSError:
            side.reset()
            return
        self._sides = {each for each in self._sides if each.peer is not None} | {side}
        if self._cut or side.transport is None or side.transport.is_closing():
            peer.reset()
            side.reset()
            return
        side.peer, peer.peer = peer, side
        side.transport.resume_reading()
