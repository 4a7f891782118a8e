"""What the two websocket transports share; their dialogues are in transports/."""

import asyncio
import json

import pytest
from aiohttp import web

from lab.server.mounting import mount
from lab.server.service import Service, Session
from lab.server.websockets import on_the_wire


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1013, 3000, 4999])
def test_on_the_wire_keeps_codes_that_may_be_sent(code: int) -> None:
    assert on_the_wire(code, "why") == (code, b"why")


@pytest.mark.parametrize("code", [-1, 0, 999, 1004, 1005, 1006, 1015, 2010, 2999, 5000])
def test_on_the_wire_replaces_codes_that_must_not_be_sent(code: int) -> None:
    assert on_the_wire(code, "") == (1000, b"")


@pytest.mark.parametrize(
    ("reason", "sent"),
    [("x" * 123, b"x" * 123), ("x" * 124, b"x" * 123), ("x" * 122 + "é", b"x" * 122), ("\ud800", "\ufffd".encode())],
)
def test_on_the_wire_cuts_reason_between_characters(reason: str, sent: bytes) -> None:
    assert on_the_wire(1000, reason)[1] == sent


class Pushing(Service):
    """Sends from outside of its methods, as an application with news for its clients does."""

    def __init__(self) -> None:
        self.opened = asyncio.Queue[Session]()

    def on_open(self, session: Session) -> None:
        """Hand it to the test."""
        self.opened.put_nowait(session)


@pytest.fixture
async def pushing(client):
    service = Pushing()
    app = web.Application()
    mount(app, "/push", service)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ws = await client.ws_connect(f"http://127.0.0.1:{runner.addresses[0][1]}/push/0/s/websocket")
    assert await ws.receive_str() == "o"
    yield await service.opened.get(), ws
    await ws.close()
    await runner.cleanup()


async def test_messages_from_elsewhere_arrive_in_order(pushing) -> None:
    session, ws = pushing
    for number in range(100):
        session.send(str(number))
    assert [await ws.receive_str() for _ in range(100)] == [f'a["{number}"]' for number in range(100)]


async def test_messages_before_a_close_from_elsewhere_arrive(pushing) -> None:
    session, ws = pushing
    session.send("last")
    session.close(4000, "done")
    assert [await ws.receive_str() for _ in range(2)] == ['a["last"]', 'c[4000,"done"]']
    assert (await ws.receive()).data == 4000


async def test_burst_is_held_back_and_arrives_whole(pushing) -> None:
    session, ws = pushing
    texts = [f"{number}:{'x' * 50_000}" for number in range(40)]
    for text in texts:
        session.send(text)
    received: list[str] = []
    while len(received) < len(texts):
        frame = await ws.receive_json(loads=lambda text: json.loads(text[1:]))
        received.extend(frame)
    assert received == texts
