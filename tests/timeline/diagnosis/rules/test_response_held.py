import pytest

from lab.timeline.diagnosis.rules import response_held

TIMED_OUT = """
    100 b attempt.start transport=xhr-streaming budget_ms=622 url=http://app/echo/000/abcd/xhr_streaming
    722 b attempt.timeout transport=xhr-streaming timer_of=xhr-streaming
"""
SENT = """
    102 1c request flow=1 method=POST url=http://app/echo/000/abcd/xhr_streaming
    103 1s request flow=1 method=POST url=/echo/000/abcd/xhr_streaming
    104 s  request request=1 method=POST path=/echo/000/abcd/xhr_streaming session=abcd
    110 s  frame.out session=abcd type=o bytes=1
    111 1s response flow=1 status=200
"""
HAD = "112 1s response.data flow=1 bytes=2051 total=2051"


def test_names_the_hop_with_bytes_and_times(ask):
    (found,) = ask(response_held, TIMED_OUT, SENT, HAD)
    assert (found.about, found.cause, found.hop) == ("xhr-streaming", "response_held", "hop1")
    assert found.sentence == (
        "hop1 had 2,051 bytes of the answer after 12 ms and had passed none on when the budget of 622 ms ran out."
    )
    assert "X-Accel-Buffering: no" in found.hint


def test_tells_how_much_was_passed_on(ask):
    part = "113 1c response.data flow=1 bytes=2048 total=2048"
    (found,) = ask(response_held, TIMED_OUT, SENT, HAD, part)
    assert "had passed only 2,048 of them on" in found.sentence


def test_speaks_of_the_budget_only_where_it_was_the_attempts_own(ask):
    (found,) = ask(response_held, TIMED_OUT.replace("timer_of=xhr-streaming", "timer_of=websocket"), SENT, HAD)
    assert found.sentence.endswith("when the attempt ended after 622 ms.")


def test_names_the_hop_that_passes_no_frames_of_a_websocket(ask):
    tables = [table.replace("xhr-streaming", "websocket") for table in (TIMED_OUT, SENT)]
    tables = [table.replace("xhr_streaming", "websocket").replace("status=200", "status=101") for table in tables]
    frame = "112 1s ws.frame flow=1 direction=down bytes=1 text=o"
    (found,) = ask(response_held, *tables, "112 1c response flow=1 status=101", frame)
    assert found.sentence.startswith("hop1 had the server's first frame after 12 ms and had passed none on")


@pytest.mark.parametrize(
    "tables",
    [
        (TIMED_OUT, SENT),
        (TIMED_OUT, SENT, HAD, "113 1c response.data flow=1 bytes=2051 total=2051"),
        # it had it too late to be blamed for the time before
        (TIMED_OUT, SENT, HAD.replace("112", "612")),
        (TIMED_OUT,),
    ],
)
def test_says_nothing_where_no_hop_held_it(ask, tables):
    assert ask(response_held, *tables) == []
