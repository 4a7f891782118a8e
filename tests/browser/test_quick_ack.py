import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from lab.browser.quick_ack import QuickAckRelay

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def relayed(
    handler: Handler,
) -> AsyncIterator[tuple[QuickAckRelay, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection through a relay to a server with one handler, which has ended when the block is left."""
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await handler(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    relay = QuickAckRelay(server.sockets[0].getsockname()[1])
    await relay.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    try:
        async with asyncio.timeout(10):
            yield relay, reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        await relay.stop()
        await ended.wait()
        server.close()
        await server.wait_closed()


async def test_relay_passes_bytes_on_unchanged_in_both_directions() -> None:
    sent = os.urandom(700_000)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)

    async with relayed(echo) as (_, reader, writer):
        writer.write(sent)
        assert await reader.readexactly(len(sent)) == sent


async def test_relay_ends_the_client_when_the_target_ends() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"bye")

    async with relayed(hang_up) as (_, reader, _):
        assert await reader.read() == b"bye"


async def test_relay_closes_its_port_and_its_connections() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        await reader.read()

    async with relayed(greet) as (relay, reader, _):
        assert await reader.readexactly(5) == b"hello"
        await relay.stop()
        assert await reader.read() == b""
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", relay.port)
