import pytest

from lab.timeline.diagnosis.rules import frame_cut

TIMED_OUT = """
    0 b attempt.start transport=iframe-eventsource budget_ms=900 url=http://app/echo/1/abc
    900 b attempt.timeout transport=iframe-eventsource timer_of=iframe-eventsource
"""
PAGE = """
    10 1c request flow=1 method=GET url=http://app/echo/iframe.html
    11 1s request flow=1 method=GET url=http://app/echo/iframe.html
    12 1s response flow=1 status=200
    13 1s response.end flow=1 bytes=423
    14 1c response flow=1 status=200
    15 1c response.end flow=1 bytes=423
"""
CLIENT = """
    20 1c request flow=2 method=GET url=http://app/sockjs.js headers="Referer: http://app/echo/iframe.html"
    21 1s request flow=2 method=GET url=http://app/sockjs.js
    22 1s response flow=2 status=200
    23 1s response.data flow=2 bytes=825 total=825
    24 1c response flow=2 status=200
    25 1c response.data flow=2 bytes=825 total=825
"""
LINK = """
    1 2c tcp.open conn=1
    1 2s tcp.open conn=1
    21 2c tcp.data conn=1 direction=up bytes=99 total=99 request='GET /sockjs.js'
    21 2s tcp.data conn=1 direction=up bytes=99 total=99
    22 2s tcp.data conn=1 direction=down bytes=983 total=983
    22 2c tcp.data conn=1 direction=down bytes=983 total=983
"""
CUT = """
    23 2c tcp.end conn=1 direction=down how=rst total=983
    23 2s tcp.end conn=1 direction=up how=rst total=99
"""


def test_names_the_hop_that_cut_off_the_client_in_the_frame(ask):
    (found,) = ask(frame_cut, TIMED_OUT, PAGE, CLIENT, LINK, CUT)
    assert (found.about, found.cause, found.hop) == ("iframe-eventsource", "connection_cut", "hop2")
    assert found.sentence == (
        "hop2 ended the connection of GET /sockjs.js with RST 23 ms after the attempt began, and without that the "
        "frame of iframe-eventsource asks for nothing."
    )


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param((PAGE, CLIENT, LINK), id="nothing was cut"),
        pytest.param((PAGE, CLIENT, "26 1c response.end flow=2 bytes=825", LINK, CUT), id="it came whole"),
        pytest.param((CLIENT, LINK, CUT), id="another page asked for it"),
    ],
)
def test_says_nothing_where_the_frame_was_given_all(ask, tables):
    assert ask(frame_cut, TIMED_OUT, *tables) == []
