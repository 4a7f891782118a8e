"""xhr-streaming, chunk by chunk."""

import json

from lab.server.dialects import DIALECTS

PATH = "/echo/000/s/xhr_streaming"
PRELUDE = b"h" * 2048 + b"\n"


async def test_stream_begins_with_prelude_and_open_frame(serve, connect) -> None:
    wire = await connect(await serve())
    await wire.request("POST", PATH)
    head = wire.head.decode()
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert "Content-Type: application/javascript; charset=UTF-8\r\n" in head
    assert f"Cache-Control: {DIALECTS['current'].not_cached}\r\n" in head
    assert "Content-Length" not in head
    assert await wire.chunk() == PRELUDE
    assert await wire.chunk() == b"o\n"


async def test_stream_carries_echo(serve, connect, fetch) -> None:
    url = await serve()
    wire = await connect(url)
    await wire.request("POST", PATH)
    await wire.chunk()
    await wire.chunk()
    await fetch("POST", url + "/000/s/xhr_send", data='["x","y"]')
    assert await wire.chunk() == b'a["x"]\n'
    assert await wire.chunk() == b'a["y"]\n'


async def test_stream_ends_at_response_limit(serve, connect, fetch, log) -> None:
    url = await serve(response_limit=4096)
    wire = await connect(url)
    await wire.request("POST", PATH)
    await wire.chunk()
    await wire.chunk()
    message = json.dumps("x" * 128)
    for _ in range(31):
        await fetch("POST", url + "/000/s/xhr_send", data=f"[{message}]")
        assert await wire.chunk() == f"a[{message}]\n".encode()
    assert await wire.chunk() == b""
    ended = await log.wait_for(lambda e: e.kind == "response.end" and e.data["request"] == 1, timeout_s=5)
    assert ended.data == {"endpoint": "/echo", "request": 1, "bytes": 2049 + 2 + 31 * 134, "why": "limit"}
    # The same connection and session go on.
    await wire.request("POST", PATH)
    assert await wire.chunk() == PRELUDE
    await fetch("POST", url + "/000/s/xhr_send", data='["next"]')
    assert await wire.chunk() == b'a["next"]\n'


async def test_close_ends_stream_and_late_ones(serve, connect) -> None:
    url = await serve("close")
    for beginning in ([PRELUDE, b"o\n"], [PRELUDE]):
        wire = await connect(url)
        await wire.request("POST", PATH)
        for expected in [*beginning, b'c[3000,"Go away!"]\n', b""]:
            assert await wire.chunk() == expected


async def test_second_stream_is_turned_away_and_the_aborted_first_ends_session(serve, connect) -> None:
    url = await serve()
    first, second, third = [await connect(url) for _ in range(3)]
    await first.request("POST", PATH)
    await first.chunk()
    await first.chunk()
    await second.request("POST", PATH)
    for expected in [PRELUDE, b'c[2010,"Another connection still open"]\n', b""]:
        assert await second.chunk() == expected
    await first.close()
    await third.request("POST", PATH)
    for expected in [PRELUDE, b'c[1002,"Connection interrupted"]\n', b""]:
        assert await third.chunk() == expected


async def test_silent_stream_gets_heartbeats(serve, connect) -> None:
    wire = await connect(await serve(heartbeat_s=0.05))
    await wire.request("POST", PATH)
    for expected in [PRELUDE, b"o\n", b"h\n", b"h\n"]:
        assert await wire.chunk() == expected


async def test_http_1_0_streams_until_the_connection_ends(serve, connect) -> None:
    wire = await connect(await serve("close"))
    await wire.request("POST", PATH, "Connection: Keep-Alive", http="1.0")
    assert b"Transfer-Encoding" not in wire.head
    assert b"Content-Length" not in wire.head
    assert await wire.rest() == PRELUDE + b'o\nc[3000,"Go away!"]\n'


async def test_client_that_does_not_read_is_dropped(serve, connect, fetch, log) -> None:
    url = await serve(queue_limit=100_000, response_limit=1_000_000_000)
    wire = await connect(url)

    await wire.request("POST", PATH)
    wire.writer.transport.pause_reading()
    body = json.dumps(["x" * 500_000] * 2)
    closed = None
    for _ in range(60):
        assert (await fetch("POST", url + "/000/s/xhr_send", data=body)).status == 204
        closed = next((event for event in log if event.kind == "session.close"), None)
        if closed:
            break
    assert closed is not None
    assert closed.data["code"] == 1013
    ended = await log.wait_for(lambda e: e.kind == "response.end" and e.data["request"] == 1, timeout_s=5)
    assert ended.data["why"] == "client gone"


async def test_client_that_does_not_read_during_a_heartbeat_is_dropped(serve, connect, fetch, log) -> None:
    url = await serve(heartbeat_s=0.3, queue_limit=1_000_000_000, response_limit=1_000_000_000)
    wire = await connect(url)
    await wire.request("POST", PATH)
    wire.writer.transport.pause_reading()
    for _ in range(15):
        await fetch("POST", url + "/000/s/xhr_send", data=json.dumps(["x" * 500_000] * 2))
    closed = await log.wait_for(lambda e: e.kind == "session.close", timeout_s=5)
    assert closed.data["by"] == "gone"
