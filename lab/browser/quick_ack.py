"""A relay in front of WebKitGTK's inspector that acknowledges each of its packets at once.

The inspector writes an answer in two small pieces, and Nagle's algorithm holds the second back until the first
is acknowledged, which Linux delays by 40 ms. A browser that answers in 44 ms instead of 2 ms cannot be
measured: the relay sets TCP_QUICKACK, which the kernel forgets, before every read (tcp(7)).
"""

import asyncio
import contextlib
import socket

from lab.tasks import end, spawn

_LOOPBACK = "127.0.0.1"
_PIECE = 256 * 1024


class QuickAckRelay:
    """Relays connections to one port on loopback, byte for byte."""

    def __init__(self, target_port: int) -> None:
        """Prepare a relay to ``target_port``."""
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._relays: set[asyncio.Task[None]] = set()
        self.port = 0
        """Where it listens; 0 before `start`."""

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, _LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection; never raises."""
        if self._server is not None:
            self._server.close()
        for relay in tuple(self._relays):
            await end(relay)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = spawn(self._relay(reader, writer), name="relay to the inspector")
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(contextlib.suppress(OSError))
            stack.callback(writer.close)
            target_reader, target_writer = await asyncio.open_connection(_LOOPBACK, self._target_port)
            stack.callback(target_writer.close)
            up = spawn(_pump(reader, writer, target_writer), name="to the inspector")
            stack.push_async_callback(end, up)
            down = spawn(_pump(target_reader, target_writer, writer), name="from the inspector")
            stack.push_async_callback(end, down)
            # Whoever ends first ends both: neither side of the inspector's protocol half-closes.
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)


async def _pump(source: asyncio.StreamReader, own: asyncio.StreamWriter, sink: asyncio.StreamWriter) -> None:
    """Pass on what ``source`` reads; ``own`` is the writer of the same connection, which knows its socket."""
    raw = own.get_extra_info("socket")
    with contextlib.suppress(OSError):
        while True:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            piece = await source.read(_PIECE)
            if not piece:
                return
            sink.write(piece)
            await sink.drain()
