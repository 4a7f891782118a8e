"""Sessions on a websocket (RFC 6455, hybi-07, hybi-10), framed or raw.

aiohttp reads the frames; each message is handled while its bytes are being read, without a task in between, and what
it causes is written to the connection at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiohttp import WSCloseCode, WSMsgType

# aiohttp exports the reader, but not the queue that a reader wants.
from aiohttp._websocket.reader import WebSocketDataQueue, WebSocketReader

from lab.server.endpoint import Endpoint
from lab.server.exchange import Opening
from lab.server.receivers import HIGH_WATER, LiveReceiver
from lab.server.requests import Told
from lab.sockjs import frames
from lab.sockjs.actions import End
from lab.sockjs.frames import PayloadError
from lab.tasks import spawn

CLOSE_S = 2.0
"""How long the peer has to take the last frames and to answer the close frame before TCP is dropped."""
_NOT_ON_THE_WIRE = frozenset({1004, 1005, 1006})
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A


class WebsocketReceiver(LiveReceiver, asyncio.Protocol):
    """A receiver over a websocket, and the protocol of its connection once the handshake is through."""

    __slots__ = ("_decode", "_drain", "_endpoint", "_first", "_held", "_parser", "_timer", "_told", "_unread")

    def __init__(
        self,
        transport: asyncio.Transport,
        endpoint: Endpoint,
        opening: Opening,
        *,
        told: Told | None = None,
        drain: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """A session is made and attached by `begin`.

        Args:
            transport: The connection, on which the handshake is through.
            endpoint: Whose session it is.
            opening: What the transport wants.
            told: Where it is told how the connection ends; None where nobody wants to know.
            drain: Waits until the peer has read; only where another protocol gets the connection's events.
        """
        super().__init__(transport, pings=True)
        self._endpoint = endpoint
        self._decode = opening.decode
        self._told = told
        self._drain = drain
        self._first = b""
        self._held = False
        """Whether the peer does not read what is written."""
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.Future[None] | None = None
        self._parser: WebSocketReader | None = WebSocketReader(
            _Sink(self), endpoint.options.message_limit, compress=False, decode_text=True
        )

    @property
    def parser(self) -> WebSocketReader:
        """What the connection's bytes are to be fed to."""
        assert self._parser is not None
        return self._parser

    def begin(self, opening: Opening, first: bytes = b"") -> None:
        """Make the session and attach to it; ``first`` goes out before its first frame, or with it."""
        self._first = first
        session = opening.create()
        self._endpoint.enter(self)
        session.attach(self)
        self._write(b"")

    def push(self, data: bytes) -> None:
        """Write ``data`` as a frame."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        size = len(data)
        frame = (bytes((_TEXT, size)) if size < 126 else head(_TEXT, size)) + data
        if self._first:
            self._write(frame)
        else:
            transport.write(frame)
        if self._drain is not None and not self._held and transport.get_write_buffer_size() > HIGH_WATER:
            self.pause_writing()
            spawn(self._wait_for_peer(self._drain), name="websocket peer")

    def ping(self) -> None:
        """Ask for a pong."""
        self._write(head(_PING, 0))

    def finish(self, end: End) -> None:
        """Write the close frame; the peer's own, or its silence, ends the connection."""
        if self.ended is not None or self.transport is None:
            return
        self.ended = end
        if end.abort:
            self.abort()
        else:
            self._close_with(end.code, end.reason)

    def take(self, message: Any) -> None:
        """A message has come: WSMsgType, data, and the reason of a close frame."""
        kind, data, extra = message
        session = self.session
        if self.transport is None or self.transport.is_closing() or session is None:
            return
        if self.ended is not None:
            if kind is WSMsgType.CLOSE:
                self.transport.close()
        elif kind is WSMsgType.TEXT:
            session.answered()
            try:
                texts = self._decode(data)
            except PayloadError:
                session.break_off(3000, "Broken framing.")
                return
            if len(texts) > self._endpoint.options.batch_limit:
                session.break_off(WSCloseCode.MESSAGE_TOO_BIG, "Too many messages.")
            else:
                session.receive(texts)
        elif kind is WSMsgType.PING:
            # A peer that does not read gets no pongs for all its pings.
            if not self._held:
                self._write(head(_PONG, len(data)) + data)
        elif kind is WSMsgType.PONG:
            session.answered()
        elif kind is WSMsgType.BINARY:
            session.break_off(WSCloseCode.UNSUPPORTED_DATA, "Text expected.")
        elif kind is WSMsgType.CLOSE:
            # 1005: it gave no code.
            session.left(self, data or 1005, extra or "")
            self.ended = End(self, "done")
            self._close_with(data or 1000, "")
            self.transport.close()

    def broken(self, code: int) -> None:
        """The peer has broken the websocket protocol; what else it sends is not looked at."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        if self.ended is None:
            self.ended = End(self, "done")
            if self.session is not None:
                self.session.lost(self)
            self._close_with(code, "")
        # Closing with bytes of the peer unread would let TCP drop the close frame.
        if transport.can_write_eof():
            transport.write_eof()
        else:
            transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Only a connection that is made already gets this protocol."""

    def data_received(self, data: bytes) -> None:
        """Read frames."""
        if self._parser is not None:
            self._parser.feed_data(data)

    def pause_writing(self) -> None:
        """The peer does not read: hold the session back, and read no more of what may cause messages to it."""
        self._held = True
        if self.session is not None:
            self.session.pause()
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        """The peer reads again."""
        self._held = False
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()
        if self.session is not None and self.ended is None:
            self.session.resume()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is gone, in whatever way."""
        if self.transport is None:
            return
        self.transport = None
        # The parser and its sink hold each other.
        self._parser = None
        if self._timer is not None:
            self._timer.cancel()
        session = self.session
        in_order = self.ended is not None or session is None or not session.is_open
        if session is not None:
            session.lost(self)
        self._endpoint.leave(self)
        if self._told is not None:
            self._told.ended(0, "done" if in_order else "client gone")
        if self._unread is not None and not self._unread.done():
            self._unread.set_result(None)

    async def wait(self) -> None:
        """Wait until the connection is gone; for those whose task serves it."""
        if self.transport is not None:
            self._unread = asyncio.get_running_loop().create_future()
            await self._unread

    def _write(self, data: bytes) -> None:
        """Write ``data`` behind what was to go out first."""
        data, self._first = self._first + data, b""
        if data and self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def _close_with(self, code: int, reason: str) -> None:
        assert self.transport is not None
        if self.transport.is_closing():
            return
        code, text = on_the_wire(code, reason)
        self._write(head(_CLOSE, 2 + len(text)) + code.to_bytes(2, "big") + text)
        self._timer = asyncio.get_running_loop().call_later(CLOSE_S, self.transport.abort)

    async def _wait_for_peer(self, drain: Callable[[], Awaitable[None]]) -> None:
        try:
            await drain()
        except ConnectionError:
            return
        self.resume_writing()


class _Sink(WebSocketDataQueue):
    """Where aiohttp's reader puts messages: they are taken at once, so nothing ever waits here."""

    def __init__(self, receiver: WebsocketReceiver) -> None:
        super().__init__(cast(Any, None), HIGH_WATER, loop=asyncio.get_running_loop())
        self._receiver = receiver

    def feed_data(self, data: Any, size: int) -> None:
        """A message."""
        self._receiver.take(data)

    def feed_eof(self) -> None:
        """The connection is gone: told by aiohttp, where it has the connection's protocol."""
        self._receiver.connection_lost(None)

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        """The reader found what is no frame."""
        self._receiver.broken(getattr(exc, "code", WSCloseCode.PROTOCOL_ERROR))


def head(first: int, size: int) -> bytes:
    """The head of an unmasked frame of ``size`` bytes whose first byte is ``first`` (RFC 6455, section 5.2)."""
    if size < 126:
        return bytes((first, size))
    if size < 65536:
        return bytes((first, 126)) + size.to_bytes(2, "big")
    return bytes((first, 127)) + size.to_bytes(8, "big")


def on_the_wire(code: int, reason: str) -> tuple[int, bytes]:
    """A close code and reason as a websocket's close frame may carry them (RFC 6455, sections 5.5 and 7.4).

    Codes that must not be sent become 1000. The reason is cut to the 123 bytes that there are, between characters.
    """
    if not (1000 <= code <= 1014 or 3000 <= code <= 4999) or code in _NOT_ON_THE_WIRE:
        code = 1000
    return code, frames.scalar(reason).encode()[:123].decode(errors="ignore").encode()
