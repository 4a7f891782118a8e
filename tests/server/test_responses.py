"""Receiving over HTTP: what becomes of frames whose connection ends with them."""

import aiohttp
import pytest

from lab.server.host import LabServer
from lab.server.options import ServerOptions


@pytest.fixture
async def server(log):
    server = LabServer(ServerOptions(), emit=log.bind("server"))
    await server.start()
    yield server
    await server.stop()


async def test_message_that_goes_down_with_its_poll_ends_the_session(server, fetch, connect, log) -> None:
    url = f"http://127.0.0.1:{server.port}/echo/0/s"
    await fetch("POST", url + "/xhr")
    wire = await connect(url)
    wire.writer.write(b"POST /echo/0/s/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    await log.wait_for(lambda event: event.kind == "request" and event.data["request"] == 2, timeout_s=5)
    session = server.endpoint.sessions.get("s")
    receiver = session._machine.receiver
    session.send("lost")
    receiver.abort()
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data["by"] == "gone"
    assert (await fetch("POST", url + "/xhr")).text == 'c[1002,"Connection interrupted"]\n'


async def test_no_more_sessions_are_made_than_may_be(serve, fetch, client) -> None:
    url = await serve(session_limit=2)
    for name in ("a", "b"):
        assert (await fetch("POST", f"{url}/0/{name}/xhr")).text == "o\n"
    for path, method in (("xhr", "POST"), ("xhr_streaming", "POST"), ("jsonp?c=x", "GET")):
        assert (await fetch(method, f"{url}/0/c/{path}")).status == 503
    # Those that there are, and websockets, which hold a connection each, go on.
    assert (await fetch("POST", f"{url}/0/a/xhr_send", data='["x"]')).status == 204
    assert (await fetch("POST", f"{url}/0/a/xhr")).text == 'a["x"]\n'
    async with client.ws_connect(f"{url}/0/w/websocket") as ws:
        assert (await ws.receive()).type is aiohttp.WSMsgType.TEXT


async def test_slow_body_is_refused(serve, fetch, connect) -> None:
    url = await serve(body_s=0.05)
    await fetch("POST", f"{url}/0/s/xhr")
    wire = await connect(url)
    wire.writer.write(b'POST /echo/0/s/xhr_send HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n["a')
    head = await wire.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert (await fetch("POST", f"{url}/0/s/xhr_send", data='["b"]')).status == 204
    assert (await fetch("POST", f"{url}/0/s/xhr")).text == 'a["b"]\n'
