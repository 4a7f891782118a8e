"""The lab's own server: files, starting, stopping."""

import asyncio

import pytest
from aiohttp import WSMsgType

from lab.errors import EnvironmentFailure, UsageError
from lab.server.host import LabServer
from lab.server.options import ServerOptions

FILES = {"/lab/page.html": ("text/html; charset=utf-8", b"<p>page</p>")}


async def test_files_are_served_and_not_kept(serve, fetch) -> None:
    origin = (await serve(files=FILES)).removesuffix("/echo")
    for path in ("/lab/page.html", "/lab/page.html?x=1"):
        answer = await fetch("GET", origin + path)
        assert (answer.status, answer.text) == (200, "<p>page</p>")
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/", 404), ("POST", "/lab/page.html", 405)])
async def test_other_requests_are_refused(serve, fetch, method: str, path: str, status: int) -> None:
    origin = (await serve(files=FILES)).removesuffix("/echo")
    assert (await fetch(method, origin + path)).status == status


async def test_all_requests_are_numbered_through(serve, fetch, log) -> None:
    url = await serve(files=FILES)
    await fetch("GET", url.removesuffix("/echo") + "/lab/page.html")
    await fetch("GET", url + "/info")
    requests = [(e.data["request"], e.data["path"]) for e in log if e.kind == "request"]
    assert requests == [(1, "/lab/page.html"), (2, "/echo/info")]


def test_unknown_service_is_refused() -> None:
    with pytest.raises(UsageError, match="'ecoh'"):
        LabServer(service="ecoh")


async def test_taken_port_is_refused_and_nothing_is_left(serve) -> None:
    port = int((await serve()).split(":")[2].split("/")[0])
    server = LabServer()
    with pytest.raises(EnvironmentFailure, match=f"cannot listen on 127.0.0.1:{port}"):
        await server.start(port=port)
    await server.stop()


async def test_stop_tells_every_client_and_frees_the_port(client, connect, log) -> None:
    server = LabServer(emit=log.bind("server"))
    await server.start()
    url = f"http://127.0.0.1:{server.port}"
    ws = await client.ws_connect(url + "/echo/0/w/websocket")
    assert await ws.receive_str() == "o"
    stream, poll = await connect(url), await connect(url)
    await stream.request("POST", "/echo/0/s/xhr_streaming")
    await stream.chunk()
    assert await stream.chunk() == b"o\n"
    await poll.request("POST", "/echo/0/p/xhr")
    assert await poll.reader.readexactly(2) == b"o\n"

    async def last_words() -> tuple[str, object]:
        return await ws.receive_str(), (await ws.receive()).data

    waiting = asyncio.gather(poll.request("POST", "/echo/0/p/xhr"), last_words())
    await log.wait_for(lambda event: event.kind == "request" and event.data["request"] == 4, timeout_s=5)
    await server.stop()
    assert (await waiting)[1] == ('c[3000,"Go away!"]', 3000)
    assert await stream.chunk() == b'c[3000,"Go away!"]\n'
    assert await stream.chunk() == b""
    assert await poll.rest() == b'c[3000,"Go away!"]\n'
    with pytest.raises(OSError, match="Connect call failed"):
        await connect(url)
    again = LabServer()
    await again.start(port=server.port)
    await again.stop()


async def test_stop_does_not_wait_for_clients_that_do_not_answer(connect) -> None:
    server = LabServer(ServerOptions())
    await server.start()
    wire = await connect(f"http://127.0.0.1:{server.port}")
    await wire.request(
        *("GET", "/echo/0/w/websocket", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
        "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
    )
    # Far less than the 2 s that a peer otherwise has to answer a close frame.
    await asyncio.wait_for(server.stop(), 1.5)
    assert (await wire.rest()).startswith(b'\x81\x01o\x81\x12c[3000,"Go away!"]\x88')


async def test_stop_may_be_called_twice_and_before_start() -> None:
    server = LabServer()
    await server.stop()
    await server.start()
    await server.stop()
    await server.stop()


@pytest.mark.parametrize("junk", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nA\x00: b\r\n\r\n"])
async def test_junk_is_refused_in_silence(serve, connect, junk: bytes) -> None:
    wire = await connect(await serve())
    wire.writer.write(junk + b"\r\n\r\n")
    assert b" 400 " in await wire.reader.readline()


async def test_kill_drops_every_connection_without_a_word(client, connect, log) -> None:
    server = LabServer(emit=log.bind("server"))
    await server.start()
    url = f"http://127.0.0.1:{server.port}"
    ws = await client.ws_connect(url + "/echo/0/w/websocket")
    assert await ws.receive_str() == "o"
    stream = await connect(url)
    await stream.request("POST", "/echo/0/s/xhr_streaming")
    await stream.chunk()
    assert await stream.chunk() == b"o\n"
    await server.kill()
    assert await stream.rest() == b""
    assert (await ws.receive()).type in (WSMsgType.CLOSED, WSMsgType.ERROR)
    assert ws.close_code == 1006
    again = LabServer()
    await again.start(port=server.port)
    await again.stop()
