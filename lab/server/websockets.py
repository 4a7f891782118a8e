"""Sessions on a websocket, framed or raw: one task reads, writes what its reading caused, and closes."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from aiohttp import WSCloseCode, WSMsgType, web

from lab.server import cors
from lab.server.answers import refusal
from lab.server.endpoint import Endpoint
from lab.server.receivers import LiveReceiver
from lab.server.sessions import LiveSession
from lab.sockjs import frames
from lab.sockjs.frames import PayloadError
from lab.sockjs.session import End
from lab.tasks import spawn

CLOSE_S = 2.0
"""How long the peer has to take the last frames, and then to answer the close frame, before TCP is dropped."""
_NOT_ON_THE_WIRE = frozenset({1004, 1005, 1006})


class WebsocketReceiver(LiveReceiver):
    """A receiver over a websocket. What the reading task itself causes is written by it, without another task."""

    __slots__ = ("_flusher", "_reader", "reading", "ws")

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        """A receiver for the task that runs now: it has to read ``ws``."""
        super().__init__(transport, pings=True)
        self.ws = ws
        self.reading = False
        """Whether the task waits for the peer to send, so that others have to write and to wake it."""
        self._reader = asyncio.current_task()
        self._flusher: asyncio.Task[None] | None = None

    def push(self, data: bytes) -> None:
        """Write ``data`` where that can be done at once, else keep it and see to it that someone writes it."""
        if self._flusher is None and self.write_now(head(len(data)) + data):
            return
        super().push(data)
        if self.reading and self._flusher is None:
            self._flusher = spawn(self._flush_aside(), name="websocket writes")

    def ping(self) -> None:
        """Ask for a pong."""
        spawn(self._ping(), name="websocket ping")

    def finish(self, end: End) -> None:
        """Have the reading task stop reading and close.

        Closing from elsewhere while that task is in ``receive()`` would drop TCP at once, and with it, in some
        browsers, the frames before it.
        """
        if self.ended is not None:
            return
        self.ended = end
        if end.abort:
            self.abort()
        if self.reading and self._reader is not None:
            self._reader.cancel()

    async def flush(self) -> None:
        """Write all that is pending."""
        if self._flusher is not None:
            await asyncio.wait([self._flusher])
        await self._write()

    async def _write(self) -> None:
        send = self.ws.send_frame
        while self.pending:
            self.busy = True
            try:
                for data in self.take():
                    await send(data, WSMsgType.TEXT)
            finally:
                self.busy = False
            session = self.session
            if session is not None and session.is_paused and self.ended is None:
                session.resume()

    async def _flush_aside(self) -> None:
        try:
            # A peer that has gone is noticed by the reading task.
            with contextlib.suppress(ConnectionError):
                await self._write()
        finally:
            self._flusher = None

    async def _ping(self) -> None:
        with contextlib.suppress(ConnectionError):
            await self.ws.ping()


def head(size: int) -> bytes:
    """The head of a frame that holds a whole text of ``size`` bytes (RFC 6455, section 5.2)."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def refuse(request: web.Request, endpoint: Endpoint) -> web.Response | None:
    """The answer to a request that opens no websocket; None where it may."""
    headers = request.headers
    if not endpoint.options.websocket:
        return refusal(request, endpoint.options, 404)
    if headers.get("Upgrade", "").lower().strip() != "websocket":
        return refusal(request, endpoint.options, 400, 'Can "Upgrade" only to "WebSocket".')
    if "upgrade" not in [token.strip().lower() for token in headers.get("Connection", "").split(",")]:
        return refusal(request, endpoint.options, 400, '"Connection" must be "Upgrade".')
    # Versions 7 and 8 (hybi-10) name the page's origin in a header of their own.
    origin = headers.get("Origin", headers.get("Sec-WebSocket-Origin"))
    if not cors.is_allowed(origin, endpoint.options.allowed_origins):
        return refusal(request, endpoint.options, 403)
    return None


async def serve(
    request: web.Request,
    endpoint: Endpoint,
    create: Callable[[], LiveSession],
    decode: Callable[[str], Sequence[str]],
) -> web.StreamResponse:
    """Serve a session, made by ``create`` after the handshake, on a websocket; ``decode`` reads a message."""
    refused = refuse(request, endpoint)
    if refused is not None:
        return refused
    transport = request.transport
    # Compression costs about 90 KiB a session. Pings are answered here, to hear the pongs too.
    ws = web.WebSocketResponse(
        timeout=CLOSE_S, autoping=False, compress=False, max_msg_size=endpoint.options.message_limit
    )
    await ws.prepare(request)
    receiver = WebsocketReceiver(ws, transport)
    session = create()
    endpoint.enter(receiver)
    try:
        await _live(receiver, session, decode)
    finally:
        endpoint.leave(receiver)
    return ws


async def _live(receiver: WebsocketReceiver, session: LiveSession, decode: Callable[[str], Sequence[str]]) -> None:
    session.attach(receiver)
    try:
        await _read(receiver, session, decode)
    except ConnectionError:
        receiver.abort()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if receiver.ended is None or task is None:
            raise
        task.uncancel()
    finally:
        receiver.reading = False
        session.lost(receiver)
    await _close(receiver)


async def _read(receiver: WebsocketReceiver, session: LiveSession, decode: Callable[[str], Sequence[str]]) -> None:
    """Read until either end is through with it."""
    ws = receiver.ws
    while True:
        if receiver.pending:
            await receiver.flush()
        if receiver.ended is not None:
            return
        receiver.reading = True
        message = await ws.receive()
        receiver.reading = False
        kind = message.type
        if kind is WSMsgType.TEXT:
            session.answered()
            try:
                session.receive(decode(message.data))
            except PayloadError:
                session.break_off(3000, "Broken framing.")
        elif kind is WSMsgType.PING:
            await ws.pong(message.data)
        elif kind is WSMsgType.PONG:
            session.answered()
        elif kind is WSMsgType.BINARY:
            session.break_off(WSCloseCode.UNSUPPORTED_DATA, "Text expected.")
        elif kind is WSMsgType.CLOSE:
            # 1005: it gave no code.
            session.left(receiver, message.data or 1005, message.extra or "")
            return
        else:
            # The connection is gone, or the client broke the websocket protocol and aiohttp has told it so.
            return


async def _close(receiver: WebsocketReceiver) -> None:
    """Write what is pending, then close in good order as far as the peer goes along."""
    end = receiver.ended
    if end is None or receiver.is_gone():
        return
    try:
        async with asyncio.timeout(CLOSE_S):
            await receiver.flush()
    except (TimeoutError, ConnectionError):
        receiver.abort()
    code, reason = on_the_wire(end.code, end.reason)
    await receiver.ws.close(code=code, message=reason)


def on_the_wire(code: int, reason: str) -> tuple[int, bytes]:
    """A close code and reason as a websocket's close frame may carry them (RFC 6455, sections 5.5 and 7.4).

    Codes that must not be sent become 1000. The reason is cut to the 123 bytes that there are, between characters.
    """
    if not (1000 <= code <= 1014 or 3000 <= code <= 4999) or code in _NOT_ON_THE_WIRE:
        code = 1000
    return code, frames.scalar(reason).encode()[:123].decode(errors="ignore").encode()
