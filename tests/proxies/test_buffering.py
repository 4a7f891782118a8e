import asyncio
import importlib.util
from typing import Any

import pytest

from lab import shipped
from lab.errors import UsageError
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.network.body import END, Way
from lab.network.testing import Bench, Wire, mitmdump
from tests.proxies.dialogue import EARLY_MS, arrived, streaming, watch

REQUEST = "POST /echo/000/abc/xhr_streaming HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 0\r\n\r\n"
CHUNKED = "HTTP/1.1 200 OK\r\nContent-Type: application/javascript\r\nTransfer-Encoding: chunked\r\n\r\n"


async def test_close_holds_headers_and_body(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("buffering", {}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED)
        await server.chunk(b"h" * 2048 + b"\n")
        await bench.seen("hop1.server", "response.data", total=2049)
        await server.chunk(b"o\n")
        await bench.seen("hop1.server", "response.data", total=2051)
        assert bench.events("hop1.client", "response", "response.data") == []

        await server.chunk(b"")
        head = await browser.head()
        assert head.headers["content-length"] == "2051"
        assert "transfer-encoding" not in head.headers
        assert await browser.read(2051) == b"h" * 2048 + b"\no\n"
        assert bench.figures("hop1.client", "response.data", "bytes") == [2051]
        # All that the server sent was there before the client got anything.
        order = [(e.vantage, e.kind) for e in bench.log if e.kind in {"response", "response.end"}]
        assert order.index(("hop1.server", "response.end")) < order.index(("hop1.client", "response"))


async def test_client_gone_reaches_the_server(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("buffering", {}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED)
        await server.chunk(b"o\n")
        await bench.seen("hop1.server", "response.data")
        browser.abort()
        assert await server.rest() == b""
        await bench.seen("hop1.client", "error")
        await bench.seen("hop1.server", "error")
        assert bench.events("hop1.client", "response") == []


async def test_size_releases_whole_blocks(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("buffering", {"until": "1KiB"}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED)
        assert (await browser.head()).headers["transfer-encoding"] == "chunked"
        await server.chunk(b"a" * 1000)
        await bench.seen("hop1.server", "response.data", total=1000)
        assert bench.events("hop1.client", "response.data") == []
        await server.chunk(b"b" * 1100)
        assert await browser.read_chunk() == b"a" * 1000 + b"b" * 24
        assert await browser.read_chunk() == b"b" * 1024
        await server.chunk(b"")
        assert await browser.read_chunk() == b"b" * 52
        assert await browser.read_chunk() == b""
        assert bench.figures("hop1.server", "response.data", "bytes") == [1000, 1100]
        assert bench.figures("hop1.client", "response.data", "total") == [1024, 2048, 2100]


def _held() -> Any:
    spec = importlib.util.spec_from_file_location("buffering_file", shipped.PROXIES / "buffering.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Held


def test_blocks_are_the_same_however_the_body_is_cut() -> None:
    body = bytes(range(256)) * 3
    expected = [body[at : at + 100] for at in range(0, len(body), 100)]
    for step in (1, 7, 100, 101, len(body)):
        way = Way([_held()(100)])
        out = [block for at in range(0, len(body), step) for block in way.data(body[at : at + step], 0)]
        assert [*out, *way.end(0)] == [*expected, END]
        assert max(map(len, expected)) == 100


@pytest.mark.parametrize(
    ("until", "pieces", "passed"),
    [
        ("next", [b"a", b"b", b"cd"], [b"a", b"b"]),
        ("line", [b"o", b"\na[", b"1]\nh\n", b"c"], [b"o\n", b"a[1]\nh\n"]),
        ("event", [b"\r\n", b"data: o\r\n", b"\r\ndata: h"], [b"\r\ndata: o\r\n\r\n"]),
        ("event", [b"data: a\n\ndata: b", b"\n", b"\n"], [b"data: a\n\n", b"data: b\n\n"]),
        ("close", [b"a", b"b"], []),
    ],
)
def test_what_is_not_complete_is_held(until: str, pieces: list[bytes], passed: list[bytes]) -> None:
    way = Way([_held()(until)])
    assert [out for piece in pieces for out in way.data(piece, 0)] == passed
    assert (
        b"".join(item for item in way.end(0) if isinstance(item, bytes)) == b"".join(pieces)[len(b"".join(passed)) :]
    )


@pytest.mark.parametrize("until", ["close", "next", "line", "event", 100])
def test_nothing_is_held_longer_than_that(until: str | int) -> None:
    way = Way([_held()(until, hold_s=2)])
    way.head(0)
    assert list(way.data(b"a", 1)) == []
    due_s = (
        2 if until == "close" else 3
    )  # The head of a response that is held until its end waits from the beginning.
    assert way.due_s == due_s
    assert list(way.data(b"b", 1.5)) == ([b"a"] if until == "next" else [])
    due_s = way.due_s
    assert list(way.tick(due_s)) == ([b"b"] if until == "next" else [b"ab"])
    assert way.due_s is None
    assert list(way.data(b"c", 5)) == []
    assert way.due_s == 7


async def test_hold_releases_head_and_body_in_time(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("buffering", {"hold": "100ms"}), authority=authority) as bench:
        browser, server = await streaming(bench)
        since = watch()
        await server.chunk(b"o\n")
        assert (await browser.head()).headers["transfer-encoding"] == "chunked"
        assert await browser.read_chunk() == b"o\n"
        assert since() >= 100 - EARLY_MS
        await server.chunk(b"h\n")
        assert await browser.read_chunk() == b"h\n"
        assert since() >= 200 - 2 * EARLY_MS


async def test_last_piece_waits_for_the_next(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("buffering", {"until": "next", "types": ["text/event-stream"]})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await streaming(bench, "text/event-stream")
        assert (await browser.head()).headers["content-type"] == "text/event-stream"
        await server.chunk(b"data: o\n\n")
        await arrived(bench, 9)
        assert bench.events("hop1.client", "response.data") == []
        await server.chunk(b"data: h\n\n")
        assert await browser.read_chunk() == b"data: o\n\n"


@pytest.mark.parametrize(
    ("hints", "header", "held"),
    [
        ("honour", "X-Accel-Buffering: no", False),
        ("honour", "Incremental: ?1", False),
        ("honour", "Incremental: ?0", True),
        ("honour", "X-Accel-Buffering: yes", True),
        ("ignore", "X-Accel-Buffering: no", True),
    ],
)
async def test_hint_is_honoured_or_not(
    catalogue: Catalogue, authority: Authority, hints: str, header: str, held: bool
) -> None:
    async with Bench(catalogue.make("buffering", {"hints": hints}), authority=authority) as bench:
        _, server = await streaming(bench, f"text/event-stream\r\n{header}")
        await server.chunk(b"data: o\n\n")
        await arrived(bench, 9)
        assert bool(bench.events("hop1", "behaviour")) == held


@pytest.mark.parametrize(("kind", "held"), [("text/event-stream", True), ("application/javascript", False)])
async def test_only_event_streams_have_events(
    catalogue: Catalogue, authority: Authority, kind: str, held: bool
) -> None:
    async with Bench(catalogue.make("buffering", {"until": "event"}), authority=authority) as bench:
        browser, _ = await streaming(bench, kind)
        await browser.head()
        assert bool(bench.events("hop1", "behaviour")) == held


async def test_other_types_pass(catalogue: Catalogue, authority: Authority) -> None:
    behaviour = catalogue.make("buffering", {"types": ["text/event-stream"]})
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"o\n")
        assert await browser.read_chunk() == b"o\n"
        assert bench.events("hop1", "behaviour") == []


async def test_websocket_passes(catalogue: Catalogue, authority: Authority) -> None:
    async with Bench(catalogue.make("buffering", {}), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(
            "GET /ws HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert (await browser.head()).start.startswith("HTTP/1.1 101")
        await server.send(b"\x81\x01o")
        assert await browser.read(3) == b"\x81\x01o"
        assert bench.events("hop1") == []


@pytest.mark.parametrize("until", ["4096", "later", 4096, "0B", "0.2B", None])
def test_wrong_until_is_refused(catalogue: Catalogue, until: object) -> None:
    with pytest.raises(UsageError, match=r"buffering: until: expected a size .*got"):
        catalogue.make("buffering", {"until": until})


async def test_bare_mitmdump_releases_blocks(authority: Authority) -> None:
    script = shipped.PROXIES / "buffering.py"
    async with (
        Bench(authority=authority) as bench,
        mitmdump(
            script,
            "buffering_until=100B",
            mode=f"reverse:http://127.0.0.1:{bench.network.hops[0].port}",
            confdir=authority.confdir,
        ) as port,
    ):
        browser = Wire(*await asyncio.open_connection("127.0.0.1", port))
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send(CHUNKED)
        await server.chunk(b"x" * 150)
        await browser.head()
        assert await browser.read_chunk() == b"x" * 100
        await browser.close()
