"""The websocket transport, and what it has in common with the raw one."""

import asyncio

import aiohttp
import pytest
from aiohttp import WSMsgType

PATH = "/echo/000/s/websocket"
KEY = "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw=="


async def test_messages_are_echoed(serve, client, log) -> None:
    async with client.ws_connect(await serve() + "/000/s/websocket") as ws:
        assert await ws.receive_str() == "o"
        for sent, echoed in [('["a"]', ['a["a"]']), ('"b"', ['a["b"]']), ('["c","d☃"]', ['a["c"]', 'a["d☃"]'])]:
            await ws.send_str(sent)
            assert [await ws.receive_str() for _ in echoed] == echoed
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data == {"endpoint": "/echo", "session": "s", "code": 1000, "reason": "", "by": "client"}


async def test_empty_messages_are_ignored(serve, client) -> None:
    async with client.ws_connect(await serve() + "/000/s/websocket") as ws:
        await ws.receive_str()
        await ws.send_str("")
        await ws.send_str("[]")
        await ws.send_str('["a"]')
        assert await ws.receive_str() == 'a["a"]'


async def test_close_frame_comes_before_the_close(serve, client) -> None:
    async with client.ws_connect(await serve("close") + "/000/s/websocket") as ws:
        assert await ws.receive_str() == "o"
        assert await ws.receive_str() == 'c[3000,"Go away!"]'
        end = await ws.receive()
        assert (end.type, end.data, end.extra) == (WSMsgType.CLOSE, 3000, "Go away!")


async def test_session_id_may_be_shared(serve, client) -> None:
    url = await serve() + "/000/s/websocket"
    async with client.ws_connect(url) as one, client.ws_connect(url) as other:
        for ws, text in ((one, "1"), (other, "2")):
            assert await ws.receive_str() == "o"
            await ws.send_json([text])
            assert await ws.receive_str() == f'a["{text}"]'


@pytest.mark.parametrize("text", ['["a', "null", "[1]"])
async def test_broken_message_ends_connection_at_once(serve, client, text: str) -> None:
    async with client.ws_connect(await serve() + "/000/s/websocket") as ws:
        await ws.receive_str()
        await ws.send_str(text)
        end = await ws.receive()
        assert (end.type, end.data, end.extra) == (WSMsgType.CLOSE, 3000, "Broken framing.")


async def test_binary_message_ends_connection(serve, client) -> None:
    async with client.ws_connect(await serve() + "/000/s/websocket") as ws:
        await ws.receive_str()
        await ws.send_bytes(b"x")
        assert (await ws.receive()).data == 1003


async def test_too_large_message_ends_connection(serve, client, log) -> None:
    async with client.ws_connect(await serve(message_limit=1000) + "/000/s/websocket") as ws:
        await ws.receive_str()
        await ws.send_str("x" * 1001)
        assert (await ws.receive()).data == 1009
    assert await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)


async def test_no_compression_is_negotiated(serve, client) -> None:
    async with client.ws_connect(await serve() + "/000/s/websocket", compress=15) as ws:
        assert not ws.compress


async def test_ping_is_answered(serve, client) -> None:
    async with client.ws_connect(await serve() + "/000/s/websocket", autoping=False) as ws:
        await ws.receive_str()
        await ws.ping(b"x")
        pong = await ws.receive()
        assert (pong.type, pong.data) == (WSMsgType.PONG, b"x")


async def test_silence_brings_heartbeat_and_ping(serve, client) -> None:
    async with client.ws_connect(await serve(heartbeat_s=0.05) + "/000/s/websocket", autoping=False) as ws:
        assert await ws.receive_str() == "o"
        async with asyncio.timeout(5):
            for _ in range(2):
                assert await ws.receive_str() == "h"
                ping = await ws.receive()
                assert ping.type is WSMsgType.PING
                await ws.pong(ping.data)


async def test_vanished_client_ends_session(serve, client, log) -> None:
    ws = await client.ws_connect(await serve() + "/000/s/websocket")
    await ws.receive_str()
    ws._response.connection.transport.abort()
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert (closed.data["code"], closed.data["by"]) == (1006, "gone")
    ended = await log.wait_for(lambda event: event.kind == "response.end", timeout_s=5)
    assert ended.data["why"] == "client gone"
    await ws.close()


