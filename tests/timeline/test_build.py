import pytest

from lab.timeline.build import timeline_of
from lab.timeline.tree import Timeline

# A websocket whose upgrade hop1 strips, then an xhr-streaming of which hop2 holds all but the prelude.
CASE = """
     0 l case id=x
     0 b client.new connection=main url=http://app/echo version=1.6.1
     1 b info.start connection=main
     3 1c request flow=1 method=OPTIONS url=http://app/echo/info?t=1
     4 1c request flow=2 method=GET url=http://app/echo/info?t=1 headers="Cookie: a=b"
     5 1s request flow=2 method=GET url=http://app/echo/info?t=1 headers="Via: 1"
     6 2c request flow=1 method=GET url=http://app/echo/info?t=1 headers="Via: 1"
     7 2s request flow=1 method=GET url=http://app/echo/info?t=1 headers="Via: 1"
     8 s  request request=1 method=GET path=/echo/info?t=1 headers="Via: 1"
     8 s  response request=1 status=200 headers="A: x"
     9 2s response flow=1 status=200 headers="A: x"
    10 2c response flow=1 status=200 headers="A: x"
    11 1s response flow=2 status=200 headers="A: x"
    12 1c response flow=2 status=203 headers="A: y"
    13 b info.end connection=main ok=true rtt_ms=10 rto_ms=310
    20 b attempt.start connection=main transport=xhr-streaming budget_ms=620 url=http://app/echo/1/abc/xhr_streaming
    22 1c request flow=3 method=POST url=http://app/echo/1/abc/xhr_streaming?t=2
    23 1s request flow=3 method=POST url=http://app/echo/1/abc/xhr_streaming?t=2
    24 2c request flow=2 method=POST url=http://app/echo/1/abc/xhr_streaming?t=2
    25 2s request flow=2 method=POST url=http://app/echo/1/abc/xhr_streaming?t=2
    26 s  request request=2 method=POST path=/echo/1/abc/xhr_streaming?t=2 session=abc
    26 s  response request=2 status=200
    27 2s response flow=2 status=200
    28 2s response.data flow=2 bytes=2049 total=2049
    29 2s response.data flow=2 bytes=2 total=2051
    30 2c response flow=2 status=200
    30 2c response.data flow=2 bytes=2049 total=2049
    31 1s response.data flow=3 bytes=2049 total=2049
    32 1c response.data flow=3 bytes=2049 total=2049
   640 b attempt.timeout connection=main transport=xhr-streaming timer_of=xhr-streaming
   641 1c error flow=3 text='the client went away' by=client
   642 b attempt.start connection=main transport=xhr-polling budget_ms=620 url=http://app/echo/1/def/xhr
   643 1c request flow=4 method=POST url=http://app/echo/1/def/xhr?t=3
   643 1s request flow=4 method=POST url=http://app/echo/1/def/xhr?t=3
   644 s  request request=3 method=POST path=/echo/1/def/xhr?t=3 session=def
   645 s  frame.out session=def type=o bytes=1
   650 b frame.in connection=main transport=xhr-polling type=o bytes=1
   650 b attempt.open connection=main transport=xhr-polling
   650 b client.open connection=main transport=xhr-polling
   660 b message.out connection=main text=hello bytes=5 n=0 hash=h
   661 1c request flow=5 method=POST url=http://app/echo/1/def/xhr_send?t=4
   661 1s request flow=5 method=POST url=http://app/echo/1/def/xhr_send?t=4
   662 s  request request=4 method=POST path=/echo/1/def/xhr_send?t=4 session=def
   663 s  message.in session=def text=hello bytes=5
   664 s  message.out session=def text=hello bytes=5
   665 1c request flow=6 method=POST url=http://app/echo/1/def/xhr?t=5
   665 1s request flow=6 method=POST url=http://app/echo/1/def/xhr?t=5
   666 b frame.in connection=main transport=xhr-polling type=a bytes=9
   667 b message.in connection=main text=hello bytes=5 n=0 hash=h
   700 b client.close connection=main code=1000 reason=bye was_clean=true
   701 s request request=9 method=GET path=/favicon.ico
   702 1c request flow=9 method=GET url=http://app/lab/page.html
"""


@pytest.fixture
def timeline(see):
    return timeline_of(see(CASE))


