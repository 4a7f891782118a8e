from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "response", "start", "body"),
    [
        ({}, "503 Busy\r\nContent-Length: 2\r\n\r\nno", "HTTP/1.1 200 OK", b"no"),
        ({}, "200 Fine\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 Fine", b"ok"),
        ({}, "204 No Content\r\n\r\n", "HTTP/1.1 204 No Content", b""),
        ({"of": [204]}, "204 No Content\r\n\r\n", "HTTP/1.1 200 OK", b""),
        (
            {"of": [200], "to": 503},
            "200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 503 Service Unavailable",
            b"ok",
        ),
        ({"page": True}, "404 Not Found\r\nContent-Length: 2\r\n\r\nno", "HTTP/1.1 200 OK", None),
        ({"page": True}, "404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK", None),
        ({"page": True, "of": [204]}, "204 No Content\r\n\r\n", "HTTP/1.1 200 OK", None),
    ],
)
async def test_status_is_changed(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    response: str,
    start: str,
    body: bytes | None,
) -> None:
    async with Bench(catalogue.make("rewrite_status", parameters), authority=authority) as bench:
        passed = await passes(bench, "POST /echo/000/abc/xhr_send", f"HTTP/1.1 {response}")
        assert passed.head.start == start
        if body is None:
            assert passed.head.headers["content-type"] == "text/html; charset=utf-8"
            assert {line[:1] for line in passed.body.splitlines()} == {b"<"}
        else:
            assert passed.body == body


async def test_websocket_is_left_alone(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("rewrite_status", {}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(
            "GET /ws HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert (await browser.head()).start == "HTTP/1.1 101 Switching Protocols"


@pytest.mark.parametrize("parameters", [{"of": [101]}, {"of": []}, {"to": 100}, {"to": 204}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"rewrite_status: {next(iter(parameters))}: "):
        catalogue.make("rewrite_status", parameters)


async def test_bare_mitmdump_changes_the_status(bare: Any) -> None:
    flow = tflow.tflow(resp=tutils.tresp(status_code=502))
    await bare("rewrite_status", "responseheaders", flow, "of=502", "to=500")
    assert flow.response is not None
    assert flow.response.status_code == 500
