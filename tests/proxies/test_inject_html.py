from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

PAGE = "<html><HEAD><title>x</title></HEAD><body>y</body></html>"
HTML = "<i>"


@pytest.mark.parametrize(
    ("at", "page", "came"),
    [
        ("start", PAGE, f"<i>{PAGE}"),
        ("head", PAGE, "<html><head><i><title>x</title></HEAD><body>y</body></html>"),
        ("end", PAGE, "<html><HEAD><title>x</title></HEAD><body>y<i></body></html>"),
        # Without the place nothing is inserted but at the end.
        ("head", "<p>x", "<p>x"),
        ("end", "<p>x", "<p>x<i>"),
    ],
)
async def test_html_is_inserted(
    catalogue: Catalogue, authority: Authority, passes: Any, at: str, page: str, came: str
) -> None:
    async with Bench(catalogue.make("inject_html", {"html": HTML, "at": at}), authority=authority) as bench:
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\n"
        whole = await passes(bench, "GET /iframe.html", f"{head}Content-Length: {len(page)}\r\n\r\n{page}")
        assert whole.body.decode() == came
        pieces = "".join(f"1\r\n{letter}\r\n" for letter in page)
        cut = await passes(bench, "GET /iframe.html", f"{head}Transfer-Encoding: chunked\r\n\r\n{pieces}0\r\n\r\n")
        assert cut.body.decode() == came
        assert set(bench.figures("hop1", "behaviour", "did")) == {"injected HTML into a response of type text/html"}


async def test_stream_goes_on_streaming(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("inject_html", {"html": HTML}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET /htmlfile HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
        await server.chunk(b"<html><head>")
        await browser.head()
        assert await browser.read_chunk() == b"<html><head><i>"
        await server.chunk(b"<script>p('o')</script>")
        assert await browser.read_chunk() == b"<script>p('o')</script>"


@pytest.mark.parametrize(
    ("parameters", "response", "body"),
    [
        ({}, "Content-Type: text/plain\r\nContent-Length: 6\r\n\r\n<head>", b"<head>"),
        ({"at": "start"}, "Content-Type: text/html\r\nContent-Length: 0\r\n\r\n", b""),
        ({"at": "start", "types": ["application/*"]}, "Content-Type: text/html\r\nContent-Length: 1\r\n\r\nx", b"x"),
    ],
)
async def test_other_responses_stay(
    catalogue: Catalogue, authority: Authority, passes: Any, parameters: dict[str, object], response: str, body: bytes
) -> None:
    async with Bench(catalogue.make("inject_html", parameters), authority=authority) as bench:
        assert (await passes(bench, "GET /", f"HTTP/1.1 200 OK\r\n{response}")).body == body
        assert bench.events("hop1") == []


def test_wrong_place_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match="inject_html: at: "):
        catalogue.make("inject_html", {"at": "body"})


async def test_bare_mitmdump_streams_the_page(bare: Any) -> None:
    flow = tflow.tflow(resp=tutils.tresp(headers=((b"content-type", b"text/html"), (b"content-length", b"7"))))
    await bare("inject_html", "responseheaders", flow, "at=start", "html=<b>")
    assert flow.response is not None
    assert "content-length" not in flow.response.headers
