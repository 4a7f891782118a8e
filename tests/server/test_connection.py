"""The lab's own connections: requests in any pieces, answers in order, and what becomes of frames that are lost."""

import asyncio

import aiohttp
import pytest

from lab.server import connection
from lab.server.host import LabServer
from lab.server.options import ServerOptions

POLL = b"POST /echo/0/s/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
SEND = b'POST /echo/0/s/xhr_send HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n["a"]'
INFO = b"GET /echo/info HTTP/1.1\r\nHost: x\r\n\r\n"
GREETING = b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
async def server(log):
    server = LabServer(ServerOptions(), emit=log.bind("server"))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def url(server) -> str:
    return f"http://127.0.0.1:{server.port}"


async def answer(wire) -> tuple[bytes, bytes]:
    """Status and body of the next answer."""
    async with asyncio.timeout(5):
        head = await wire.reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0] or 0)
        return head[9:12], await wire.reader.readexactly(size)


DIALOGUE = [(b"200", b"o\n"), (b"204", b""), (b"200", b'a["a"]\n'), (b"200", b"Welcome to SockJS!\n")]


@pytest.mark.parametrize("size", [1, 2, 7, 61, 10_000])
async def test_requests_in_any_pieces_are_answered_in_order(url, connect, size: int) -> None:
    wire = await connect(url)
    data = POLL + SEND + POLL + GREETING
    for at in range(0, len(data), size):
        wire.writer.write(data[at : at + size])
        await asyncio.sleep(0)
    assert [await answer(wire) for _ in DIALOGUE] == DIALOGUE


async def test_requests_behind_a_waiting_poll_wait_too(server, url, connect, fetch) -> None:
    wire = await connect(url)
    wire.writer.write(POLL + POLL + GREETING)
    assert await answer(wire) == (b"200", b"o\n")
    await fetch("POST", url + "/echo/0/s/xhr_send", data='["b"]')
    assert await answer(wire) == (b"200", b'a["b"]\n')
    assert (await answer(wire))[1] == b"Welcome to SockJS!\n"


async def test_requests_behind_a_waiting_poll_are_not_kept_without_end(server, url, connect) -> None:
    wire = await connect(url)
    wire.writer.write(POLL + POLL)
    assert await answer(wire) == (b"200", b"o\n")
    wire.writer.write(INFO * 50_000)
    for _ in range(100):
        await asyncio.sleep(0)
    (kept,) = [each for each in server._counter.open if each._receiver]
    assert 0 < len(kept._data) < 2_000_000
    server.endpoint.sessions.get("s").send("x")
    assert (await answer(wire))[1] == b'a["x"]\n'
    for _ in range(5_000):
        assert (await answer(wire))[0] == b"200"


async def test_peer_that_reads_no_answers_is_served_no_more(server, url, connect) -> None:
    wire = await connect(url)
    wire.writer.transport.pause_reading()
    wire.writer.write(b"GET /echo/iframe.html HTTP/1.1\r\nHost: x\r\n\r\n" * 20_000)
    for _ in range(500):
        await asyncio.sleep(0)
        (kept,) = server._counter.open
        if kept._held:
            break
    assert kept._held
    assert kept.transport.get_write_buffer_size() < 1_000_000
    wire.writer.transport.resume_reading()
    for _ in range(20_000):
        await wire.reader.readuntil(b"</html>")


async def test_repeated_head_is_answered_anew(url, connect, client) -> None:
    wire = await connect(url)
    answers = set()
    for _ in range(3):
        wire.writer.write(INFO)
        answers.add((await answer(wire))[1])
    assert len(answers) == 3


async def test_body_that_is_not_looked_at_is_skipped(url, connect) -> None:
    wire = await connect(url)
    wire.writer.write(b"POST /echo/0/s/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n" + POLL[:40] + GREETING)
    assert [await answer(wire), await answer(wire)] == [DIALOGUE[0], DIALOGUE[3]]


@pytest.mark.parametrize("line", [b"Connection: close", b"connection: x, CLOSE"])
async def test_connection_ends_where_asked(url, connect, line: bytes) -> None:
    wire = await connect(url)
    wire.writer.write(POLL.replace(b"Host: x", line + b"\r\nHost: x") + GREETING)
    head, _, body = (await wire.rest()).partition(b"\r\n\r\n")
    assert b"\r\nConnection: close" in head
    assert body == b"o\n"


