import pytest

from lab.timeline.attempts import attempts_of
from lab.timeline.join import trials_of
from lab.timeline.progress import held_ms, opening_ms, progress_of


def _trial(see, *tables):
    events = see(*tables)
    return trials_of(events, attempts_of(events))[0]


def _where(see, *tables):
    found = progress_of(_trial(see, *tables))
    return found.place, found.direction, found.hop, found.since_ms


# /info has passed both hops before, so both are known to be there.
XHR = """
    -5 1c request flow=info url=http://app/echo/info
    -4 2c request flow=info url=/echo/info
     0 b attempt.start   transport=xhr-streaming budget_ms=622 url=http://app/echo/000/abcd/xhr_streaming
   622 b attempt.timeout transport=xhr-streaming timer_of=xhr-streaming
"""
# The whole journey of an xhr-streaming attempt over two hops, one leg per line.
JOURNEY = [
    "10 1c request flow=1 method=POST url=http://app/echo/000/abcd/xhr_streaming",
    "20 1s request flow=1 method=POST url=/echo/000/abcd/xhr_streaming",
    "30 2c request flow=1 method=POST url=/echo/000/abcd/xhr_streaming",
    "40 2s request flow=1 method=POST url=/echo/000/abcd/xhr_streaming",
    "50 s  request request=1 method=POST path=/echo/000/abcd/xhr_streaming session=abcd",
    "60 s  frame.out session=abcd type=o bytes=1",
    "70 2s response.data flow=1 bytes=2051 total=2051",
    "80 2c response.data flow=1 bytes=2051 total=2051",
    "90 1s response.data flow=1 bytes=2051 total=2051",
    "99 1c response.data flow=1 bytes=2051 total=2051",
]
LEGS = [
    ("browser", "up", None, 0),
    ("hop", "up", "hop1", 10),
    ("wire", "up", "hop2", 20),
    ("hop", "up", "hop2", 30),
    ("wire", "up", None, 40),
    ("server", "down", None, 50),
    ("wire", "down", None, 60),
    ("hop", "down", "hop2", 70),
    ("wire", "down", None, 80),
    ("hop", "down", "hop1", 90),
    ("arrived", "down", None, 99),
]


@pytest.mark.parametrize(("legs", "where"), list(enumerate(LEGS)))
def test_progress_of_names_the_leg(see, legs, where):
    assert _where(see, XHR, *JOURNEY[:legs]) == where


@pytest.mark.parametrize(("legs", "where"), list(enumerate(LEGS)))
def test_progress_of_does_not_count_what_came_too_late(see, legs, where):
    late = [f"{700 + place}{line[2:]}" for place, line in enumerate(JOURNEY[legs:])]
    assert _where(see, XHR, *JOURNEY[:legs], *late) == where


def test_progress_of_leaves_out_a_hop_that_is_blind(see):
    # The request travels through hop1's tunnel unread.
    unread = [line for line in JOURNEY if " 1c " not in line and " 1s " not in line]
    tunnel = "5 1c connect flow=9 host=app port=80\n6 1c connect.answer flow=9 status=200"
    assert _where(see, XHR, tunnel, *unread[:3]) == ("server", "down", None, 50)
    # What left hop2 may be in hop1's hands, or past it: nobody can say.
    assert _where(see, XHR, tunnel, *unread) == ("wire", "down", "hop1", 80)


def test_progress_of_asks_no_hop_where_there_is_none(see):
    alone = "\n".join(line for line in XHR.splitlines() if "info" not in line)
    assert _where(see, alone, *JOURNEY[4:6]) == ("arrived", "down", None, 60)


def test_progress_of_finds_a_connect_that_is_not_answered(see):
    connect = "7 1c connect flow=9 host=app port=80"
    assert _where(see, XHR, connect) == ("hop", "up", "hop1", 7)
    assert _where(see, XHR, connect, "8 1c connect.answer flow=9 status=200") == ("browser", "up", None, 0)
    assert _where(see, XHR, connect, "800 1c connect.answer flow=9 status=200") == ("hop", "up", "hop1", 7)


def test_progress_of_finds_the_last_proxy_of_a_chain_that_does_not_answer(see):
    connects = "7 1c connect flow=9 host=app port=80\n8 2c connect flow=9 host=app port=80"
    assert _where(see, XHR, connects) == ("hop", "up", "hop2", 8)


