import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import STREAM, masked, opened, said

ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no\n"


def test_dialogue_with_both(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("connection_close", {}),
        r"""
        0  client asks POST /xhr [Connection: keep-alive]
        0  server gets POST /xhr [Connection: close]
        3  server answers 200
        3  client gets 200 [Connection: close]
        3  server says "o\n"
        3  client gets "o\n"
        4  server ends
        4  client gets end
        4  server gets fin
        4  client gets fin
        """,
    )
    assert said == ["closed the connection after the response"]


def test_dialogue_with_the_server_alone(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("connection_close", {"side": "server"}),
        r"""
        0  client asks POST /xhr
        0  server gets POST /xhr [Connection: close]
        3  server answers 200 [Connection: close]
        3  client gets 200
        4  server ends
        4  client gets end
        4  server gets fin
        """,
    )
    assert said == []


def test_dialogue_with_the_client_alone(catalogue: Catalogue) -> None:
    """Whoever asks whom: in one hop of mitmproxy's the end of one connection is that of the other."""
    play(
        catalogue.make("connection_close", {"side": "client"}),
        r"""
        0  client asks POST /xhr
        0  server gets POST /xhr
        3  server answers 200
        3  client gets 200 [Connection: close]
        4  server ends
        4  client gets end
        4  server gets fin
        4  client gets fin
        """,
    )


@pytest.mark.parametrize(
    ("side", "asked", "answered"), [("both", True, True), ("client", False, True), ("server", True, False)]
)
async def test_connection_ends_behind_a_response(
    catalogue: Catalogue, authority: Authority, side: str, asked: bool, answered: bool
) -> None:
    async with Bench(catalogue.make("connection_close", {"side": side}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(STREAM)
        server = await bench.accept()
        assert ((await server.head()).headers.get("connection") == "close") == asked
        await server.send(ANSWER)
        assert ((await browser.head()).headers.get("connection") == "close") == answered
        assert await browser.read(2) == b"o\n"
        if answered:
            assert await browser.rest() == b""
            assert await server.rest() == b""
        else:
            assert await server.rest() == b""
            await browser.send(STREAM)
            await (await bench.accept()).head()


async def test_websocket_stays(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("connection_close", {}), authority=authority) as bench:
        browser, server = await opened(bench)
        await browser.send(masked(said("a")))
        await server.read(2)
        await server.send(said("a"))
        assert await browser.read(3) == said("a")
        assert bench.events("hop1", "behaviour") == []
