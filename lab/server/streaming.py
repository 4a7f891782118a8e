"""Receiving in an application of aiohttp's: a task per response waits for frames and writes them."""

import asyncio

from aiohttp import HttpVersion11, web

from lab.server.exchange import Reception
from lab.server.receivers import HIGH_WATER, LiveReceiver
from lab.server.writing import chunk
from lab.sockjs.actions import End

LAST_WRITES_S = 2.0
"""How long the peer has to take the last frames of a response before the connection is dropped."""


class AwaitedReceiver(LiveReceiver):
    """A receiver over one response of aiohttp's. `pending` is what was pushed and is not written yet."""

    __slots__ = ("_reception", "_waiter", "backlog", "busy", "chunked", "pending")

    def __init__(self, transport: asyncio.Transport | None, reception: Reception) -> None:
        """A receiver on the connection ``transport``."""
        super().__init__(transport, limit=reception.limit)
        self._reception = reception
        self._waiter: asyncio.Future[None] | None = None
        self.pending: list[bytes] = []
        self.backlog = 0
        """Bytes in `pending`."""
        self.busy = False
        """Whether a write waits for the peer to read."""
        self.chunked = False
        """Whether the response is under way, in chunks, so that frames can be written at once."""

    def wrap(self, frame: str) -> bytes:
        """The frame in the transport's own wrapping."""
        return self._reception.wrap(frame)

    def push(self, data: bytes) -> None:
        """Write ``data`` where that can be done at once, else keep it and wake the response."""
        if self.chunked and self._write_now(data):
            return
        self.pending.append(data)
        self.backlog += len(data)
        if self.session is not None and (self.busy or self.backlog > HIGH_WATER):
            self.session.pause()
        self._wake()

    def finish(self, end: End) -> None:
        """Wake the response, which ends after what is pending."""
        self.ended = end
        if end.abort:
            self.abort()
        self._wake()

    async def wait(self) -> None:
        """Wait until there is something to write, or the end."""
        if not self.pending and self.ended is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def take(self) -> list[bytes]:
        """What there is to write, in order."""
        taken, self.pending, self.backlog = self.pending, [], 0
        return taken

    async def stream(self, response: web.StreamResponse) -> None:
        """Write frames until the end.

        Raises:
            ConnectionError: the peer has gone, or does not read.
        """
        while self.ended is None:
            await self._write(response)
            if self.session is not None and self.session.is_paused and self.ended is None:
                self.session.resume()
            await self.wait()
        try:
            async with asyncio.timeout(LAST_WRITES_S):
                await self._write(response)
                await response.write_eof()
        except TimeoutError:
            self.abort()
            raise ConnectionResetError("the client does not read") from None

    async def _write(self, response: web.StreamResponse) -> None:
        while self.pending:
            self.busy = True
            try:
                for data in self.take():
                    await response.write(data)
            finally:
                self.busy = False

    def _write_now(self, data: bytes) -> bool:
        """Write a chunk past aiohttp's writer, which costs more than all the rest; whether that could be done."""
        transport = self.transport
        if transport is None or self.busy or self.pending or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > HIGH_WATER:
            return False
        transport.write(chunk(data))
        return True

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def begin(request: web.Request, reception: Reception) -> web.StreamResponse:
    """A response, not prepared yet, that can be written piece by piece."""
    response = web.StreamResponse(headers=reception.headers)
    if request.version < HttpVersion11:
        # Without chunks only the connection's end ends the response, whatever the client says of keep-alive.
        response.force_close()
    return response
