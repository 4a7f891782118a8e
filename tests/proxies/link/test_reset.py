import pytest

from lab.network.behaviour import Catalogue
from lab.network.filter import Filter
from lab.network.link.testing import LinkBench, play


@pytest.mark.parametrize(
    ("parameters", "arrivals", "expected"),
    [
        (
            {"bytes": "10B"},
            [(0, "up", 4), (1, "down", 4), (2, "up", 4)],
            [(0, "up", 4), (1, "down", 4), (2, "up", 2)],
        ),
        ({"bytes": "10B"}, [(0, "up", 10)], [(0, "up", 10)]),
        ({"bytes": "10B"}, [(0, "up", 100)], [(0, "up", 10)]),
        ({"bytes": "0B"}, [(5, "up", 100)], []),
        ({"time": "300ms"}, [(0, "up", 100), (299, "down", 1)], [(0, "up", 100), (299, "down", 1)]),
        ({"time": "300ms", "bytes": "50B"}, [(7, "up", 100)], [(7, "up", 50)]),
        ({}, [], []),
    ],
)
def test_so_much_passes_before(
    catalogue: Catalogue, parameters: dict[str, str], arrivals: list[object], expected: list[object]
) -> None:
    seen = play(catalogue.make("reset", parameters), *arrivals)  # type: ignore[arg-type] # the table has them as objects
    assert seen[:-1] == expected
    assert seen[-1][2] == "cut"


def test_fewer_bytes_are_not_reset(catalogue: Catalogue) -> None:
    doomed = catalogue.make("reset", {"bytes": "10B"})
    assert play(doomed, (0, "up", 9), (1, "up", "fin")) == [(0, "up", 9), (1, "up", "fin")]


def test_only_what_goes_the_way_named_counts(catalogue: Catalogue) -> None:
    doomed = catalogue.make("reset", {"bytes": "10B"})
    doomed.filter = Filter(direction="down")
    assert play(doomed, (0, "up", 50), (1, "down", 11)) == [(0, "up", 50), (1, "down", 10), (1, "down", "cut")]


async def test_exactly_so_many_bytes_arrive_before_rst(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("reset", {"bytes": "1MiB"})) as bench:
        client, server = await bench.connect()
        client.send(bytes(2 * 1024 * 1024))
        assert await server.ended() == "rst"
        assert len(server.data) == 1024 * 1024
        assert await client.ended() == "rst"
        assert bench.did() == ["reset the connection after 1048576 bytes"]


async def test_rst_comes_in_its_time(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("reset", {"time": "100ms"})) as bench:
        began_ms = bench.link.clock.now_ms()
        client, server = await bench.connect()
        assert (await client.ended(), await server.ended()) == ("rst", "rst")
        assert 100 <= bench.link.clock.now_ms() - began_ms < 1000


async def test_one_side_alone_can_be_reset(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("reset", {"bytes": "3B", "side": "server"})) as bench:
        client, server = await bench.connect()
        client.send(b"abcdef")
        assert await server.ended() == "rst"
        assert server.data == b"abc"
        assert not await client.ended_within(50)