async def test_client_that_does_not_read_holds_its_own_messages_up(serve, client, log) -> None:
    ws = await client.ws_connect(await serve(heartbeat_s=0.3) + "/000/s/websocket")
    await ws.receive_str()
    ws._response.connection.transport.pause_reading()

    async def flood() -> None:
        while True:
            await ws.send_json(["x" * 500_000])

    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await flood()
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data["by"] in ("gone", "server")
    # The server took no more than it could pass on: some buffers full, not what a client may like to send.
    taken = sum(event.data["bytes"] for event in log if event.kind == "message.in")
    assert taken < 50_000_000
    await ws.close()


async def test_get_without_upgrade_is_refused(serve, fetch) -> None:
    answer = await fetch("GET", await serve() + "/0/0/websocket")
    assert (answer.status, answer.text) == (400, 'Can "Upgrade" only to "WebSocket".')


async def test_rewritten_connection_header_is_refused(serve, connect) -> None:
    wire = await connect(await serve())
    await wire.request("GET", PATH, "Upgrade: WebSocket", "Connection: close")
    assert wire.head.startswith(b"HTTP/1.1 400 ")
    assert await wire.rest() == b'"Connection" must be "Upgrade".'


@pytest.mark.parametrize("headers", [[], ["Upgrade: WebSocket", "Connection: Upgrade"]])
@pytest.mark.parametrize("path", [PATH, "/echo/websocket"])
async def test_post_is_not_allowed(serve, connect, headers: list[str], path: str) -> None:
    wire = await connect(await serve())
    await wire.request("POST", path, *headers)
    head = wire.head.decode()
    assert head.startswith("HTTP/1.1 405 ")
    assert "\r\nAllow: GET\r\n" in head
    assert "Content-Type" not in head


@pytest.mark.parametrize("version", ["7", "8", "13"])
@pytest.mark.parametrize("connection", ["Upgrade", "keep-alive, Upgrade"])
async def test_handshake_accepts_drafts(serve, connect, version: str, connection: str) -> None:
    wire = await connect(await serve())
    await wire.request(
        *("GET", PATH, "Upgrade: websocket", f"Connection: {connection}", KEY),
        *(f"Sec-WebSocket-Version: {version}", "Sec-WebSocket-Origin: http://asd"),
    )
    head = wire.head.decode().lower()
    assert head.startswith("http/1.1 101 ")
    assert "\r\nsec-websocket-accept: hsmrc0smlyukagmm5oppg2hagwk=\r\n" in head
    assert "content-length" not in head


async def test_bad_key_and_version_are_refused(serve, connect) -> None:
    url = await serve()
    for lines in (["Sec-WebSocket-Version: 13"], [KEY, "Sec-WebSocket-Version: 6"], [KEY]):
        wire = await connect(url)
        await wire.request("GET", PATH, "Upgrade: websocket", "Connection: Upgrade", *lines)
        assert wire.head.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("path", ["/000/s/websocket", "/websocket"])
async def test_disabled_websocket_is_not_found(serve, client, path: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        await client.ws_connect(await serve(websocket=False) + path)
    assert error.value.status == 404


async def test_only_allowed_origins_may_connect(serve, client) -> None:
    url = await serve(allowed_origins=frozenset({"http://page.test"})) + "/000/s/websocket"
    async with client.ws_connect(url, origin="http://page.test") as ws:
        assert await ws.receive_str() == "o"
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        await client.ws_connect(url, origin="http://other.test")
    assert error.value.status == 403


async def test_unanswered_close_is_not_waited_for_long(serve, connect, monkeypatch) -> None:
    monkeypatch.setattr("lab.server.websockets.CLOSE_S", 0.05)
    wire = await connect(await serve("close"))
    await wire.request("GET", PATH, "Upgrade: websocket", "Connection: Upgrade", KEY, "Sec-WebSocket-Version: 13")
    # o, c[...], the close frame, and then the end, although nothing was answered.
    assert await wire.rest() == b"\x81\x01o" + b'\x81\x12c[3000,"Go away!"]' + b"\x88\x0a\x0b\xb8Go away!"


async def test_messages_sent_from_elsewhere_arrive(serve, client) -> None:
    # The heartbeat comes from a timer; the messages around it keep their order.
    async with client.ws_connect(await serve(heartbeat_s=0.02) + "/000/s/websocket") as ws:
        assert await ws.receive_str() == "o"
        received = []
        async with asyncio.timeout(5):
            for number in range(3):
                assert await ws.receive_str() == "h"
                await ws.send_json([str(number)])
                text = "h"
                while text == "h":
                    text = await ws.receive_str()
                received.append(text)
        assert received == ['a["0"]', 'a["1"]', 'a["2"]']
