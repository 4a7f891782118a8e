import pytest

from lab.timeline.diagnosis.rules import upgrade_answered

FAILED = """
    0  b attempt.start transport=websocket budget_ms=622 url=ws://app/echo/000/abcd/websocket
    14 b attempt.close transport=websocket code=1006
    2  1c request flow=1 method=GET url=ws://app/echo/000/abcd/websocket upgrade=true
"""
ON = """
    3  1s request flow=1 method=GET url=/echo/000/abcd/websocket upgrade=true
    4  s  request request=1 method=GET path=/echo/000/abcd/websocket upgrade=true
"""


@pytest.mark.parametrize(
    ("answers", "how"),
    [
        ("5 1c response flow=1 status=403", "with 403 after 5 ms and did not pass it on."),
        (ON + "5 1c response flow=1 status=504", "with 504 after 5 ms without waiting for the server's answer."),
        (
            ON + "4 1s response flow=1 status=101\n5 1c response flow=1 status=200",
            "with 200 after 5 ms in place of the 101 that it was given.",
        ),
    ],
)
def test_names_the_hop_and_its_status(ask, answers, how):
    (found,) = ask(upgrade_answered, FAILED, answers)
    assert (found.about, found.cause, found.hop) == ("websocket", "upgrade_answered", "hop1")
    assert found.sentence == f"hop1 answered the request for the websocket {how}"
    assert found.proof[0].startswith("hop1.client saw the request after 2 ms and the answer")


@pytest.mark.parametrize(
    "answers",
    [
        "",
        ON + "4 s response request=1 status=403\n5 1s response flow=1 status=403\n5 1c response flow=1 status=403",
        ON + "4 s response request=1 status=101\n5 1s response flow=1 status=101\n5 1c response flow=1 status=101",
        "5 1c response flow=1 status=101",
        # it came long after the attempt had ended
        "90 1c response flow=1 status=403",
    ],
)
def test_says_nothing_where_no_hop_made_the_answer(ask, answers):
    assert ask(upgrade_answered, FAILED, answers) == []


def test_says_nothing_of_other_transports(ask):
    table = FAILED.replace("websocket", "eventsource")
    assert ask(upgrade_answered, table, "5 1c response flow=1 status=403") == []


def test_tells_an_extended_connect_of_http2(ask):
    asked = FAILED.replace("upgrade=true", "upgrade=true http=HTTP/2.0")
    (found,) = ask(upgrade_answered, asked, "5 1c response flow=1 status=400")
    assert found.sentence == (
        "hop1 answered the request for the websocket, an extended CONNECT of HTTP/2, with 400 after 5 ms "
        "and did not pass it on."
    )
    assert "RFC 8441" in found.hint
