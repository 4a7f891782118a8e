import asyncio

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, HANDSHAKE, STREAM, streaming, watch


def test_dialogue_with_a_server_that_is_silent(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("first_byte_timeout", {"timeout": "60s"}),
        """
        0      client asks POST /xhr_streaming
        0      server gets POST /xhr_streaming
        60000  client gets 504
        60000  server gets fin
        70000  server answers 200
        """,
    )
    assert said == ["answered with 504 in place of the server"]


@pytest.mark.parametrize("end", ["fin", "rst"])
def test_dialogue_without_an_answer(catalogue: Catalogue, end: str) -> None:
    said = play(
        catalogue.make("first_byte_timeout", {"timeout": "60s", "end": end}),
        f"""
        0      client asks POST /xhr_streaming
        0      server gets POST /xhr_streaming
        60000  client gets {end}
        60000  server gets {end}
        """,
    )
    assert said == [f"ended the connection with {end.upper()} in place of the server"]


def test_dialogue_with_a_server_that_begins_in_time(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("first_byte_timeout", {"timeout": "60s"}),
        r"""
        0      client asks POST /xhr_streaming
        0      server gets POST /xhr_streaming
        59999  server answers 200
        59999  client gets 200
        90000  server says "o\n"
        90000  client gets "o\n"
        """,
    )
    assert said == []


@pytest.mark.parametrize("request_", [STREAM, HANDSHAKE.format(headers=""), STREAM.replace(": 0", ": 3")])
@pytest.mark.parametrize("status", [504, 524])
async def test_status_is_given_in_place_of_the_server(
    catalogue: Catalogue, authority: Authority, status: int, request_: str
) -> None:
    parameters = {"timeout": "100ms", "status": status}
    async with Bench(catalogue.make("first_byte_timeout", parameters), authority=authority) as bench:
        browser = await bench.connect()
        since = watch()
        await browser.send(request_)
        server = await bench.accept()
        await server.head()
        head = await browser.head()
        assert since() >= 100 - EARLY_MS
        assert head.start.startswith(f"HTTP/1.1 {status} ")
        assert str(status) in (await browser.read(int(head.headers["content-length"]))).decode()
        assert await server.rest() == b""
        assert bench.figures("hop1.client", "response", "status") == [status]
        assert bench.events("hop1", "hop.failed") == []


@pytest.mark.parametrize("end", ["fin", "rst"])
async def test_connection_ends_without_an_answer(catalogue: Catalogue, authority: Authority, end: str) -> None:
    behaviour = catalogue.make("first_byte_timeout", {"timeout": "50ms", "end": end})
    async with Bench(behaviour, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(STREAM)
        if end == "rst":
            with pytest.raises(ConnectionResetError):
                await browser.rest()
        else:
            assert await browser.rest() == b""
        await bench.seen("hop1", "behaviour", did=f"ended the connection with {end.upper()} in place of the server")


async def test_server_that_has_begun_may_take_its_time(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("first_byte_timeout", {"timeout": "80ms"}), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await asyncio.sleep(0.12)
        await server.chunk(b"o\n")
        assert await browser.read_chunk() == b"o\n"
        assert bench.events("hop1", "behaviour") == []
