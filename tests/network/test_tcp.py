"""Who is said to have ended a connection, and how."""

import socket
import struct
from collections.abc import Awaitable, Callable

import pytest
from mitmproxy.http import HTTPFlow

from lab.network import connections
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.testing import Bench, Wire

REQUEST = "GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n\r\n"


class Resets(Behaviour):
    """Resets the client's connection when the answer begins."""

    def responseheaders(self, flow: HTTPFlow) -> None:
        connections.reset(flow.client_conn)


def reset(wire: Wire) -> None:
    """End with RST."""
    wire.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.abort()


async def browser_closes(browser: Wire, server: Wire) -> None:
    await browser.close()


async def browser_resets(browser: Wire, server: Wire) -> None:
    reset(browser)


async def server_closes(browser: Wire, server: Wire) -> None:
    await server.close()


async def server_resets(browser: Wire, server: Wire) -> None:
    reset(server)


async def server_answers(browser: Wire, server: Wire) -> None:
    await server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


End = Callable[[Wire, Wire], Awaitable[None]]


@pytest.mark.parametrize(
    ("behaviours", "end", "client", "server"),
    [
        ([], browser_closes, ("client", "fin"), ("hop", "fin")),
        ([], browser_resets, ("client", "rst"), ("hop", "fin")),
        ([], server_closes, None, ("server", "fin")),
        ([], server_resets, None, ("server", "rst")),
        ([Resets], server_answers, ("hop", "rst"), ("hop", "fin")),
    ],
)
async def test_end_of_a_connection_is_ascribed(
    authority: Authority,
    behaviours: list[type[Behaviour]],
    end: End,
    client: tuple[str, str] | None,
    server: tuple[str, str],
) -> None:
    async with Bench(*(one() for one in behaviours), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        wire = await bench.accept()
        await wire.head()
        await end(browser, wire)
        event = await bench.seen("hop1.server", "tcp.end")
        assert (event.data["conn"], event.data["by"], event.data["how"]) == (1, *server)
        if client is not None:
            event = await bench.seen("hop1.client", "tcp.end")
            assert (event.data["conn"], event.data["by"], event.data["how"]) == (1, *client)
        assert bench.figures("hop1.client", "request", "conn") == [1]


@pytest.mark.parametrize(("end", "by"), [(browser_closes, "client"), (server_closes, "server")])
async def test_exchange_that_ends_before_its_time_says_by_whom(authority: Authority, end: End, by: str) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        wire = await bench.accept()
        await wire.head()
        await wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await wire.chunk(b"x")
        await browser.head()
        await end(browser, wire)
        assert (await bench.seen("hop1.client", "error")).data["by"] == by
        assert (await bench.seen("hop1.server", "error")).data["by"] == by


async def test_each_side_numbers_its_own_connections(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        for _ in range(2):
            browser = await bench.connect()
            await browser.send(REQUEST)
            await (await bench.accept()).head()
        assert bench.figures("hop1.client", "tcp.open", "conn") == [1, 2]
        assert bench.figures("hop1.server", "tcp.open", "conn") == [1, 2]
        assert bench.figures("hop1.server", "request", "conn") == [1, 2]
