"""The session machine: each test is a dialogue of events with the actions that they lead to."""

from collections.abc import Sequence

import pytest

from lab.sockjs.actions import Action, Closed, End, Forget, Opened, Ping, Receiver, Write
from lab.sockjs.session import RAW, TRANSITIONS, Session, Settings, State

SETTINGS = Settings(heartbeat_s=25, disconnect_delay_s=5, answer_s=10, queue_limit=20)


def brief(actions: Sequence[Action]) -> list[object]:
    """Actions in short: a frame by its text, the rest as tuples without their receiver."""
    short: list[object] = []
    for action in actions:
        match action:
            case Write(_, frame, _):
                short.append(frame)
            case End(_, why, code, reason, abort):
                short.append(("end", why, code, *([reason] if reason else []), *(["abort"] if abort else [])))
            case Closed(code, reason, by):
                short.append(("closed", code, reason, by))
            case Opened() | Forget() | Ping():
                short.append(type(action).__name__.lower())
    return short


def opened(receiver: Receiver, *, lasting: bool = True) -> Session:
    session = Session(SETTINGS, lasting=lasting)
    session.attach(receiver, 0)
    return session


def streaming(limit: int = 1000) -> Receiver:
    return Receiver(limit=limit)


def polling() -> Receiver:
    return Receiver(limit=1)


def websocket() -> Receiver:
    return Receiver(pings=True)


ANOTHER = ['c[2010,"Another connection still open"]', ("end", "done", 1000)]
AWAY = 'c[3000,"Go away!"]'
INTERRUPTED = 'c[1002,"Connection interrupted"]'


def test_first_receiver_opens_session() -> None:
    session = Session(SETTINGS)
    assert session.state is State.NEW
    assert brief(session.attach(streaming(), 0)) == ["o", "opened"]
    assert session.state is State.OPEN
    assert session.deadline == 25


def test_poll_gets_open_frame_and_ends() -> None:
    session = Session(SETTINGS)
    assert brief(session.attach(polling(), 0)) == ["o", "opened", ("end", "limit", 1000)]
    assert session.deadline == 5


def test_messages_wait_for_a_poll() -> None:
    session = opened(polling())
    assert session.send("a", 1) == []
    assert session.send("b", 1) == []
    assert brief(session.attach(polling(), 2)) == ['a["a","b"]', ("end", "limit", 1000)]


def test_poll_waits_for_message() -> None:
    session = opened(polling())
    assert session.attach(polling(), 1) == []
    assert session.deadline == 26
    assert brief(session.send("a", 2)) == ['a["a"]', ("end", "limit", 1000)]
    assert session.deadline == 7


def test_stream_gets_each_message_at_once() -> None:
    session = opened(streaming())
    assert brief(session.send("a", 1)) == ['a["a"]']
    assert brief(session.send("b", 1)) == ['a["b"]']


def test_stream_ends_at_response_limit() -> None:
    receiver = streaming(limit=15)
    session = opened(receiver)
    assert brief(session.send("12345", 1)) == ['a["12345"]']
    assert receiver.sent == 11
    assert brief(session.send("x", 1)) == ['a["x"]', ("end", "limit", 1000)]
    assert session.send("y", 1) == []
    assert brief(session.attach(streaming(), 2)) == ['a["y"]']


def test_second_receiver_is_turned_away() -> None:
    first = streaming()
    session = opened(first)
    assert brief(session.attach(streaming(), 1)) == ANOTHER
    assert session.receiver is first
    assert brief(session.send("a", 1)) == ['a["a"]']


def test_turned_away_receiver_leaves_session_alone() -> None:
    session = opened(streaming())
    second = streaming()
    session.attach(second, 1)
    assert session.lost(second, 2) == ()
    assert session.state is State.OPEN


def test_close_is_told_to_receiver_and_to_late_ones() -> None:
    session = opened(streaming())
    assert brief(session.close(3000, "Go away!", 1)) == [
        AWAY,
        ("end", "done", 3000, "Go away!"),
        ("closed", 3000, "Go away!", "server"),
    ]
    assert session.state is State.CLOSING
    assert brief(session.attach(streaming(), 2)) == [AWAY, ("end", "done", 1000)]
    assert brief(session.attach(polling(), 3)) == [AWAY, ("end", "done", 1000)]
    assert session.tick(7.9) == ()
    assert brief(session.tick(8)) == ["forget"]
    assert session.state is State.CLOSED
    assert session.deadline is None


def test_messages_before_close_come_before_it() -> None:
    session = opened(polling())
    session.send("a", 1)
    session.close(3000, "Go away!", 1)
    assert brief(session.attach(polling(), 2)) == ['a["a"]', ("end", "limit", 1000)]
    assert brief(session.attach(polling(), 2)) == [AWAY, ("end", "done", 1000)]


def test_messages_before_close_go_to_a_stream_together_with_it() -> None:
    session = opened(polling())
    session.send("a", 1)
    session.close(3000, "Go away!", 1)
    assert brief(session.attach(streaming(), 2)) == ['a["a"]', AWAY, ("end", "done", 1000)]


def test_second_close_and_late_send_do_nothing() -> None:
    session = opened(streaming())
    session.close(3000, "Go away!", 1)
    assert brief(session.close(1000, "again", 1)) == []
    assert session.send("x", 1) == ()


def test_lost_receiver_ends_session() -> None:
    receiver = streaming()
    session = opened(receiver)
    assert brief(session.lost(receiver, 1)) == [("closed", 1006, "Connection interrupted", "gone")]
    assert brief(session.attach(streaming(), 2)) == [INTERRUPTED, ("end", "done", 1000)]
    assert brief(session.tick(7)) == ["forget"]


