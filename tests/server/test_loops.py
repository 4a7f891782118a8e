"""The event loop that a server runs on."""

import asyncio
import sys

import aiohttp
import pytest

from lab.server import loops
from lab.server.host import LabServer


def test_asyncio_serves_where_there_is_no_other(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loops.factory() is None


def test_every_transport_works_on_uvloop() -> None:
    pytest.importorskip("uvloop")

    async def talk() -> list[str]:
        server = LabServer()
        await server.start()
        url = f"http://127.0.0.1:{server.port}/echo/0"
        try:
            async with aiohttp.ClientSession() as client:
                async with client.ws_connect(url + "/w/websocket") as ws:
                    got = [await ws.receive_str()]
                    await ws.send_str('["a"]')
                    got.append(await ws.receive_str())
                for body in ("", '["b"]', ""):
                    name = "xhr_send" if body else "xhr"
                    async with client.post(f"{url}/p/{name}", data=body) as answer:
                        got.append(await answer.text())
            return got
        finally:
            await server.stop()

    with asyncio.Runner(loop_factory=loops.factory()) as runner:
        assert runner.run(talk()) == ["o", 'a["a"]', "o\n", "", 'a["b"]\n']


@pytest.mark.parametrize("name", ["asyncio", "uvloop"])
@pytest.mark.parametrize("path", ["xhr", "xhr_streaming"])
def test_clients_that_go_at_any_time_leave_nothing_in_the_log(name: str, path: str) -> None:
    factory = loops.factory() if name == "uvloop" else None

    async def play() -> None:
        server = LabServer()
        await server.start()
        try:
            for number in range(30):
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
                head = f"POST /echo/0/s{number}/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()
                send = f"POST /echo/0/s{number}/xhr_send HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n".encode()
                _, other = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(head * 2)
                for _ in range(number % 7):
                    await asyncio.sleep(0)
                other.write(send + b'["a"]')
                session = server.endpoint.sessions.get(f"s{number}")
                if session is not None:
                    session.send("b")
                    receiver = session._machine.receiver
                    if receiver is not None and number % 2:
                        receiver.transport.close()
                writer.transport.abort()
                other.transport.abort()
        finally:
            await server.stop()

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(play())
