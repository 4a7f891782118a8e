import pytest
from mitmproxy.http import HTTPFlow

from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.stream import websocket_as_http
from lab.network.testing import Bench, Wire

HANDSHAKE = (
    "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

# Frames of RFC 6455: final text frames of one letter, and a close frame with code 3000. A client's are masked,
# here with a mask of zeros.
DOWN = b"\x81\x01o"
UP = b"\x81\x81\x00\x00\x00\x00u"
CLOSE_DOWN = b"\x88\x02\x0b\xb8"
CLOSE_UP = b"\x88\x82\x00\x00\x00\x00\x0b\xb8"


class Drops(Behaviour):
    """Swallows what the client says."""

    def websocket_message(self, flow: HTTPFlow) -> None:
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        if message.from_client:
            message.drop()
        else:
            message.content = b"changed"


async def opened(bench: Bench, target: str = "/ws", host: str = "app.localhost") -> tuple[Wire, Wire]:
    """The two ends of a websocket through the bench."""
    browser = await bench.connect()
    await browser.send(HANDSHAKE.format(target=target, host=host))
    server = await bench.accept()
    assert (await server.head()).start == "GET /ws HTTP/1.1"
    await server.send(SWITCH)
    assert (await browser.head()).start.startswith("HTTP/1.1 101")
    return browser, server


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b"GET ws://a.test/x HTTP/1.1", b"GET http://a.test/x HTTP/1.1"),
        (b"GET wss://a.test/x HTTP/1.1", b"GET https://a.test/x HTTP/1.1"),
        (b"GET /ws://a HTTP/1.1", b"GET /ws://a HTTP/1.1"),
        (b"GET http://a/ws://b HTTP/1.1", b"GET http://a/ws://b HTTP/1.1"),
        (b"CONNECT ws.test:80 HTTP/1.1", b"CONNECT ws.test:80 HTTP/1.1"),
    ],
)
def test_websocket_scheme_is_read_as_http(line: bytes, read: bytes) -> None:
    assert websocket_as_http(line) == read


async def test_absolute_websocket_request_passes_a_forward_hop(authority: Authority) -> None:
    async with Bench(proxy="forward", authority=authority) as bench:
        browser, server = await opened(bench, "ws://www.lab.home.arpa/ws", "www.lab.home.arpa")
        await server.send(DOWN)
        assert await browser.read(3) == DOWN
        assert bench.figures("hop1.client", "request", "upgrade") == [True]


async def test_frames_are_relayed_and_recorded_on_both_sides(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(DOWN)
        assert await browser.read(3) == DOWN
        await browser.send(UP)
        assert len(await server.read(7)) == 7
        frames = [
            (event.vantage, event.data["direction"], event.data["text"])
            for event in bench.log
            if event.kind == "ws.frame"
        ]
        assert frames == [
            ("hop1.server", "down", "o"),
            ("hop1.client", "down", "o"),
            ("hop1.client", "up", "u"),
            ("hop1.server", "up", "u"),
        ]


async def test_dropped_and_changed_frames_are_recorded_as_sent(authority: Authority) -> None:
    async with Bench(Drops(), authority=authority) as bench:
        browser, server = await opened(bench)
        await browser.send(UP)
        await bench.seen("hop1.client", "ws.frame", direction="up")
        await server.send(DOWN)
        assert await browser.read(9) == b"\x81\x07changed"
        assert bench.figures("hop1.server", "ws.frame", "text") == ["o"]
        assert bench.figures("hop1.client", "ws.frame", "text") == ["u", "changed"]


@pytest.mark.parametrize("by", ["client", "server"])
async def test_close_frame_passes(authority: Authority, by: str) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await opened(bench)
        if by == "client":
            await browser.send(CLOSE_UP)
            assert (await server.read(8))[0] == CLOSE_UP[0]
        else:
            await server.send(CLOSE_DOWN)
            assert await browser.read(4) == CLOSE_DOWN
        for side in ("client", "server"):
            event = await bench.seen(f"hop1.{side}", "ws.close")
            assert (event.data["code"], event.data["by"]) == (3000, by)


@pytest.mark.parametrize("by", ["client", "server"])
async def test_end_without_a_close_frame_passes_as_that(authority: Authority, by: str) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await opened(bench)
        ends = {"client": browser, "server": server}
        await ends.pop(by).close()
        (other,) = ends.values()
        # No close frame that nobody sent: the other end must see 1006, as without a proxy.
        assert await other.rest() == b""
        event = await bench.seen("hop1.client", "ws.close")
        assert (event.data["code"], event.data["by"]) == (1006, by)


async def test_events_inside_a_tunnel_are_joined_by_their_own_number(authority: Authority) -> None:
    async with Bench(proxy="forward", authority=authority) as bench:
        browser = await bench.connect()
        await browser.send("CONNECT www.lab.home.arpa:80 HTTP/1.1\r\nHost: www.lab.home.arpa:80\r\n\r\n")
        await browser.head()
        await browser.send(HANDSHAKE.format(target="/ws", host="www.lab.home.arpa"))
        server = await bench.accept()
        await server.head()
        await server.send(SWITCH)
        await browser.head()
        await bench.seen("hop1.client", "ws.open")
        assert bench.figures("hop1.client", "connect", "flow") == [1]
        assert bench.figures("hop1.client", "request", "flow") == [2]
        assert bench.figures("hop1.client", "ws.open", "flow") == [2]
