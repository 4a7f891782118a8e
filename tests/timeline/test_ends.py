import pytest

from lab.timeline.ends import cut_of
from lab.timeline.exchanges import hops_of
from lab.timeline.requests import joined_of

LINK = """
    10 1c tcp.open conn=1
    11 1s tcp.open conn=1
    12 1c tcp.data conn=1 direction=up bytes=100 total=100 request='GET /echo/1/abc/websocket'
    13 1s tcp.data conn=1 direction=up bytes=100 total=100
    14 1s tcp.data conn=1 direction=down bytes=50 total=50
    15 1c tcp.data conn=1 direction=down bytes=30 total=30
"""
PROXY = """
    12 1c request flow=1 method=GET url=http://app/echo/1/abc/eventsource conn=5
    13 1s request flow=1 method=GET url=http://app/echo/1/abc/eventsource conn=6
    14 1s response flow=1 status=200
    15 1c response flow=1 status=200
"""


def _cut(see, *tables, until=1000):
    events = see(*tables)
    (one,) = joined_of(events)
    return cut_of(one, hops_of(events), until, [event for event in events if event.kind == "tcp.end"])


def _end(at, side, direction, how="fin"):
    return f"{at} {side} tcp.end conn=1 direction={direction} how={how} total=0"


def test_cut_of_convicts_a_link_that_sent_an_end_it_had_not_been_sent(see):
    cut = _cut(see, LINK, _end(500, "1c", "down", "rst"), _end(500, "1s", "up", "rst"))
    assert (cut.hop, cut.t_ms, cut.how, cut.age_ms, cut.silence_ms) == ("hop1", 500, "with RST", 490, 485)
    assert (cut.passed, cut.dropped, cut.units) == (130, 20, "byte")


@pytest.mark.parametrize("first", [("1c", "up"), ("1s", "down")])
def test_cut_of_acquits_a_link_that_only_passed_an_end_on(see, first):
    assert _cut(see, LINK, _end(499, *first), _end(500, "1c", "down"), _end(500, "1s", "up")) is None


def test_cut_of_convicts_a_proxy_by_who_ended_it(see):
    ends = """
        400 1c error flow=1 text=cut by=hop
        400 1c tcp.end conn=5 how=fin by=hop
        401 1s error flow=1 text=cut by=hop
    """
    cut = _cut(see, PROXY, ends)
    assert (cut.hop, cut.how, cut.t_ms) == ("hop1", "with FIN", 400)


@pytest.mark.parametrize(
    "ends",
    [
        """
        400 1c error flow=1 text=gone by=client
        401 1s error flow=1 text=x by=client
        402 1s tcp.end conn=6 how=fin by=hop
        """,
        """
        400 1s tcp.end conn=6 how=fin by=server
        403 1c tcp.end conn=5 how=fin by=hop
        """,
        """
        400 1s response.end flow=1 bytes=9
        401 1c response.end flow=1 bytes=9
        480 1c tcp.end conn=5 how=fin by=hop
        """,
    ],
)
def test_cut_of_acquits_a_proxy_that_tidied_up(see, ends):
    assert _cut(see, PROXY, ends) is None


def test_cut_of_sees_nothing_after_the_end(see):
    assert _cut(see, LINK, _end(500, "1c", "down"), until=499) is None


def test_cut_of_names_the_hop_that_was_first(see):
    two = PROXY + PROXY.replace("1c", "2c").replace("1s", "2s").replace("12 ", "13 ")
    ends = """
        400 2c tcp.end conn=5 how=fin by=hop
        401 1s tcp.end conn=6 how=fin by=server
        402 1c tcp.end conn=5 how=fin by=hop
    """
    assert _cut(see, two, ends).hop == "hop2"


def test_cut_of_convicts_a_proxy_that_ended_an_answer_in_good_order_before_the_server_did(see):
    ends = """
        400 1c response.end flow=1 bytes=9
        400 1s error flow=1 text=cut by=hop
        401 1s tcp.end conn=6 how=fin by=hop
    """
    assert _cut(see, PROXY, ends).how == "as if the answer were complete"
