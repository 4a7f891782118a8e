import asyncio
from typing import Any

import pytest
from mitmproxy.test import tflow

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench
from lab.network.witness import PATIENCE_S
from tests.proxies.dialogue import EARLY_MS, watch


async def test_window_slides(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    behaviour: Any = catalogue.make("rate_limit", {"requests": 2, "per": "10s"})
    now_s = 0.0
    behaviour.now_s = lambda: now_s
    async with Bench(behaviour, authority=authority) as bench:
        came = []
        for at_s in (0.0, 4.0, 9.9, 10.0, 13.9, 14.0, 14.1):
            now_s = at_s
            passed = await passes(bench, "GET /echo/info")
            came.append((passed.status, passed.head.headers.get("retry-after")))
        # What was refused does not count.
        assert came == [
            (200, None),
            (200, None),
            (429, "1"),
            (200, None),
            (429, "1"),
            (200, None),
            (429, "6"),
        ]
        assert (
            bench.figures("hop1", "behaviour", "did")
            == ["answered with 429 because of more than 2 requests in 10000 ms"] * 3
        )


async def test_client_may_ask_again_when_the_time_is_over(
    catalogue: Catalogue, authority: Authority, passes: Any
) -> None:
    async with Bench(catalogue.make("rate_limit", {"requests": 1, "per": "200ms"}), authority=authority) as bench:
        since = watch()
        assert (await passes(bench, "GET /echo/info")).status == 200
        async with asyncio.timeout(PATIENCE_S):
            while (await passes(bench, "GET /echo/info")).status == 429:
                pass
        assert since() >= 200 - EARLY_MS


async def test_none_may_pass(catalogue: Catalogue, authority: Authority, passes: Any) -> None:
    async with Bench(catalogue.make("rate_limit", {"requests": 0, "answer": 503}), authority=authority) as bench:
        assert (await passes(bench, "GET /echo/info")).status == 503


async def test_reset_cuts_the_connection(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("rate_limit", {"requests": 0, "answer": "reset"}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            await browser.rest()


@pytest.mark.parametrize("parameters", [{"requests": -1}, {"per": 1}, {"answer": "queue"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"rate_limit: {next(iter(parameters))}: "):
        catalogue.make("rate_limit", parameters)


async def test_bare_mitmdump_refuses(bare: Any) -> None:
    flow = tflow.tflow()
    await bare("rate_limit", "requestheaders", flow, "requests=0", "per=1s")
    assert flow.response is not None
    assert flow.response.status_code == 429
