import asyncio

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, streaming, watch


@pytest.mark.parametrize(("end", "last"), [("fin", b""), ("clean", b"0\r\n\r\n"), ("rst", None)])
async def test_idle_response_ends(catalogue: Catalogue, authority: Authority, end: str, last: bytes | None) -> None:
    async with Bench(catalogue.make("response_idle", {"timeout": "150ms", "end": end}), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        for _ in range(2):
            await asyncio.sleep(0.1)
            since = watch()
            await server.chunk(b"h\n")
            assert await browser.read_chunk() == b"h\n"
        if last is None:
            with pytest.raises(ConnectionResetError):
                await browser.rest()
        else:
            assert (await browser.read(5) if last else await browser.rest()) == last
            assert await server.rest() == b""
        assert since() >= 150 - EARLY_MS
        assert len(bench.events("hop1", "behaviour")) == 1


async def test_response_that_has_ended_is_left_alone(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("response_idle", {"timeout": "50ms"}), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"")
        assert await browser.read_chunk() == b""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(browser.rest(), 0.1)
        assert bench.events("hop1", "behaviour") == []
