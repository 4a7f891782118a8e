import asyncio
from typing import Any

import pytest
from mitmproxy.test import tflow, tutils

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, watch


async def test_info_is_held_and_the_rest_is_not(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("slow_info", {"delay": "300ms"}), authority=authority) as bench:
        first, second = await bench.connect(), await bench.connect()
        since = watch()
        await first.send("GET /echo/info?t=1 HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        await bench.seen("hop1", "behaviour", did="held /info for 300 ms")
        await second.send("GET /echo HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        # The second overtakes the first.
        assert (await (await bench.accept()).head()).start == "GET /echo HTTP/1.1"
        server = await bench.accept()
        assert (await server.head()).start == "GET /echo/info?t=1 HTTP/1.1"
        await server.send("HTTP/1.1 204 No Content\r\n\r\n")
        assert (await first.head()).start == "HTTP/1.1 204 No Content"
        assert since() >= 300 - EARLY_MS


def test_delay_without_unit_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match="slow_info: delay: expected a duration"):
        catalogue.make("slow_info", {"delay": 2})


async def test_bare_mitmdump_holds_info(bare: Any) -> None:
    flow = tflow.tflow(req=tutils.treq(path=b"/echo/info"))
    began = asyncio.get_running_loop().time()
    await bare("slow_info", "requestheaders", flow, "delay=60ms")
    assert asyncio.get_running_loop().time() - began >= 0.06
