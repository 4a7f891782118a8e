from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "path", "headers", "body", "status"),
    [
        ({"body": "5B"}, "/", "", "12345", 200),
        ({"body": "5B"}, "/", "", "123456", 413),
        ({"body": "5B", "body_status": 400}, "/", "", "123456", 400),
        ({"body": None}, "/", "", "123456", 200),
        ({"url": "10B"}, "/123456789", "", "", 200),
        ({"url": "10B"}, "/?23456789a", "", "", 414),
        # "X-Long: 1234" and CRLF are 14 bytes; "Host: app.localhost" and CRLF 21.
        ({"header": "21B"}, "/", "X-Long: 1234\r\n", "", 200),
        ({"header": "20B"}, "/", "X-Long: 1234\r\n", "", 400),
        ({"headers": "35B"}, "/", "X-Long: 1234\r\n", "", 200),
        ({"headers": "34B", "header_status": 431}, "/", "X-Long: 1234\r\n", "", 431),
    ],
)
async def test_what_is_too_large_is_refused(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    path: str,
    headers: str,
    body: str,
    status: int,
) -> None:
    async with Bench(catalogue.make("request_limits", parameters), authority=authority) as bench:
        passed = await passes(bench, f"POST {path}", headers=headers, body=body)
        assert (passed.status, passed.asked is None) == (status, status != 200)
        assert len(bench.events("hop1")) == (status != 200)


async def test_defaults_are_those_of_nginx(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("request_limits", {}), authority=authority) as bench:
        assert (await passes(bench, "POST /", body="x" * (1024 * 1024))).status == 200
        assert (await passes(bench, "POST /", body="x" * (1024 * 1024 + 1))).status == 413
        assert (await passes(bench, f"GET /{'x' * 8191}")).status == 200
        assert (await passes(bench, f"GET /{'x' * 8192}")).status == 414
        did = bench.figures("hop1", "behaviour", "did")
        assert did[0] == "answered with 413 because of a body of 1048577 bytes, more than 1048576"


@pytest.mark.parametrize("parameters", [{"body": "5"}, {"url": 5.5}, {"body_status": 13}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"request_limits: {next(iter(parameters))}: "):
        catalogue.make("request_limits", parameters)


async def test_bare_mitmdump_limits_the_body(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(headers=((b"content-length", b"2049"),)))
    await bare("request_limits", "requestheaders", flow, "body=2KiB")
    assert flow.response is not None
    assert flow.response.status_code == 413
