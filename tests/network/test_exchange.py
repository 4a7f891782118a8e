import pytest
from mitmproxy.http import HTTPFlow
from mitmproxy.test import tutils

from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.exchange import PIECES, asks_upgrade, host_of
from lab.network.testing import Bench

REQUEST = "POST /echo HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Rewrites(Behaviour):
    """Changes a request and its response."""

    def requestheaders(self, flow: HTTPFlow) -> None:
        flow.request.path = "/changed"
        flow.request.headers["X-Added"] = "1"

    def responseheaders(self, flow: HTTPFlow) -> None:
        assert flow.response is not None
        flow.response.status_code = 418
        flow.response.stream = lambda data: data.upper()


@pytest.mark.parametrize(
    ("connection", "upgrade", "expected"),
    [
        ("Upgrade", "websocket", True),
        ("keep-alive, Upgrade", "WebSocket", True),
        ("keep-alive", "websocket", False),
        ("Upgrade", "h2c", False),
        ("Upgrade", "", False),
    ],
)
def test_upgrade_needs_both_headers(connection: str, upgrade: str, expected: bool) -> None:
    request = tutils.treq()
    request.headers["Connection"] = connection
    request.headers["Upgrade"] = upgrade
    assert asks_upgrade(request) is expected


@pytest.mark.parametrize(
    ("header", "host"),
    [("www.lab.home.arpa", "www.lab.home.arpa"), ("www.lab.home.arpa:8080", "www.lab.home.arpa"), ("", "127.0.0.1")],
)
def test_host_is_the_name_asked_for(header: str, host: str) -> None:
    request = tutils.treq()
    request.data.host = "127.0.0.1"
    request.headers["Host"] = header
    assert host_of(request) == host


async def test_both_sides_of_a_request_and_a_response(authority: Authority) -> None:
    async with Bench(Rewrites(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        assert (await server.head()).start == "POST /changed HTTP/1.1"
        assert await server.read(5) == b"hello"
        await server.send(CHUNKED)
        await server.chunk(b"one")
        assert (await browser.head()).start.startswith("HTTP/1.1 418")
        assert await browser.read_chunk() == b"ONE"
        await server.chunk(b"three")
        assert await browser.read_chunk() == b"THREE"
        await server.chunk(b"")
        assert await browser.read_chunk() == b""

        for side, path, status in (("client", "/echo", 200 + 218), ("server", "/changed", 200)):
            vantage = f"hop1.{side}"
            assert bench.figures(vantage, "request", "url") == [f"http://app.localhost{path}"]
            assert bench.figures(vantage, "request.end", "bytes") == [5]
            assert bench.figures(vantage, "response", "status") == [status]
            assert bench.figures(vantage, "response.data", "bytes") == [3, 5]
            assert bench.figures(vantage, "response.data", "total") == [3, 8]
            assert bench.figures(vantage, "response.end", "bytes") == [8]
            assert {event.data["flow"] for event in bench.events(vantage) if event.kind != "tcp.open"} == {1}
        (client,), (server_side,) = (
            bench.figures(f"hop1.{side}", "request", "headers") for side in ("client", "server")
        )
        assert client == [["Host", "app.localhost"], ["Content-Length", "5"]]
        assert server_side == [*client, ["X-Added", "1"]]


async def test_pieces_are_counted_beyond_those_recorded(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED)
        await browser.head()
        for _ in range(PIECES + 5):
            await server.chunk(b"xy")
            await browser.read_chunk()
        await server.chunk(b"")
        await bench.seen("hop1.client", "response.end", bytes=2 * (PIECES + 5))
        assert len(bench.events("hop1.server", "response.data")) == PIECES
        assert len(bench.events("hop1.client", "response.data")) == PIECES


async def test_server_that_breaks_off_is_an_error_on_both_sides(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED)
        await server.chunk(b"part")
        await browser.head()
        await server.close()
        await browser.rest()
        assert len(bench.events("hop1.server", "error")) == 1
        assert len(bench.events("hop1.client", "error")) == 1
        assert bench.events("hop1.client", "response.end") == []


async def test_server_that_closes_without_an_answer_becomes_502(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.read(5)
        await server.close()
        assert (await browser.head()).start.startswith("HTTP/1.1 502")
        assert bench.figures("hop1.client", "response", "status") == [502]
        assert bench.events("hop1.server", "response") == []


async def test_client_that_goes_is_an_error_on_both_sides(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED)
        await browser.head()
        browser.abort()
        await bench.seen("hop1.client", "error")
        await bench.seen("hop1.server", "error")
        assert "the client went away" in bench.figures("hop1.client", "error", "text")[0]


async def test_continue_is_no_response(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(
            "POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        assert (await browser.head()).start.startswith("HTTP/1.1 100")
        await browser.send("hi")
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 204 No Content\r\n\r\n")
        await browser.head()
        assert bench.figures("hop1.client", "response", "status") == [204]
