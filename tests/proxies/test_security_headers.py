from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench

NAMES = (
    "x-frame-options",
    "content-security-policy",
    "cross-origin-resource-policy",
    "x-content-type-options",
)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, ("SAMEORIGIN", None, None, None)),
        ({"x_frame_options": "DENY"}, ("DENY", None, None, None)),
        (
            {"x_frame_options": None, "content_security_policy": "script-src 'self'"},
            (None, "script-src 'self'", None, None),
        ),
        (
            {"cross_origin_resource_policy": "same-origin", "x_content_type_options": "nosniff"},
            ("SAMEORIGIN", None, "same-origin", "nosniff"),
        ),
    ],
)
async def test_headers_are_added(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    said: tuple[str | None, ...],
) -> None:
    async with Bench(catalogue.make("security_headers", parameters), authority=authority) as bench:
        response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        head = (await passes(bench, "GET /echo/iframe.html", response)).head
        assert tuple(head.headers.get(name) for name in NAMES) == said
        assert bench.figures("hop1", "behaviour", "names") == [
            [name.title() for name, value in zip(NAMES, said, strict=True) if value]
        ]


async def test_what_the_server_said_is_replaced(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("security_headers", {}), authority=authority) as bench:
        response = "HTTP/1.1 200 OK\r\nx-frame-options: ALLOWALL\r\nContent-Length: 0\r\n\r\n"
        lines = (await passes(bench, "GET /", response)).head.lines
        assert [line for line in lines if "frame" in line.lower()] == ["x-frame-options: SAMEORIGIN"]


@pytest.mark.parametrize("parameters", [{"x_frame_options": "ALLOW"}, {"x_content_type_options": "sniff"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"security_headers: {next(iter(parameters))}: "):
        catalogue.make("security_headers", parameters)


async def test_bare_mitmdump_adds_the_policy(bare: Any) -> None:
    flow = tflow.tflow(resp=tutils.tresp())
    await bare("security_headers", "responseheaders", flow, "content_security_policy=frame-ancestors 'none'")
    assert flow.response is not None
    assert flow.response.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert flow.response.headers["x-frame-options"] == "SAMEORIGIN"
