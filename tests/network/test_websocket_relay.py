import pytest
from mitmproxy.http import HTTPFlow

from lab.network import websocket_relay, websockets
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.testing import Bench
from tests.proxies.dialogue import CLOSE, EARLY_MS, PING, PONG, masked, opened, read_frame, said, watch


class Seen(Behaviour):
    """Keeps what the hooks were called for, and drops what it is told to."""

    def __init__(self, *drop: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, bool]] = []
        self._drop = drop

    def websocket_message(self, flow: HTTPFlow) -> None:
        assert flow.websocket is not None
        message = flow.websocket.messages[-1]
        self.seen.append(("message", message.from_client))
        if "message" in self._drop:
            websockets.drop(message)

    def websocket_control(self, flow: HTTPFlow) -> None:
        came = websockets.control(flow)
        self.seen.append((came.kind, came.from_client))
        came.dropped = came.kind in self._drop


async def test_everything_is_relayed_and_seen(authority: Authority) -> None:
    behaviour = Seen()
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("o") + PING)
        assert await browser.read(5) == said("o") + PING
        await browser.send(masked(PONG) + masked(said('["ü"]')))
        assert await read_frame(server) == (0x8A, b"")
        assert await read_frame(server) == (0x81, '["ü"]'.encode())
        await browser.send(masked(CLOSE))
        assert await read_frame(server) == (0x88, b"\x03\xe8")
        await bench.seen("hop1.client", "ws.close", code=1000, by="client")
        # The answer is the server's own, and it is the server who ends the connection.
        await server.send(CLOSE)
        assert await browser.read(4) == CLOSE
        await server.close()
        assert await browser.rest() == b""
        assert len(bench.events("hop1.client", "ws.close")) == 1
        assert bench.events("hop1", "hop.failed") == []
    assert behaviour.seen == [
        ("message", False),
        ("ping", False),
        ("pong", True),
        ("message", True),
        ("close", True),
        ("close", False),
        ("end", False),
    ]


async def test_connection_that_ends_behind_one_closing_frame_is_ended(authority: Authority) -> None:
    async with Bench(authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(CLOSE)
        await server.close()
        assert await browser.rest() == CLOSE
        await bench.seen("hop1.client", "ws.close", code=1000, by="server")


async def test_hop_waits_for_answers_to_its_closing_frame(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket_relay, "_PATIENCE_S", 0.15)

    class Ends(Behaviour):
        async def websocket_message(self, flow: HTTPFlow) -> None:
            await websockets.end(flow, "close", code=1012)

    async with Bench(Ends(), authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("o"))
        assert await browser.read(7) == said("o") + b"\x88\x02\x03\xf4"
        assert await read_frame(server) == (0x88, b"\x03\xf4")
        await browser.send(masked(b"\x88\x02\x03\xf4"))
        await server.send(said("late") + b"\x88\x02\x03\xf4")
        assert await browser.rest() == b""
        assert await server.rest() == b""

        browser, server = await opened(bench)
        since = watch()
        await server.send(said("o"))
        assert await browser.rest() == said("o") + b"\x88\x02\x03\xf4"
        assert since() >= 150 - EARLY_MS
        assert bench.figures("hop1.client", "ws.frame", "text") == ["o", "o"]


@pytest.mark.parametrize("client", [True, False])
async def test_end_of_a_connection_is_passed_on_as_that(authority: Authority, client: bool) -> None:
    behaviour = Seen()
    async with Bench(behaviour, authority=authority) as bench:
        browser, server = await opened(bench)
        one, other = (browser, server) if client else (server, browser)
        await one.close()
        assert await other.rest() == b""
        await bench.seen("hop1.client", "ws.close", code=1006, by="client" if client else "server")
    assert behaviour.seen == [("end", client)]


async def test_dropped_goes_no_further(authority: Authority) -> None:
    async with Bench(Seen("message", "ping", "close"), authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("o") + PING + PONG)
        assert await browser.read(2) == PONG
        await browser.send(masked(CLOSE))
        await server.send(PONG)
        # The client has closed as far as it knows: nothing more is sent to it, and nothing fails.
        await browser.close()
        assert await server.rest() == b""
        assert bench.figures("hop1.client", "ws.frame", "direction") == []
        assert bench.figures("hop1.server", "ws.frame", "direction") == ["down"]
        assert bench.events("hop1", "hop.failed") == []


async def test_frame_may_end_amid_a_character(authority: Authority) -> None:
    text = "aü".encode()
    async with Bench(authority=authority) as bench:
        browser, server = await opened(bench)
        # The first frame ends amid the second character.
        await server.send(b"\x01\x02" + text[:2])
        await server.send(b"\x80\x01" + text[2:])
        (one, begin), (two, rest) = [await read_frame(browser) for _ in range(2)]
        assert (one, two, begin + rest) == (0x01, 0x80, text)


class Fragments(Behaviour):
    def websocket_start(self, flow: HTTPFlow) -> None:
        websockets.treatment(flow).fragment = 3


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("", [(0x81, b"")]),
        ("abc", [(0x81, b"abc")]),
        ("abcdüg", [(0x01, b"abc"), (0x00, b"d\xc3\xbc"), (0x80, b"g")]),
    ],
)
async def test_message_is_cut_into_frames(authority: Authority, text: str, frames: list[tuple[int, bytes]]) -> None:
    async with Bench(Fragments(), authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said(text))
        assert [await read_frame(browser) for _ in frames] == frames