def test_timeline_has_the_vantages_in_path_order(timeline):
    assert timeline.hops == ["hop1", "hop2"]
    assert timeline.vantages == ["browser", "hop1.client", "hop1.server", "hop2.client", "hop2.server", "server"]
    assert timeline.end_ms == 702


def test_timeline_has_attempts_and_under_each_its_requests(timeline):
    (main,) = timeline.connections
    assert (main.transport, main.opened_ms, main.closed.code) == ("xhr-polling", 650, 1000)
    assert [(r.what, r.method) for r in main.info] == [("preflight", "OPTIONS"), ("info", "GET")]
    streaming, polling = main.tries
    assert [(one.attempt.transport, one.session, one.until_ms) for one in main.tries] == [
        ("xhr-streaming", "abc", 640),
        ("xhr-polling", "def", 700),
    ]
    assert [r.what for r in streaming.requests] == ["transport"]
    assert [(r.what, r.path) for r in polling.requests] == [
        ("transport", "/echo/1/def/xhr?t=3"),
        ("send", "/echo/1/def/xhr_send?t=4"),
        ("transport", "/echo/1/def/xhr?t=5"),
    ]


def test_timeline_shows_where_the_bytes_stopped(timeline):
    (request,) = timeline.connections[0].tries[0].requests
    assert [span.vantage for span in request.spans] == timeline.vantages
    assert request.span("hop2.server").down == [(28, 2049), (29, 2051)]
    assert request.span("hop2.client").down == [(30, 2049)]
    assert (request.span("hop1.client").ended, request.span("hop1.client").by) == ("the client went away", "client")
    assert (request.start_ms, request.end_ms) == (20, None)


def test_timeline_gives_each_frame_of_the_page_to_the_request_that_carried_it(timeline):
    first, _, second = timeline.connections[0].tries[1].requests
    assert [frame.text for frame in first.span("browser").frames] == ["o"]
    assert second.span("browser").down == [(666, 9)]


def test_timeline_shows_what_of_a_head_changed_and_between_whom(timeline):
    info = timeline.connections[0].info[1]
    found = {(c.of, c.name, tuple(c.before), tuple(c.after), c.source, c.target, c.hop) for c in info.changes}
    assert found == {
        ("request", "Cookie", ("a=b",), (), "hop1.client", "hop1.server", "hop1"),
        ("request", "Via", (), ("1",), "hop1.client", "hop1.server", "hop1"),
        ("response", ":status", ("200",), ("203",), "hop1.server", "hop1.client", "hop1"),
        ("response", "A", ("x",), ("y",), "hop1.server", "hop1.client", "hop1"),
    }


def test_timeline_shows_a_message_at_each_vantage(timeline):
    up, down = timeline.connections[0].messages
    assert (up.direction, up.n, up.text, up.arrived) == ("up", 0, "hello", True)
    assert [(one.vantage, one.t_ms) for one in up.seen] == [("browser", 660), ("server", 663)]
    assert [(one.vantage, one.t_ms) for one in down.seen] == [("server", 664), ("browser", 667)]


def test_timeline_keeps_other_requests_apart_and_leaves_the_labs_own_out(timeline):
    assert [request.path for request in timeline.other] == ["/favicon.ico"]


def test_timeline_bounds_the_clocks_by_causes_and_effects(timeline):
    assert (timeline.clocks.behind_at_most_ms, timeline.clocks.ahead_at_most_ms) == (1, 6)


def test_timeline_survives_the_way_to_a_file_and_back(timeline):
    assert Timeline.model_validate_json(timeline.model_dump_json()) == timeline


def test_timeline_of_nothing_is_empty():
    assert timeline_of([]).connections == []


def test_timeline_does_not_read_what_a_hop_says_it_did(see, timeline):
    assert timeline_of(see(CASE, "650 hop2 behaviour flow=2 behaviour=buffering did=held")) == timeline


def test_timeline_stands_any_part_of_its_events_missing(see):
    """A case can end anywhere, and a recorder can lose anything."""
    events = see(CASE)
    for place in range(len(events)):
        timeline_of(events[:place])
        timeline_of(events[place:])
        timeline_of(events[:place] + events[place + 1 :])


