import pytest

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, arrived, streaming, watch


def test_dialogue(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("response_trickle", {"size": "2B", "interval": "20s"}),
        r"""
        0      client asks POST /xhr_streaming
        0      server gets POST /xhr_streaming
        0      server answers 200
        0      client gets 200
        1000   server says "abc"
        5000   server says "defg"
        21000  client gets "ab"
        41000  client gets "cd"
        60000  server ends
        60000  client gets "efg"
        60000  client gets end
        """,
    )
    assert said == ["began to let 2 bytes of the response pass each 20000 ms"]


def test_dialogue_with_a_pause(catalogue: Catalogue) -> None:
    play(
        catalogue.make("response_trickle", {"size": "8B", "interval": "20s"}),
        r"""
        0      client asks POST /xhr_streaming
        0      server gets POST /xhr_streaming
        0      server answers 200
        0      client gets 200
        0      server says "o\n"
        20000  client gets "o\n"
        30000  server says "h\n"
        50000  client gets "h\n"
        """,
    )


async def test_drops_pass_until_the_end_does(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("response_trickle", {"size": "2B", "interval": "80ms"})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        since = watch()
        await server.chunk(b"abcdefgh")
        assert await browser.read_chunk() == b"ab"
        assert since() >= 80 - EARLY_MS
        assert await browser.read_chunk() == b"cd"
        assert since() >= 160 - EARLY_MS
        await server.chunk(b"")
        assert [await browser.read_chunk() for _ in range(2)] == [b"efgh", b""]


async def test_drops_begin_anew_after_a_pause(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("response_trickle", {"size": "8B", "interval": "50ms"})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        for total, piece in ((2, b"o\n"), (4, b"h\n")):
            await server.chunk(piece)
            await arrived(bench, total)
            assert bench.figures("hop1.client", "response.data", "total") == [total - 2] * (total > 2)
            assert await browser.read_chunk() == piece


@pytest.mark.parametrize("parameters", [{"size": "0B"}, {"interval": "0s"}, {"interval": "soon"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"response_trickle: {next(iter(parameters))}: "):
        catalogue.make("response_trickle", parameters)