def test_progress_of_does_not_take_a_hops_own_page_for_the_opening(see):
    own = "15 1c response flow=1 status=200\n16 1c response.data flow=1 bytes=9999 total=9999"
    assert _where(see, XHR, JOURNEY[0], own) == ("hop", "up", "hop1", 10)


def test_progress_of_does_not_take_the_prelude_for_the_opening(see):
    part = JOURNEY[-1].replace("2051", "2049")
    assert _where(see, XHR, *JOURNEY[:-1], part) == ("hop", "down", "hop1", 90)
    rest = "300 1c response.data flow=1 bytes=2 total=2051"
    assert _where(see, XHR, *JOURNEY[:-1], part, rest) == ("arrived", "down", None, 300)


@pytest.mark.parametrize(
    ("coding", "total", "place"), [("gzip", 10, "hop"), ("gzip", 38, "arrived"), ("identity", 38, "hop")]
)
def test_progress_of_takes_less_of_what_is_compressed(see, coding, total, place):
    squeezed = f"""
        97 1c response flow=1 status=200 headers="Content-Encoding: {coding}"
        99 1c response.data flow=1 total={total}
    """
    assert _where(see, XHR, *JOURNEY[:-1], squeezed)[0] == place


def test_progress_of_waits_for_a_frame_on_a_websocket(see):
    table = """
         0 b attempt.start   transport=websocket budget_ms=622 url=ws://app/echo/000/abcd/websocket
         5 1c request  flow=1 url=/echo/000/abcd/websocket
         6 1s request  flow=1 url=/echo/000/abcd/websocket
         7 s  request  request=1 path=/echo/000/abcd/websocket
         8 s  frame.out session=abcd type=o
         9 1s response flow=1 status=101
        10 1s ws.frame flow=1 direction=down bytes=1 text=o
        11 1c response flow=1 status=101
       622 b attempt.timeout transport=websocket timer_of=websocket
    """
    assert _where(see, table) == ("hop", "down", "hop1", 10)
    assert _where(see, table, "12 1c ws.frame flow=1 direction=up bytes=1") == ("hop", "down", "hop1", 10)
    assert _where(see, table, "12 1c ws.frame flow=1 direction=down bytes=1") == ("arrived", "down", None, 12)


def test_opening_is_not_in_an_answer_that_refuses(see):
    refusal = "15 1c response flow=1 status=404\n16 1c response.data flow=1 bytes=9999 total=9999"
    assert opening_ms(_trial(see, XHR, JOURNEY[0], refusal), "hop1.client") is None


IFRAME = XHR.replace("xhr-streaming", "iframe-eventsource").replace("xhr_streaming", "eventsource")


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("", ("browser", "up", None, 0)),
        ("10 1c request flow=1 url=/echo/iframe.html", ("hop", "up", "hop1", 10)),
        (
            "10 1c request flow=1 url=/echo/iframe.html\n11 1s request flow=1 url=/echo/iframe.html",
            ("wire", "up", None, 11),
        ),
        (
            """
            10 1c request flow=1 url=/echo/iframe.html
            11 1s request flow=1 url=/echo/iframe.html
            12 s request request=1 path=/echo/iframe.html
            """,
            ("server", "up", None, 12),
        ),
        (
            """
            10 1c request flow=1 url=/echo/iframe.html
            11 1s request flow=1 url=/echo/iframe.html
            12 s request request=1 path=/echo/iframe.html
            13 s response request=1 status=200
            14 1s response flow=1 status=200
            """,
            ("hop", "down", "hop1", 14),
        ),
        (
            "10 1c request flow=1 url=/echo/iframe.html\n20 1c response flow=1 status=200",
            ("browser", "up", None, 20),
        ),
    ],
)
def test_progress_of_follows_the_page_of_an_iframe_first(see, table, where):
    assert _where(see, IFRAME, table) == where


def test_held_ms_adds_both_ways_up_to_the_end(see):
    assert held_ms(_trial(see, XHR, *JOURNEY)) == {"hop1": 19, "hop2": 20}
    assert held_ms(_trial(see, XHR, *JOURNEY[:-1])) == {"hop1": 10 + 532, "hop2": 20}
    assert held_ms(_trial(see, XHR, JOURNEY[0])) == {"hop1": 612, "hop2": 0}
