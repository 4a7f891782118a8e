import asyncio
import gzip
import zlib

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from lab.tasks import spawn
from tests.proxies.conftest import Pass
from tests.proxies.dialogue import CHUNKED, EARLY_MS, arrived, timed_chunks, watch

GZIP = "Accept-Encoding: gzip, deflate\r\n"
ASKS = f"GET /echo/000/abc/htmlfile HTTP/1.1\r\nHost: app.localhost\r\n{GZIP}\r\n"


def test_dialogue_with_a_flush(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("compress", {"flush": True}),
        r"""
        0  client asks GET /htmlfile [Accept-Encoding: gzip]
        0  server gets GET /htmlfile [Accept-Encoding: gzip]
        0  server answers 200 [Content-Type: text/html; charset=UTF-8]
        0  client gets 200 [Content-Type: text/html; charset=UTF-8; Content-Encoding: gzip; Vary: Accept-Encoding]
        1  server says "prelude"
        1  client gets "prelude"
        5  server says "o\n"
        5  client gets "o\n"
        9  server ends
        9  client gets end
        """,
        show=zlib.decompressobj(wbits=31).decompress,
    )
    assert said == ["began to compress the response with flushing"]


def test_dialogue_without_a_flush(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("compress", {"flush": False}),
        r"""
        0  client asks GET /htmlfile [Accept-Encoding: gzip]
        0  server gets GET /htmlfile [Accept-Encoding: gzip]
        0  server answers 200 [Content-Type: text/html]
        0  client gets 200 [Content-Type: text/html; Content-Encoding: gzip; Vary: Accept-Encoding]
        1  server says "prelude"
        5  server says "o\n"
        9  server ends
        9  client gets "preludeo\n"
        9  client gets end
        """,
        show=zlib.decompressobj(wbits=31).decompress,
    )
    assert said == ["began to compress the response without flushing"]


@pytest.mark.parametrize("flush", [True, False])
async def test_stream_is_flushed_or_held(catalogue: Catalogue, authority: Authority, flush: bool) -> None:
    async with Bench(catalogue.make("compress", {"flush": flush}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(ASKS)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED.format(type="text/html; charset=UTF-8"))
        head = await browser.head()
        assert (head.headers["content-encoding"], head.headers["vary"]) == ("gzip", "Accept-Encoding")
        unpacked = zlib.decompressobj(wbits=31)
        text = b""
        for total, piece in ((1024, b"x" * 1024), (1026, b"o\n")):
            await server.chunk(piece)
            await arrived(bench, total)
            if flush:
                text += unpacked.decompress(await browser.read_chunk())
                assert len(text) == total
        if not flush:
            # The header of gzip is all that a compressor lets out.
            assert [size for size in bench.figures("hop1.client", "response.data", "bytes") if size > 10] == []
        await server.chunk(b"")
        while piece := await browser.read_chunk():
            text += unpacked.decompress(piece)
        assert text + unpacked.flush() == b"x" * 1024 + b"o\n"
        assert unpacked.eof


async def test_client_gets_what_was_held_when_the_response_has_ended(
    catalogue: Catalogue, authority: Authority
) -> None:
    async with Bench(catalogue.make("compress", {}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(ASKS)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED.format(type="text/html"))
        await browser.head()
        since = watch()
        reading = spawn(timed_chunks(browser, since), name="browser")
        await server.chunk(b"x" * 1024)
        await asyncio.sleep(0.15)
        await server.chunk(b"")
        unpacked = zlib.decompressobj(wbits=31)
        came = [(at_ms, text) for at_ms, chunk in await reading if (text := unpacked.decompress(chunk))]
        assert b"".join(text for _, text in came) == b"x" * 1024
        assert came[0][0] >= 150 - EARLY_MS


@pytest.mark.parametrize(
    ("parameters", "asked", "answered", "packs"),
    [
        ({}, GZIP, "Content-Type: text/html", True),
        ({}, GZIP, "Content-Type: application/javascript", False),
        ({"types": ["*/*"]}, GZIP, "Content-Type: application/javascript", True),
        ({}, "", "Content-Type: text/html", False),
        ({}, GZIP, "Content-Type: text/html\r\nContent-Encoding: br", False),
        ({}, GZIP, "Content-Type: text/html\r\nCache-Control: no-transform", True),
        ({"no_transform": "honour"}, GZIP, "Content-Type: text/html\r\nCache-Control: no-store, no-transform", False),
        ({"minimum": "6B"}, GZIP, "Content-Type: text/html", False),
        ({"minimum": "5B"}, GZIP, "Content-Type: text/html", True),
    ],
)
async def test_response_is_compressed_by_rule(
    catalogue: Catalogue,
    authority: Authority,
    passes: Pass,
    parameters: dict[str, object],
    asked: str,
    answered: str,
    packs: bool,
) -> None:
    async with Bench(catalogue.make("compress", parameters), authority=authority) as bench:
        response = f"HTTP/1.1 200 OK\r\n{answered}\r\nContent-Length: 5\r\n\r\nhello"
        came = await passes(bench, "GET /x", response, headers=asked)
        assert ("content-length" in came.head.headers) != packs
        assert (gzip.decompress(came.body) if packs else came.body) == b"hello"
        assert bool(bench.events("hop1", "behaviour")) == packs
