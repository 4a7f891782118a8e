from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench


@pytest.mark.parametrize(
    ("parameters", "method", "status"),
    [
        ({}, "POST", 405),
        ({}, "GET", None),
        ({}, "OPTIONS", None),
        ({"methods": ["OPTIONS", "POST"], "answer": 403}, "OPTIONS", 403),
        ({"methods": ["options"]}, "OPTIONS", 405),
        ({"methods": ["PATCH"]}, "POST", None),
    ],
)
async def test_methods_are_refused(
    catalogue: Catalogue,
    authority: Authority,
    passes: Any,
    parameters: dict[str, object],
    method: str,
    status: int | None,
) -> None:
    async with Bench(catalogue.make("block_methods", parameters), authority=authority) as bench:
        passed = await passes(bench, f"{method} /echo/000/abc/xhr_send")
        assert passed.status == status if status else passed.asked is not None
        assert (passed.asked is None) == bool(status)
        # RFC 9110 section 15.5.6 requires it with 405, and with nothing else.
        assert ("allow" in passed.head.headers) == (status == 405)
        said = [f"answered with {status} because of the method {method}"] if status else []
        assert bench.figures("hop1", "behaviour", "did") == said


async def test_reset_cuts_the_connection(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("block_methods", {"answer": "reset"}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("POST /echo/000/abc/xhr HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 0\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            await browser.rest()


@pytest.mark.parametrize("parameters", [{"methods": []}, {"methods": "POST"}, {"answer": 700}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"block_methods: {next(iter(parameters))}: "):
        catalogue.make("block_methods", parameters)


async def test_bare_mitmdump_takes_several_methods(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(method=b"DELETE"))
    await bare("block_methods", "requestheaders", flow, "methods=PUT", "methods=DELETE", "answer=501")
    assert flow.response is not None
    assert flow.response.status_code == 501
