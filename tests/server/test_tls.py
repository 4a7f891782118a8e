"""The server over TLS, with today's websocket and that of draft 76."""

import asyncio
import ssl

import aiohttp
import pytest

from lab.network.authority import Authority
from lab.server.host import LabServer
from lab.server.options import ServerOptions


@pytest.fixture
async def server(tmp_path):
    server = LabServer(ServerOptions(cookie=True))
    await server.start(ssl_context=Authority(tmp_path).server_context(["server.test"]))
    yield server
    await server.stop()


@pytest.fixture
def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def test_sessions_open_over_tls(server, trusting) -> None:
    url = f"https://127.0.0.1:{server.port}/echo"
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with aiohttp.ClientSession(connector=connector) as client:
        async with client.post(url + "/0/s/xhr") as answer:
            assert await answer.text() == "o\n"
            assert answer.headers["Set-Cookie"] == "JSESSIONID=dummy; Path=/; SameSite=None; Secure"
        async with client.ws_connect(url + "/0/w/websocket") as ws:
            assert await ws.receive_str() == "o"
            await ws.send_str('["a"]')
            assert await ws.receive_str() == 'a["a"]'


async def test_draft_76_names_a_secure_location(server, trusting) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=trusting)
    writer.write(
        b"GET /echo/0/h/websocket HTTP/1.1\r\nHost: server.test\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"
        b"Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n\r\n^n:ds[4U"
    )
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"\r\nSec-WebSocket-Location: wss://server.test/echo/0/h/websocket\r\n" in head
        assert await reader.readexactly(19) == b"8jKS'y:G*Co,Wxa-\x00o\xff"
    writer.transport.abort()
