from typing import Any

from mitmproxy.test import tflow, tutils

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


async def test_body_does_not_reach_the_server(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("drop_request_body", {}), authority=authority) as bench:
        passed = await passes(bench, "POST /echo/000/abc/xhr_send", body='["a"]')
        assert (passed.asked.headers["content-length"], passed.sent, passed.status) == ("0", b"", 200)
        assert bench.figures("hop1.server", "request.end", "bytes") == [0]
        assert bench.figures("hop1", "behaviour", "did") == ["dropped the request's body of 5 bytes"]


async def test_chunked_body_does_not_reach_the_server(
    catalogue: Catalogue, authority: Authority, passes: Any
) -> None:
    async with Bench(catalogue.make("drop_request_body", {}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("POST / HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        await browser.chunk(b"abc")
        await browser.chunk(b"")
        head = await (await bench.accept()).head()
        assert "transfer-encoding" not in head.headers
        assert head.headers["content-length"] == "0"


async def test_request_without_a_body_passes(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("drop_request_body", {}), authority=authority) as bench:
        assert "content-length" not in (await passes(bench, "GET /echo/info")).asked.headers
        assert (await passes(bench, "POST /xhr", headers="Content-Length: 0\r\n")).status == 200
        assert bench.events("hop1") == []


async def test_bare_mitmdump_asks_for_the_body(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"content-length", b"7"),)))
    await bare("drop_request_body", "requestheaders", flow)
    assert flow.metadata["drop_request_body"]
