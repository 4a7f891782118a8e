import pytest

from lab.network.behaviour import Catalogue
from lab.network.filter import Filter
from lab.network.link.testing import LinkBench, play


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, []),
        ({"data": "drop"}, []),
        ({"heal": "100ms"}, [(100, "up", 10), (100, "down", 4), (120, "up", 2), (130, "up", "fin")]),
        ({"heal": "100ms", "data": "drop"}, [(120, "up", 2), (130, "up", "fin")]),
        ({"begin": "5B"}, [(1, "up", 5), (2, "down", 4)]),
        ({"begin": "5B", "data": "drop"}, [(1, "up", 5), (2, "down", 4)]),
        # It begins in each direction by itself.
        (
            {"begin": "5B", "heal": "60ms"},
            [(1, "up", 5), (2, "down", 4), (61, "up", 5), (120, "up", 2), (130, "up", "fin")],
        ),
        ({"begin": "1KiB"}, [(1, "up", 10), (2, "down", 4), (120, "up", 2), (130, "up", "fin")]),
    ],
)
def test_what_passes(catalogue: Catalogue, parameters: dict[str, str], expected: list[object]) -> None:
    hole = catalogue.make("black_hole", parameters)
    assert play(hole, (1, "up", 10), (2, "down", 4), (120, "up", 2), (130, "up", "fin")) == expected


def test_hole_in_one_direction(catalogue: Catalogue) -> None:
    hole = catalogue.make("black_hole", {})
    hole.filter = Filter(direction="up")
    assert play(hole, (1, "up", 10), (2, "down", 4), (3, "down", "fin")) == [(2, "down", 4), (3, "down", "fin")]


async def test_nothing_arrives_until_it_heals(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("black_hole", {"heal": "150ms"})) as bench:
        began_ms = bench.link.clock.now_ms()
        client, server = await bench.connect()
        client.send(b"hello")
        client.fin()
        assert await server.ended() == "fin"
        assert server.data == b"hello"
        assert 150 <= bench.link.clock.now_ms() - began_ms < 1500
        assert bench.did() == ["began to swallow what goes up"]


async def test_dropped_data_never_arrives(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("black_hole", {"data": "drop"})) as bench:
        client, server = await bench.connect()
        client.send(bytes(4 * 1024 * 1024))
        await bench.seen("hop1.client", "tcp.data")
        bench.link.behaviours.clear()
        await client.drained()
        client.send(b"end")
        client.fin()
        assert await server.ended() == "fin"
        assert server.data.endswith(b"end")
        assert len(server.data) < 4 * 1024 * 1024


async def test_hole_takes_no_more_than_it_may_hold(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("black_hole", {})) as bench:
        client, server = await bench.connect()
        client.send(bytes(32 * 1024 * 1024))
        assert not await server.ended_within(300)
        assert client.transport.get_write_buffer_size() > 0
        taken = sum(event.data["bytes"] for event in bench.events("hop1.client", "tcp.data"))
        assert taken <= 2 * 256 * 1024
        bench.link.behaviours.clear()
        await server.received(32 * 1024 * 1024)
