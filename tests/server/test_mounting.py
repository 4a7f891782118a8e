"""Endpoints in applications of aiohttp's; that all transports work there is tested in transports/."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web

from lab.server.host import LabServer
from lab.server.mounting import mount
from lab.server.options import ServerOptions
from lab.server.services.echo import Echo

UNLIKE = (b"Server:", b"Date:")
STEPS = [("xhr", b"", b"o\n"), ("xhr_send", b'["a"]', b""), ("xhr", b"", b'a["a"]\n'), ("xhr_send", b"x", None)]


async def until(what: Callable[[], object]) -> None:
    for _ in range(500):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


ASKED = [[], ["Connection: close"], ["Origin: http://a.test", "Access-Control-Request-Headers: x"]]


@pytest.fixture
async def app():
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)

    async def start() -> str:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield app, start
    await runner.cleanup()


@pytest.fixture
async def urls(app):
    options = ServerOptions(cookie=True)
    server = LabServer(options)
    await server.start()
    mount(app[0], "/echo", Echo(), options)
    yield [f"http://127.0.0.1:{server.port}", await app[1]()]
    await server.stop()


@pytest.mark.parametrize("more", ASKED)
@pytest.mark.parametrize("step", range(len(STEPS)))
async def test_answers_are_those_of_the_labs_own_connections(urls, connect, more: list[str], step: int) -> None:
    heads = []
    for url in urls:
        wire = await connect(url)
        for number, (name, body, answered) in enumerate(STEPS[: step + 1]):
            await wire.request("POST", f"/echo/0/s/{name}", *(more if number == step else []), body=body)
            if answered is not None:
                assert await wire.reader.readexactly(len(answered)) == answered
        heads.append({line for line in wire.head.split(b"\r\n") if not line.startswith(UNLIKE)})
        assert b"\r\nDate: " in wire.head
        if more == ["Connection: close"]:
            assert (await wire.rest()).startswith(b"Broken JSON" if step == 3 else b"")
    assert heads[0] == heads[1]


async def test_headers_of_the_application_are_in_every_answer(app, connect, client) -> None:
    async def add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers["X-Mine"] = "1"

    app[0].on_response_prepare.append(add)
    mount(app[0], "/echo", Echo())
    url = await app[1]()
    for name in ("info", "0/s/nothing"):
        async with client.get(f"{url}/echo/{name}") as answer:
            assert answer.headers["X-Mine"] == "1"
    for name in ("xhr", "xhr_streaming"):
        wire = await connect(url)
        await wire.request("POST", f"/echo/0/{name}/{name}")
        assert b"X-Mine: 1" in wire.head
    async with client.ws_connect(url + "/echo/websocket") as ws:
        assert ws._response.headers["X-Mine"] == "1"


async def test_websocket_ends_where_handlers_are_not_cancelled(connect) -> None:
    app = web.Application()
    endpoint = mount(app, "/echo", Echo())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    wire = await connect(f"http://127.0.0.1:{runner.addresses[0][1]}")
    await wire.request(
        *("GET", "/echo/websocket", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
        "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
    )
    assert len(endpoint.sessions) == 1
    wire.writer.transport.abort()
    await until(lambda: not len(endpoint.sessions) and not endpoint._receivers)
    await runner.cleanup()


async def test_http_1_0_is_answered_by_aiohttp(serve, connect) -> None:
    wire = await connect(await serve())
    await wire.request("POST", "/echo/0/s/xhr", http="1.0")
    assert wire.head.startswith(b"HTTP/1.0 200 ")
    assert await wire.rest() == b"o\n"


async def test_message_that_goes_down_with_its_poll_ends_the_session(app, fetch, connect) -> None:
    endpoint = mount(app[0], "/echo", Echo())
    url = await app[1]()
    await fetch("POST", url + "/echo/0/s/xhr")
    wire = await connect(url)
    wire.writer.write(b"POST /echo/0/s/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    session = endpoint.sessions.get("s")
    await until(lambda: session.is_taken)
    receiver = session._machine.receiver
    session.send("lost")
    receiver.abort()
    await until(lambda: not session.is_open)
    assert (await fetch("POST", url + "/echo/0/s/xhr")).text == 'c[1002,"Connection interrupted"]\n'
