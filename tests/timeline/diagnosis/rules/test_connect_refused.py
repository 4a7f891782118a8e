import pytest

from lab.timeline.diagnosis.rules import connect_refused

FAILED = """
    0  b attempt.start transport=websocket budget_ms=622 url=ws://app.localhost/echo/000/abcd/websocket
    14 b attempt.close transport=websocket code=1006
    2  1c connect flow=1 host=app.localhost port=80
"""


@pytest.mark.parametrize(("status", "hint"), [(403, "allow CONNECT to port 80"), (407, "credentials")])
def test_names_the_proxy_and_its_status(ask, status, hint):
    (found,) = ask(connect_refused, FAILED, f"5 1c connect.answer flow=1 status={status}")
    assert (found.about, found.cause, found.hop) == ("websocket", "connect_refused", "hop1")
    assert found.sentence == (
        f"hop1 refused CONNECT app.localhost:80 with {status} after 5 ms, so websocket got no further."
    )
    assert hint in found.hint


@pytest.mark.parametrize(
    "tables",
    [
        (FAILED,),
        (FAILED, "5 1c connect.answer flow=1 status=200"),
        # it was for another port
        (FAILED.replace("port=80", "port=443"), "5 1c connect.answer flow=1 status=403"),
        # the browser found another way
        (
            FAILED,
            "5 1c connect.answer flow=1 status=403",
            "6 1c request flow=2 url=http://app.localhost/echo/000/abcd/websocket",
        ),
    ],
)
def test_says_nothing_where_no_connect_was_refused(ask, tables):
    assert ask(connect_refused, *tables) == []


def test_names_the_proxy_of_a_chain_that_made_the_refusal(ask):
    chain = """
        3 2c connect flow=1 host=app.localhost port=80
        4 2c connect.answer flow=1 status=403
        5 1c connect.answer flow=1 status=403
    """
    (found,) = ask(connect_refused, FAILED, chain)
    assert found.hop == "hop2"
