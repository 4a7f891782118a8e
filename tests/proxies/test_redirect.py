import ssl
from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "path", "location"),
    [
        ({}, "/echo/info?t=1", "https://app.localhost/echo/info?t=1"),
        ({"to": "slash"}, "/echo/info?t=1", "/echo/info/?t=1"),
        ({"to": "slash"}, "/echo", "/echo/"),
        ({"to": "slash"}, "/echo/?t=1", None),
        ({"to": "/elsewhere"}, "/echo/info", "/elsewhere"),
        ({"to": "http://other.test/x", "status": 307}, "/echo/info", "http://other.test/x"),
    ],
)
async def test_request_is_redirected(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    path: str,
    location: str | None,
) -> None:
    async with Bench(catalogue.make("redirect", parameters), authority=authority) as bench:
        passed = await passes(bench, f"GET {path}")
        assert passed.head.headers.get("location") == location
        assert passed.status == (200 if location is None else parameters.get("status", 301))
        assert (passed.asked is None) == (location is not None)


async def test_https_is_not_sent_to_https(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("redirect", {}), scheme="https", authority=authority) as bench:
        browser = await bench.connect()
        context = ssl.create_default_context(cafile=str(authority.confdir / "mitmproxy-ca-cert.pem"))
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        await browser.start_tls(context, "app.localhost")
        await browser.send("GET /echo/info HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        assert (await (await bench.accept()).head()).start == "GET /echo/info HTTP/1.1"


@pytest.mark.parametrize("parameters", [{"to": ""}, {"status": 304}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"redirect: {next(iter(parameters))}: "):
        catalogue.make("redirect", parameters)


async def test_bare_mitmdump_redirects(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(path=b"/a"))
    await bare("redirect", "requestheaders", flow, "to=slash", "status=308")
    assert flow.response is not None
    assert (flow.response.status_code, flow.response.headers["location"]) == (308, "/a/")
