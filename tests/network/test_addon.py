import pytest
from mitmproxy.http import HTTPFlow, Response

from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.testing import Bench

REQUEST = "GET {path} HTTP/1.1\r\nHost: app.localhost\r\n\r\n"
OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Teapot(Behaviour):
    """Answers all by itself."""

    def requestheaders(self, flow: HTTPFlow) -> None:
        flow.response = Response.make(418)


class Broken(Behaviour):
    """Raises."""

    def requestheaders(self, flow: HTTPFlow) -> None:
        raise ValueError("no such thing")


class ReadsBody(Behaviour):
    """Wants the whole body of a request."""

    def request(self, flow: HTTPFlow) -> None:
        flow.request.content = (flow.request.content or b"").upper()


async def test_lab_pages_are_exempt(authority: Authority) -> None:
    async with Bench(Teapot(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST.format(path="/lab/page.html"))
        server = await bench.accept()
        assert (await server.head()).start == "GET /lab/page.html HTTP/1.1"
        await server.send(OK)
        assert (await browser.head()).start == "HTTP/1.1 200 OK"
        for path in ("/laboratory", "/echo/lab/", "/"):
            await browser.send(REQUEST.format(path=path))
            assert (await browser.head()).start.startswith("HTTP/1.1 418")


async def test_broken_behaviour_is_told_and_traffic_passes(
    authority: Authority, capfd: pytest.CaptureFixture[str]
) -> None:
    async with Bench(Broken(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST.format(path="/"))
        await (await bench.accept()).head()
        assert bench.figures("hop1", "hop.failed", "text") == ["requestheaders: ValueError: no such thing"]
        assert bench.figures("hop1", "hop.failed", "behaviour") == [Broken.name]
    assert capfd.readouterr() == ("", "")


async def test_request_body_streams_unless_a_behaviour_wants_it(authority: Authority) -> None:
    head = "POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 6\r\n\r\n"
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(head + "abc")
        server = await bench.accept()
        await server.head()
        # The second half has not been sent yet.
        assert await server.read(3) == b"abc"
    async with Bench(ReadsBody(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(head + "abc")
        await bench.seen("hop1.client", "request")
        assert not bench.reached
        await browser.send("def")
        server = await bench.accept()
        await server.head()
        assert await server.read(6) == b"ABCDEF"
