import pytest

from lab.timeline.diagnosis.rules import answer_timed_out
from tests.timeline.tables import answer, opened, request

XHR = "/echo/1/abc/xhr"


def _after(at, status=504, sides=("1c",)):
    return request(60, XHR), answer(at, status, sides=sides)


def test_names_the_hop_and_how_long_it_waited(ask):
    (found,) = ask(answer_timed_out, opened(closed=1100), *_after(1061))
    assert (found.about, found.cause, found.hop) == ("open connection", "answer_timed_out", "hop1")
    assert (
        "waited 1,000 ms for the server to answer POST /echo/1/abc/xhr, then answered 504 by itself" in found.sentence
    )


@pytest.mark.parametrize(
    "tables",
    [
        _after(100),  # at once: for another reason
        _after(1061, status=403),
        (request(60, XHR), answer(1050, 504)),  # the server's own
        (request(60, XHR, sides=["1c"]), answer(1061, 504, sides=["1c"])),  # it had not asked
    ],
)
def test_says_nothing_of_other_answers(ask, tables):
    assert ask(answer_timed_out, opened(closed=1100), *tables) == []
