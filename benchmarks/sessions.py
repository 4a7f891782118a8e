"""The sessions that the client of the benchmark has: one message in flight each, over one transport.

They parse no more than they must, so that the server is what is measured.
"""

import asyncio
import time
from abc import abstractmethod
from collections.abc import Callable
from typing import cast

_TEXT = "x" * 64
_PAYLOAD = f'["{_TEXT}"]'.encode()
# The key of the mask is zero, so that the payload may stand as it is.
_MASKED = bytes([0x81, 0x80 | len(_PAYLOAD), 0, 0, 0, 0]) + _PAYLOAD
_ECHO = b"a" + _PAYLOAD
_ECHO_FRAME = bytes([0x81, len(_ECHO)]) + _ECHO


class Answers(asyncio.Protocol):
    """A kept HTTP connection; tells of pieces and ends of answers."""

    def __init__(self, on_piece: Callable[[bytes], None], on_end: Callable[[int], None]) -> None:
        self.on_piece = on_piece
        self.on_end = on_end
        self._data = b""
        self._left = -1
        """Bytes of body to come; -1 in a head, -2 in chunks."""
        self._status = 0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # Other loops' transports are not derived from asyncio's.
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes in any pieces."""
        data = self._data + data if self._data else data
        while data:
            if self._left == -1:
                head, blank, rest = data.partition(b"\r\n\r\n")
                if not blank:
                    break
                data = rest
                self._status = int(head[9:12])
                low = head.lower()
                at = low.find(b"content-length:")
                if b"transfer-encoding: chunked" in low:
                    self._left = -2
                else:
                    self._left = int(low[at + 15 :].partition(b"\r")[0]) if at > 0 else 0
                    if not self._left:
                        self._end()
            elif self._left == -2:
                size, line, rest = data.partition(b"\r\n")
                if not line:
                    break
                length = int(size, 16)
                if len(rest) < length + 2:
                    break
                data = rest[length + 2 :]
                if length:
                    self.on_piece(rest[:length])
                else:
                    self._end()
            elif len(data) >= self._left:
                self.on_piece(data[: self._left])
                data = data[self._left :]
                self._end()
            else:
                break
        self._data = data

    def _end(self) -> None:
        self._left = -1
        self.on_end(self._status)


class Session:
    """A session that opens, then echoes one message after the other as long as `running`."""

    def __init__(self, port: int, path: str, clock: Callable[[], float] = time.perf_counter) -> None:
        self.port = port
        self.path = path
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.count = 0
        self.latencies: list[float] = []
        self.running = False
        self._clock = clock
        self._sent = 0.0

    def go(self) -> None:
        """Begin to echo."""
        self.running = True
        self.send()

    def send(self) -> None:
        """Send the first message."""
        self._sent = self._clock()
        self.write()

    def done(self) -> None:
        """One message has come back; send the next."""
        now = self._clock()
        self.count += 1
        self.latencies.append(now - self._sent)
        self._sent = now
        if self.running:
            self.write()

    @abstractmethod
    async def open(self) -> None:
        """Connect; `opened` is set when the open frame has come."""

    async def prepare(self) -> None:
        """Do what has to be done once before the first message."""

    @abstractmethod
    def write(self) -> None:
        """Write one message."""

    @abstractmethod
    def close(self) -> None:
        """Drop the connections."""

    def post(self, name: str, body: bytes = b"") -> bytes:
        """The bytes of a POST."""
        return (
            f"POST {self.path}/{name} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


class WebsocketSession(Session, asyncio.Protocol):
    """Over a websocket."""

    _data = b""
    _upgraded = False
    _transport: asyncio.Transport

    async def open(self) -> None:
        """Connect, and wait for the open frame."""
        transport, _ = await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self.port)
        self._transport = transport
        transport.write(
            (
                f"GET {self.path}/websocket HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: Upgrade\r\n"
                f"Upgrade: websocket\r\nOrigin: http://127.0.0.1:{self.port}\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
            ).encode()
        )
        await self.opened

    def data_received(self, data: bytes) -> None:
        """Take bytes in any pieces."""
        if data == _ECHO_FRAME and not self._data:
            self.done()
            return
        data = self._data + data if self._data else data
        if not self._upgraded:
            head, blank, rest = data.partition(b"\r\n\r\n")
            if not blank:
                self._data = data
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            data, self._upgraded = rest, True
        while len(data) >= 2:
            # All frames here are shorter than 126 bytes.
            end = 2 + data[1]
            if len(data) < end:
                break
            frame, data = data[2:end], data[end:]
            if frame == b"o":
                self.opened.set_result(None)
            elif frame == _ECHO:
                self.done()
        self._data = data

    def write(self) -> None:
        """Write one message."""
        self._transport.write(_MASKED)

    def close(self) -> None:
        """Drop what is connected."""
        self._transport.abort()


class HttpSession(Session):
    """Over HTTP: one connection receives, the other sends."""

    receiving = ""
    _out: Answers | None = None

    async def open(self) -> None:
        """Connect, and wait for the open frame."""
        connect = asyncio.get_running_loop().create_connection
        _, self._in = await connect(lambda: Answers(self.on_piece, self.on_end), "127.0.0.1", self.port)
        self._in.transport.write(self.post(self.receiving))
        await self.opened

    async def prepare(self) -> None:
        """Open the connection that sends."""
        connect = asyncio.get_running_loop().create_connection
        _, self._out = await connect(lambda: Answers(lambda data: None, self.on_sent), "127.0.0.1", self.port)
        self._pending = 0
        self._message = self.post("xhr_send", _PAYLOAD)

    def on_piece(self, data: bytes) -> None:
        """A piece of an answer to the receiving connection."""
        if data[:1] == b"a":
            self._came()
        elif data[-2:] == b"o\n" and not self.opened.done():
            self.opened.set_result(None)

    def on_end(self, status: int) -> None:
        """Ask for the next answer: this one has reached its limit, or the poll is answered."""
        self._in.transport.write(self.post(self.receiving))

    def on_sent(self, status: int) -> None:
        """The message was taken."""
        assert status == 204, status
        self._came()

    def write(self) -> None:
        """Write one message."""
        self._pending = 2
        assert self._out is not None
        self._out.transport.write(self._message)

    def close(self) -> None:
        """Drop what is connected."""
        self._in.transport.abort()
        if self._out is not None:
            self._out.transport.abort()

    def _came(self) -> None:
        # A message is through when it has been taken and has come back.
        self._pending -= 1
        if not self._pending:
            self.done()


class StreamingSession(HttpSession):
    """Over xhr-streaming."""

    receiving = "xhr_streaming"


class PollingSession(HttpSession):
    """Over xhr-polling. It polls again before it sends, as the client does."""

    receiving = "xhr"

    def on_piece(self, data: bytes) -> None:
        """A piece of an answer to the receiving connection."""
        if data[:1] == b"a":
            self._echoed = True
        else:
            super().on_piece(data)

    _echoed = False

    def on_end(self, status: int) -> None:
        """Ask for the next answer: this one has reached its limit, or the poll is answered."""
        super().on_end(status)
        if self._echoed:
            self._echoed = False
            self._came()


TRANSPORTS: dict[str, type[Session]] = {
    "websocket": WebsocketSession,
    "xhr-streaming": StreamingSession,
    "xhr-polling": PollingSession,
}
