from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "kind", "minified"),
    [
        ({}, "application/javascript; charset=UTF-8", True),
        ({}, "text/html", True),
        ({}, "text/event-stream", False),
        ({"types": ["text/event-*"]}, "text/event-stream", True),
        ({"types": ["text/event-*"]}, "text/html", False),
    ],
)
async def test_line_breaks_are_removed(
    catalogue: Catalogue, authority: Authority, passes: Any, parameters: dict[str, object], kind: str, minified: bool
) -> None:
    async with Bench(catalogue.make("minify", parameters), authority=authority) as bench:
        response = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: 9\r\n\r\no\r\na[]\n\nh"
        assert (await passes(bench, "POST /xhr", response)).body == (b"oa[]h" if minified else b"o\r\na[]\n\nh")
        assert len(bench.events("hop1")) == minified


async def test_pieces_pass_as_they_come(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("minify", {}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET /xhr_streaming HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nTransfer-Encoding: chunked\r\n\r\n")
        await server.chunk(b"hh\n")
        await browser.head()
        assert await browser.read_chunk() == b"hh"
        # Nothing is left of this one, and no empty chunk, which would be the end, is made of it.
        await server.chunk(b"\n")
        await server.chunk(b"o\n")
        assert await browser.read_chunk() == b"o"


async def test_bare_mitmdump_streams_and_tells(bare: Any) -> None:
    flow = tflow.tflow(resp=tutils.tresp(headers=((b"content-type", b"text/css"), (b"content-length", b"7"))))
    await bare("minify", "responseheaders", flow)
    assert flow.response is not None
    assert flow.response.stream is True
    assert flow.response.headers["transfer-encoding"] == "chunked"
