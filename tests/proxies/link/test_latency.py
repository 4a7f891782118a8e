import pytest

from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, play


def test_everything_is_late_by_the_delay(catalogue: Catalogue) -> None:
    late = catalogue.make("latency", {"delay": "50ms"})
    seen = play(late, (0, "up", 10), (10, "down", 5), (20, "up", 1), (30, "up", "fin"), (40, "down", "rst"))
    assert seen == [(50, "up", 10), (60, "down", 5), (70, "up", 1), (80, "up", "fin"), (90, "down", "rst")]


@pytest.mark.parametrize(
    ("distribution", "least", "most", "mean"),
    [("uniform", 20, 60, 40), ("normal", 0, 200, 40), ("pareto", 40, 10_000, 60)],
)
def test_jitter_is_distributed(
    catalogue: Catalogue, distribution: str, least: float, most: float, mean: float
) -> None:
    late = catalogue.make("latency", {"delay": "40ms", "jitter": "20ms", "distribution": distribution})
    # So far apart that none is held up by the one before it.
    arrivals = [(n * 100_000.0, "up", 1) for n in range(2000)]
    delays = [at_ms - n * 100_000 for n, (at_ms, _, _) in enumerate(play(late, *arrivals))]  # type: ignore[arg-type] # literals
    assert least <= min(delays)
    assert max(delays) <= most
    assert sum(delays) / len(delays) == pytest.approx(mean, rel=0.1)
    assert max(delays) - min(delays) > 35


def test_nothing_overtakes(catalogue: Catalogue) -> None:
    late = catalogue.make("latency", {"delay": "50ms", "jitter": "50ms"})
    seen = play(late, *((float(n), "down", n + 1) for n in range(100)))
    assert [size for _, _, size in seen] == list(range(1, 101))
    assert [at_ms for at_ms, _, _ in seen] == sorted(at_ms for at_ms, _, _ in seen)


def test_same_seed_draws_the_same_for_a_connection(catalogue: Catalogue) -> None:
    parameters = {"delay": "50ms", "jitter": "50ms"}

    def drawn(conn: int) -> list[object]:
        return list(play(catalogue.make("latency", parameters), (0, "up", 1), (200, "down", 1), conn=conn))

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


async def test_bytes_and_end_arrive_late(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("latency", {"delay": "40ms"})) as bench:
        client, server = await bench.connect()
        client.send(b"hello")
        await server.received(5)
        assert 40 <= server.since(client.sent_ms)[0] < 400
        client.fin()
        assert await server.ended() == "fin"
        assert server.end_ms - client.sent_ms >= 40
        server.reset()
        assert await client.ended() == "rst"
        assert client.end_ms - server.sent_ms >= 40
        assert bench.did() == ["began to delay what goes up", "began to delay what goes down"]


async def test_two_in_a_row_add_up(catalogue: Catalogue) -> None:
    async with LinkBench(*(catalogue.make("latency", {"delay": "40ms"}) for _ in range(2))) as bench:
        client, server = await bench.connect()
        client.send(b"hello")
        await server.received(5)
        assert 80 <= server.since(client.sent_ms)[0] < 400
