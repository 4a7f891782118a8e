import pytest

from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, play


def test_busy_connection_ends_too(catalogue: Catalogue) -> None:
    mortal = catalogue.make("max_lifetime", {"lifetime": "30s"})
    seen = play(mortal, *((n * 1000.0, "up", 1) for n in range(40)))
    assert len(seen) == 31
    assert seen[-1] == (30_000, "up", "cut")


@pytest.mark.parametrize("end", ["fin", "rst"])
async def test_both_sides_see_the_end(catalogue: Catalogue, end: str) -> None:
    async with LinkBench(catalogue.make("max_lifetime", {"lifetime": "100ms", "end": end})) as bench:
        began_ms = bench.link.clock.now_ms()
        client, server = await bench.connect()
        client.send(b"a")
        assert (await client.ended(), await server.ended()) == (end, end)
        assert 100 <= bench.link.clock.now_ms() - began_ms < 1000
        assert server.data == b"a"


@pytest.mark.parametrize(("side", "did"), [("client", "closed the connection of the client after 0.05 s of life")])
async def test_other_side_stays_open(catalogue: Catalogue, side: str, did: str) -> None:
    async with LinkBench(catalogue.make("max_lifetime", {"lifetime": "50ms", "side": side})) as bench:
        client, server = await bench.connect()
        assert await client.ended() == "fin"
        server.send(b"dropped")
        client.send(b"dropped")
        assert not await server.ended_within(50)
        assert (client.data, server.data) == (b"", b"")
        assert bench.did() == [did]
        server.fin()  # nothing is left then
        assert await server.ended() in ("fin", "rst")


async def test_connection_that_is_too_old_ends_when_it_is_put_in(catalogue: Catalogue) -> None:
    async with LinkBench() as bench:
        client, _ = await bench.connect()
        assert not await client.ended_within(60)
        bench.link.behaviours.append(catalogue.make("max_lifetime", {"lifetime": "50ms"}))
        assert await client.ended() == "fin"


async def test_client_that_goes_on_talking_sees_fin_and_not_rst(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("max_lifetime", {"lifetime": "80ms"})) as bench:
        client, server = await bench.connect()
        client.transport.write(bytes(8 * 1024 * 1024))
        server.transport.pause_reading()  # so that much waits unread when the end comes
        assert await client.ended() == "fin"
