import pytest

from lab.timeline.attempts import attempts_of
from lab.timeline.headroom import decided_by_machine, head_room_of
from lab.timeline.results import HeadRoom


def _doubts(see, *tables):
    events = see(*tables)
    return decided_by_machine(events, attempts_of(events))


# --- head_room_of


def test_head_room_of_takes_the_worst_while_the_lock_was_held(see):
    found = head_room_of(
        see("""
             50 b late      late_ms=49         # before the lock
            100 l lock      waited_ms=40
            200 b late      late_ms=31
            300 b late      late_ms=25
            300 l late      late_ms=22
            400 l head_room late_ms=12
            500 l unlock
            600 l late      late_ms=90         # from 510 on: after the lock
            700 b late      late_ms=150        # from 550 on
        """)
    )
    assert found == HeadRoom(browser_late_ms=31, lab_late_ms=22, waited_for_lock_ms=40)


def test_head_room_of_counts_lateness_that_reaches_into_the_lock(see):
    # The timer was due at 480, while the lock was held, and fired at 530.
    assert head_room_of(see("100 l lock", "500 l unlock", "530 l late late_ms=50")).lab_late_ms == 50


def test_head_room_of_counts_everything_where_there_is_no_lock(see):
    found = head_room_of(see("5 b late late_ms=30", "900 l head_room late_ms=7", "901 l clock uncertainty_ms=0.4"))
    assert found == HeadRoom(browser_late_ms=30, lab_late_ms=7, clock_uncertainty_ms=0.4)


def test_head_room_of_adds_several_times_with_the_lock(see):
    table = "0 l lock waited_ms=5\n10 l unlock\n20 l lock waited_ms=6\n30 l unlock"
    found = head_room_of(see(table, "9 b late late_ms=8", "14 b late late_ms=3", "29 b late late_ms=6"))
    assert (found.waited_for_lock_ms, found.browser_late_ms) == (11, 8)


def test_head_room_of_limits_a_head_room_that_tells_of_the_time_before_as_well(see):
    # It covers 0 to 110, and more than 20 ms within the lock would have had an event of its own.
    assert head_room_of(see("100 l lock", "110 l head_room late_ms=90", "500 l unlock")).lab_late_ms == 20
    whole = see("100 l lock", "110 l head_room late_ms=1", "400 l head_room late_ms=90", "500 l unlock")
    assert head_room_of(whole).lab_late_ms == 90


def test_head_room_of_adds_up_the_stall_inside(see):
    table = """
        100 l lock
        100 l pressure stall_ms=80    # since 0: before the lock
        300 l pressure stall_ms=30
        500 l pressure stall_ms=20
        510 l unlock
        900 l pressure stall_ms=300   # since 500: at most 10 of it inside
    """
    assert head_room_of(see(table)).cpu_stall_ms == 60
    assert head_room_of(see("100 l lock", "110 l unlock")).cpu_stall_ms is None


def test_head_room_of_nothing_is_nothing():
    assert head_room_of([]) == HeadRoom()


# --- decided_by_machine, rule (a): a timer that was overdue

CLIENT = "0 b client.new version=1.6.1 url=http://app/echo"


@pytest.mark.parametrize(
    ("end", "doubts"),
    [
        ("652 b attempt.open transport=websocket", []),
        (
            "700 b attempt.open transport=websocket",
            ["websocket opened after 700 ms, 78 ms after its own timer was due to end it"],
        ),
        (
            "700 b attempt.close transport=websocket code=1006",
            ["websocket failed after 700 ms, 78 ms after its own timer was due to end it"],
        ),
        # A timer that fired late ended what it would have ended in time as well.
        ("700 b attempt.timeout transport=websocket timer_of=websocket", []),
    ],
)
def test_decided_by_machine_notes_a_timer_that_was_overdue(see, end, doubts):
    assert _doubts(see, CLIENT, "0 b attempt.start transport=websocket budget_ms=622", end) == doubts


