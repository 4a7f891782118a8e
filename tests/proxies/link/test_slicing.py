import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, play


def test_data_is_cut_into_pieces(catalogue: Catalogue) -> None:
    slices = catalogue.make("slicing", {"size": "4B"})
    assert play(slices, (1, "up", 10), (2, "down", "fin")) == [
        (1, "up", 4),
        (1, "up", 4),
        (1, "up", 2),
        (2, "down", "fin"),
    ]


def test_gaps_lie_between_pieces_also_of_what_comes_next(catalogue: Catalogue) -> None:
    slices = catalogue.make("slicing", {"size": "4B", "gap": "10ms"})
    assert play(slices, (0, "up", 8), (5, "up", 1), (6, "up", "fin"), (100, "up", 1)) == [
        (0, "up", 4),
        (10, "up", 4),
        (20, "up", 1),
        (20, "up", "fin"),
        (100, "up", 1),
    ]


def test_sizes_vary_by_the_seed(catalogue: Catalogue) -> None:
    parameters = {"size": "100B", "variation": "50B"}
    seen = play(catalogue.make("slicing", parameters), (0, "up", 100_000))
    sizes = [size for _, _, size in seen[:-1] if isinstance(size, int)]
    assert (min(sizes), max(sizes)) == (50, 150)
    assert sum(sizes) / len(sizes) == pytest.approx(100, rel=0.1)
    assert seen == play(catalogue.make("slicing", parameters), (0, "up", 100_000))
    assert seen != play(catalogue.make("slicing", parameters), (0, "up", 100_000), conn=2)


@pytest.mark.parametrize("parameters", [{"size": "0B"}, {"size": "10B", "variation": "10B"}, {"gap": "-1ms"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="slicing: "):
        catalogue.make("slicing", parameters)


async def test_pieces_arrive_apart(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("slicing", {"size": "2B", "gap": "20ms"})) as bench:
        client, server = await bench.connect()
        client.send(b"hello")
        assert await server.received(5) == b"hello"
        total = 0
        for at_ms, (_, data) in zip(server.since(client.sent_ms), server.arrivals, strict=True):
            total += len(data)
            assert total <= 2 * (at_ms // 20 + 1)
        assert server.since(client.sent_ms)[-1] >= 40