async def test_connection_goes_on_with_aiohttp_and_all_that_follows(url, connect) -> None:
    wire = await connect(url)
    wire.writer.write(POLL + SEND.replace(b"Content-Length: 5\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n5\r\n"))
    wire.writer.write(b"\r\n0\r\n\r\n" + POLL + GREETING)
    assert [await answer(wire) for _ in DIALOGUE] == DIALOGUE


async def test_expectation_is_met(url, connect) -> None:
    wire = await connect(url)
    wire.writer.write(POLL + SEND[:-5].replace(b"Host", b"Expect: 100-continue\r\nHost"))
    assert await answer(wire) == (b"200", b"o\n")
    assert await answer(wire) == (b"100", b"")
    wire.writer.write(b'["a"]')
    assert await answer(wire) == (b"204", b"")


async def test_offer_of_another_protocol_is_passed_over(url, connect) -> None:
    wire = await connect(url)
    wire.writer.write(GREETING.replace(b"Host", b"Connection: Upgrade\r\nUpgrade: h2c\r\nHost") + GREETING)
    assert [await answer(wire), await answer(wire)] == [DIALOGUE[3]] * 2


async def test_frames_behind_the_handshake_are_read(url, connect) -> None:
    wire = await connect(url)
    wire.writer.write(
        b"GET /echo/0/w/websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
        b'\x81\x85\0\0\0\0["a"]'
    )
    async with asyncio.timeout(5):
        assert b" 101 " in await wire.reader.readuntil(b"\r\n\r\n")
        assert await wire.reader.readexactly(11) == b'\x81\x01o\x81\x06a["a"]'


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"", b""), (INFO[:20], b"HTTP/1.1 408 "), (GREETING + INFO[:20], b"HTTP/1.1 408 "), (GREETING, b"")],
)
async def test_half_a_head_is_answered_and_dropped(serve, connect, monkeypatch, sent: bytes, status: bytes) -> None:
    monkeypatch.setattr(connection, "IDLE_S", 0.05)
    monkeypatch.setattr(connection, "HEADER_S", 0.05)
    wire = await connect(await serve())
    wire.writer.write(sent)
    if sent.startswith(GREETING):
        assert await answer(wire) == DIALOGUE[3]
    assert (await wire.rest()).startswith(status)


async def test_slow_body_is_refused(serve, fetch, connect) -> None:
    url = await serve(body_s=0.05)
    await fetch("POST", f"{url}/0/s/xhr")
    wire = await connect(url)
    wire.writer.write(SEND[:-2])
    assert await answer(wire) == (b"408", b"")
    assert await wire.rest() == b""
    assert (await fetch("POST", f"{url}/0/s/xhr_send", data='["b"]')).status == 204
    assert (await fetch("POST", f"{url}/0/s/xhr")).text == 'a["b"]\n'


async def test_message_that_goes_down_with_its_poll_ends_the_session(server, url, fetch, connect, log) -> None:
    await fetch("POST", url + "/echo/0/s/xhr")
    wire = await connect(url)
    wire.writer.write(POLL)
    await log.wait_for(lambda event: event.kind == "request" and event.data["request"] == 2, timeout_s=5)
    session = server.endpoint.sessions.get("s")
    receiver = session._machine.receiver
    receiver.abort()
    session.send("lost")
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data["by"] == "gone"
    ended = await log.wait_for(lambda e: e.kind == "response.end" and e.data["request"] == 2, timeout_s=5)
    assert ended.data == {"endpoint": "/echo", "request": 2, "bytes": 0, "why": "client gone"}
    assert (await fetch("POST", url + "/echo/0/s/xhr")).text == 'c[1002,"Connection interrupted"]\n'


async def test_last_frames_that_nobody_reads_end_the_connection(serve, connect, log, monkeypatch) -> None:
    monkeypatch.setattr(connection, "LAST_WRITES_S", 0.05)
    url = await serve("amplify", response_limit=20_000_000)
    wire, other = await connect(url), await connect(url)
    await wire.request("POST", "/echo/0/s/xhr_streaming")
    wire.writer.transport.pause_reading()
    # 2^18 bytes each, more than what the kernel takes.
    await other.request("POST", "/echo/0/s/xhr_send", body=b"[" + b",".join([b'"18"'] * 100) + b"]")
    ended = await log.wait_for(lambda e: e.kind == "response.end" and e.data["request"] == 1, timeout_s=5)
    assert ended.data["why"] == "client gone"
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data["by"] in ("gone", "server")


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