FOLLOWER = """
      0 b attempt.start transport=websocket     budget_ms=622
     14 b attempt.close transport=websocket     code=1006
     15 b attempt.start transport=xhr-streaming budget_ms=622
"""


def test_decided_by_machine_notes_a_left_over_timer_that_was_overdue(see):
    # Due at 622, within xhr-streaming's own budget, which runs to 637.
    late = "660 b attempt.open transport=xhr-streaming"
    told = ["xhr-streaming opened after 645 ms, 38 ms after the timer of websocket was due to end it"]
    assert _doubts(see, CLIENT, FOLLOWER, late) == told
    assert _doubts(see, CLIENT, FOLLOWER, late.replace("660", "640")) == []
    # A client that clears its timers leaves none over.
    assert _doubts(see, CLIENT.replace("1.6.1", "0.3.4"), FOLLOWER, late) == []
    # The timers of one connection are nothing to another.
    first, second, third = FOLLOWER.strip().splitlines()
    elsewhere = [f"{line} connection=other" for line in (third, late)]
    assert _doubts(see, CLIENT, first, second, *elsewhere) == []
    # A timer that fired is not left over.
    fired = FOLLOWER.replace("attempt.close", "attempt.timeout") + late
    assert _doubts(see, CLIENT, fired) == []


# --- rules (b), (c) and (d)

XHR = """
     0 b attempt.start   transport=xhr-streaming budget_ms=600 url=http://app/echo/000/abcd/xhr_streaming
   600 b attempt.timeout transport=xhr-streaming timer_of=xhr-streaming
"""
UP = """
    10 1c request flow=1 method=POST url=http://app/echo/000/abcd/xhr_streaming
    11 1s request flow=1 method=POST url=/echo/000/abcd/xhr_streaming
    12 s  request request=1 method=POST path=/echo/000/abcd/xhr_streaming session=abcd
"""
OPENING = "13 s frame.out session=abcd type=o bytes=1"
HELD = "14 1s response.data flow=1 bytes=2051 total=2051"


@pytest.mark.parametrize(("left", "doubted"), [(40, True), (595, True), (596, False)])
def test_decided_by_machine_notes_an_opening_that_had_left_for_the_browser(see, left, doubted):
    passed = f"{left} 1c response.data flow=1 bytes=2051 total=2051"
    told = [f"xhr-streaming timed out although its opening had left for the browser {600 - left} ms before"]
    assert _doubts(see, XHR, UP, OPENING, HELD, passed) == (told if doubted else [])


@pytest.mark.parametrize(
    ("left", "late", "doubted"),
    [
        pytest.param(40, "300 b head_room late_ms=5", False, id="a browser that had time"),
        pytest.param(400, "300 b head_room late_ms=5", True, id="a browser that had little time"),
        pytest.param(40, "300 b late late_ms=320", True, id="a busy browser"),
        pytest.param(40, "400 l pressure stall_ms=320", True, id="a busy machine"),
    ],
)
def test_decided_by_machine_asks_whether_the_browser_had_time_to_take_notice(see, left, late, doubted):
    passed = f"{left} 1c response.data flow=1 bytes=2051 total=2051"
    assert bool(_doubts(see, XHR, UP, OPENING, HELD, passed, late)) == doubted


@pytest.mark.parametrize(("ended", "doubts"), [(60, 0), (500, 1)])
def test_decided_by_machine_asks_whether_the_frame_had_time_to_ask(see, ended, doubts):
    table = f"""
          0 b  attempt.start   transport=iframe-eventsource budget_ms=900 url=http://app/echo/000/abcd
         10 1c request  flow=1 url=http://app/echo/iframe.html
         11 1s request  flow=1 url=http://app/echo/iframe.html
         12 s  request  request=1 path=/echo/iframe.html
         13 s  response request=1 status=200
         13 1s response flow=1 status=200
         14 1c response flow=1 status=200
    {ended} 1c response.end flow=1 bytes=423
        500 l  pressure stall_ms=300
        900 b  attempt.timeout transport=iframe-eventsource timer_of=iframe-eventsource
    """
    assert len(_doubts(see, table)) == doubts


