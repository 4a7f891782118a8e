import asyncio

import pytest

from lab import shipped
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.testing import Bench, Wire, mitmdump
from tests.proxies.dialogue import CHUNKED, EARLY_MS, STREAM, streaming, watch


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


async def test_bare_mitmdump_ends_the_response(authority: Authority) -> None:
    script = shipped.PROXIES / "response_idle.py"
    async with (
        Bench(authority=authority) as bench,
        mitmdump(
            script,
            "response_idle_timeout=100ms",
            mode=f"reverse:http://127.0.0.1:{bench.network.hops[0].port}",
            confdir=authority.confdir,
        ) as port,
    ):
        browser = Wire(*await asyncio.open_connection("127.0.0.1", port))
        await browser.send(STREAM)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED.format(type="application/javascript"))
        await browser.head()
        await server.chunk(b"o\n")
        assert await browser.rest() == b"2\r\no\n\r\n"
        await browser.close()
