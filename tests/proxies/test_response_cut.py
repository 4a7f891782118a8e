import asyncio

import pytest

from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, STREAM, opened, said, streaming, watch


@pytest.mark.parametrize(
    ("parameters", "gets"),
    [
        ({}, ["client gets fin", "server gets fin"]),
        ({"end": "rst"}, ["client gets rst", "server gets rst"]),
        ({"end": "clean"}, ["client gets end", "server gets fin"]),
        ({"end": "clean", "upstream": "held"}, ["client gets end"]),
    ],
)
def test_dialogue_until_a_time(catalogue: Catalogue, parameters: dict[str, object], gets: list[str]) -> None:
    lines = "\n".join(f"15000 {line}" for line in gets)
    said = play(
        catalogue.make("response_cut", {"status": None, **parameters}),
        rf"""
        0      client asks POST /xhr_streaming
        0      server gets POST /xhr_streaming
        5      server answers 200
        5      client gets 200
        6      server says "o\n"
        6      client gets "o\n"
        14999  server says "h\n"
        14999  client gets "h\n"
        {lines}
        20000  server says "h\n"
        """,
    )
    assert len(said) == 1


@pytest.mark.parametrize(
    ("end", "gets"),
    [
        ("clean", ['client gets "a"', "client gets end", "server gets fin"]),
        ("fin", ['client gets "a" of 4', "client gets fin", "server gets fin"]),
    ],
)
def test_dialogue_until_a_size(catalogue: Catalogue, end: str, gets: list[str]) -> None:
    lines = "\n".join(f"9 {line}" for line in gets)
    play(
        catalogue.make("response_cut", {"size": "3B", "end": end}),
        rf"""
        0  client asks POST /xhr_streaming
        0  server gets POST /xhr_streaming
        5  server answers 200
        5  client gets 200
        6  server says "o\n"
        6  client gets "o\n"
        9  server says "abcd"
        {lines}
        """,
    )


def test_dialogue_without_an_answer_and_with_an_early_one(catalogue: Catalogue) -> None:
    behaviour = catalogue.make("response_cut", {"delay": "2s", "status": 408})
    play(
        behaviour,
        """
        0     client asks POST /xhr
        0     server gets POST /xhr
        2000  client gets 408
        2000  server gets fin
        """,
    )
    assert not play(
        behaviour,
        """
        0     client asks POST /xhr
        0     server gets POST /xhr
        1990  server answers 204
        1990  client gets 204
        1999  server ends
        1999  client gets end
        """,
    )


@pytest.mark.parametrize(("end", "last"), [("clean", b"0\r\n\r\n"), ("fin", b""), ("rst", None)])
async def test_response_ends_at_a_time(
    catalogue: Catalogue, authority: Authority, end: str, last: bytes | None
) -> None:
    async with Bench(catalogue.make("response_cut", {"delay": "150ms", "end": end}), authority=authority) as bench:
        since = watch()
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"o\n")
        assert await browser.read_chunk() == b"o\n"
        if last is None:
            with pytest.raises(ConnectionResetError):
                await browser.rest()
            with pytest.raises(ConnectionResetError):
                await server.rest()
        else:
            assert (await browser.read(5) if last else await browser.rest()) == last
            assert await server.rest() == b""
        assert since() >= 150 - EARLY_MS
        assert bool(bench.events("hop1.client", "response.end")) == (end == "clean")
        assert bench.figures("hop1", "behaviour", "behaviour") == ["response_cut"]


@pytest.mark.parametrize(
    ("size", "end", "got"),
    [
        ("2B", "fin", b"2\r\no\n\r\n"),
        ("3B", "fin", b"2\r\no\n\r\n4\r\na"),
        ("3B", "clean", b"2\r\no\n\r\n1\r\na\r\n0\r\n\r\n"),
    ],
)
async def test_response_ends_at_a_size(
    catalogue: Catalogue, authority: Authority, size: str, end: str, got: bytes
) -> None:
    async with Bench(catalogue.make("response_cut", {"size": size, "end": end}), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"o\n")
        if size != "2B":
            assert await browser.read(7) == got[:7]
            await server.chunk(b"abcd")
            got = got[7:]
        assert (await browser.rest() if end == "fin" else await browser.read(len(got))) == got
        assert await server.rest() == b""


async def test_server_is_left_in_its_belief(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("response_cut", {"size": "2B", "end": "clean", "upstream": "held"})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"o\n")
        assert [await browser.read_chunk() for _ in range(2)] == [b"o\n", b""]
        await server.chunk(b"h\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(server.rest(), 0.1)
        await browser.send(STREAM)
        await (await bench.accept()).head()
        assert bench.events("hop1", "hop.failed") == []


@pytest.mark.parametrize("status", [504, 408, None])
async def test_status_where_nothing_was_sent(catalogue: Catalogue, authority: Authority, status: int | None) -> None:
    behaviour = catalogue.make("response_cut", {"delay": "100ms", "status": status})
    async with Bench(behaviour, authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(STREAM)
        server = await bench.accept()
        await server.head()
        if status is None:
            assert await browser.rest() == b""
        else:
            assert (await browser.head()).start.startswith(f"HTTP/1.1 {status} ")
        assert await server.rest() == b""


async def test_response_that_ends_by_itself_is_left_alone(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("response_cut", {"delay": "50ms"}), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"")
        assert await browser.read_chunk() == b""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(browser.rest(), 0.1)
        assert bench.events("hop1", "behaviour") == []


async def test_websocket_passes(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("response_cut", {"delay": "50ms", "size": "1B"}), authority=authority) as bench:
        browser, server = await opened(bench)
        await asyncio.sleep(0.08)
        await server.send(said("o"))
        assert await browser.read(3) == said("o")
        assert bench.events("hop1", "behaviour", "hop.failed") == []


@pytest.mark.parametrize("parameters", [{"end": "rst", "upstream": "held"}, {"size": "0B"}, {"status": 200}])
def test_wrong_parameters_are_refused(catalogue: Catalogue, parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="response_cut: "):
        catalogue.make("response_cut", parameters)
