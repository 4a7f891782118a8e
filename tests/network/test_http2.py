"""WebSocket over HTTP/2: a raw HTTP/2 client as the browser, a raw HTTP/1.1 server behind the hop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from h2 import events as h2
from h2.settings import SettingCodes

from lab.network.authority import Authority
from lab.network.behaviour import Behaviour, Catalogue
from lab.network.http2 import as_upgrade
from lab.network.testing import Bench, Wire
from lab.network.topology import HopSpec
from lab.scenario.limits import Limits
from tests.network.http2_browser import ASKED, HOST, Browser, greeted

SWITCH = (
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: x\r\nX-From: server\r\n\r\n"
)
DOWN = b"\x81\x01o"
UP = b"\x81\x81\x00\x00\x00\x00u"
CLOSE_DOWN = b"\x88\x02\x0b\xb8"
CLOSE_UP = b"\x88\x82\x00\x00\x00\x00\x0b\xb8"


@asynccontextmanager
async def met(authority: Authority, *behaviours: Behaviour, **settings: Any) -> AsyncIterator[tuple[Bench, Browser]]:
    """A bench with one reverse hop that speaks HTTP/2, and its browser, which has read the hop's settings."""
    settings = {"http2": True, "extended_connect": True} | settings
    hop = HopSpec("hop1", "reverse", behaviours=list(behaviours), **settings)
    async with Bench(hops=[hop], scheme="https", authority=authority) as bench:
        yield bench, await greeted(bench, HOST)


async def opened(bench: Bench, browser: Browser) -> tuple[int, Wire]:
    """A websocket over HTTP/2: its stream, and the server's end."""
    stream = await browser.ask()
    server = await bench.accept()
    await server.head()
    await server.send(SWITCH)
    assert (":status", "200") in (await browser.next(h2.ResponseReceived, stream)).headers
    return stream, server


def test_extended_connect_becomes_an_upgrade() -> None:
    headers = [(name.encode(), value.encode()) for name, value in ASKED]
    assert as_upgrade(headers, b"key") == [
        (b":method", b"GET"),
        (b":scheme", b"https"),
        (b":path", b"/echo/1/abc/websocket"),
        (b":authority", b"app.localhost"),
        (b"Connection", b"Upgrade"),
        (b"Upgrade", b"websocket"),
        (b"Sec-WebSocket-Key", b"key"),
        (b"sec-websocket-version", b"13"),
        (b"origin", b"https://app.localhost"),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        [(b":method", b"GET"), (b":path", b"/")],
        [(b":method", b"CONNECT"), (b":authority", b"a.test:443")],
        [(b":method", b"CONNECT"), (b":protocol", b"webtransport"), (b":path", b"/")],
        [(b":method", b"GET"), (b":protocol", b"websocket"), (b":path", b"/")],
        [(b":method", b"CONNECT"), (b":path", b"/"), (b"x", b"websocket")],
    ],
)
def test_nothing_else_becomes_an_upgrade(headers: list[tuple[bytes, bytes]]) -> None:
    assert as_upgrade(headers, b"key") is None


@pytest.mark.parametrize("announced", [True, False])
async def test_setting_is_announced_where_the_hop_is_set_so(authority: Authority, announced: bool) -> None:
    async with met(authority, extended_connect=announced) as (_, browser):
        changed = browser.settings.changed_settings[SettingCodes.ENABLE_CONNECT_PROTOCOL]
        assert changed.new_value == int(announced)


async def test_unannounced_extended_connect_is_an_error_of_the_connection(authority: Authority) -> None:
    async with met(authority, extended_connect=False) as (bench, browser):
        await browser.ask()
        await browser.next(h2.ConnectionTerminated)
        assert not bench.reached


async def test_server_is_asked_for_an_upgrade_and_the_client_answered_as_http2_has_it(authority: Authority) -> None:
    async with met(authority) as (bench, browser):
        stream = await browser.ask()
        server = await bench.accept()
        head = await server.head()
        assert head.start == "GET /echo/1/abc/websocket HTTP/1.1"
        assert head.headers["host"] == HOST
        assert (head.headers["connection"], head.headers["upgrade"]) == ("Upgrade", "websocket")
        assert len(head.headers["sec-websocket-key"]) == 24
        assert head.headers["sec-websocket-version"] == "13"
        await server.send(SWITCH)
        answer = await browser.next(h2.ResponseReceived, stream)
        assert answer.headers == [(":status", "200"), ("x-from", "server")]
        assert answer.stream_ended is None


