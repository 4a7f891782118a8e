import pytest

from lab.timeline.diagnosis.rules import content_changed
from tests.timeline.tables import answer, attempt, opened, request

XHR = "/echo/1/abc/xhr"
SIDES = ["1c", "1s", "s"]
BASE = request(10, XHR, sides=SIDES), answer(20, 200, sides=SIDES[::-1])


@pytest.mark.parametrize(
    ("came", "left", "words"),
    [
        ([(30, 2)], [(31, 1)], "took from an answer's body: 2 bytes came and 1 left"),
        ([(30, 20)], [(31, 90)], "added to an answer's body: 20 bytes came and 90 left"),
        ([(30, 2049), (32, 2)], [(31, 2048), (33, 1)], "took from an answer's body: 2,051 bytes came and 2,049 left"),
    ],
)
def test_names_the_hop_whose_two_sides_counted_differently(ask, came, left, words):
    lines = []
    for side, pieces in (("1s", came), ("1c", left)):
        total = 0
        for at, size in pieces:
            total += size
            lines.append(f"{at} {side} response.data flow=1 bytes={size} total={total}")
    (found,) = ask(content_changed, attempt(), *BASE, "\n".join(lines))
    assert (found.cause, found.hop) == ("content_changed", "hop1")
    assert words in found.sentence


def test_speaks_of_a_request_whose_body_was_dropped(ask):
    tables = (
        request(600, "/echo/1/abc/xhr_send", sides=SIDES),
        "601 1c request.end flow=1 bytes=13\n602 1s request.end flow=1 bytes=0",
        answer(610, 500, sides=SIDES[::-1]),
    )
    (found,) = ask(content_changed, opened(), *tables)
    assert "took from a request's body: 13 bytes came and 0 left" in found.sentence
    assert "so that the server answered 500" in found.sentence


@pytest.mark.parametrize(
    "pieces",
    [
        # held back, not changed: a block of the whole, or nothing, or late
        "30 1s response.data flow=1 bytes=2051 total=2051\n31 1c response.data flow=1 bytes=2048 total=2048\n"
        "32 1s response.data flow=1 bytes=2 total=2053",
        "30 1s response.data flow=1 bytes=2051 total=2051",
        "30 1s response.data flow=1 bytes=2051 total=2051\n99 1c response.data flow=1 bytes=2048 total=2048",
        "30 1s response.data flow=1 bytes=9 total=9\n31 1c response.data flow=1 bytes=9 total=9",
    ],
)
def test_says_nothing_of_what_may_be_held(ask, pieces):
    assert ask(content_changed, attempt(end="timeout"), *BASE, pieces) == []


def test_leaves_compression_to_its_own_rule(ask):
    packed = (
        request(10, XHR, sides=SIDES),
        answer(20, 200, sides=["s", "1s"]),
        answer(22, 200, sides=["1c"], more='headers="Content-Encoding: gzip"'),
        "30 1s response.end flow=1 bytes=20\n31 1c response.end flow=1 bytes=40",
    )
    assert ask(content_changed, attempt(), *packed) == []
