import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, play


def test_everything_goes_on_at_the_next_tick(catalogue: Catalogue) -> None:
    hold = catalogue.make("hold", {"flush": "100ms"})
    assert play(hold, (0, "up", 1), (50, "up", 2), (99, "down", 3), (100, "up", 4), (310, "up", "fin")) == [
        (100, "up", 1),
        (100, "up", 2),
        (100, "down", 3),
        (200, "up", 4),
        (400, "up", "fin"),
    ]


def test_everything_goes_on_an_interval_after_the_first_byte(catalogue: Catalogue) -> None:
    hold = catalogue.make("hold", {"flush": "100ms", "start": "byte"})
    assert play(hold, (30, "up", 1), (50, "up", 2), (60, "down", 3), (130, "up", 4), (140, "up", "fin")) == [
        (130, "up", 1),
        (130, "up", 2),
        (160, "down", 3),
        (230, "up", 4),
        (230, "up", "fin"),
    ]


def test_interval_of_nothing_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match="hold: flush: "):
        catalogue.make("hold", {"flush": "0ms"})


async def test_what_was_held_arrives_together(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("hold", {"flush": "80ms", "start": "byte"})) as bench:
        client, server = await bench.connect()
        client.send(b"a")
        first_ms = client.sent_ms
        await bench.seen("hop1.client", "tcp.data", total=1)
        client.send(b"b")
        await server.received(2)
        since = server.since(first_ms)
        assert since[0] >= 80
        assert since[-1] < 1000
        assert bench.did() == ["began to hold what goes up"]
