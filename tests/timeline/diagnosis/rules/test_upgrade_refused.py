import pytest

from lab.timeline.diagnosis.rules import upgrade_refused

FAILED = """
    0  b attempt.start transport=websocket budget_ms=622 url=ws://app/echo/000/abcd/websocket
    14 b attempt.close transport=websocket code=1006
    2  1c request flow=1 method=GET url=ws://app/echo/000/abcd/websocket upgrade=true
    3  1s request flow=1 method=GET url=/echo/000/abcd/websocket upgrade=true
    4  s  request request=1 method=GET path=/echo/000/abcd/websocket upgrade=true
"""
ANSWERS = "5 s response request=1 status=404\n6 1s response flow=1 status=404\n7 1c response flow=1 status=404"


def test_names_the_server_and_its_status(ask):
    (found,) = ask(upgrade_refused, FAILED, ANSWERS)
    assert (found.about, found.cause, found.hop) == ("websocket", "upgrade_refused", None)
    assert found.sentence.startswith("The server refused the websocket with 404,")
    assert found.proof[-1] == "server saw the request after 4 ms and the answer 404 after 5 ms"


def test_names_the_server_where_there_is_no_hop(ask):
    lines = [line for line in (FAILED + ANSWERS).splitlines() if " 1c " not in line and " 1s " not in line]
    assert [found.cause for found in ask(upgrade_refused, *lines)] == ["upgrade_refused"]


@pytest.mark.parametrize(
    "tables",
    [
        (FAILED,),
        (FAILED, ANSWERS.replace("404", "101")),
        # a hop made it
        (FAILED, ANSWERS.replace("7 1c response flow=1 status=404", "7 1c response flow=1 status=403")),
        (FAILED, "7 1c response flow=1 status=404"),
        # the server was not asked for a websocket
        (FAILED.replace("path=/echo/000/abcd/websocket upgrade=true", "path=/echo/000/abcd/websocket"), ANSWERS),
        tuple(table.replace("websocket", "eventsource") for table in (FAILED, ANSWERS)),
    ],
)
def test_says_nothing_where_it_was_not_the_server(ask, tables):
    assert ask(upgrade_refused, *tables) == []
