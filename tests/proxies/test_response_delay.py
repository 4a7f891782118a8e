import asyncio

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.playbook import play
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, streaming, watch


def test_dialogue(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("response_delay", {"delay": "200ms"}),
        r"""
        0    client asks POST /xhr_streaming
        0    server gets POST /xhr_streaming
        5    server answers 200
        5    client gets 200
        10   server says "o\n"
        60   server says "h\n"
        61   server ends
        210  client gets "o\n"
        260  client gets "h\n"
        261  client gets end
        """,
    )
    assert said == ["began to delay the response by 200 ms"]


def test_dialogue_of_another_type(catalogue: Catalogue) -> None:
    said = play(
        catalogue.make("response_delay", {"types": ["text/event-stream"]}),
        r"""
        0   client asks GET /htmlfile
        0   server gets GET /htmlfile
        5   server answers 200 [Content-Type: text/html]
        5   client gets 200 [Content-Type: text/html]
        10  server says "o\n"
        10  client gets "o\n"
        """,
    )
    assert said == []


async def test_every_piece_leaves_later(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("response_delay", {"delay": "150ms"}), authority=authority) as bench:
        browser, server = await streaming(bench)
        since = watch()
        await browser.head()
        assert since() < 140
        await server.chunk(b"o\n")
        await asyncio.sleep(0.1)
        await server.chunk(b"h\n")
        await server.chunk(b"")
        assert await browser.read_chunk() == b"o\n"
        first_ms = since()
        assert [await browser.read_chunk() for _ in range(2)] == [b"h\n", b""]
        assert first_ms >= 150 - EARLY_MS
        assert since() >= 250 - 2 * EARLY_MS
        ends = {event.vantage: event.t_ms for event in bench.log if event.kind == "response.end"}
        assert ends["hop1.client"] - ends["hop1.server"] >= 150 - EARLY_MS


@pytest.mark.parametrize(("kind", "late"), [("text/event-stream", True), ("text/html", False)])
async def test_types_are_told_apart(catalogue: Catalogue, authority: Authority, kind: str, late: bool) -> None:
    behaviour = catalogue.make("response_delay", {"delay": "100ms", "types": ["text/event-stream"]})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await streaming(bench, kind)
        await server.chunk(b"o\n")
        await browser.head()
        await browser.read_chunk()
        assert bool(bench.events("hop1", "behaviour")) == late
