import asyncio
from typing import Any

import h11
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, InformationalResponseReceived, ResponseReceived, StreamEnded
from h11._receivebuffer import ReceiveBuffer

from lab.network.authority import Authority
from lab.network.http1 import WithoutTrailers, interim_heads
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec
from lab.network.witness import PATIENCE_S
from tests.network.test_tls import trusting

EARLY = "HTTP/1.1 103 Early Hints\r\nLink: </x.js>; rel=preload\r\n\r\n"
GET = "GET /x HTTP/1.1\r\nHost: app.localhost\r\n\r\n"
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"


def buffer(data: bytes) -> ReceiveBuffer:
    made = ReceiveBuffer()
    made += data
    return made


@pytest.mark.parametrize(
    ("data", "statuses", "left"),
    [
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n", [103], b"HTTP/1.1 200 OK\r\n"),
        (b"HTTP/1.1 100\r\n\r\nHTTP/1.1 102 x\n\nx", [100, 102], b"x"),
        (b"HTTP/1.1 103 Early Hints\r\nLi", [], b"HTTP/1.1 103 Early Hints\r\nLi"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", [], b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 103 x\r\n\r\n", [], b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 103 x\r\n\r\n"),
        (b"HTTP/1.1 103 x\r\n: no name\r\n\r\n", [], b"HTTP/1.1 103 x\r\n: no name\r\n\r\n"),
        (b"", [], b""),
    ],
)
def test_interim_answers_are_taken_out_of_the_bytes(data: bytes, statuses: list[int], left: bytes) -> None:
    made = buffer(data)
    assert [response.status_code for response in interim_heads(made)] == statuses
    assert bytes(made) == left


def test_interim_answer_is_taken_however_its_bytes_come() -> None:
    made = ReceiveBuffer()
    found = []
    for byte in EARLY.encode() + b"HTTP":
        made += bytes([byte])
        found += interim_heads(made)
    assert [response.headers["link"] for response in found] == ["</x.js>; rel=preload"]
    assert bytes(made) == b"HTTP"


def test_body_ends_plainly_where_trailers_end_it() -> None:
    read, made = WithoutTrailers(), buffer(b"2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\nnext")
    assert isinstance(read(made), h11.Data)
    assert read(made) == h11.EndOfMessage()
    assert bytes(made) == b"next"


async def asked(bench: Bench, request: str = GET) -> tuple[Wire, Wire]:
    browser = await bench.connect()
    await browser.send(request)
    server = await bench.accept()
    await server.head()
    return browser, server


async def test_trailers_of_an_answer_do_not_reach_the_client(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await asked(bench)
        for _ in range(2):  # the connection lives on
            await server.send(CHUNKED)
            await browser.head()
            assert await browser.read(15) == b"5\r\nhello\r\n0\r\n\r\n"
            await browser.send(GET)
            await server.head()
        assert not bench.events("hop1", "hop.failed")


async def test_trailers_of_a_request_do_not_reach_the_server(authority: Authority) -> None:
    head = "POST /x HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with Bench(authority=authority) as bench:
        browser, server = await asked(bench, head + "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")
        assert await server.read(15) == b"5\r\nhello\r\n0\r\n\r\n"
        await server.send("HTTP/1.1 204 No Content\r\n\r\n")
        assert (await browser.head()).start.startswith("HTTP/1.1 204")


@pytest.mark.parametrize("interim", [EARLY, EARLY + EARLY])
async def test_early_hints_pass_before_the_answer(authority: Authority, interim: str) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await asked(bench)
        await server.send(interim + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        for _ in range(interim.count("103")):
            early = await browser.head()
            assert (early.start, early.headers["link"]) == ("HTTP/1.1 103 Early Hints", "</x.js>; rel=preload")
        assert (await browser.head()).start == "HTTP/1.1 200 OK"
        assert await browser.read(2) == b"hi"
        assert bench.figures("hop1.client", "response", "status") == [200]


async def test_server_that_ends_after_early_hints_is_a_bad_gateway(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await asked(bench)
        await server.send(EARLY)
        await browser.head()
        await server.close()
        assert (await browser.head()).start.startswith("HTTP/1.1 502")


async def test_client_of_http_1_0_gets_no_interim_answer(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await asked(bench, GET.replace("HTTP/1.1", "HTTP/1.0"))
        await server.send(EARLY + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert (await browser.head()).start == "HTTP/1.1 200 OK"


async def test_client_is_told_to_continue_once(authority: Authority) -> None:
    head = "POST /x HTTP/1.1\r\nHost: app.localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(head)
        assert (await browser.head()).start.startswith("HTTP/1.1 100")
        await browser.send("hi")
        server = await bench.accept()
        await server.head()
        # Nobody has asked it for this, but some servers say it all the same.
        await server.send("HTTP/1.1 100 Continue\r\n\r\n")
        assert await server.read(2) == b"hi"
        await server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert (await browser.head()).start == "HTTP/1.1 200 OK"


class Http2:
    """A client that speaks HTTP/2."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.state = H2Connection(H2Configuration(header_encoding="utf-8"))
        self.state.initiate_connection()

    async def flush(self) -> None:
        await self._wire.send(self.state.data_to_send())

    async def answer(self) -> tuple[list[str], bytes]:
        """The statuses of the answer and those before it, and its body."""
        statuses, body = [], b""
        while True:
            data = await asyncio.wait_for(self._wire._reader.read(65536), PATIENCE_S)
            assert data, "the hop has closed the connection"
            events: list[Any] = self.state.receive_data(data)
            for event in events:
                if isinstance(event, InformationalResponseReceived | ResponseReceived):
                    statuses.append(dict(event.headers)[":status"])
                elif isinstance(event, DataReceived):
                    body += event.data
                elif isinstance(event, StreamEnded):
                    return statuses, body
            await self.flush()


async def test_trailers_and_early_hints_between_http_2_and_http_1(authority: Authority) -> None:
    hop = HopSpec("hop1", "reverse", tls="intercept", http2=True)
    async with Bench(hops=[hop], scheme="https", authority=authority) as bench:
        wire = await bench.connect()
        await wire.start_tls(trusting(authority, "h2"), "app.localhost")
        client = Http2(wire)
        target = [(":method", "POST"), (":scheme", "https"), (":authority", "app.localhost"), (":path", "/x")]
        client.state.send_headers(1, target)
        client.state.send_data(1, b"hello")
        client.state.send_headers(1, [("x-sum", "1")], end_stream=True)
        await client.flush()
        server = await bench.accept()
        head = await server.head()
        body = await (server.read(15) if "transfer-encoding" in head.headers else server.read(5))
        assert b"hello" in body and b"x-sum" not in body.lower()
        await server.send(EARLY + CHUNKED)
        assert await client.answer() == (["103", "200"], b"hello")
        assert not bench.events("hop1", "hop.failed")
