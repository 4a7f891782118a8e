import asyncio

import pytest

from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, play
from tests.proxies.dialogue import EARLY_MS


@pytest.mark.parametrize("end", ["fin", "rst"])
def test_so_much_passes_in_a_direction(catalogue: Catalogue, end: str) -> None:
    limited = catalogue.make("data_limit", {"limit": "10B", "end": end})
    assert play(limited, (0, "up", 6), (1, "down", 6), (2, "up", 6), (3, "down", 1)) == [
        (0, "up", 6),
        (1, "down", 6),
        (2, "up", 4),
        (2, "up", "cut"),
    ]


def test_rest_is_dropped_and_the_other_way_stays_open(catalogue: Catalogue) -> None:
    limited = catalogue.make("data_limit", {"limit": "10B", "end": "drop"})
    assert play(limited, (0, "up", 16), (1, "up", 6), (2, "down", 6), (3, "up", "fin"), (4, "down", "fin")) == [
        (0, "up", 10),
        (2, "down", 6),
        (4, "down", "fin"),
    ]


@pytest.mark.parametrize("end", ["fin", "rst", "drop"])
def test_end_of_what_stays_below_passes(catalogue: Catalogue, end: str) -> None:
    limited = catalogue.make("data_limit", {"limit": "10B", "end": end})
    assert play(limited, (0, "up", 9), (1, "up", "fin")) == [(0, "up", 9), (1, "up", "fin")]


@pytest.mark.parametrize("end", ["fin", "rst"])
async def test_exactly_the_limit_arrives_before_the_end(catalogue: Catalogue, end: str) -> None:
    async with LinkBench(catalogue.make("data_limit", {"limit": "100KiB", "end": end})) as bench:
        client, server = await bench.connect()
        server.send(bytes(1024 * 1024))
        assert await client.ended() == end
        assert len(client.data) == 100 * 1024
        assert await server.ended() == end


@pytest.mark.parametrize("end", ["fin", "rst"])
async def test_connection_lives_until_the_limit_is_reached(catalogue: Catalogue, end: str) -> None:
    async with LinkBench(catalogue.make("data_limit", {"limit": "10B", "end": end})) as bench:
        client, server = await bench.connect()
        server.send(b"nine byte")
        await client.received(9)
        first_ms = server.sent_ms
        await asyncio.sleep(0.1)
        assert client.end is None
        server.send(b"and more")
        assert await client.ended() == end
        assert client.data == b"nine bytea"
        assert client.since(first_ms)[-1] >= 100 - EARLY_MS
        assert client.end_ms >= server.sent_ms


async def test_dropped_rest_leaves_the_connection(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("data_limit", {"limit": "3B", "end": "drop"})) as bench:
        client, server = await bench.connect()
        client.send(b"abcdef")
        assert await server.received(3) == b"abc"
        await bench.seen("hop1", "behaviour", did="began to drop what goes up, after 3 bytes")
        server.send(b"xyz")
        assert await client.received(3) == b"xyz"
        assert (client.end, server.end, server.data) == (None, None, b"abc")
