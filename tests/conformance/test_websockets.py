"""Websockets: handshakes of every version, frames, the raw one."""

import contextlib
import os

import aiohttp
import pytest

KEY = "x3JJHMbDL1EzLkh9GBhXDw=="
ACCEPT = "HSmrc0sMlYUkAGmm5OPpG2HaGWk="
KEYS = {"Sec-WebSocket-Key1": "4 @1  46546xW%0l 1 5", "Sec-WebSocket-Key2": "12998 5 Y3 1  .P00"}
# The current text asks for version 13 alone.
STRICT = pytest.mark.skipif("SOCKJS_URL" in os.environ, reason="the text leaves it open")
UPGRADE = {"Upgrade": "WebSocket", "Connection": "Upgrade"}


async def test_plain_request_is_refused(ask, ours) -> None:
    answer = await ask("GET", "/echo/0/0/websocket")
    # What 0.3.3 says to whom, the current text leaves open.
    assert answer.status == 400
    assert not ours or answer.body == 'Can "Upgrade" only to "WebSocket".'


async def test_rewritten_connection_header_is_refused(ask, ours) -> None:
    answer = await ask("GET", "/echo/0/0/websocket", {"Upgrade": "WebSocket", "Connection": "close"})
    assert answer.status == 400
    assert not ours or answer.body == '"Connection" must be "Upgrade".'


@pytest.mark.parametrize("headers", [UPGRADE, {}])
async def test_post_is_not_allowed(connect, headers) -> None:
    line = await connect()
    await line.ask("POST", "/echo/0/0/websocket", headers)
    assert line.status == 405
    assert line.headers["allow"] == "GET"
    assert "content-type" not in line.headers
    assert line.headers.get("content-length", "0") == "0"


@pytest.mark.parametrize("path", ["/0/0/websocket", "/websocket"])
async def test_disabled_websocket_is_not_found(connect, path: str) -> None:
    line = await connect()
    await line.ask("GET", "/disabled_websocket_echo" + path, UPGRADE)
    assert line.status == 404


@pytest.mark.parametrize("version", [pytest.param("7", marks=STRICT), pytest.param("8", marks=STRICT), "13"])
@pytest.mark.parametrize("connection", ["Upgrade", "keep-alive, Upgrade"])
async def test_handshake_is_answered(connect, session, version: str, connection: str) -> None:
    line = await connect()
    headers = {"Sec-WebSocket-Version": version, "Sec-WebSocket-Origin": "http://asd", "Sec-WebSocket-Key": KEY}
    await line.ask("GET", session() + "/websocket", {"Upgrade": "websocket", "Connection": connection} | headers)
    assert line.status == 101
    assert line.headers["sec-websocket-accept"] == ACCEPT
    assert line.headers["connection"].lower() == "upgrade"
    assert line.headers["upgrade"].lower() == "websocket"
    assert "content-length" not in line.headers
    assert await line.exactly(3) == b"\x81\x01o"


async def test_messages_are_echoed_and_empty_ones_ignored(websocket, session) -> None:
    async with websocket(session() + "/websocket") as ws:
        assert await ws.receive_str() == "o"
        for text in ("", "[]", '["a"]'):
            await ws.send_str(text)
        assert await ws.receive_str() == 'a["a"]'


async def test_close_frame_comes_before_the_close(websocket, session) -> None:
    async with websocket(session("close") + "/websocket") as ws:
        assert [await ws.receive_str(), await ws.receive_str()] == ["o", 'c[3000,"Go away!"]']
        assert (await ws.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_session_id_may_be_shared_and_used_again(websocket, session) -> None:
    path = session() + "/websocket"
    async with websocket(path) as one, websocket(path) as two:
        assert [await one.receive_str(), await two.receive_str()] == ["o", "o"]
        await one.send_str('["a"]')
        await two.send_str('["b"]')
        assert [await one.receive_str(), await two.receive_str()] == ['a["a"]', 'a["b"]']
    async with websocket(path) as again:
        assert await again.receive_str() == "o"


async def test_broken_json_ends_the_connection_without_a_close_frame(websocket, session) -> None:
    async with websocket(session() + "/websocket") as ws:
        assert await ws.receive_str() == "o"
        await ws.send_str('["a')
        assert (await ws.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_draft_76_is_answered_headers_first(connect, session, top: str) -> None:
    path, line = session() + "/websocket", await connect()
    host = top.removeprefix("http://")
    await line.ask("GET", path, UPGRADE | KEYS | {"Host": host, "Origin": "http://page.test"})
    assert line.status == 101
    assert line.headers["connection"].lower() == "upgrade"
    assert line.headers["upgrade"].lower() == "websocket"
    assert line.headers["sec-websocket-location"] == f"ws://{host}{path}"
    assert line.headers["sec-websocket-origin"] == "http://page.test"
    assert "content-length" not in line.headers
    line.writer.write(b"aaaaaaaa")
    assert await line.exactly(16) == b"\xca4\x00\xd8\xa5\x08G\x97,\xd5qZ\xba\xbfC{"
    assert await line.exactly(3) == b"\x00o\xff"
    line.writer.write(b"\x00\xff" + b'\x00["a"]\xff')
    assert await line.exactly(8) == b'\x00a["a"]\xff'
    line.writer.write(b"\xff\x00")
    assert await line.rest() == b"\xff\x00"


async def test_draft_76_closes_in_good_order(connect, session) -> None:
    line = await connect()
    await line.ask("GET", session("close") + "/websocket", UPGRADE | KEYS)
    line.writer.write(b"^n:ds[4U")
    assert await line.exactly(16) == b"8jKS'y:G*Co,Wxa-"
    assert await line.exactly(25) == b'\x00o\xff\x00c[3000,"Go away!"]\xff\xff\x00'


async def test_draft_76_ends_at_broken_json(connect, session, ours) -> None:
    line = await connect()
    await line.ask("GET", session() + "/websocket", UPGRADE | KEYS)
    line.writer.write(b'^n:ds[4U\x00["a\xff')
    assert (await line.exactly(16 + 3))[16:] == b"\x00o\xff"
    if ours:
        assert await line.exactly(2) == b"\xff\x00"
        line.writer.write(b"\xff\x00")
    # The text: the server must end the connection, abruptly.
    with contextlib.suppress(ConnectionError):
        assert await line.rest() in ([b""] if ours else [b"", b"\xff\x00"])


async def test_raw_websocket_has_no_frames(websocket) -> None:
    async with websocket("/echo/websocket") as ws:
        await ws.send_str("Hello world!\uffff")
        assert await ws.receive_str() == "Hello world!\uffff"


async def test_raw_websocket_is_closed_with_code_and_reason(websocket) -> None:
    async with websocket("/close/websocket") as ws:
        end = await ws.receive()
        assert (end.type, end.data, end.extra) == (aiohttp.WSMsgType.CLOSE, 3000, "Go away!")
