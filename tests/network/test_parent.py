import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from mitmproxy.connection import Server

from lab.network.authority import Authority
from lab.network.parent import ParentRoute, Refused, Streams, ask_connect, ask_socks
from lab.network.route import NO_SUCH_HOST, Address
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec
from lab.tasks import spawn

HOST = "www.example.test"
CONNECT = f"CONNECT {HOST}:80 HTTP/1.1\r\nHost: {HOST}:80\r\n\r\n".encode()
HELLO = b"\x05\x01\x00"
WISH = b"\x05\x01\x00\x03\x10www.example.test\x00\x50"
BOUND = {"an IPv4 address": b"\x01\x7f\0\0\x01\0\x50", "a name": b"\x03\x01x\0\x50", "IPv6": b"\x04" + bytes(18)}

Ask = Callable[[Streams, Address], Coroutine[Any, Any, None]]


@contextlib.asynccontextmanager
async def proxy() -> AsyncIterator[tuple[Streams, Wire]]:
    """What a hop has of a connection to the next proxy, and that proxy's end of it."""
    came: asyncio.Queue[Wire] = asyncio.Queue()
    server = await asyncio.start_server(lambda *streams: came.put_nowait(Wire(*streams)), "127.0.0.1", 0)
    streams = await asyncio.open_connection(*server.sockets[0].getsockname())
    wire = await came.get()
    try:
        yield streams, wire
    finally:
        for end in (Wire(*streams), wire):
            await end.close()
        server.close()
        await server.wait_closed()


async def answered(ask: Ask, dialogue: list[tuple[bytes, bytes]], *, ends: bool = False) -> bytes:
    """What comes on the connection behind the proxy's answers, which are given byte by byte."""
    async with proxy() as (streams, wire):
        asking = spawn(ask(streams, (HOST, 80)), name="asking")
        for expected, answer in dialogue:
            assert await wire.read(len(expected)) == expected
            for byte in answer:
                await wire.send(bytes([byte]))
                await asyncio.sleep(0)
        if ends:
            await wire.close()
        await asking
        await wire.send(b"after")
        return await streams[0].readexactly(5)


@pytest.mark.parametrize("bound", BOUND.values(), ids=BOUND)
async def test_socks_proxy_is_asked_by_name_and_its_answer_is_read_to_the_end(bound: bytes) -> None:
    assert await answered(ask_socks, [(HELLO, b"\x05\x00"), (WISH, b"\x05\x00\x00" + bound)]) == b"after"


@pytest.mark.parametrize("status", ["200 OK", "204 Fine", "200"])
async def test_http_proxy_is_asked_by_name_and_its_answer_is_read_to_the_end(status: str) -> None:
    answer = f"HTTP/1.0 {status}\r\nVia: 1.1 box\r\n\r\n".encode()
    assert await answered(ask_connect, [(CONNECT, answer)]) == b"after"


@pytest.mark.parametrize(
    ("ask", "dialogue", "why"),
    [
        (ask_socks, [(HELLO, b"\x05\xff")], "authentication"),
        (ask_socks, [(HELLO, b"HT")], "does not speak SOCKS 5"),
        (ask_socks, [(HELLO, b"\x05")], "closed the connection"),
        (ask_socks, [(HELLO, b"\x05\x00"), (WISH, b"\x05\x05\x00\x01" + bytes(6))], "answered 5"),
        (ask_socks, [(HELLO, b"\x05\x00"), (WISH, b"\x05\x00\x00\x01\x7f")], "closed the connection"),
        (ask_connect, [(CONNECT, b"HTTP/1.1 403 Forbidden\r\n\r\n")], "answered 403 Forbidden"),
        (ask_connect, [(CONNECT, b"nonsense\r\n\r\n")], "answered  to CONNECT"),
        (ask_connect, [(CONNECT, b"HTTP/1.1 200 OK\r\n")], "did not answer CONNECT"),
    ],
)
async def test_proxy_that_does_not_connect_is_refusal(
    ask: Ask, dialogue: list[tuple[bytes, bytes]], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        await answered(ask, dialogue, ends=True)


def test_route_connects_to_the_next_proxy_for_the_names_of_the_case_alone() -> None:
    route = ParentRoute(hosts=frozenset({HOST}), target=("127.0.0.1", 4000), parent="forward")
    ours, other = Server(address=(HOST, 443)), Server(address=("elsewhere.test", 443))
    for server in (ours, other):
        route.connect(server)
    assert (ours.address, ours.error) == (("127.0.0.1", 4000), None)
    assert other.error == NO_SUCH_HOST


async def entered(bench: Bench, kind: str) -> tuple[Wire, str]:
    """A browser's connection through the first proxy, and what stands before a path in a request on it."""
    browser = await bench.connect()
    if kind == "forward":
        return browser, f"http://{HOST}"
    await browser.send(HELLO)
    await browser.read(2)
    await browser.send(WISH)
    await browser.read(10)
    return browser, ""


@pytest.mark.parametrize("chain", [("forward", "socks"), ("socks", "forward"), ("socks", "socks")])
async def test_next_proxy_that_is_gone_fails_the_request(authority: Authority, chain: tuple[str, str]) -> None:
    hops = [HopSpec(kind, kind) for kind in chain]  # type: ignore[arg-type] # each is a kind
    async with Bench(hops=hops, authority=authority) as bench:
        await bench.network.hops[1].stop()
        browser, base = await entered(bench, chain[0])
        await browser.send(f"GET {base}/echo/info HTTP/1.1\r\nHost: {HOST}\r\n\r\n")
        assert (await browser.head()).start.startswith("HTTP/1.1 502")
        assert not bench.reached


@pytest.mark.parametrize("chain", [("forward", "socks"), ("socks", "forward"), ("socks", "socks")])
async def test_connection_through_the_next_proxy_serves_further_requests(
    authority: Authority, chain: tuple[str, str]
) -> None:
    hops = [HopSpec(kind, kind) for kind in chain]  # type: ignore[arg-type] # each is a kind
    async with Bench(hops=hops, authority=authority) as bench:
        browser, base = await entered(bench, chain[0])
        server: Wire | None = None
        for number in range(3):
            await browser.send(f"GET {base}/echo/{number} HTTP/1.1\r\nHost: {HOST}\r\n\r\n")
            server = server or await bench.accept()
            assert (await server.head()).start == f"GET /echo/{number} HTTP/1.1"
            await server.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await browser.head()
            await browser.read(2)
        assert [len(bench.events(f"hop{hop}.server", "tcp.open")) for hop in (1, 2)] == [1, 1]
