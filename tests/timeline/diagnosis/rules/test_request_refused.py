import pytest

from lab.timeline.diagnosis.rules import request_refused

FAILED = """
    0  b attempt.start transport=xhr-polling budget_ms=622 url=http://app/echo/000/abcd/xhr
    14 b attempt.close transport=xhr-polling code=1006
    2  1c request flow=1 method=POST url=http://app/echo/000/abcd/xhr
"""
ON = """
    3  1s request flow=1 method=POST url=/echo/000/abcd/xhr
    4  s  request request=1 method=POST path=/echo/000/abcd/xhr
"""
ANSWERS = "5 s response request=1 status=404\n6 1s response flow=1 status=404\n7 1c response flow=1 status=404"


@pytest.mark.parametrize("status", [403, 200])
def test_names_the_hop_that_answered_by_itself(ask, status):
    (found,) = ask(request_refused, FAILED, f"5 1c response flow=1 status={status}")
    assert (found.about, found.cause, found.hop) == ("xhr-polling", "request_answered", "hop1")
    assert found.sentence == f"hop1 answered POST /echo/000/abcd/xhr with {status}, and the server was not asked."


def test_names_the_hop_that_changed_the_answer(ask):
    (found,) = ask(
        request_refused,
        FAILED,
        ON,
        ANSWERS.replace("7 1c response flow=1 status=404", ""),
        "7 1c response flow=1 status=502",
    )
    assert (found.hop, "in place of the 404 that it was given" in found.sentence) == ("hop1", True)


def test_names_the_server(ask):
    (found,) = ask(request_refused, FAILED, ON, ANSWERS)
    assert (found.cause, found.hop) == ("request_refused", None)
    assert found.sentence == "The server refused POST /echo/000/abcd/xhr with 404."


@pytest.mark.parametrize(
    "tables",
    [
        (FAILED,),
        (FAILED, ON, ANSWERS.replace("404", "200")),
        (FAILED.replace("xhr-polling", "websocket").replace("abcd/xhr", "abcd/websocket"), ANSWERS),
    ],
)
def test_says_nothing_where_nothing_was_refused(ask, tables):
    assert ask(request_refused, *tables) == []
