import asyncio
from collections.abc import Callable, Iterable

import pytest
from mitmproxy.http import HTTPFlow

from lab.network import body
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.testing import Bench
from tests.proxies.dialogue import EARLY_MS, STREAM, arrived, streaming, watch

LATE_MS = 100


class Late(body.Stage):
    """Lets all pass later, the head too where it is told so."""

    def __init__(self, *, holds_head: bool = False) -> None:
        self.held: list[body.Item] = []
        self.holds_head = holds_head

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        self.held.append(data)
        self.due_s = now_s + LATE_MS / 1000 if self.due_s is None else self.due_s
        return []

    def end(self, now_s: float) -> Iterable[body.Item]:
        self.held.append(body.END)
        self.due_s = now_s + LATE_MS / 1000 if self.due_s is None else self.due_s
        return []

    def tick(self, now_s: float) -> Iterable[body.Item]:
        self.due_s = None
        held, self.held = self.held, []
        return held


class Stop(body.Stage):
    """Ends the body behind its first piece."""

    def __init__(self, end: body.End) -> None:
        self._end = end

    def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
        return [data, self._end]


class Staged(Behaviour):
    """Puts stages in the way of every response, and edits it whole where it is told so."""

    def __init__(self, *make: Callable[[], body.Stage], whole: bool = False) -> None:
        super().__init__()
        self._make = make
        self._whole = whole

    def responseheaders(self, flow: HTTPFlow) -> None:
        assert flow.response is not None
        flow.response.stream = not self._whole
        for make in self._make:
            body.add(flow, make())

    def response(self, flow: HTTPFlow) -> None:
        if self._whole and flow.response is not None:
            flow.response.content = b"edited"


async def test_timer_releases_while_nothing_comes(authority: Authority) -> None:
    async with Bench(Staged(Late), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        since = watch()
        await server.chunk(b"o\n")
        assert await browser.read_chunk() == b"o\n"
        assert since() >= LATE_MS - EARLY_MS
        await server.chunk(b"x")
        await server.chunk(b"")
        assert [await browser.read_chunk() for _ in range(2)] == [b"x", b""]
        assert bench.figures("hop1.client", "response.end", "bytes") == [3]


async def test_timer_works_within_a_tunnel(authority: Authority) -> None:
    async with Bench(Staged(Late), proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("CONNECT www.lab.home.arpa:80 HTTP/1.1\r\nHost: www.lab.home.arpa:80\r\n\r\n")
        assert " 200 " in (await browser.head()).start
        await browser.send(STREAM.replace("app.localhost", "www.lab.home.arpa"))
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no\n")
        assert (await browser.head()).headers["content-length"] == "2"
        assert await browser.read(2) == b"o\n"


async def test_held_head_says_the_length_that_is_known_at_the_end(authority: Authority) -> None:
    async with Bench(Staged(lambda: Late(holds_head=True)), authority=authority) as bench:
        browser, server = await streaming(bench)
        await server.chunk(b"abc")
        await server.chunk(b"")
        head = await browser.head()
        assert head.headers["content-length"] == "3"
        assert "transfer-encoding" not in head.headers
        assert await browser.read(3) == b"abc"


async def test_two_stages_add_up(authority: Authority) -> None:
    async with Bench(Staged(Late, Late), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        since = watch()
        await server.chunk(b"o\n")
        assert await browser.read_chunk() == b"o\n"
        assert since() >= 2 * (LATE_MS - EARLY_MS)


async def test_client_gone_while_held_reaches_the_server(authority: Authority) -> None:
    async with Bench(Staged(Late), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"o\n")
        await arrived(bench, 2)
        browser.abort()
        assert await server.rest() == b""
        assert bench.events("hop1.client", "response.data") == []
        assert bench.events("hop1", "hop.failed") == []


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_cut_ends_both_connections(authority: Authority, how: str) -> None:
    end = body.End(how, "cut", "enough")  # type: ignore[arg-type]
    async with Bench(Staged(lambda: Stop(end)), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"o\n")
        for wire, last in ((browser, b"2\r\no\n\r\n"), (server, b"")):
            if how == "fin":
                assert await wire.rest() == last
            else:
                with pytest.raises(ConnectionResetError):
                    await wire.rest()
        (error,) = bench.events("hop1.client", "error")
        assert "enough" in error.data["text"]
        assert bench.events("hop1.client", "response.end") == []


async def test_part_of_a_chunk_is_sent_and_recorded(authority: Authority) -> None:
    end = body.End("fin", "cut", part=b"torn", chunk=100)
    async with Bench(Staged(lambda: Stop(end)), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"o\n")
        assert await browser.rest() == b"2\r\no\n\r\n64\r\ntorn"
        assert bench.figures("hop1.client", "response.data", "bytes") == [2, 4]


@pytest.mark.parametrize("upstream", ["cut", "held"])
async def test_clean_end_leaves_the_connection_in_use(authority: Authority, upstream: str) -> None:
    end = body.End("clean", upstream, "enough")  # type: ignore[arg-type]
    async with Bench(Staged(lambda: Stop(end)), authority=authority) as bench:
        browser, server = await streaming(bench)
        await browser.head()
        await server.chunk(b"o\n")
        assert [await browser.read_chunk() for _ in range(2)] == [b"o\n", b""]
        if upstream == "cut":
            assert await server.rest() == b""

        await browser.send(STREAM)
        again = await bench.accept()
        await again.head()
        await again.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        assert (await browser.head()).headers["content-length"] == "1"
        if upstream == "held":
            await server.chunk(b"lost")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(server.rest(), 0.1)
        assert bench.events("hop1", "hop.failed") == []


async def test_whole_response_is_changed_behind_the_edit(authority: Authority) -> None:
    class Upper(body.Stage):
        def data(self, data: bytes, now_s: float) -> Iterable[body.Item]:
            return [data.upper(), b"!"]

    async with Bench(Staged(Upper, whole=True), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(STREAM)
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")
        assert (await browser.head()).headers["content-length"] == "7"
        assert await browser.read(7) == b"EDITED!"