async def test_frames_pass_and_are_recorded_as_those_of_any_websocket(authority: Authority) -> None:
    async with met(authority) as (bench, browser):
        stream, server = await opened(bench, browser)
        await server.send(DOWN)
        assert (await browser.next(h2.DataReceived, stream)).data == DOWN
        await browser.say(stream, UP)
        assert (await server.read(7))[0] == UP[0]
        assert bench.figures("hop1.client", "request", "upgrade") == [True]
        assert bench.figures("hop1.client", "request", "http") == ["HTTP/2.0"]
        assert bench.figures("hop1.server", "request", "http") == ["HTTP/1.1"]
        assert bench.figures("hop1.client", "response", "status") == [101]
        assert bench.figures("hop1.client", "ws.frame", "text") == ["o", "u"]
        assert bench.figures("hop1.server", "ws.frame", "text") == ["o", "u"]


async def test_frames_that_come_before_the_answer_are_kept(authority: Authority) -> None:
    async with met(authority) as (bench, browser):
        stream = await browser.ask()
        await browser.say(stream, UP)
        server = await bench.accept()
        await server.head()
        await server.send(SWITCH)
        assert (await server.read(7))[0] == UP[0]


async def test_several_websockets_and_requests_share_the_connection(authority: Authority) -> None:
    async with met(authority) as (bench, browser):
        first, one = await opened(bench, browser)
        second, two = await opened(bench, browser)
        await two.send(DOWN)
        assert (await browser.next(h2.DataReceived)).stream_id == second
        await one.send(DOWN)
        assert (await browser.next(h2.DataReceived)).stream_id == first
        plain = await browser.ask([(":method", "GET"), *ASKED[2:5]], end=True)
        server = await bench.accept()
        assert "upgrade" not in (await server.head()).headers
        await server.send("HTTP/1.1 204 No Content\r\n\r\n")
        assert (":status", "204") in (await browser.next(h2.ResponseReceived, plain)).headers


async def test_close_frame_of_the_server_and_the_end_behind_it_pass(authority: Authority) -> None:
    async with met(authority) as (bench, browser):
        stream, server = await opened(bench, browser)
        await server.send(CLOSE_DOWN)
        assert (await browser.next(h2.DataReceived, stream)).data == CLOSE_DOWN
        await browser.say(stream, CLOSE_UP)
        assert (await server.read(8))[0] == CLOSE_UP[0]
        await server.close()
        await browser.next(h2.StreamEnded, stream)
        event = await bench.seen("hop1.client", "ws.close")
        assert (event.data["code"], event.data["by"]) == (3000, "server")


async def test_end_of_the_server_without_a_close_frame_ends_the_stream_alone(authority: Authority) -> None:
    async with met(authority) as (bench, browser):
        stream, server = await opened(bench, browser)
        await server.close()
        await browser.next(h2.StreamEnded, stream)
        event = await bench.seen("hop1.client", "ws.close")
        assert (event.data["code"], event.data["by"]) == (1006, "server")
        await opened(bench, browser)


@pytest.mark.parametrize("how", ["end", "reset", "connection"])
async def test_end_of_the_client_reaches_the_server(authority: Authority, how: str) -> None:
    async with met(authority) as (bench, browser):
        stream, server = await opened(bench, browser)
        if how == "end":
            await browser.say(stream, b"", end=True)
        elif how == "reset":
            await browser.reset(stream)
        else:
            await browser.wire.close()
        assert await server.rest() == b""
        event = await bench.seen("hop1.client", "ws.close")
        assert (event.data["code"], event.data["by"]) == (1006, "client")


@pytest.mark.parametrize("how", ["end", "reset"])
async def test_client_that_gives_up_before_the_answer_is_told_of(authority: Authority, how: str) -> None:
    async with met(authority) as (bench, browser):
        stream = await browser.ask()
        server = await bench.accept()
        await server.head()
        if how == "end":
            await browser.say(stream, b"", end=True)
        else:
            await browser.reset(stream)
        assert await server.rest() == b""
        await bench.seen("hop1.client", "error", by="client")