def test_decided_by_machine_notes_an_opening_that_left_the_server_itself(see):
    direct = "12 s request request=1 method=POST path=/echo/000/abcd/xhr_streaming session=abcd"
    assert len(_doubts(see, XHR, direct, OPENING)) == 1
    assert _doubts(see, XHR, direct, OPENING.replace("type=o", "type=h")) == []


def test_decided_by_machine_notes_a_frame_that_had_left_for_the_browser(see):
    table = """
          0 b  attempt.start   transport=websocket budget_ms=600 url=ws://app/echo/000/abcd/websocket
         10 1c request  flow=1 url=ws://app/echo/000/abcd/websocket
         11 1s request  flow=1 url=ws://app/echo/000/abcd/websocket
         12 s  request  request=1 path=/echo/000/abcd/websocket
         13 s  frame.out session=abcd type=o bytes=1
         14 1s response flow=1 status=101
         15 1c response flow=1 status=101
         16 1s ws.frame flow=1 direction=down bytes=1
        600 b  attempt.timeout transport=websocket timer_of=websocket
    """
    assert _doubts(see, table) == []
    told = ["websocket timed out although its opening had left for the browser 583 ms before"]
    assert _doubts(see, table, "17 1c ws.frame flow=1 direction=down bytes=1") == told


def test_decided_by_machine_acquits_a_browser_that_was_forbidden_to_show_the_page(see):
    table = [part.replace("xhr-streaming", "htmlfile").replace("xhr_streaming", "htmlfile") for part in (XHR, UP)]
    passed = "15 1c response.data flow=1 bytes=2051 total=2051"
    assert len(_doubts(see, *table, OPENING, HELD, passed)) == 1
    ban = '15 1c response flow=1 status=200 headers="X-Frame-Options: DENY"'
    assert _doubts(see, *table, OPENING, HELD, ban, passed) == []


def test_decided_by_machine_acquits_a_browser_that_was_forbidden_to_show_the_iframe(see):
    table = """
          0 b  attempt.start   transport=iframe-eventsource budget_ms=900 url=http://app/echo/000/abcd
         10 1c request  flow=1 url=http://app/echo/iframe.html
         11 1s request  flow=1 url=http://app/echo/iframe.html
         12 s  request  request=1 path=/echo/iframe.html
         13 s  response request=1 status=200
         14 1s response flow=1 status=200
        500 b  late late_ms=400
        900 b  attempt.timeout transport=iframe-eventsource timer_of=iframe-eventsource
    """
    assert len(_doubts(see, table, "15 1c response flow=1 status=200")) == 1
    ban = '15 1c response flow=1 status=200 headers="X-Frame-Options: DENY"'
    assert _doubts(see, table, ban) == []


@pytest.mark.parametrize(
    ("busy", "doubts"),
    [
        ("", 0),
        # 20 % of the budget is 120 ms
        ("300 b late late_ms=120", 0),
        ("300 b late late_ms=121", 1),
        ("300 l late late_ms=121", 1),
        ("300 l pressure stall_ms=121", 1),
        # late as well, but not during the attempt
        ("900 b late late_ms=250", 0),
        # of it, all but 50 ms came after the attempt
        ("600 l pressure stall_ms=5\n900 l pressure stall_ms=250", 0),
    ],
)
def test_decided_by_machine_notes_a_request_that_never_left_a_busy_machine(see, busy, doubts):
    assert len(_doubts(see, XHR, busy)) == doubts
    # Once a vantage has it, it is no matter of the browser's lateness.
    if "b late" in busy:
        assert _doubts(see, XHR, UP.splitlines()[1], busy) == []


