import pytest

from lab.timeline.diagnosis.rules import too_slow

TIMED_OUT = """
    0   b info.start
    20  b info.end ok=true rtt_ms=11 rto_ms=311
    100 b attempt.start transport=xhr-polling budget_ms=622 url=http://app/echo/000/abcd/xhr
    722 b attempt.timeout transport=xhr-polling timer_of=xhr-polling
"""


def _journey(up, server, down):
    """The request takes so long through hop1, the server so long to answer, the answer so long back."""
    at = 102 + up
    back = at + server
    return f"""
        102 1c request flow=1 method=POST url=http://app/echo/000/abcd/xhr
        {at} 1s request flow=1 method=POST url=/echo/000/abcd/xhr
        {at} s request request=1 method=POST path=/echo/000/abcd/xhr session=abcd
        {back} s frame.out session=abcd type=o
        {back} 1s response.data flow=1 bytes=2 total=2
        {back + down} 1c response.data flow=1 bytes=2 total=2
    """


def test_names_the_hop_that_took_its_time_both_ways(ask):
    (found,) = ask(too_slow, TIMED_OUT, _journey(300, 1, 330))
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "too_slow", "hop1")
    assert found.sentence == ("The way through the hops was too slow: hop1 619 ms when the budget of 622 ms ran out.")
    assert "11 ms for a round trip" in found.hint


def test_names_the_server(ask):
    (found,) = ask(too_slow, TIMED_OUT, _journey(2, 900, 1))
    assert found.hop is None
    assert (
        found.sentence
        == "The server had had the request for 618 ms and had not opened when the budget of 622 ms ran out."
    )


@pytest.mark.parametrize(
    "tables",
    [
        (TIMED_OUT,),
        (TIMED_OUT, _journey(100, 1, 100)),
        (TIMED_OUT.replace("attempt.timeout", "attempt.close"), _journey(300, 1, 330)),
    ],
)
def test_says_nothing_where_nobody_was_slow(ask, tables):
    assert ask(too_slow, *tables) == []
