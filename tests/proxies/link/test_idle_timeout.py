import pytest

from lab.network.behaviour import Catalogue
from lab.network.filter import Filter
from lab.network.link.testing import LinkBench, play


def test_silence_ends_the_connection(catalogue: Catalogue) -> None:
    idle = catalogue.make("idle_timeout", {"timeout": "60s"})
    assert play(idle) == [(60_000, "up", "cut")]
    assert play(idle, (50_000, "up", 1), (100_000, "down", 1))[-1] == (160_000, "up", "cut")


def test_only_what_goes_the_way_named_counts(catalogue: Catalogue) -> None:
    idle = catalogue.make("idle_timeout", {"timeout": "60s"})
    idle.filter = Filter(direction="down")
    assert play(idle, (50_000, "up", 1))[-1] == (60_000, "up", "cut")
    assert play(idle, (50_000, "down", 1))[-1] == (110_000, "up", "cut")


@pytest.mark.parametrize(
    ("end", "late"),
    [
        ("silent", []),  # the end of a stream does not pass either
        ("silent_rst", [(70_000, "down", "cut")]),
    ],
)
def test_forgotten_connection_lets_nothing_pass(
    catalogue: Catalogue, end: str, late: list[tuple[float, str, object]]
) -> None:
    idle = catalogue.make("idle_timeout", {"timeout": "60s", "end": end})
    seen = play(idle, (10, "up", 5), (70_000, "down", 5), (80_000, "up", 5), (90_000, "up", "fin"))
    assert seen == [(10, "up", 5), *late]


@pytest.mark.parametrize(("end", "did"), [("fin", "closed"), ("rst", "reset")])
async def test_both_sides_see_the_end(catalogue: Catalogue, end: str, did: str) -> None:
    async with LinkBench(catalogue.make("idle_timeout", {"timeout": "100ms", "end": end})) as bench:
        client, server = await bench.connect()
        client.send(b"a")
        await server.received(1)
        for peer in (client, server):
            assert await peer.ended() == end
            assert 100 <= peer.end_ms - client.sent_ms < 1000
        assert bench.did() == [f"{did} the connection after 0.1 s of silence"]
        ends = [(e.vantage, e.data["direction"], e.data["how"]) for e in bench.log if e.kind == "tcp.end"]
        assert sorted(ends) == [("hop1.client", "down", end), ("hop1.server", "up", end)]


async def test_traffic_keeps_it_open(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("idle_timeout", {"timeout": "200ms"})) as bench:
        client, server = await bench.connect()
        began_ms = client.now_ms()
        for n in range(4):
            (client if n % 2 else server).send(b"a")
            await (server if n % 2 else client).ended_within(80)
        assert await client.ended() == "fin"
        assert client.end_ms - began_ms >= 200 + 3 * 80


async def test_silent_end_tells_nobody(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("idle_timeout", {"timeout": "50ms", "end": "silent"})) as bench:
        client, server = await bench.connect()
        await bench.seen("hop1", "behaviour", did="forgot the connection after 0.05 s of silence")
        client.send(b"a")
        server.send(b"b")
        assert not await client.ended_within(50)
        assert (client.data, server.data, server.end) == (b"", b"", None)


async def test_silent_end_answers_who_speaks_with_rst(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("idle_timeout", {"timeout": "50ms", "end": "silent_rst"})) as bench:
        client, server = await bench.connect()
        await bench.seen("hop1", "behaviour")
        assert (client.end, server.end) == (None, None)
        client.send(b"a")
        assert await client.ended() == "rst"
        assert server.data == b""
