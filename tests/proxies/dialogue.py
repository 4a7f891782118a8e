"""What tests of this folder say on the wire, and how they read what comes."""

import time
from collections.abc import Callable

from lab.network.testing import Bench, Wire

HANDSHAKE = (
    "GET /echo/000/abc/websocket HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "{headers}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SWITCH = (
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "{headers}Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
STREAM = "POST /echo/000/abc/xhr_streaming HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 0\r\n\r\n"
CHUNKED = "HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n"

OPENED = """
    0  client asks GET /websocket
    0  server gets GET /websocket
    0  server answers 101
    0  client gets 101
"""
"""How a dialogue with a websocket begins (lab/network/playbook.py)."""

PING, PONG, CLOSE = b"\x89\x00", b"\x8a\x00", b"\x88\x02\x03\xe8"


def said(text: str) -> bytes:
    """A text frame of the server's; the lab's texts here are short."""
    return bytes([0x81, len(text.encode())]) + text.encode()


def masked(frame: bytes) -> bytes:
    """The same frame as a client sends it, masked with nothing."""
    return bytes([frame[0], frame[1] | 0x80]) + bytes(4) + frame[2:]


async def read_frame(wire: Wire) -> tuple[int, bytes]:
    """The first byte of the next frame, and what it carries, unmasked."""
    first, length = await wire.read(2)
    size = length & 0x7F
    if size == 126:
        size = int.from_bytes(await wire.read(2))
    elif size == 127:
        size = int.from_bytes(await wire.read(8))
    mask = await wire.read(4) if length & 0x80 else bytes(4)
    data = await wire.read(size)
    return first, bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


async def opened(bench: Bench, *, offer: str = "", answer: str = "") -> tuple[Wire, Wire]:
    """The browser's and the server's end of a websocket that has just opened, with headers of either side."""
    browser = await bench.connect()
    await browser.send(HANDSHAKE.format(headers=offer))
    server = await bench.accept()
    await server.head()
    await server.send(SWITCH.format(headers=answer))
    assert (await browser.head()).start.startswith("HTTP/1.1 101 ")
    await bench.seen("hop1.client", "ws.open")
    return browser, server


async def streaming(bench: Bench, kind: str = "application/javascript") -> tuple[Wire, Wire]:
    """The browser's and the server's end of a response whose head has just been sent."""
    browser = await bench.connect()
    await browser.send(STREAM)
    server = await bench.accept()
    await server.head()
    await server.send(CHUNKED.format(type=kind))
    return browser, server


async def arrived(bench: Bench, total: int) -> None:
    """Wait until so many bytes of the response have come to the hop."""
    await bench.seen("hop1.server", "response.data", total=total)


async def timed_chunks(wire: Wire, since: Callable[[], float]) -> list[tuple[float, bytes]]:
    """The chunks of a body up to its end, each with when it came; to be begun before anything is sent."""
    chunks = []
    while chunk := await wire.read_chunk():
        chunks.append((since(), chunk))
    return chunks


def watch() -> Callable[[], float]:
    """The milliseconds since it was called."""
    began_s = time.monotonic()
    return lambda: (time.monotonic() - began_s) * 1000


EARLY_MS = 3.0
"""How much earlier than asked a timer may fire: the clock of asyncio has a grain of about a millisecond."""
