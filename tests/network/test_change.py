"""Changing what a hop does while it runs, and the invariants of hops that do nothing."""

import random
from typing import Any, Literal

import pytest

from lab.network.authority import Authority
from lab.network.balancer import Choice
from lab.network.behaviour import Behaviour, Catalogue
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec
from tests.network.test_topology import KINDS, entered
from tests.proxies.dialogue import masked, read_frame, said

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


CHAINS = [
    *("RRR", "LLL", "RLR", "LRL"),
    *("FFR", "IIR", "SFR", "FSR", "JIL", "FLB", "IRB", "SSL"),
]
"""Letters as in test_topology.py, and B for a balancer."""
CALM = {False: 70_000, True: 500}
"""How much is sent in one go, and how much byte by byte."""


async def slipped(wire: Wire, data: bytes, *, by_byte: bool) -> None:
    """Send the data in one piece, or byte by byte."""
    for at in range(0, len(data), 1 if by_byte else len(data)):
        await wire.send(data[at : at + 1] if by_byte else data)


@pytest.mark.parametrize("by_byte", [False, True], ids=["whole", "byte by byte"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("chain", CHAINS)
async def test_chain_of_three_without_behaviours_is_byte_identical(
    authority: Authority, chain: str, scheme: Literal["http", "https"], by_byte: bool
) -> None:
    """What leaves one end comes out at the other: heads with their case and order, bodies, chunks, frames.

    Only the masks of a client's frames are others: each sender draws its own (RFC 6455 section 5.3).
    """
    kinds = KINDS | {"B": ("balancer", "tunnel")}
    specs = [
        HopSpec(f"hop{number}", *kinds[kind], choice=Choice(["server"]) if kind == "B" else None)
        for number, kind in enumerate(chain, 1)
    ]
    noise = random.Random(1).randbytes(CALM[by_byte])
    async with Bench(hops=specs, scheme=scheme, authority=authority, nodes=["server"]) as bench:
        browser, host = await entered(bench, scheme)
        up = (
            f"POST /echo/0/a/xhr_send?t=%20x HTTP/1.1\r\nhost: {host}\r\nX-ODD: two  spaces\r\n"
            "Cookie: a=b; c=d\r\nX-Twice: 1\r\nContent-Type: text/plain\r\nX-Twice: 2\r\n"
            f"Content-Length: {len(noise)}\r\n\r\n"
        ).encode() + noise
        down = (
            b"HTTP/1.1 200 Fine by me\r\nset-cookie: a=b\r\nSet-Cookie: JSESSIONID=server\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n\x00\r\n0\r\n\r\n"
        )
        hello = (
            f"GET /echo/0/a/websocket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Cookie: JSESSIONID=server\r\n\r\n"
        ).encode()
        switch = (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        )
        size = min(len(noise), 0x4000)
        frames = b"\x81\x01o" + b"\x82\x7e" + size.to_bytes(2) + noise[:size] + b"\x01\x02ab\x80\x01c" + b"\x89\x01p"
        await slipped(browser, up, by_byte=by_byte)
        server = await bench.accept()
        assert await server.read(len(up)) == up
        await slipped(server, down, by_byte=by_byte)
        if chain[-1] == "B":  # A balancer writes the node into the cookie.
            down = down.replace(b"JSESSIONID=server", b"JSESSIONID=server.server")
        assert await browser.read(len(down)) == down
        await slipped(browser, hello, by_byte=by_byte)
        assert await server.read(len(hello)) == hello
        await slipped(server, switch + frames, by_byte=by_byte)
        assert await browser.read(len(switch + frames)) == switch + frames
        for frame in (said("sn\u00f6"), b"\x82\x05" + noise[:5], b"\x8a\x01p"):
            await slipped(browser, masked(frame), by_byte=by_byte)
            first, carried = await read_frame(server)
            assert bytes([first]) + carried == frame[:1] + frame[2:]


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
