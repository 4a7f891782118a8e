import pytest

from lab.timeline.diagnosis.rules import opening_ignored
from tests.timeline.tables import attempt

TIMED_OUT = attempt("htmlfile", "timeout", at=0, until=650)


def opening(came: int, left: int) -> str:
    return f"""
        10 1c request flow=1 method=GET url=http://app/echo/1/abc/htmlfile
        11 1s request flow=1 method=GET url=http://app/echo/1/abc/htmlfile
        12 s  request request=1 method=GET path=/echo/1/abc/htmlfile session=abc
        13 s  frame.out session=abc type=o bytes=1
        14 1s response flow=1 status=200
        {came} 1s response.data flow=1 bytes=1056 total=1056
        15 1c response flow=1 status=200
        {left} 1c response.data flow=1 bytes=1056 total=1056
    """


def test_says_that_the_browser_took_no_notice(ask):
    (found,) = ask(opening_ignored, TIMED_OUT, opening(16, 20))
    assert (found.about, found.cause, found.hop) == ("htmlfile", "opening_ignored", None)
    assert found.sentence == (
        "The opening of htmlfile left for the browser after 20 ms, and nothing had come of it when the budget of "
        "600 ms ran out."
    )
    assert "document.domain" in found.hint


def test_names_the_hop_that_had_held_it_for_long(ask):
    (found,) = ask(opening_ignored, attempt("htmlfile", at=0, until=15_000), opening(16, 2016))
    assert (found.cause, found.hop) == ("response_held", "hop1")
    assert found.sentence.startswith("hop1 had held it for 2,00")


@pytest.mark.parametrize(("came", "left"), [(16, 500), (600, 700)])
def test_says_nothing_of_an_opening_that_came_late_or_never(ask, came, left):
    assert ask(opening_ignored, TIMED_OUT, opening(came, left)) == []
