import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from lab.browser.relay import Relay

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def listening(serve: Serve) -> asyncio.Server:
    return await asyncio.start_server(serve, "127.0.0.1", 0)


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


@pytest_asyncio.fixture
async def relay() -> AsyncIterator[Relay]:
    started = Relay()
    await started.start()
    yield started
    await started.stop()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
    writer.write(b"end")
    writer.close()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def test_relay_passes_bytes_and_both_ends(relay: Relay) -> None:
    server = await listening(echo)
    relay.target = ("127.0.0.1", port_of(server))
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    sent = bytes(range(256)) * 20_000  # More than any buffer on the way.
    writer.write(sent)
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(), 10) == sent + b"end"
    writer.close()
    server.close()


async def test_relay_passes_a_reset(relay: Relay) -> None:
    server = await listening(reset)
    relay.target = ("127.0.0.1", port_of(server))
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(b"x")
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 10)
    writer.close()
    server.close()


async def answers(relay: Relay) -> bool:
    """Whether the relay lets a connection through."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    try:
        writer.write(b"x")
        return await asyncio.wait_for(reader.readexactly(1), 10) == b"x"
    except (ConnectionError, asyncio.IncompleteReadError):
        return False
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_relay_resets_where_nobody_is_behind_it(relay: Relay) -> None:
    assert not await answers(relay)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        relay.target = ("127.0.0.1", unused.getsockname()[1])
        assert not await answers(relay)


async def test_cut_relay_ends_what_is_open_and_lets_nothing_through_until_it_is_mended(relay: Relay) -> None:
    server = await listening(echo)
    relay.target = ("127.0.0.1", port_of(server))
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(b"x")
    assert await reader.readexactly(1) == b"x"
    relay.cut(True)
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert not await answers(relay)
    relay.cut(False)
    assert await answers(relay)
    server.close()


async def test_stop_does_nothing_to_a_relay_that_was_not_started() -> None:
    await Relay().stop()
