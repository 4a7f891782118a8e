import pytest

from lab.timeline.diagnosis.rules import unknown

TIMED_OUT = """
    0   b attempt.start transport=xhr-polling budget_ms=622 url=http://app/echo/000/abcd/xhr
    622 b attempt.timeout transport=xhr-polling timer_of=xhr-polling
"""
CAME = "2 1c request flow=1 method=POST url=http://app/echo/000/abcd/xhr\n"
WENT = CAME + "3 1s request flow=1 method=POST url=/echo/000/abcd/xhr\n"
ASKED = WENT + "4 s request request=1 method=POST path=/echo/000/abcd/xhr\n"
HAD = ASKED + "5 s frame.out session=abcd type=o\n6 1s response.data flow=1 total=2\n"


@pytest.mark.parametrize(
    ("tables", "last"),
    [
        ((), "nobody outside the browser saw its request"),
        ((CAME,), "hop1 had its request after 2 ms"),
        ((WENT,), "after 3 ms it was on its way between two vantages"),
        ((ASKED,), "the server had its request after 4 ms"),
        ((HAD,), "hop1 had its opening after 6 ms"),
        ((HAD, "7 1c response.data flow=1 total=2"), "its opening had left for the browser after 7 ms"),
    ],
)
def test_admits_it_and_tells_how_far_it_got(ask, tables, last):
    (found,) = ask(unknown, TIMED_OUT, *tables)
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "unknown", None)
    assert found.sentence == f"The evidence does not say why xhr-polling timed out after 622 ms: {last}."


def test_admits_that_without_a_url_nothing_can_be_joined(ask):
    (found,) = ask(unknown, TIMED_OUT.replace("url=http://app/echo/000/abcd/xhr", ""), CAME)
    assert "its URL was not recorded" in found.sentence


def test_says_nothing_where_nothing_is_left(ask):
    assert ask(unknown, "0 b attempt.start transport=xhr-polling", "9 b attempt.open transport=xhr-polling") == []
