import asyncio

import pytest
from mitmproxy.http import HTTPFlow

from lab.network import connections
from lab.network.authority import Authority
from lab.network.behaviour import Behaviour
from lab.network.testing import Bench

REQUEST = "GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n"


class Waits(Behaviour):
    """Waits for the client's end, and says that it came."""

    async def requestheaders(self, flow: HTTPFlow) -> None:
        self.did(flow, "waits")
        assert await connections.held(flow.client_conn) == "gone"
        self.did(flow, "saw it go")
        assert await connections.held(flow.client_conn) == "gone"
        self.did(flow, "did not wait for one that is gone")
        connections.abandon(flow)


class ResetsStream(Behaviour):
    """Resets the connection when the response begins."""

    def responseheaders(self, flow: HTTPFlow) -> None:
        connections.reset(flow.client_conn)
        connections.reset(flow.client_conn)


async def test_held_waits_for_the_client(authority: Authority) -> None:
    async with Bench(Waits(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        await bench.seen("hop1", "behaviour", did="waits")
        await browser.close()
        await bench.seen("hop1", "behaviour", did="did not wait for one that is gone")
        assert not bench.reached


async def test_reset_reaches_client_and_server(authority: Authority) -> None:
    async with Bench(ResetsStream(), authority=authority) as bench:
        browser = await bench.connect()
        await browser.send(REQUEST)
        server = await bench.accept()
        await server.head()
        await server.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            await browser.rest()
        assert await asyncio.wait_for(server.rest(), 5) == b""
