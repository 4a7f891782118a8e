"""Websockets of draft 76 over sockets, whole and in single bytes."""

import asyncio

import pytest

KEYS = ("Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5", "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00")
PROOF = b"8jKS'y:G*Co,Wxa-"
NONCE = b"^n:ds[4U"


def handshake(path: str, *more: str, method: str = "GET", upgrade: str = "WebSocket") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: server.test",
        "Connection: Upgrade",
        f"Upgrade: {upgrade}",
        "Origin: http://page.test",
        *KEYS,
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def read(wire, size: int) -> bytes:
    async with asyncio.timeout(5):
        return await wire.reader.readexactly(size)


async def open_session(wire, path: str = "/echo/000/h/websocket", *, single: bool = False) -> None:
    data = handshake(path) + NONCE
    for piece in [data[at : at + 1] for at in range(len(data))] if single else [data]:
        wire.writer.write(piece)
        if single:
            await wire.writer.drain()
            await asyncio.sleep(0)
    async with asyncio.timeout(5):
        wire.head = await wire.reader.readuntil(b"\r\n\r\n")
    assert await read(wire, 16) == PROOF


async def test_handshake_is_answered_as_the_draft_says(serve, connect) -> None:
    wire = await connect(await serve())
    await open_session(wire)
    assert wire.head == (
        b"HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Origin: http://page.test\r\n"
        b"Sec-WebSocket-Location: ws://server.test/echo/000/h/websocket\r\n\r\n"
    )


async def test_headers_are_answered_before_the_nonce_comes(serve, connect) -> None:
    wire = await connect(await serve())
    wire.writer.write(handshake("/echo/000/h/websocket"))
    async with asyncio.timeout(5):
        assert (await wire.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    wire.writer.write(b"aaaaaaaa")
    assert await read(wire, 16) == b"\xca4\x00\xd8\xa5\x08G\x97,\xd5qZ\xba\xbfC{"


@pytest.mark.parametrize("single", [False, True])
async def test_messages_are_echoed_and_the_close_is_answered(serve, connect, log, single: bool) -> None:
    wire = await connect(await serve())
    await open_session(wire, single=single)
    assert await read(wire, 3) == b"\x00o\xff"
    for at in range(14):
        wire.writer.write('\x00["a","☃"]'.encode()[at : at + 1])
    wire.writer.write(b"\xff")
    expected = b'\x00a["a"]' + b"\xff" + '\x00a["☃"]'.encode() + b"\xff"
    assert await read(wire, len(expected)) == expected
    wire.writer.write(b"\xff\x00")
    assert await wire.rest() == b"\xff\x00"
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert (closed.data["code"], closed.data["by"]) == (1005, "client")
    ended = await log.wait_for(lambda event: event.kind == "response.end", timeout_s=5)
    assert ended.data["why"] == "done"


async def test_server_closes_with_a_frame_and_the_handshake(serve, connect) -> None:
    wire = await connect(await serve("close"))
    await open_session(wire)
    assert await read(wire, 25) == b'\x00o\xff\x00c[3000,"Go away!"]\xff\xff\x00'
    wire.writer.write(b"\xff\x00")
    assert await wire.rest() == b""


async def test_broken_json_closes(serve, connect) -> None:
    wire = await connect(await serve())
    await open_session(wire)
    wire.writer.write(b'\x00["broken\xff')
    assert await read(wire, 5) == b"\x00o\xff\xff\x00"


async def test_raw_websocket_has_no_frames(serve, connect) -> None:
    wire = await connect(await serve())
    await open_session(wire, "/echo/websocket")
    wire.writer.write(b"\x00hello\xff")
    assert await read(wire, 7) == b"\x00hello\xff"


async def test_client_that_goes_is_noticed(serve, connect, log) -> None:
    wire = await connect(await serve())
    await open_session(wire)
    wire.writer.transport.abort()
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data["by"] == "gone"


@pytest.mark.parametrize(
    ("options", "request_", "status"),
    [
        ({"websocket": False}, handshake("/echo/0/h/websocket"), 404),
        ({"allowed_origins": frozenset({"http://other.test"})}, handshake("/echo/0/h/websocket"), 403),
        ({}, handshake("/echo/0/h/websocket", upgrade="bus"), 400),
        ({}, handshake("/echo/0/h/websocket", method="POST"), 405),
        ({}, handshake("/echo/0/h/websocket", "Sec-WebSocket-Key1: 1 2 4 "), 400),
        ({}, handshake("/echo/0/h.h/websocket"), 404),
        ({}, handshake("/nowhere"), 404),
    ],
)
async def test_refusals_are_answered(serve, connect, options, request_: bytes, status: int) -> None:
    wire = await connect(await serve(**options))
    wire.writer.write(request_ + NONCE)
    async with asyncio.timeout(5):
        head = await wire.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())


async def test_message_beyond_the_limit_ends_the_connection(serve, connect, log) -> None:
    wire = await connect(await serve(message_limit=1000))
    await open_session(wire)
    wire.writer.write(b"\x00" + b"x" * 1001)
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data["by"] == "gone"


async def test_peer_that_does_not_read_is_held_back(serve, connect, log) -> None:
    wire = await connect(await serve("amplify", queue_limit=1_000_000))
    wire.writer.transport.pause_reading()
    wire.writer.write(handshake("/echo/0/h/websocket") + NONCE + b'\x00["18"]\xff' * 100)
    closed = await log.wait_for(lambda event: event.kind == "session.close", timeout_s=5)
    assert closed.data["code"] == 1013
