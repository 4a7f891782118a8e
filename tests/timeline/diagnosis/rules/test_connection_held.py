import pytest

from lab.timeline.diagnosis.rules import connection_held
from tests.timeline.tables import attempt, opened

LINK = """
    1 1c tcp.open conn=1
    1 1s tcp.open conn=1
    2 1c tcp.data conn=1 direction=up bytes=9 total=9
    3 1s tcp.data conn=1 direction=up bytes=9 total=9
"""
TIMED_OUT = attempt("websocket", "timeout", at=50, until=650)
WAITS = "{at} 1c tcp.open conn=2"


def test_names_the_link_that_took_a_connection_and_did_nothing_with_it(ask):
    (found,) = ask(connection_held, TIMED_OUT, LINK, WAITS.format(at=70))
    assert (found.about, found.cause, found.hop) == ("websocket", "connection_held", "hop1")
    assert found.sentence == (
        "hop1 took a connection 20 ms after the attempt began and for 580 ms neither read from it nor made one of "
        "its own, so websocket could not open."
    )


def test_goes_by_what_came_before_the_attempt_was_over(ask):
    late = "700 1s tcp.open conn=2\n700 1c tcp.end conn=2 direction=up how=fin total=0"
    (found,) = ask(connection_held, TIMED_OUT, LINK, WAITS.format(at=70), late)
    assert "for 580 ms" in found.sentence


def test_speaks_of_an_open_connection_that_lost_messages(ask):
    sent = "100 b message.out n=0 hash=x text=a bytes=1"
    (found,) = ask(connection_held, opened(closed=None), sent, LINK, WAITS.format(at=110), "900 l step state=failed")
    assert (found.about, "for 790 ms" in found.sentence) == ("open connection", True)


@pytest.mark.parametrize(
    "more",
    [
        "75 1s tcp.open conn=2",  # it went on at once
        "75 1c tcp.data conn=2 direction=up bytes=9 total=9",
        "75 1c tcp.end conn=2 direction=down how=rst total=0",
    ],
)
def test_says_nothing_where_it_went_on_or_ended(ask, more):
    assert ask(connection_held, TIMED_OUT, LINK, WAITS.format(at=70), more) == []


def test_says_nothing_of_proxies_which_number_their_sides_apart(ask):
    assert ask(connection_held, TIMED_OUT, WAITS.format(at=70)) == []
