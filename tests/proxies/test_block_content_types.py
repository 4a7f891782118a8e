from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour, Catalogue
from lab.network.testing import Bench

STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("types", "sent", "refused"),
    [
        (["text/plain"], "text/plain;charset=UTF-8", True),
        (["text/plain"], "TEXT/PLAIN", True),
        (["text/plain"], "application/x-www-form-urlencoded", False),
        (["text/*"], "text/xml", True),
        (["application/json", "text/x"], "text/xml", False),
        (["*"], None, False),
    ],
)
async def test_requests_are_refused_by_type(
    catalogue: Catalogue, authority: Authority, passes: Any, types: list[str], sent: str | None, refused: bool
) -> None:
    async with Bench(catalogue.make("block_content_types", {"types": types}), authority=authority) as bench:
        headers = f"Content-Type: {sent}\r\n" if sent else ""
        passed = await passes(bench, "POST /echo/000/abc/xhr_send", headers=headers, body='["a"]')
        assert (passed.asked is None, passed.status == 403) == (refused, refused)
        assert passed.sent == (b"" if refused else b'["a"]')


async def test_response_is_replaced_at_once(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("block_content_types", {"types": ["text/event-stream"], "of": "response"})
    async with Bench(behaviour, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET /echo/000/abc/eventsource HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        server = await bench.accept()
        await server.head()
        await server.send(STREAM)
        await server.chunk(b"\r\n")
        head = await browser.head()
        assert head.start.startswith("HTTP/1.1 403 ")
        assert head.headers["content-type"].startswith("text/plain")
        assert await browser.read(int(head.headers["content-length"])) == b"The proxy does not allow this content.\n"
        # The server is let go, and the connection takes the next request.
        assert await server.rest() == b""
        await browser.send("GET /echo HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        assert (await (await bench.accept()).head()).start == "GET /echo HTTP/1.1"
        said = "answered with 403 in place of a response of type text/event-stream"
        assert bench.figures("hop1", "behaviour", "did") == [said]


@pytest.mark.parametrize("rest", ["Content-Length: 2\r\n\r\no\n", "Content-Length: 0\r\n\r\n"])
async def test_response_that_is_held_or_empty_is_replaced(
    catalogue: Catalogue, authority: Authority, passes: Any, rest: str
) -> None:
    refuses = catalogue.make("block_content_types", {"of": "response", "status": 502})
    holds = catalogue.make("buffering", {})
    for behaviours in ([refuses], [refuses, holds], [holds, refuses]):
        async with Bench(*behaviours, authority=authority) as bench:
            passed = await passes(bench, "GET /echo", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + rest)
            assert (passed.status, passed.body) == (502, b"The proxy does not allow this content.\n")


async def test_other_responses_pass(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    behaviour: Behaviour = catalogue.make("block_content_types", {"types": ["text/html"], "of": "response"})
    async with Bench(behaviour, authority=authority) as bench:
        passed = await passes(bench, "POST /echo/000/abc/xhr", headers="Content-Type: text/html\r\n", body="x")
        assert (passed.status, passed.body, bench.events("hop1")) == (200, b"o\n", [])


@pytest.mark.parametrize("parameters", [{"types": []}, {"of": "both"}, {"status": 1}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"block_content_types: {next(iter(parameters))}: "):
        catalogue.make("block_content_types", parameters)


async def test_bare_mitmdump_refuses_the_type(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"content-type", b"text/plain"),)))
    await bare("block_content_types", "requestheaders", flow, "status=415", "types=text/*")
    assert flow.response is not None
    assert flow.response.status_code == 415