class Slow(Behaviour):
    """Delays what the server says."""

    def websocket_message(self, flow: HTTPFlow) -> None:
        assert flow.websocket is not None
        if flow.websocket.messages[-1].content == b"slow":
            websockets.delay(flow, 0.06)
            websockets.delay(flow, 0.06)


async def test_delayed_message_keeps_its_place_and_is_recorded_as_it_leaves(authority: Authority) -> None:
    async with Bench(Slow(), authority=authority) as bench:
        browser, server = await opened(bench)
        since = watch()
        await server.send(said("slow") + said("quick") + PING)
        await browser.send(masked(said("up")))
        assert await read_frame(server) == (0x81, b"up")
        assert bench.figures("hop1.client", "ws.frame", "text") == ["up"]
        assert [await read_frame(browser) for _ in range(3)] == [(0x81, b"slow"), (0x81, b"quick"), (0x89, b"")]
        assert since() >= 120 - EARLY_MS
        came, left = (
            await bench.seen("hop1.server", "ws.frame", text="slow"),
            await bench.seen("hop1.client", "ws.frame", text="slow"),
        )
        assert left.t_ms - came.t_ms >= 120 - EARLY_MS
        assert bench.figures("hop1.client", "ws.frame", "text") == ["up", "slow", "quick"]


@pytest.mark.parametrize(
    ("how", "code", "last"), [("fin", 1006, b""), ("rst", 1006, None), ("close", 1012, b"\x88\x05\x03\xf4bye")]
)
async def test_hop_ends_the_websocket(authority: Authority, how: str, code: int, last: bytes | None) -> None:
    class Ends(Behaviour):
        async def websocket_message(self, flow: HTTPFlow) -> None:
            await websockets.end(flow, how, code=code, reason="bye")  # type: ignore[arg-type]

    async with Bench(Ends(), authority=authority) as bench:
        browser, server = await opened(bench)
        await server.send(said("o"))
        assert await browser.read(3) == said("o")
        if last is None:
            for wire in (browser, server):
                with pytest.raises(ConnectionResetError):
                    await wire.rest()
        else:
            assert await browser.read(len(last)) == last
            if last:
                assert await read_frame(server) == (last[0], last[2:])
                await browser.send(masked(last))
                await server.send(last)
            assert await browser.rest() == await server.rest() == b""
        await bench.seen("hop1.client", "ws.close", code=code, by="hop")
