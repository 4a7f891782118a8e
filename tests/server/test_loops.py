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