async def test_refusal_of_the_server_passes(authority: Authority) -> None:
    async with met(authority) as (bench, browser):
        stream = await browser.ask()
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nno")
        answer = await browser.next(h2.ResponseReceived, stream)
        assert answer.headers == [(":status", "426"), ("content-length", "2")]
        assert (await browser.next(h2.DataReceived, stream)).data == b"no"
        await browser.next(h2.StreamEnded, stream)
        # What the client still says on it is lost, and harms nothing.
        await browser.say(stream, UP, end=True)
        await opened(bench, browser)


async def test_behaviours_see_the_request_as_an_upgrade(authority: Authority) -> None:
    async with met(authority, Catalogue().make("no_upgrade", {"answer": "strip"})) as (bench, browser):
        stream = await browser.ask()
        server = await bench.accept()
        assert "upgrade" not in (await server.head()).headers
        await server.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        assert (":status", "400") in (await browser.next(h2.ResponseReceived, stream)).headers


async def test_hop_refuses_one_stream_and_serves_the_next(authority: Authority) -> None:
    async with met(authority, Catalogue().make("no_upgrade", {"answer": 400})) as (bench, browser):
        stream = await browser.ask()
        assert (":status", "400") in (await browser.next(h2.ResponseReceived, stream)).headers
        assert not bench.reached
        browser_alive = await browser.ask([(":method", "GET"), *ASKED[2:5]], end=True)
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 204 No Content\r\n\r\n")
        await browser.next(h2.ResponseReceived, browser_alive)


@pytest.mark.parametrize("answer", ["reset", "close"])
async def test_hop_resets_the_stream_alone(authority: Authority, answer: str) -> None:
    async with met(authority, Catalogue().make("no_upgrade", {"answer": answer}, Limits(nth=1))) as (bench, browser):
        stream = await browser.ask()
        await browser.next(h2.StreamReset, stream)
        await opened(bench, browser)


@pytest.mark.parametrize(("how", "kind"), [("fin", h2.StreamEnded), ("rst", h2.StreamReset)])
async def test_hop_ends_an_open_websocket_and_the_connection_lives_on(
    authority: Authority, how: str, kind: type[Any]
) -> None:
    cut = Catalogue().make("websocket_cut", {"messages": 1, "end": how}, Limits(nth=1))
    async with met(authority, cut) as (bench, browser):
        stream, server = await opened(bench, browser)
        await browser.say(stream, UP)
        await browser.next(kind, stream)
        if how == "rst":
            with pytest.raises(ConnectionResetError):
                await server.rest()
        else:
            await server.rest()
        assert (await bench.seen("hop1.client", "ws.close")).data["by"] == "hop"
        await opened(bench, browser)


@pytest.mark.parametrize(("over", "status"), [("http1", None), ("http2", "400"), (None, "400")])
async def test_refusal_may_be_of_one_version_of_http(
    authority: Authority, over: str | None, status: str | None
) -> None:
    async with met(authority, Catalogue().make("no_upgrade", {"answer": 400, "over": over})) as (bench, browser):
        if status is None:
            await opened(bench, browser)
        else:
            stream = await browser.ask()
            assert (":status", status) in (await browser.next(h2.ResponseReceived, stream)).headers


@pytest.mark.parametrize("second", ["forward", "reverse"])
async def test_hop_behind_gets_an_upgrade_though_it_speaks_http2(authority: Authority, second: Any) -> None:
    """The first hop ends the websocket, too, whatever its connection leads through."""
    cut = Catalogue().make("websocket_cut", {"messages": 1, "end": "fin"})
    settings: dict[str, Any] = {"tls": "intercept", "http2": True, "extended_connect": True}
    hops = [HopSpec("one", "forward", behaviours=[cut], **settings), HopSpec("two", second, **settings)]
    async with Bench(hops=hops, scheme="https", authority=authority) as bench:
        browser = await greeted(bench, "www.example.test")
        stream = await browser.ask([*ASKED[:4], (":authority", "www.example.test"), *ASKED[5:]])
        server = await bench.accept()
        await server.head()
        await server.send(SWITCH)
        assert (":status", "200") in (await browser.next(h2.ResponseReceived, stream)).headers
        assert bench.figures("hop1.server", "request", "http") == ["HTTP/1.1"]
        assert bench.figures("hop2.client", "request", "http") == ["HTTP/1.1"]
        await server.send(DOWN)
        await browser.next(h2.StreamEnded, stream)
        assert (await bench.seen("hop1.client", "ws.close")).data["by"] == "hop"
