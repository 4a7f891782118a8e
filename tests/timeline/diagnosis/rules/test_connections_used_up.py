from lab.timeline.diagnosis.rules import connections_used_up
from tests.timeline.tables import opened, request

SENT = "1000 b message.out n=0 hash=x text=a bytes=1"
END = "6000 l step index=2 step=receive state=failed"


def _hanging(count):
    return [request(10 + n, f"/echo/{n}/old/eventsource", number=20 + n, method="GET") for n in range(count)]


def test_says_that_the_browser_had_no_connection_left(ask):
    own = request(60, "/echo/1/abc/xhr")
    late = request(5500, "/echo/1/abc/xhr_send", number=9, sides=["1c"])
    (found,) = ask(connections_used_up, opened(closed=None), own, *_hanging(5), SENT, late, END)
    assert (found.about, found.cause, found.hop) == ("open connection", "connections_used_up", None)
    assert found.sentence == (
        "The browser kept a message for 4,500 ms: 6 requests to the host were under way, which is all that it allows "
        "at once, 5 of them of other sessions."
    )


def test_says_nothing_where_there_was_one_left_or_the_message_left_at_once(ask):
    own = request(60, "/echo/1/abc/xhr")
    assert ask(connections_used_up, opened(closed=None), own, *_hanging(4), SENT, END) == []
    quick = request(1010, "/echo/1/abc/xhr_send", number=9, sides=["1c"])
    assert ask(connections_used_up, opened(closed=None), own, *_hanging(5), SENT, quick, END) == []
    assert ask(connections_used_up, opened(closed=None), own, *_hanging(5), END) == []
