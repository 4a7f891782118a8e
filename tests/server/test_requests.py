"""The events of requests and sessions."""

import aiohttp
import pytest

from lab.server import suite
from lab.server.host import LabServer
from lab.server.options import ServerOptions

HERE = {"endpoint": "/echo", "session": "s"}
HERE_TOO = {"endpoint": "/echo", "request": 1}


@pytest.fixture(params=["lab", "aiohttp"])
def skin(request: pytest.FixtureRequest) -> str:
    """Who speaks HTTP: both tell the same."""
    return request.param


async def test_request_and_answer_are_told(serve, fetch, log) -> None:
    url = await serve()
    await fetch("POST", url + "/000/s/xhr?t=1", headers={"X-A": "1"})
    request, frame, opened, response, end = [event for event in log if event.vantage == "server"]
    headers = request.data["headers"]
    assert ["X-A", "1"] in headers
    assert request.data == {
        "request": 1,
        "method": "POST",
        "path": "/echo/000/s/xhr?t=1",
        "http": "1.1",
        "headers": headers,
        "upgrade": False,
        "endpoint": "/echo",
        "session": "s",
        "transport": "xhr",
    }
    assert (frame.kind, frame.data) == ("frame.out", HERE | {"type": "o", "bytes": 1})
    assert (opened.kind, opened.data) == ("session.open", HERE | {"transport": "xhr"})
    assert (response.kind, response.data["request"], response.data["status"]) == ("response", 1, 200)
    assert ["Content-Length", "2"] in response.data["headers"]
    assert (end.kind, end.data) == ("response.end", HERE_TOO | {"bytes": 2, "why": "done"})


async def test_messages_are_told_and_cut(serve, fetch, log) -> None:
    url = await serve() + "/000/s"
    await fetch("POST", url + "/xhr")
    await fetch("POST", url + "/xhr_send", data=f'["{"☃" * 300}"]')
    told = {event.kind: event.data for event in log if event.kind.startswith("message")}
    assert told["message.in"] == told["message.out"] == HERE | {"text": "☃" * 200, "bytes": 900}


async def test_websocket_handshake_is_told(serve, client, log) -> None:
    async with client.ws_connect(await serve() + "/000/s/websocket"):
        pass
    end = await log.wait_for(lambda event: event.kind == "response.end", timeout_s=5)
    assert end.data == HERE_TOO | {"bytes": 0, "why": "done"}
    told = {event.kind: event.data for event in log}
    assert told["request"]["upgrade"] is True
    assert told["response"]["status"] == 101
    assert told["session.close"]["by"] == "client"


async def test_refused_request_is_told(serve, fetch, log) -> None:
    await fetch("GET", await serve() + "/nothing")
    told = {event.kind: event.data for event in log}
    assert "session" not in told["request"]
    assert told["response"]["status"] == 404
    assert told["response.end"]["why"] == "done"


async def test_client_that_leaves_is_told(serve, connect, log) -> None:
    wire = await connect(await serve())
    await wire.request("GET", "/echo/000/s/eventsource")
    await wire.chunk()
    await wire.close()
    end = await log.wait_for(lambda event: event.kind == "response.end", timeout_s=5)
    assert end.data["why"] == "client gone"


async def test_every_event_names_the_endpoint_but_those_of_other_files(log) -> None:
    first, *others = suite.endpoints(ServerOptions())
    server = LabServer(first.options, emit=log.bind("server"), beside=others, files={"/f": ("text/plain", b"")})
    await server.start()
    url = f"http://127.0.0.1:{server.port}"
    async with aiohttp.ClientSession() as client:
        for path in ("/echo/0/same/xhr", "/broadcast/0/same/xhr", "/broadcast/0/same/nothing", "/f"):
            async with client.post(url + path) as answer:
                await answer.read()
        async with client.ws_connect(url + "/close/websocket") as ws:
            await ws.receive()
    await server.stop()
    seen = {(event.kind, event.data.get("endpoint"), event.data.get("session")) for event in log}
    assert {endpoint for _, endpoint, _ in seen} == {"/echo", "/broadcast", "/close", None}
    assert {kind for kind, endpoint, _ in seen if endpoint is None} == {"request", "response", "response.end"}
    for prefix in ("/echo", "/broadcast"):
        assert {kind for kind, endpoint, session in seen if (endpoint, session) == (prefix, "same")} == {
            *("request", "session.open", "frame.out", "session.close"),
        }