def test_lost_receiver_takes_its_queue_along() -> None:
    receiver = streaming()
    session = opened(receiver)
    session.pause()
    session.send("a", 1)
    session.lost(receiver, 1)
    assert brief(session.attach(streaming(), 2)) == [INTERRUPTED, ("end", "done", 1000)]


def test_session_without_receiver_times_out() -> None:
    session = opened(polling())
    assert session.tick(4.9) == ()
    assert brief(session.tick(5)) == [("closed", 1006, "Session timed out", "gone"), "forget"]
    assert session.state is State.CLOSED


def test_silence_leads_to_heartbeats() -> None:
    session = opened(streaming())
    session.send("a", 10)
    assert session.tick(25) == ()
    assert brief(session.tick(35)) == ["h"]
    assert brief(session.tick(60)) == ["h"]


def test_poll_gets_heartbeat_and_ends() -> None:
    session = opened(polling())
    session.attach(polling(), 1)
    assert brief(session.tick(26)) == ["h", ("end", "limit", 1000)]


def test_websocket_is_pinged_and_answers() -> None:
    session = opened(websocket(), lasting=False)
    assert brief(session.tick(25)) == ["h", "ping"]
    session.send("a", 26)
    assert session.deadline == 35
    session.answered(27)
    assert session.deadline == 52
    assert brief(session.tick(52)) == ["h", "ping"]


def test_websocket_without_answer_is_closed() -> None:
    session = opened(websocket(), lasting=False)
    session.tick(25)
    assert brief(session.tick(35)) == [
        'c[3000,"No response from heartbeat"]',
        ("end", "done", 3000, "No response from heartbeat"),
        ("closed", 3000, "No response from heartbeat", "server"),
        "forget",
    ]


def test_websocket_session_ends_with_its_connection() -> None:
    receiver = websocket()
    session = opened(receiver, lasting=False)
    assert brief(session.left(receiver, 1000, "bye", 1)) == [("closed", 1000, "bye", "client"), "forget"]
    assert session.state is State.CLOSED


def test_broken_protocol_ends_connection_without_close_frame() -> None:
    session = opened(websocket(), lasting=False)
    assert brief(session.break_off(3000, "Broken framing.", 1)) == [
        ("end", "done", 3000, "Broken framing."),
        ("closed", 3000, "Broken framing.", "server"),
        "forget",
    ]
    assert brief(session.break_off(3000, "Broken framing.", 1)) == []


def test_paused_receiver_gets_nothing_until_resumed() -> None:
    session = opened(streaming())
    session.pause()
    assert session.is_paused
    assert session.send("a", 1) == []
    assert session.send("b", 1) == []
    assert brief(session.resume(2)) == ['a["a","b"]']
    assert brief(session.send("c", 2)) == ['a["c"]']


def test_receiver_paused_for_a_whole_heartbeat_is_dropped() -> None:
    session = opened(streaming())
    session.pause()
    assert brief(session.tick(25)) == [
        ("end", "done", 1000, "abort"),
        ("closed", 1006, "Connection interrupted", "gone"),
    ]


@pytest.mark.parametrize("attached", [True, False])
@pytest.mark.parametrize("texts", [["x" * 17], ["x" * 7, "x" * 7], [""] * 6])
def test_too_long_queue_closes_session(attached: bool, texts: list[str]) -> None:
    session = opened(streaming() if attached else polling())
    session.pause()
    for text in texts:
        assert not session.send(text, 1)
    end = [("end", "done", 1013, "Too many messages waiting", "abort")] if attached else []
    assert brief(session.send("y", 1)) == [*end, ("closed", 1013, "Too many messages waiting", "server")]
    assert brief(session.attach(polling(), 2)) == ['c[1013,"Too many messages waiting"]', ("end", "done", 1000)]


def test_raw_session_sends_messages_only() -> None:
    receiver = websocket()
    session = Session(SETTINGS, RAW, lasting=False)
    assert brief(session.attach(receiver, 0)) == ["opened"]
    assert brief(session.send("a", 1)) == ["a"]
    session.pause()
    session.send("b", 1)
    session.send("c", 1)
    assert brief(session.resume(1)) == ["b", "c"]
    assert brief(session.tick(26)) == ["ping"]
    assert brief(session.close(3000, "Go away!", 27)) == [
        ("end", "done", 3000, "Go away!"),
        ("closed", 3000, "Go away!", "server"),
        "forget",
    ]


def test_every_state_but_the_last_has_a_way_on() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State) - {State.CLOSED}
    assert set(TRANSITIONS.values()) == set(State) - {State.NEW}


def test_undelivered_poll_ends_session_and_tells_the_next() -> None:
    session = opened(polling())
    lost, following = polling(), polling()
    session.attach(lost, 1)
    session.send("a", 1)
    session.attach(following, 2)
    assert brief(session.undelivered(lost, 2)) == [
        'c[1002,"Connection interrupted"]',
        ("end", "done", 1002, "Connection interrupted"),
        ("closed", 1002, "Connection interrupted", "gone"),
    ]
    assert brief(session.undelivered(lost, 2)) == []


def test_receiver_that_was_turned_away_harms_nothing() -> None:
    session = opened(streaming())
    other = polling()
    session.attach(other, 1)
    assert brief(session.undelivered(other, 2)) == []
    assert session.state is State.OPEN


def test_session_that_timed_out_gives_nothing_to_late_receivers() -> None:
    session = opened(polling())
    session.send("a", 1)
    session.tick(session.deadline)
    assert session.state is State.CLOSED
    assert brief(session.attach(polling(), 99)) == [("end", "done", 1000)]
    assert session.deadline is None
