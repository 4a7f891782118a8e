import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.host import Proxy
from lab.network.live import LiveLines
from lab.network.master import TlsSettings
from lab.network.parent import Refused, ask_connect, ask_socks
from lab.network.route import Route
from lab.network.testing import Wire
from lab.network.tunnels import LiveRecorder, reason
from lab.network.witness import PATIENCE_S

ASK = {"regular": ask_connect, "socks5": ask_socks}
WHAT = {"regular": "CONNECT", "socks5": "SOCKS"}


class Stand:
    """A hop between a client and a server that speak no HTTP, and what it shows."""

    def __init__(self, mode: str, authority: Authority, behaviours: list[Behaviour]) -> None:
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self.live = LiveLines(self.lines.put_nowait)
        self.recorder = LiveRecorder(self.live)
        self.mode = mode
        self.port = 0
        self.proxy = Proxy(
            mode,
            recorder=self.recorder,
            tls=TlsSettings(authority),
            route=Route(tunnel=True),
            behaviours=behaviours,
            connects_first=True,
        )
        self.accepted: asyncio.Queue[Wire] = asyncio.Queue()

    async def opened(self) -> tuple[Wire, Wire]:
        """Both ends of a tunnel."""
        streams = await asyncio.open_connection("127.0.0.1", self.proxy.port)
        await ASK[self.mode](streams, ("127.0.0.1", self.port))
        return Wire(*streams), await self.accepted.get()

    async def line(self) -> str:
        """The next line, without the time that it names."""
        return (await asyncio.wait_for(self.lines.get(), PATIENCE_S)).rpartition(" (")[0]


@contextlib.asynccontextmanager
async def standing(mode: str, authority: Authority, *behaviours: Behaviour) -> AsyncIterator[Stand]:
    stand = Stand(mode, authority, list(behaviours))
    server = await asyncio.start_server(lambda *streams: stand.accepted.put_nowait(Wire(*streams)), "127.0.0.1", 0)
    stand.port = server.sockets[0].getsockname()[1]
    await stand.proxy.start()
    try:
        yield stand
    finally:
        await stand.proxy.stop()
        server.close()


@pytest.mark.parametrize("mode", ["regular", "socks5"])
async def test_tunnel_is_told_at_both_its_ends(mode: str, authority: Authority) -> None:
    async with standing(mode, authority) as stand:
        what = f"   1 {WHAT[mode]} 127.0.0.1:{stand.port} -> "
        client, server = await stand.opened()
        assert await stand.line() == what + ("200" if mode == "regular" else "connected")
        await client.send(b"\x00hello")
        assert await server.read(6) == b"\x00hello"
        await server.send(b"\x00" * 10)
        await client.read(10)
        await server.close()
        await client.close()
        assert await stand.line() == what + "ended by the server: 6 bytes up, 10 down"
        stand.recorder.tell_open()
        assert stand.lines.empty()


@pytest.mark.parametrize("mode", ["regular", "socks5"])
async def test_tunnel_to_nowhere_is_refused_with_the_reason(mode: str, authority: Authority) -> None:
    async with standing(mode, authority) as stand:
        streams = await asyncio.open_connection("127.0.0.1", stand.proxy.port)
        with pytest.raises(Refused):
            await ASK[mode](streams, ("127.0.0.1", 1))
        streams[1].close()
        assert await stand.line() == f"   1 {WHAT[mode]} 127.0.0.1:1 -> not connected: Connection refused"


@pytest.mark.parametrize("mode", ["regular", "socks5"])
async def test_tunnel_that_is_open_when_the_hop_stops_is_told(mode: str, authority: Authority) -> None:
    async with standing(mode, authority) as stand:
        client, server = await stand.opened()
        await client.send(b"\x00hello")
        await server.read(6)
        await stand.line()
        await stand.proxy.stop()
        assert stand.lines.empty()
        stand.recorder.tell_open()
        assert await stand.line() == f"   1 {WHAT[mode]} 127.0.0.1:{stand.port} -> still open: 6 bytes up, 0 down"
        for end in (client, server):
            await end.close()


class Forbids(Behaviour):
    """Answers a CONNECT."""

    def http_connect(self, flow: object) -> None:
        from mitmproxy.http import HTTPFlow, Response

        assert isinstance(flow, HTTPFlow)
        flow.response = Response.make(403)


async def test_tunnel_that_is_forbidden_has_no_end(authority: Authority) -> None:
    async with standing("regular", authority, Forbids()) as stand:
        streams = await asyncio.open_connection("127.0.0.1", stand.proxy.port)
        with pytest.raises(Refused):
            await ask_connect(streams, ("127.0.0.1", stand.port))
        await Wire(*streams).close()
        await stand.proxy.stop()
        stand.recorder.tell_open()
        assert await stand.line() == f"   1 CONNECT 127.0.0.1:{stand.port} -> 403"
        assert stand.lines.empty()


async def test_requests_that_can_be_read_are_no_tunnel(authority: Authority) -> None:
    async with standing("socks5", authority) as stand:
        client, server = await stand.opened()
        await stand.line()
        await client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
        await server.head()
        await server.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await client.head()
        await client.rest()
        await client.close()
        await server.close()
        assert await stand.line() == "   2 GET http://h/x -> 204"
        await stand.proxy.stop()
        stand.recorder.tell_open()
        assert stand.lines.empty()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("[Errno 111] Connect call failed ('127.0.0.1', 1)", "Connection refused"),
        ("[Errno -2] Name or service not known", "Name or service not known"),
        ("the next proxy answered 502", "the next proxy answered 502"),
    ],
)
def test_reason_is_told_without_pythons_words(error: str, expected: str) -> None:
    assert reason(error) == expected