@pytest.mark.parametrize(
    ("reached", "where"),
    [(UP, "when the server had its request"), (UP + OPENING, "when it was between two vantages")],
)
@pytest.mark.parametrize(
    ("busy", "doubted"),
    [("300 l late late_ms=121", True), ("300 l late late_ms=100", False), ("300 b late late_ms=500", False)],
)
def test_decided_by_machine_notes_a_server_in_a_busy_lab(see, reached, where, busy, doubted):
    found = _doubts(see, XHR, reached, busy)
    assert len(found) == doubted
    assert all(where in sentence for sentence in found)


@pytest.mark.parametrize("reached", [UP.splitlines()[1], UP + OPENING + "\n" + HELD])
def test_decided_by_machine_never_doubts_what_a_hop_did(see, reached):
    # Half of the budget late, and still less than the hop kept it.
    assert _doubts(see, XHR, reached, "400 b late late_ms=300", "400 l late late_ms=300") == []


def test_decided_by_machine_doubts_a_hop_that_had_no_time_to_run(see):
    # The hop had it for 150 ms, of which the lab stood still for 130: 20 are too few to blame it.
    table = UP + OPENING + "\n" + HELD.replace("14 1s", "450 1s")
    assert _doubts(see, XHR, table) == []
    told = [
        "xhr-streaming timed out 150 ms after hop1 had been given what it waited for, "
        "while timers in the lab fired up to 130 ms late"
    ]
    assert _doubts(see, XHR, table, "590 l late late_ms=130") == told
    assert (
        len(_doubts(see, XHR, table, "520 l late late_ms=65", "590 l late late_ms=65", "300 l late late_ms=125")) == 1
    )


def test_decided_by_machine_does_not_excuse_a_hop_with_what_was_before_or_elsewhere(see):
    table = UP + OPENING + "\n" + HELD.replace("14 1s", "450 1s")
    assert _doubts(see, XHR, table, "440 l late late_ms=400") == []
    assert _doubts(see, XHR, table, "0 l pressure stall_ms=0", "600 l pressure stall_ms=580") == []


def test_decided_by_machine_blames_slow_hops_before_the_machine(see):
    # 500 of the 600 ms went by on the way up through the hop: little is left for the lab to spoil.
    slow = UP.replace("11 1s", "510 1s").replace("12 s", "511 s")
    assert _doubts(see, XHR, slow, "540 l late late_ms=130") == []
    quick = UP.replace("11 1s", "410 1s").replace("12 s", "411 s")
    assert len(_doubts(see, XHR, quick, "540 l late late_ms=130")) == 1


def test_decided_by_machine_measures_against_the_budget_and_not_the_time_a_stray_timer_left(see):
    # Ended after 10 ms by another's timer: lateness of 5 ms is half of that, and nothing of the budget.
    stray = XHR.replace("600 b attempt.timeout", "10 b attempt.timeout").replace("timer_of=xhr", "timer_of=web")
    assert _doubts(see, stray, "8 b late late_ms=5") == []


def test_decided_by_machine_says_nothing_of_attempts_that_the_page_gave_up(see):
    assert _doubts(see, XHR.replace("attempt.timeout", "client.close"), "300 b late late_ms=500") == []
    assert _doubts(see, XHR.splitlines()[1], "300 b late late_ms=500") == []


@pytest.mark.parametrize(
    ("more", "doubts"),
    [
        pytest.param("", 0, id="the link did nothing with it"),
        pytest.param("20 1s tcp.open conn=2", 1, id="the link made its own"),
        pytest.param("580 1c tcp.end conn=2 direction=up how=fin total=0", 1, id="it was given up before"),
        pytest.param("590 l late late_ms=560", 1, id="the lab stood still meanwhile"),
    ],
)
def test_decided_by_machine_never_doubts_a_link_that_took_a_connection_and_did_nothing(see, more, doubts):
    link = """
        -99 1c tcp.open conn=1
        -99 1s tcp.open conn=1
        -98 1c tcp.data conn=1 direction=up bytes=9 total=9
        15 1c tcp.open conn=2
    """
    assert len(_doubts(see, XHR, link, "300 l pressure stall_ms=200", more)) == doubts
