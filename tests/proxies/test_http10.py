import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import HANDSHAKE, STREAM, streaming


def test_dialogue_with_the_server(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("http10", {}),
        r"""
        0  client asks GET /ws [Connection: keep-alive, Upgrade, X-Hop; Upgrade: websocket; X-Hop: 1]
        0  server gets GET /ws HTTP/1.0 [Connection: close]
        3  server answers 400 [Connection: close; Content-Length: 2]
        3  client gets 400 [Content-Length: 2]
        3  server says "no"
        3  client gets "no"
        3  server ends
        3  client gets end
        3  server gets fin
        """,
    )
    assert said == ["asked the server in HTTP/1.0"]


def test_dialogue_with_the_client(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("http10", {"side": "client"}),
        r"""
        0  client asks POST /xhr
        0  server gets POST /xhr
        3  server answers 200 [Transfer-Encoding: chunked]
        3  client gets 200 HTTP/1.0 [Connection: close]
        3  server says "o\n"
        3  client gets "o\n"
        3  server ends
        3  client gets end
        3  server gets fin
        3  client gets fin
        """,
    )
    assert said == ["answered the client in HTTP/1.0"]


async def test_server_is_asked_in_the_old_version(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("http10", {}), authority=authority) as bench:
        browser = await bench.connect()
        for _ in range(2):
            await browser.send(STREAM)
            server = await bench.accept()
            head = await server.head()
            assert head.start.endswith("HTTP/1.0")
            assert head.headers["connection"] == "close"
            await server.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            answered = await browser.head()
            assert answered.start == "HTTP/1.1 200 OK"
            assert answered.headers["transfer-encoding"] == "chunked"
            assert "connection" not in answered.headers
            await server.send("o\n")
            assert await browser.read_chunk() == b"o\n"
            await server.close()
            assert await browser.read_chunk() == b""


async def test_upgrade_is_lost(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("http10", {}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(HANDSHAKE.format(headers=""))
        server = await bench.accept()
        head = await server.head()
        assert "upgrade" not in head.headers
        await server.send("HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        assert (await browser.head()).start == "HTTP/1.1 400 Bad Request"


@pytest.mark.parametrize(("side", "version"), [("client", "1.1"), ("both", "1.0")])
async def test_client_is_answered_in_the_old_version(
    catalogue: Catalogue, authority: Authority, side: str, version: str
) -> None:
    async with Bench(catalogue.make("http10", {"side": side}), authority=authority) as bench:
        browser, server = await streaming(bench)
        assert bench.figures("hop1.server", "request", "http") == [f"HTTP/{version}"]
        head = await browser.head()
        assert head.start == "HTTP/1.0 200 OK"
        assert head.headers["connection"] == "close"
        assert "transfer-encoding" not in head.headers
        await server.chunk(b"o\n")
        assert await browser.read(2) == b"o\n"
        await server.chunk(b"")
        assert await browser.rest() == b""
