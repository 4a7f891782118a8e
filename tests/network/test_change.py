"""Changing what a hop does while it runs, and the invariants of hops that do nothing."""

import random
from typing import Any

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Behaviour, Catalogue
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec, Kind

ASK = "GET /ws HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CATALOGUE = Catalogue()


def one(name: str = "no_upgrade", **parameters: Any) -> Any:
    return CATALOGUE.make(name, parameters)


async def upgraded(browser: Wire, bench: Bench) -> bool:
    """Whether a request to upgrade reaches the server as one."""
    await browser.send(ASK)
    server = await bench.exchanged("server")
    await server.send(OK)
    await browser.head()
    await browser.read(2)
    return "upgrade" in bench.figures("hop1.server", "request", "headers")[-1].__str__().lower()


async def test_removing_heals_and_closes_no_connection(authority: Authority) -> None:
    async with Bench(one(), authority=authority) as bench:
        browser = await bench.connect()
        assert not await upgraded(browser, bench)
        await bench.network.change("hop1", remove={"no_upgrade"})
        assert await upgraded(browser, bench)
        await bench.network.change("hop1", add=[one()])
        assert not await upgraded(browser, bench)
        assert len(bench.events("hop1.client", "tcp.open")) == 1


async def test_replacing_keeps_the_place_and_takes_other_parameters(authority: Authority) -> None:
    async with Bench(one(answer=403), one("strip_cookies"), authority=authority) as bench:
        await bench.network.change("hop1", replace=[one(answer=501)])
        assert [each.name for each in bench.network.hops[0].behaviours] == ["no_upgrade", "strip_cookies"]
        browser = await bench.connect()
        await browser.send(ASK)
        assert (await browser.head()).start.startswith("HTTP/1.1 501")
        assert bench.figures("hop1", "behaviour", "did") == ["answered the upgrade request with 501"]


async def test_closing_aborts_what_goes_through_and_lets_new_ones_in(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(ASK)
        server = await bench.accept()
        await server.head()
        await bench.network.change("hop1", close=True)
        assert await ended(browser) == await ended(server) == b""
        again = await bench.connect()
        await again.send(ASK)
        await (await bench.accept()).head()


async def ended(wire: Wire) -> bytes:
    try:
        return await wire.rest()
    except ConnectionResetError:
        return b""


async def test_links_change_too(authority: Authority) -> None:
    async with Bench(hops=[HopSpec("wire", "link")], authority=authority) as bench:
        browser = await bench.connect()
        server = await bench.accept()
        await browser.send("one")
        assert await server.read(3) == b"one"
        await bench.network.change("wire", add=[one("latency", delay="60s")])
        await browser.send("two")
        await bench.seen("hop1", "behaviour", behaviour="latency")
        # What it held goes on at once, and before what comes after.
        await bench.network.change("wire", remove={"latency"})
        await browser.send("three")
        assert await server.read(8) == b"twothree"
        await bench.network.change("wire", close=True)
        await ended(browser)
        again = await bench.connect()
        await again.send("four")
        assert await (await bench.accept()).read(4) == b"four"


async def test_change_of_a_hop_that_is_not_there_is_a_key_error(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        with pytest.raises(KeyError):
            await bench.network.change("hop7", remove={"x"})


CHAINS: list[list[Kind]] = [
    ["reverse", "reverse", "reverse"],
    ["link", "link", "link"],
    ["reverse", "link", "reverse"],
    ["link", "reverse", "link"],
]


@pytest.mark.parametrize("kinds", CHAINS, ids="-".join)
async def test_chain_of_three_without_behaviours_is_byte_identical(authority: Authority, kinds: list[Kind]) -> None:
    """What leaves one end comes out at the other: heads with their case and order, bodies, chunks, frames."""
    noise = random.Random(1).randbytes(70_000)
    up = (
        b"POST /echo/0/a/xhr_send?t=%20x HTTP/1.1\r\nhost: app.localhost\r\nX-ODD: two  spaces\r\n"
        b"Cookie: a=b; c=d\r\nX-Twice: 1\r\nContent-Type: text/plain\r\nX-Twice: 2\r\n"
        b"Content-Length: 70000\r\n\r\n" + noise
    )
    down = (
        b"HTTP/1.1 200 Fine by me\r\nset-cookie: a=b\r\nSet-Cookie: c=d\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n1\r\n\x00\r\n0\r\n\r\n"
    )
    hello = (
        b"GET /echo/0/a/websocket HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    switch = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )
    frames = b"\x81\x01o" + b"\x82\x7e\x40\x00" + noise[:0x4000] + b"\x01\x02ab\x80\x01c" + b"\x89\x01p"
    hops = [HopSpec(f"hop{number}", kind) for number, kind in enumerate(kinds, 1)]
    async with Bench(hops=hops, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(up)
        server = await bench.accept()
        assert await server.read(len(up)) == up
        await server.send(down)
        assert await browser.read(len(down)) == down
        await browser.send(hello)
        assert await server.read(len(hello)) == hello
        await server.send(switch + frames)
        assert await browser.read(len(switch + frames)) == switch + frames


async def decisions(authority: Authority, seed: int) -> list[bool]:
    """For thirty requests in a row: whether a behaviour that draws lots has acted."""

    class Lots(Behaviour):
        """Acts by lot."""

        def requestheaders(self, flow: Any) -> None:
            if self.random.random() < 0.5:
                self.did(flow, "acted")

    lots = Lots()
    lots.limit(type("L", (), {"when": None, "after": 0.0, "for_": None, "every": None, "nth": None, "seed": seed})())
    async with Bench(lots, authority=authority) as bench:
        browser = await bench.connect()
        for _ in range(30):
            await browser.send("GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
            await (await bench.exchanged("server")).send(OK)
            await browser.head()
            await browser.read(2)
        acted = set(bench.figures("hop1", "behaviour", "flow"))
    return [number in acted for number in range(1, 31)]


async def test_same_seed_gives_the_same_decisions(authority: Authority) -> None:
    first, again, other = [await decisions(authority, seed) for seed in (1, 1, 2)]
    assert first == again != other
    assert 5 < sum(first) < 25
