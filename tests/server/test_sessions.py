"""Live sessions and their map."""

from lab.events import ignore
from lab.server.exchange import Reception
from lab.server.services.echo import Echo
from lab.server.sessions import Sessions
from lab.server.streaming import AwaitedReceiver
from lab.sockjs.session import Settings


def sessions() -> Sessions:
    return Sessions(Echo(), Settings(), ignore)


def receiver() -> AwaitedReceiver:
    return AwaitedReceiver(None, Reception({}, str.encode, 1000, b""))


async def test_find_makes_a_session_once() -> None:
    map_ = sessions()
    assert map_.get("s") is None
    session = map_.find("s", "xhr")
    assert map_.find("s", "jsonp") is session is map_.get("s")
    assert session.transport == "xhr"


async def test_websocket_sessions_are_not_found_by_id() -> None:
    map_ = sessions()
    map_.single("s")
    assert map_.get("s") is None
    assert len(map_) == 1


async def test_raw_sessions_are_named_one_by_one() -> None:
    map_ = sessions()
    assert [map_.raw().id for _ in range(2)] == ["raw-1", "raw-2"]


async def test_forget_drops_that_session_only() -> None:
    map_ = sessions()
    kept, dropped = map_.find("s", "xhr"), map_.single("s")
    map_.forget(dropped)
    assert list(map_) == [kept]


async def test_clear_closes_all_and_leaves_no_timer() -> None:
    map_ = sessions()
    taken = receiver()
    session = map_.find("s", "xhr_streaming")
    session.attach(taken)
    map_.clear()
    assert taken.take() == [b"o", b'c[3000,"Go away!"]']
    assert not session.is_open
    assert session._timer is None
    assert len(map_) == 0


async def test_attach_notices_that_the_one_before_is_gone() -> None:
    session = sessions().find("s", "xhr_streaming")
    # A receiver without a transport is gone from the start.
    session.attach(receiver())
    late = receiver()
    session.attach(late)
    assert late.take() == [b'c[1002,"Connection interrupted"]']
    session.drop()
