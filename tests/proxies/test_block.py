from typing import Any

import pytest
from mitmproxy.test import tflow

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

SEND = "POST /echo/000/abc/xhr_send"


@pytest.mark.parametrize(
    ("parameters", "status", "body", "content_type"),
    [
        ({}, 403, b"The proxy does not allow this request.\n", "text/plain; charset=utf-8"),
        ({"answer": 404, "body": "", "content_type": "text/html"}, 404, b"", "text/html"),
        ({"answer": 503, "body": "späť"}, 503, "späť".encode(), "text/plain; charset=utf-8"),
        ({"answer": 204}, 204, b"", None),
    ],
)
async def test_status_answers_without_the_server(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    status: int,
    body: bytes,
    content_type: str | None,
) -> None:
    async with Bench(catalogue.make("block", parameters), authority=authority) as bench:
        passed = await passes(bench, SEND, body='["a"]')
        assert passed.asked is None
        assert (passed.status, passed.body, passed.head.headers.get("content-type")) == (status, body, content_type)
        assert bench.figures("hop1", "behaviour", "did") == [f"answered with {status}"]
        assert bench.figures("hop1", "behaviour", "status") == [status]


async def test_answer_carries_the_headers_given(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    behaviour = catalogue.make("block", {"answer": 429, "headers": {"Retry-After": "7"}})
    async with Bench(behaviour, authority=authority) as bench:
        assert (await passes(bench, "GET /echo/info")).head.headers["retry-after"] == "7"


async def test_hang_answers_nothing_until_the_client_goes(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("block", {"answer": "hang"}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(f"{SEND} HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 0\r\n\r\n")
        await bench.seen("hop1", "behaviour", did="left the request unanswered")
        browser.abort()
        await bench.seen("hop1.client", "error")
        assert bench.events("hop1.client", "response") == []
        assert not bench.reached


async def test_reset_ends_with_rst_and_close_with_fin(catalogue: Catalogue, authority: Authority) -> None:
    for answer in ("reset", "close"):
        async with Bench(catalogue.make("block", {"answer": answer}), authority=authority) as bench:
            browser = await bench.connect()
            await browser.send("GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
            if answer == "reset":
                with pytest.raises(ConnectionResetError):
                    await browser.rest()
            else:
                assert await browser.rest() == b""
            assert not bench.reached


@pytest.mark.parametrize("answer", ["drop", 99, 101, 600, None, True])
def test_wrong_answer_is_refused(catalogue: Catalogue, answer: object) -> None:
    with pytest.raises(UsageError, match="block: answer: "):
        catalogue.make("block", {"answer": answer})


async def test_bare_mitmdump_answers_with_the_status(bare: Any) -> None:
    flow = tflow.tflow()
    await bare("block", "requestheaders", flow, "answer=404", "headers={X-Why: rules}")
    assert flow.response is not None
    assert (flow.response.status_code, flow.response.headers["x-why"]) == (404, "rules")
