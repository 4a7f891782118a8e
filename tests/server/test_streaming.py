"""Receivers in applications of aiohttp's: what is pending, and when the session is held back."""

import asyncio

from lab.events import ignore
from lab.server.exchange import Reception
from lab.server.receivers import HIGH_WATER
from lab.server.services.echo import Echo
from lab.server.sessions import LiveSession, Sessions
from lab.server.streaming import AwaitedReceiver
from lab.sockjs.actions import End
from lab.sockjs.session import Settings


def attached() -> tuple[LiveSession, AwaitedReceiver]:
    receiver = AwaitedReceiver(None, Reception({}, str.encode, 10**9, b""))
    session = Sessions(Echo(), Settings(), ignore).find("s", "xhr_streaming")
    session.attach(receiver)
    return session, receiver


async def test_take_gives_what_was_pushed_once() -> None:
    session, receiver = attached()
    session.send("a")
    assert receiver.take() == [b"o", b'a["a"]']
    assert receiver.take() == []
    session.drop()


async def test_backlog_holds_session_back_until_it_is_written() -> None:
    session, receiver = attached()
    session.send("x" * HIGH_WATER)
    assert session.is_paused
    session.send("a")
    session.send("b")
    assert len(receiver.take()) == 2
    session.resume()
    assert receiver.take() == [b'a["a","b"]']
    session.drop()


async def test_wait_ends_with_a_frame_or_the_end() -> None:
    session, receiver = attached()
    receiver.take()
    for wake in (lambda: session.send("a"), lambda: receiver.finish(End(receiver, "done"))):
        waiting = asyncio.gather(receiver.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        wake()
        await asyncio.wait_for(waiting, 5)
        receiver.take()
    session.drop()