# What the page was told of the requests of CASE; of the info's preflight no page is told.
PAGE = """
     2 b request connection=main request=1 method=GET url=http://app/echo/info?t=1 initiator=xmlhttprequest
    12 b response connection=main request=1 status=203
    13 b response.end connection=main request=1 bytes=78 why=done
    21 b request connection=main request=2 method=POST url=http://app/echo/1/abc/xhr_streaming?t=2
    33 b response connection=main request=2 status=200
    33 b response.data connection=main request=2 bytes=2049 total=2049
   640 b response.end connection=main request=2 bytes=2049 why=aborted
   642 b request connection=main request=3 method=POST url=http://app/echo/1/def/xhr?t=3
   649 b response connection=main request=3 status=200
   651 b response.end connection=main request=3 bytes=2 why=done
   660 b request connection=main request=4 method=POST url=http://app/echo/1/def/xhr_send?t=4
   664 b request connection=main request=5 method=POST url=http://app/echo/1/def/xhr?t=5
   680 b request connection=main request=6 method=POST url=http://app/echo/1/def/xhr?t=6
   700 b response.end connection=main request=6 bytes=0 why=aborted
"""


def test_timeline_begins_a_request_with_what_the_page_saw_of_it(see):
    (main,) = timeline_of(see(CASE, PAGE)).connections
    asked, preflight = main.info  # The page asks; then the browser asks first whether it may.
    info = asked.span("browser")
    assert (info.start_ms, info.answered_ms, info.status, info.ended) == (2, 12, 203, "complete")
    assert info.down == [(13, 78)]
    assert "browser" not in [span.vantage for span in preflight.spans]
    (streaming,) = main.tries[0].requests
    # Of what hop2's server's side got, all but the open frame left it.
    last = {span.vantage: span.down[-1][1] for span in streaming.spans if span.down}
    assert last == {"browser": 2049, **dict.fromkeys(timeline_of(see(CASE)).vantages[1:4], 2049), "hop2.server": 2051}
    assert (streaming.span("browser").ended, streaming.start_ms) == ("aborted", 21)
    polls = [request.span("browser") for request in main.tries[1].requests if request.what == "transport"]
    assert [(span.start_ms, span.counts, span.only, [f.text for f in span.frames]) for span in polls] == [
        (642, "body", "", ["o"]),
        (664, "frames", "", ["a"]),  # Still on: no number of bytes was told.
        (680, "body", "", []),  # Which nobody else ever saw.
    ]
    assert [len(request.spans) for request in main.tries[1].requests] == [4, 4, 3, 1]


def test_timeline_says_where_the_page_was_not_told_of_a_request(see, timeline):
    told = timeline_of(see(CASE, PAGE))
    unseen = [
        [span.only for span in request.spans if span.vantage == "browser"]
        for one in (timeline, told)
        for request in one.connections[0].tries[0].requests
    ]
    assert unseen == [["frames"], [""]]


def test_timeline_finds_no_change_of_headers_between_the_page_and_a_hop(see, timeline):
    told = timeline_of(see(CASE, PAGE))
    assert told.connections[0].info[0].changes == timeline.connections[0].info[1].changes != []
    assert told.blind == timeline.blind
    assert told.other == timeline.other


def test_timeline_joins_a_link_by_its_bytes_and_names_what_is_blind(see):
    (main,) = timeline_of(
        see(
            """
             0 b client.new connection=main url=http://app/echo
            10 b attempt.start connection=main transport=websocket budget_ms=620 url=ws://app/echo/1/abc/websocket
            12 1c tcp.open conn=1
            12 1s tcp.open conn=1
            13 1c tcp.data conn=1 direction=up bytes=300 total=300 request="GET /echo/1/abc/websocket"
            63 1s tcp.data conn=1 direction=up bytes=200 total=200
            64 1s tcp.data conn=1 direction=up bytes=100 total=300
            65 s  request request=1 method=GET path=/echo/1/abc/websocket session=abc
            66 1s tcp.data conn=1 direction=down bytes=150 total=150
            90 1s tcp.end conn=1 direction=down how=fin total=150
            """
        )
    ).connections
    (request,) = main.tries[0].requests
    assert [(span.vantage, span.start_ms) for span in request.spans] == [
        ("browser", 10),
        ("hop1.client", 13),
        ("hop1.server", 63),
        ("server", 65),
    ]
    assert request.span("hop1.client").up == [(13, 300)]
    assert request.span("hop1.server").up == [(63, 200), (64, 300)]
    assert (request.span("hop1.server").down, request.span("hop1.server").ended) == ([(66, 150)], "FIN")
    assert request.span("hop1.client").down == []
