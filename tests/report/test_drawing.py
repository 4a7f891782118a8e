from lab.report.drawing import MOST_POINTS, drawing_of
from lab.timeline.tree import Frame, Span, Timeline
from tests.report.sample import case
from tests.report.timelines import TIMELINE, ZERO


def test_drawing_counts_from_the_first_client() -> None:
    drawing = drawing_of(TIMELINE, case())
    assert (drawing["zero"], drawing["end"]) == (ZERO, 100)
    assert [(one["name"], one["from"], one["to"], one["budget"]) for one in drawing["attempts"]] == [
        ("websocket", 1, 9, 600),
        ("xhr-polling", 10, 22, 600),
    ]
    assert drawing["moments"] == [
        {"at": 22, "kind": "open", "name": "open on xhr-polling"},
        {"at": 90, "kind": "closed", "name": "closed with 1000 Normal"},
    ]


def test_drawing_has_a_lane_per_vantage_that_sees_requests_with_the_hops_own_name() -> None:
    drawing = drawing_of(TIMELINE, case(network=["gateway: forward proxy: no_upgrade"]))
    assert drawing["lanes"] == [
        {"name": "browser", "hop": "the page was not told of 4 of 4 requests"},
        {"name": "hop1.client", "hop": "gateway, towards the browser"},
        {"name": "hop1.server", "hop": "gateway, towards the server"},
        {"name": "server", "hop": ""},
    ]


def test_drawing_puts_each_sighting_of_a_request_in_its_lane() -> None:
    drawing = drawing_of(TIMELINE, case())
    assert len(drawing["spans"]) == 12
    spans = [one for one in drawing["spans"] if one["lane"] == 3]
    assert [(one["name"], one["from"], one["answered"], one["to"], one["status"]) for one in spans] == [
        ("GET /echo/000/abc/websocket", 4, 5, 8, 400),
        ("GET /echo/000/abc/xhr", 13, 14, 20, 200),
        ("GET /echo/000/abc/xhr", 27, 28, 60, 200),
        ("GET /echo/000/abc/xhr", 63, 64, None, 200),
    ]
    assert spans[0]["down"] == [[8, 7]]


def test_drawing_shows_the_page_the_requests_that_it_was_told_of() -> None:
    (connection,) = TIMELINE.connections
    polls = connection.tries[1]
    aborted = Span(
        vantage="browser", start_ms=ZERO + 11, end_ms=ZERO + 30, ended="aborted", down=[(ZERO + 30, 0)], frames=[]
    )
    # A script of another origin: when it began and ended, and nothing else.
    script = Span(vantage="browser", start_ms=ZERO + 25, end_ms=ZERO + 61, counts="frames")
    told = [
        request.model_copy(update={"spans": [span, *request.spans[1:]]})
        for request, span in zip(polls.requests, (aborted, script), strict=False)
    ]
    tries = [connection.tries[0], polls.model_copy(update={"requests": [*told, *polls.requests[2:]]})]
    timeline: Timeline = TIMELINE.model_copy(update={"connections": [connection.model_copy(update={"tries": tries})]})
    drawing = drawing_of(timeline, case())
    assert drawing["lanes"][0] == {"name": "browser", "hop": "the page was not told of 2 of 4 requests"}
    shown = [
        (one["from"], one["to"], one["ended"], one["down"], one["hidden"])
        for one in drawing["spans"]
        if not one["lane"]
    ]
    assert shown == [(11, 30, "aborted", [[30, 0]], False), (25, 61, "", [], True)]


def test_drawing_gives_each_attempt_the_frames_that_the_page_got_of_it() -> None:
    assert drawing_of(TIMELINE, case())["frames"] == [
        [1, 20, "down", 1, "o"],
        [1, 60, "down", 1, "o"],
        [1, 61, "down", 1, "o"],
    ]


def test_drawing_names_the_connection_where_there_are_several() -> None:
    (first,) = TIMELINE.connections
    both = TIMELINE.model_copy(update={"connections": [first, first.model_copy(update={"name": "second"})]})
    names = [one["name"] for one in drawing_of(both, case())["attempts"]]
    assert names == ["main: websocket", "main: xhr-polling", "second: websocket", "second: xhr-polling"]


def test_drawing_thins_out_what_is_too_much_to_be_seen() -> None:
    (connection,) = TIMELINE.connections
    poll = connection.tries[1].requests[0]
    frames = [Frame(t_ms=ZERO + at, direction="down", bytes=1, text="x" * 200) for at in range(1_000)]
    spans = [one.model_copy(update={"frames": frames}) for one in poll.spans]
    many = connection.tries[1].model_copy(update={"requests": [poll.model_copy(update={"spans": spans})]})
    timeline: Timeline = TIMELINE.model_copy(
        update={"connections": [connection.model_copy(update={"tries": [many]})]}
    )
    drawing = drawing_of(timeline, case())
    drawn = drawing["spans"][0]["frames"]
    assert len(drawn) == len(drawing["frames"]) == MOST_POINTS
    assert (drawn[0][0], drawn[-1][0], len(drawn[0][3])) == (0, 999, 80)
    assert drawing["spans"][0]["left"] == 1_000 - MOST_POINTS
