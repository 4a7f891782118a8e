"""Endpoints: URLs, sessions apart, mounting in any application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientWebSocketResponse, web

from lab.server.mounting import mount
from lab.server.service import Service, Session
from lab.server.services.echo import Echo


@asynccontextmanager
async def running(app: web.Application, **options: object) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, **options)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    "path",
    [
        *("/a", "/a.html", "//", "///", "/a/a", "/a/a/", "/a/", "fish"),
        *("///xhr", "/a./a/xhr", "/a/a./xhr", "//xhr", "/a/a/unknown", "/a/a/info", "/info/", "/iframe.htm"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_unknown_url_is_not_found(serve, connect, path: str, method: str) -> None:
    wire = await connect(await serve())
    await wire.request(method, "/echo" + path)
    assert wire.head.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("session", ["/_/_", "/1/1", "/abcdefgh_i-j%20/abcdefg_i-j%20"])
async def test_any_session_id_is_taken(serve, connect, session: str) -> None:
    wire = await connect(await serve())
    await wire.request("POST", f"/echo{session}/xhr")
    assert await wire.reader.readexactly(2) == b"o\n"


async def test_other_methods_are_not_allowed(serve, fetch) -> None:
    url = await serve()
    for path, allow in [("", "GET"), ("/info", "OPTIONS, GET"), ("/iframe.html", "GET"), ("/0/0/jsonp", "GET")]:
        answer = await fetch("PUT", url + path)
        assert (answer.status, answer.headers["Allow"], answer.text) == (405, allow, "")


@pytest.mark.parametrize("prefix", ["echo", "/echo/", "/"])
def test_mount_refuses_prefix(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        mount(web.Application(), prefix, Echo())


@pytest.mark.parametrize("prefix", ["", "/a/b/c/echo"])
async def test_mount_takes_other_prefixes(fetch, prefix: str) -> None:
    app = web.Application()
    mount(app, prefix, Echo())
    async with running(app) as url:
        assert (await fetch("GET", url + prefix + "/")).text == "Welcome to SockJS!\n"
        assert (await fetch("POST", url + prefix + "/0/s/xhr")).text == "o\n"


async def test_endpoints_of_one_application_share_no_sessions(fetch) -> None:
    app = web.Application()
    mount(app, "/one", Echo())
    mount(app, "/other", Echo())
    async with running(app) as url:
        await fetch("POST", url + "/one/0/s/xhr")
        assert (await fetch("POST", url + "/other/0/s/xhr_send", data='["x"]')).status == 404


async def test_gone_client_is_noticed_without_cancellation(connect, monkeypatch) -> None:
    monkeypatch.setattr("lab.server.mounting.WATCH_S", 0.01)
    closed = asyncio.Event()

    class Watched(Service):
        def on_close(self, session: Session, code: int, reason: str) -> None:
            closed.set()

    app = web.Application()
    endpoint = mount(app, "/echo", Watched())
    async with running(app) as url:
        wire = await connect(url)
        await wire.request("POST", "/echo/0/s/xhr_streaming")
        await wire.chunk()
        await wire.close()
        async with asyncio.timeout(5):
            await closed.wait()
    assert not endpoint._receivers


async def test_shutdown_of_the_application_closes_sessions(client) -> None:
    app = web.Application()
    mount(app, "/echo", Echo())
    async with running(app) as url:
        ws = await client.ws_connect(url + "/echo/0/s/websocket")
        assert await ws.receive_str() == "o"
        reading = asyncio.gather(_two(ws))
    assert await reading == [('c[3000,"Go away!"]', 3000)]


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize("method", ["on_open", "on_message", "on_close"])
async def test_failing_service_closes_its_session_only(fetch, caplog, method: str) -> None:
    class Failing(Echo):
        pass

    def fail(*_: object) -> None:
        raise RuntimeError("as the test wants it")

    setattr(Failing, method, fail)
    app = web.Application()
    mount(app, "/echo", Failing())
    # The application's shutdown closes the session, if nothing did before.
    async with running(app) as url:
        await fetch("POST", url + "/echo/0/s/xhr")
        if method != "on_close":
            await fetch("POST", url + "/echo/0/s/xhr_send", data='["x"]')
            assert (await fetch("POST", url + "/echo/0/s/xhr")).text == 'c[1011,"Service failed"]\n'
    assert "as the test wants it" in caplog.text


async def _two(ws: ClientWebSocketResponse) -> tuple[object, object]:
    return await ws.receive_str(), (await ws.receive()).data


async def test_service_may_send_and_close_at_any_time(client) -> None:
    class Talkative(Service):
        def on_open(self, session: Session) -> None:
            assert session.transport == "websocket"
            session.send("welcome")

        def on_message(self, session: Session, text: str) -> None:
            session.send("bye")
            session.close(4000, "done")
            session.send("lost")

        def on_close(self, session: Session, code: int, reason: str) -> None:
            closed.append((code, reason))
            session.send("lost too")
            session.close()

    closed: list[tuple[int, str]] = []
    app = web.Application()
    mount(app, "/talk", Talkative())
    async with running(app) as url, client.ws_connect(url + "/talk/0/s/websocket") as ws:
        assert [await ws.receive_str() for _ in range(2)] == ["o", 'a["welcome"]']
        await ws.send_json(["x", "never seen"])
        assert [await ws.receive_str() for _ in range(2)] == ['a["bye"]', 'c[4000,"done"]']
        assert (await ws.receive()).data == 4000
    assert closed == [(4000, "done")]
