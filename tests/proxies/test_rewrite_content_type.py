from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "request_", "response"),
    [
        ({}, "text/xml", "text/plain"),
        ({"to": "application/octet-stream"}, "text/xml", "application/octet-stream"),
        ({"to": None}, "text/xml", None),
        ({"of": "request"}, "text/plain", "text/event-stream; a=b"),
        ({"of": "request", "to": None}, None, "text/event-stream; a=b"),
        ({"types": ["text/html"]}, "text/xml", "text/event-stream; a=b"),
        ({"types": ["text/event-*"], "to": "text/html"}, "text/xml", "text/html"),
    ],
)
async def test_type_is_changed(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    request_: str | None,
    response: str | None,
) -> None:
    async with Bench(catalogue.make("rewrite_content_type", parameters), authority=authority) as bench:
        answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; a=b\r\nContent-Length: 2\r\n\r\no\n"
        passed = await passes(bench, "POST /", answer, headers="Content-Type: text/xml\r\n", body="x")
        assert passed.asked.headers.get("content-type") == request_
        assert passed.head.headers.get("content-type") == response
        changed = (request_, response) != ("text/xml", "text/event-stream; a=b")
        assert len(bench.events("hop1")) == changed


async def test_without_a_type_nothing_is_added(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("rewrite_content_type", {}), authority=authority) as bench:
        passed = await passes(bench, "GET /", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert "content-type" not in passed.head.headers


@pytest.mark.parametrize("parameters", [{"of": "both"}, {"types": []}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"rewrite_content_type: {next(iter(parameters))}: "):
        catalogue.make("rewrite_content_type", parameters)


async def test_bare_mitmdump_changes_the_type(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"content-type", b"text/plain"),)))
    await bare("rewrite_content_type", "requestheaders", flow, "of=request", "to=text/xml")
    assert flow.request.headers["content-type"] == "text/xml"
