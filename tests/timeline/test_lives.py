import pytest

from lab.timeline.exchanges import hops_of
from lab.timeline.lives import lives_of
from lab.timeline.requests import joined_of
from tests.timeline.tables import opened, request


def _lives(see, *tables):
    events = see(*tables)
    return lives_of(events, hops_of(events), joined_of(events))


def test_lives_of_takes_the_requests_of_the_session(see):
    own = request(10, "/echo/1/abc/xhr"), request(20, "/echo/1/abc/xhr_send", number=2)
    other = request(30, "/echo/1/xyz/xhr", number=3)
    (life,) = _lives(see, opened(), *own, other)
    assert [one.path for one in life.requests] == ["/echo/1/abc/xhr", "/echo/1/abc/xhr_send"]
    assert (life.about, life.opened_ms, life.until_ms) == ("open connection", 50, 900)
    assert life.carrier.path == "/echo/1/abc/xhr"


@pytest.mark.parametrize(
    ("close", "trouble"),
    [
        ("900 b client.close code=1000 was_clean=true", ""),
        ("900 b client.close code=3000 was_clean=true", ""),
        ("900 b client.close code=1006 was_clean=false", "closed with 1006"),
        # clean to sockjs-client, and yet the session was lost
        ("900 b client.close code=1002 was_clean=true", "closed with 1002"),
        ("900 b client.close code=2010 was_clean=true", "closed with 2010"),
        ("900 l step index=3 step=close state=done", ""),
    ],
)
def test_life_is_in_trouble_where_neither_end_wanted_it_to_end(see, close, trouble):
    (life,) = _lives(see, opened(closed=None), close)
    assert life.trouble == trouble


def test_life_is_in_trouble_where_messages_did_not_arrive(see):
    (life,) = _lives(see, opened(closed=None), "100 b message.out n=0 hash=x text=a bytes=1")
    assert (life.trouble, life.fate) == ("messages: 1 lost", "lost messages")


def test_life_ends_with_the_last_step_where_it_was_still_open(see):
    after = "500 l step index=1 step=receive state=failed\n800 1c tcp.end conn=1 how=fin by=client"
    (life,) = _lives(see, opened(closed=None), after)
    assert life.until_ms == 500


def test_lives_of_knows_none_that_did_not_open(see):
    assert _lives(see, "0 b attempt.start transport=websocket", "9 b attempt.close transport=websocket") == []
