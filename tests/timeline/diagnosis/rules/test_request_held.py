import pytest

from lab.timeline.diagnosis.rules import request_held

TIMED_OUT = """
    100 b attempt.start transport=xhr-polling budget_ms=622 url=http://app/echo/000/abcd/xhr
    722 b attempt.timeout transport=xhr-polling timer_of=xhr-polling
"""
CAME = "102 1c request flow=1 method=POST url=http://app/echo/000/abcd/xhr"


def test_names_the_hop_and_the_time(ask):
    (found,) = ask(request_held, TIMED_OUT, CAME)
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "request_held", "hop1")
    assert found.sentence == (
        "hop1 had the request after 2 ms and had not passed it on when the budget of 622 ms ran out."
    )


@pytest.mark.parametrize(
    "tables",
    [
        (TIMED_OUT,),
        (TIMED_OUT, CAME, "103 1s request flow=1 method=POST url=/echo/000/abcd/xhr"),
        (TIMED_OUT, CAME.replace("102", "602")),
    ],
)
def test_says_nothing_where_no_hop_held_it(ask, tables):
    assert ask(request_held, *tables) == []
