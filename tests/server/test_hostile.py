"""Hostile input: an exact answer, nothing in the log, other sessions undisturbed, nothing left behind."""

import asyncio
import gc
import gzip

import aiohttp
import pytest

from lab.events import ignore
from lab.server.host import LabServer
from lab.server.options import ServerOptions
from lab.server.receivers import LiveReceiver
from lab.server.service import Service
from lab.server.sessions import Sessions
from lab.sockjs.session import Settings

POST = "POST /echo/0/h/xhr_send HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture
async def server():
    server = LabServer(ServerOptions(message_limit=100_000, disconnect_delay_s=60))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def url(server, fetch):
    """An endpoint at which two sessions are open: ``h`` is misused, ``other`` has to go on."""
    url = f"http://127.0.0.1:{server.port}/echo/0"
    for name in ("h", "other"):
        assert (await fetch("POST", f"{url}/{name}/xhr")).text == "o\n"
    yield url
    assert (await fetch("POST", f"{url}/other/xhr_send", data='["on"]')).status == 204
    assert (await fetch("POST", f"{url}/other/xhr")).text == 'a["on"]\n'


async def answer(wire, data: bytes) -> bytes:
    wire.writer.write(data)
    async with asyncio.timeout(5):
        return await wire.reader.readline()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'["\xff"]', "Broken JSON encoding."),
        (b'["\xed\xa0\x80"]', "Broken JSON encoding."),
        (b'["\xc0\x80"]', "Broken JSON encoding."),
        (b"[" * 90_000, "Broken JSON encoding."),
        (b'{"a":' * 15_000, "Broken JSON encoding."),
        (b"[" * 40_000 + b"]" * 40_000, None),
        (b"[" + b"9" * 90_000 + b"]", None),
        (b"[1e999999]", "Payload expected."),
        (b'["a"] junk', "Broken JSON encoding."),
        (b'\xef\xbb\xbf["a"]', "Broken JSON encoding."),
        ('["a"]'.encode("utf-16"), "Broken JSON encoding."),
        (b"\x00" * 1000, "Broken JSON encoding."),
        (b'["a\nb"]', "Broken JSON encoding."),
    ],
)
async def test_bad_json_is_refused(fetch, url, body: bytes, text: str | None) -> None:
    answer = await fetch("POST", url + "/h/xhr_send", data=body)
    assert answer.status == 500
    assert answer.text == text or (text is None and answer.text in ("Broken JSON encoding.", "Payload expected."))


@pytest.mark.parametrize("body", ["[" * 90_000, '["\\', '{"a":' * 15_000, "[1,2", "nul"])
async def test_bad_json_on_a_websocket_closes_it(client, url, body: str) -> None:
    async with client.ws_connect(url + "/w/websocket") as ws:
        await ws.receive()
        await ws.send_str(body)
        end = await ws.receive()
        assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 3000)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1009),
        (b"\xf1\x80\0\0\0\0", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x80\x80\0\0\0\0", 1002),
        (b"\x89\xfe\x01\x00\0\0\0\0", 1002),
        (b"\x01\x81\0\0\0\0a\x81\x81\0\0\0\0b", 1002),
    ],
)
async def test_broken_websocket_frame_closes_with_its_code(connect, url, frame: bytes, code: int) -> None:
    wire = await connect(url)
    await wire.request(
        "GET",
        "/echo/0/w/websocket",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
    )
    assert await wire.reader.readexactly(3) == b"\x81\x01o"
    wire.writer.write(frame)
    close = await wire.rest()
    assert close[0] == 0x88
    assert int.from_bytes(close[2:4], "big") == code


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET /echo/info HTTP/1.1\r\nHost: x\r\n" + "".join(f"X-{n}: y\r\n" for n in range(1000)), 400),
        ("GET /echo/info HTTP/1.1\r\nHost: x\r\nX: " + "y" * 20_000 + "\r\n", 400),
        ("GET /echo/info HTTP/1.1\r\nHost: x\r\nX: " + "y" * 200_000 + "\r\n", 400),
        ("GET /" + "x" * 20_000 + " HTTP/1.1\r\nHost: x\r\n", 400),
        ("GET /echo/info HTTP/1.1\r\nHost: x\r\nno colon\r\n", 400),
        (POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400),
        (POST + "Content-Length: -3\r\n", 400),
        (POST + "Content-Length: 100001\r\n", 413),
    ],
)
async def test_bad_head_is_refused(connect, url, head: str, status: int) -> None:
    wire = await connect(url)
    first = await answer(wire, head.encode() + b"\r\n")
    assert first.split(b" ")[1] == str(status).encode()


