import asyncio
from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, watch


@pytest.mark.parametrize(
    ("parameters", "path", "held"),
    [
        ({}, "/echo/info", False),
        ({"info": "slow"}, "/echo/info", True),
        ({}, "/echo/000/abc/xhr", True),
    ],
)
async def test_requests_are_held(
    catalogue: Catalogue, authority: Authority, passes: Any, parameters: dict[str, object], path: str, held: bool
) -> None:
    async with Bench(catalogue.make("slow_requests", {"delay": "80ms", **parameters}), authority=authority) as bench:
        since = watch()
        await passes(bench, f"GET {path}")
        # What the client has waited for its answer; without the delay it takes a few milliseconds.
        assert not held or since() >= 80 - EARLY_MS
        (came,) = bench.events("hop1.client", "request")
        (went,) = bench.events("hop1.server", "request")
        assert (went.t_ms - came.t_ms >= 80) == held
        assert bench.figures("hop1", "behaviour", "did") == (["held the request for 80 ms"] if held else [])


async def test_client_that_goes_is_not_waited_for(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("slow_requests", {"delay": "1h"}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET /echo HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        await bench.seen("hop1", "behaviour")
        await asyncio.wait_for(bench.network.stop(), 1)


@pytest.mark.parametrize("parameters", [{"delay": "900"}, {"info": True}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"slow_requests: {next(iter(parameters))}: "):
        catalogue.make("slow_requests", parameters)


async def test_bare_mitmdump_holds_the_request(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(path=b"/echo"))
    began = asyncio.get_running_loop().time()
    await bare("slow_requests", "requestheaders", flow, "delay=60ms")
    assert asyncio.get_running_loop().time() - began >= 0.06
