import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, play


def test_bytes_pass_in_drops(catalogue: Catalogue) -> None:
    drops = catalogue.make("trickle", {"pattern": "100B:20ms"})
    assert play(drops, (0, "down", 250), (1, "down", "fin"), (2, "up", 10)) == [
        (0, "down", 100),
        (2, "up", 10),
        (20, "down", 100),
        (40, "down", 50),
        (40, "down", "fin"),
    ]


def test_a_step_lets_so_many_pass_however_they_come(catalogue: Catalogue) -> None:
    drops = catalogue.make("trickle", {"pattern": "100B:20ms"})
    assert play(drops, (0, "up", 60), (5, "up", 60), (6, "up", 10), (100, "up", 10), (110, "up", 100)) == [
        (0, "up", 60),
        (5, "up", 40),
        (20, "up", 20),
        (20, "up", 10),
        (100, "up", 10),  # the step that began at 20 is over, and a step begins with a byte
        (110, "up", 90),
        (120, "up", 10),
    ]


@pytest.mark.parametrize("pattern", ["10B:5ms 1B:100ms", ["10B:5ms", "1B:100ms"]])
def test_steps_come_in_turn(catalogue: Catalogue, pattern: object) -> None:
    drops = catalogue.make("trickle", {"pattern": pattern})
    assert play(drops, (0, "up", 30)) == [
        (0, "up", 10),
        (5, "up", 1),
        (105, "up", 10),
        (110, "up", 1),
        (210, "up", 8),
    ]


@pytest.mark.parametrize("pattern", ["100B", "", [], "0B:1s", "100:20ms", "100B:20", 5, ["100B:20ms", 3]])
def test_wrong_pattern_is_refused(catalogue: Catalogue, pattern: object) -> None:
    with pytest.raises(UsageError, match="trickle: pattern: expected "):
        catalogue.make("trickle", {"pattern": pattern})


async def test_drops_arrive_in_their_time(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("trickle", {"pattern": "100B:20ms"})) as bench:
        client, server = await bench.connect()
        server.send(bytes(range(250)))
        assert await client.received(250) == bytes(range(250))
        since = client.since(server.sent_ms)
        total = 0
        for at_ms, (_, data) in zip(since, client.arrivals, strict=True):
            total += len(data)
            assert total <= 100 * (at_ms // 20 + 1)
        assert 40 <= since[-1] < 1000