async def test_body_that_grows_too_large_is_refused(connect, url) -> None:
    wire = await connect(url)
    wire.writer.write((POST + "Transfer-Encoding: chunked\r\n\r\n").encode())
    first = await answer(wire, b"c350\r\n" + b"x" * 50_000 + b"\r\nc351\r\n" + b"x" * 50_001 + b"\r\n")
    assert first.split(b" ")[1] == b"413"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"junk", 400), (b"\x1f\x8b" + b"junk" * 100, 400), (gzip.compress(b" " * 200_000), 413), (b"", 500)],
    ids=["junk", "head", "bomb", "empty"],
)
async def test_body_that_cannot_be_unpacked_is_refused(fetch, url, body: bytes, status: int) -> None:
    answer = await fetch("POST", url + "/h/xhr_send", data=body, headers={"Content-Encoding": "gzip"})
    assert answer.status == status


async def test_too_many_messages_at_once_are_refused(client, fetch, url) -> None:
    body = "[" + ",".join(['""'] * 50_001) + "]"
    assert (await fetch("POST", url + "/h/xhr_send", data=body[:-4] + "]")).status == 413
    async with client.ws_connect(url + "/w/websocket") as ws:
        await ws.receive()
        await ws.send_str(body)
        assert (await ws.receive()).data == 1009


async def test_empty_messages_do_not_wait_without_end(fetch, url) -> None:
    body = "[" + ",".join(['""'] * 30_000) + "]"
    for _ in range(100):
        if (await fetch("POST", url + "/h/xhr_send", data=body)).status != 204:
            break
    assert (await fetch("POST", url + "/h/xhr")).text == 'c[1013,"Too many messages waiting"]\n'


@pytest.mark.parametrize("name", ["htmlfile", "jsonp"])
@pytest.mark.parametrize(
    "callback",
    [
        "alert(1)//",
        "</script><script>alert(1)</script>",
        "a;b",
        "a b",
        "a\nb",
        "a\u2028b",
        "a[0]",
        "..",
        ".a",
        "a.",
        "1a",
        "\u00e9",
        "a" * 129,
    ],
)
async def test_callback_with_script_in_it_is_refused(fetch, url, name: str, callback: str) -> None:
    answer = await fetch("GET", f"{url}/c/{name}", params={"c": callback})
    assert (answer.status, answer.text) == (500, 'invalid "callback" parameter')


async def test_many_half_open_connections_leave_nothing_behind(server, url, connect) -> None:
    wires = [await connect(url) for _ in range(300)]
    for at, wire in enumerate(wires):
        wire.writer.write(b"POST /echo/0/x HTTP/1.1\r\nHo"[: at % 30])
    for wire in wires:
        wire.writer.transport.abort()
    for _ in range(500):
        if len(server._counter.open) == 1:
            break
        await asyncio.sleep(0.01)
    # That of the client that opened the sessions.
    assert len(server._counter.open) == 1


async def test_many_half_open_sessions_are_bounded_and_end() -> None:
    class Counting(Service):
        left = 10_000

        def on_close(self, session, code, reason) -> None:
            self.left -= 1
            if not self.left:
                over.set()

    class Nobody(LiveReceiver):
        def push(self, data) -> None: ...

        def finish(self, end) -> None: ...

    over = asyncio.Event()
    sessions = Sessions(Counting(), Settings(disconnect_delay_s=0.01), ignore, limit=10_000)
    for number in range(10_000):
        assert sessions.has_room(str(number))
        sessions.find(str(number), "xhr").attach(Nobody(None, limit=1))
    assert not sessions.has_room("one more")
    assert sessions.has_room("9999")
    async with asyncio.timeout(30):
        await over.wait()
    assert not len(sessions)
    gc.collect()
    assert not [thing for thing in gc.get_objects() if type(thing).__name__ == "LiveSession"]
