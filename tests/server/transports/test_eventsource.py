"""eventsource, chunk by chunk."""

import json
from urllib.parse import unquote

from lab.server.dialects import DIALECTS

PATH = "/echo/000/s/eventsource"


async def test_stream_carries_events(serve, connect, fetch) -> None:
    url = await serve()
    wire = await connect(url)
    await wire.request("GET", PATH)
    head = wire.head.decode()
    assert "Content-Type: text/event-stream\r\n" in head
    assert f"Cache-Control: {DIALECTS['current'].not_cached}\r\n" in head
    assert await wire.chunk() == b"\r\n"
    assert await wire.chunk() == b"data: o\r\n\r\n"
    await fetch("POST", url + "/000/s/xhr_send", data=r'["  \u0000\n\r "]')
    assert await wire.chunk() == b'data: a["  \\u0000\\n\\r "]\r\n\r\n'


async def test_percent_signs_survive_that_the_client_decodes_events(serve, connect, fetch) -> None:
    url = await serve()
    wire = await connect(url)
    await wire.request("GET", PATH)
    await wire.chunk()
    await wire.chunk()
    await fetch("POST", url + "/000/s/xhr_send", data='["50% of %41, %"]')
    event = await wire.chunk()
    assert event == b'data: a["50%25 of %2541, %25"]\r\n\r\n'
    assert unquote(event.decode()) == 'data: a["50% of %41, %"]\r\n\r\n'


async def test_stream_ends_at_response_limit(serve, connect, fetch) -> None:
    url = await serve(response_limit=4096)
    wire = await connect(url)
    await wire.request("GET", PATH)
    await wire.chunk()
    await wire.chunk()
    message = json.dumps(["x" * 4096])
    await fetch("POST", url + "/000/s/xhr_send", data=message)
    assert await wire.chunk() == f"data: a{message}\r\n\r\n".encode()
    assert await wire.chunk() == b""


async def test_post_is_not_allowed(serve, fetch) -> None:
    answer = await fetch("POST", await serve() + "/000/s/eventsource")
    assert (answer.status, answer.headers["Allow"]) == (405, "OPTIONS, GET")
