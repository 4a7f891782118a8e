"""The raw websocket."""

from aiohttp import WSMsgType


async def test_messages_go_without_frames(serve, client) -> None:
    async with client.ws_connect(await serve() + "/websocket") as ws:
        for text in ("Hello world!\uffff", "", '["x"]'):
            await ws.send_str(text)
            assert await ws.receive_str() == text


async def test_close_brings_code_and_reason(serve, client, log) -> None:
    async with client.ws_connect(await serve("close") + "/websocket") as ws:
        end = await ws.receive()
        assert (end.type, end.data, end.extra) == (WSMsgType.CLOSE, 3000, "Go away!")
    kinds = [event.kind for event in log if event.kind.startswith(("session", "frame"))]
    assert kinds == ["session.open", "session.close"]


async def test_silence_brings_a_ping_and_no_heartbeat(serve, client) -> None:
    async with client.ws_connect(await serve(heartbeat_s=0.05) + "/websocket", autoping=False) as ws:
        assert (await ws.receive()).type is WSMsgType.PING
