import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.network.link.testing import LinkBench, play


def test_bytes_pass_at_the_rate(catalogue: Catalogue) -> None:
    narrow = catalogue.make("bandwidth", {"rate": "1000B"})
    assert play(narrow, (0, "up", 500), (100, "up", 500), (100, "down", 100), (5000, "up", 10)) == [
        (200, "down", 100),  # each direction has the whole rate
        (500, "up", 500),
        (1000, "up", 500),
        (5010, "up", 10),  # nothing is saved up
    ]


def test_large_pieces_pass_as_packets(catalogue: Catalogue) -> None:
    narrow = catalogue.make("bandwidth", {"rate": "1460B"})
    assert play(narrow, (0, "up", 4000), (10, "up", "fin")) == [
        (1000, "up", 1460),
        (2000, "up", 1460),
        (pytest.approx(2739.7, abs=0.1), "up", 1080),
        (pytest.approx(2739.7, abs=0.1), "up", "fin"),
    ]


def test_end_waits_for_its_turn_and_no_longer(catalogue: Catalogue) -> None:
    assert play(catalogue.make("bandwidth", {"rate": "1000B"}), (5, "up", "fin")) == [(5, "up", "fin")]


@pytest.mark.parametrize("parameters", [{"rate": "0B"}, {"rate": "1000"}, {"queue": "0B"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="bandwidth: "):
        catalogue.make("bandwidth", parameters)


async def test_a_transfer_takes_as_long_as_its_bytes(catalogue: Catalogue) -> None:
    async with LinkBench(catalogue.make("bandwidth", {"rate": "100KiB"})) as bench:
        client, server = await bench.connect()
        server.send(bytes(20 * 1024))
        await client.received(20 * 1024)
        since = client.since(server.sent_ms)
        assert 200 <= since[-1] < 1000
        # At no time is more there than the rate allows.
        total = 0
        for at_ms, (_, data) in zip(since, client.arrivals, strict=True):
            total += len(data)
            assert total <= at_ms * 102.4 + 1
