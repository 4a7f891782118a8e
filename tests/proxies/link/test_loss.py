import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, play


def test_without_loss_packets_pass_at_once(catalogue: Catalogue) -> None:
    lossless = catalogue.make("loss", {"rate": 0})
    assert play(lossless, (5, "up", 3000), (6, "up", "fin")) == [
        (5, "up", 1460),
        (5, "up", 1460),
        (5, "up", 80),
        (6, "up", "fin"),
    ]


def test_what_is_lost_each_time_doubles_its_stall_five_times(catalogue: Catalogue) -> None:
    hopeless = catalogue.make("loss", {"rate": 1, "timeout": "200ms"})
    assert play(hopeless, (0, "down", 10)) == [(200 + 400 + 800 + 1600 + 3200, "down", 10)]


def test_share_of_stalls_is_the_rate(catalogue: Catalogue) -> None:
    loss = catalogue.make("loss", {"rate": 0.1})
    arrivals = [(n * 100_000.0, "up", 1460) for n in range(5000)]
    stalls = [at_ms - n * 100_000 for n, (at_ms, _, _) in enumerate(play(loss, *arrivals))]  # type: ignore[arg-type] # literals
    assert set(stalls) <= {0.0, 200.0, 600.0, 1400.0, 3000.0, 6200.0}
    assert sum(stall > 0 for stall in stalls) / 5000 == pytest.approx(0.1, rel=0.2)
    assert sum(stall > 200 for stall in stalls) / 5000 == pytest.approx(0.01, rel=0.5)


@pytest.mark.parametrize("read", [1, 100, 1459, 1461, 20_000])
def test_same_bytes_are_late_however_they_are_read(catalogue: Catalogue, read: int) -> None:
    def late(size: int) -> list[tuple[int, float]]:
        loss = catalogue.make("loss", {"rate": 0.3})
        position, steps = 0, {}
        for at_ms, _, length in play(loss, *((0.0, "up", size) for _ in range(20_000 // size))):
            assert isinstance(length, int)
            # The time of each packet's first byte.
            for first in range(-position % 1460 + position, position + length, 1460):
                steps[first] = at_ms
            position += length
        return sorted(steps.items())

    whole = 20_000 // read * read
    assert late(read) == [step for step in late(20_000) if step[0] < whole]


def test_what_comes_behind_waits_too(catalogue: Catalogue) -> None:
    loss = catalogue.make("loss", {"rate": 0.5})
    seen = play(loss, *((float(n), "up", 1460) for n in range(50)))
    assert [at_ms for at_ms, _, _ in seen] == sorted(at_ms for at_ms, _, _ in seen)
    assert seen[-1][0] >= 200


async def test_only_the_first_stalls_are_told(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("loss", {"rate": 1, "timeout": "0.1ms"})) as bench:
        client, server = await bench.connect()
        client.send(bytes(200 * 1460))
        await server.received(200 * 1460)
        assert len(bench.did()) == 50


@pytest.mark.parametrize("rate", [-0.1, 1.1, "often"])
def test_wrong_rate_is_refused(catalogue: Catalogue, rate: object) -> None:
    with pytest.raises(UsageError, match="loss: rate: "):
        catalogue.make("loss", {"rate": rate})


async def test_stall_is_seen_on_the_wire_and_nothing_is_lost(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("loss", {"rate": 1, "timeout": "5ms"})) as bench:
        client, server = await bench.connect()
        client.send(b"hello")
        assert await server.received(5) == b"hello"
        assert 155 <= server.since(client.sent_ms)[0] < 1500
        (event,) = bench.events("hop1", "behaviour")
        assert (event.data["did"], event.data["ms"]) == ("stalled what goes up", 155)
