import pytest

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import OPENED, masked, opened, read_frame, said

TOO_LONG = b"\x03\xf1message too long"


def test_dialogue_of_a_message_that_is_too_long(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("websocket_limit", {"message": "4B"}),
        f"""
        {OPENED}
        1  client says "four"
        1  server gets "four"
        2  server says "fiver"
        2  client gets close 1009 message too long
        2  server gets close 1009 message too long
        3  client says "more"
        """,
    )
    assert said == ["ended the websocket on a message of more than 4 bytes"]


def test_dialogue_of_a_message_that_is_cut_into_frames(catalogue: Catalogue) -> None:
    play(
        catalogue.make("websocket_limit", {"message": None, "frame": "2B"}),
        f"""
        {OPENED}
        1  server says "abcde"
        1  client gets "ab" +
        1  client gets "cd" +
        1  client gets "e"
        2  client says "ab"
        2  server gets "ab"
        """,
    )


@pytest.mark.parametrize("client", [True, False])
async def test_message_that_is_too_long_ends_it(catalogue: Catalogue, authority: Authority, client: bool) -> None:
    async with Bench(catalogue.make("websocket_limit", {"message": "4B"}), authority=authority) as bench:
        browser, server = await opened(bench)
        await browser.send(masked(said("four")))
        assert await read_frame(server) == (0x81, b"four")
        if client:
            await browser.send(masked(said("and five")))
        else:
            await server.send(said("and five"))
        for wire in (browser, server):
            assert await read_frame(wire) == (0x88, TOO_LONG)
        assert bench.figures("hop1.server" if client else "hop1.client", "ws.frame", "text") == ["four"]
        await bench.seen("hop1.client", "ws.close", code=1009, by="hop")


async def test_message_is_cut_into_frames(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("websocket_limit", {"message": None, "frame": "2B"})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("abcde"))
        assert [await read_frame(browser) for _ in range(3)] == [(0x01, b"ab"), (0x00, b"cd"), (0x80, b"e")]


@pytest.mark.parametrize("parameters", [{"message": "4"}, {"frame": "0B"}, {"size": "4B"}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"websocket_limit: {next(iter(parameters))}: "):
        catalogue.make("websocket_limit", parameters)
