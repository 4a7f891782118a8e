import pytest

from lab.timeline.diagnosis.rules import unavailable

FAILED = """
    0 b attempt.start transport=websocket budget_ms=622 url={scheme}://app/echo/000/abcd/websocket
    {end} b attempt.close transport=websocket code=1006
"""
PLAIN = FAILED.format(scheme="ws", end=3)
OTHERS = "-9 1c request flow=9 url=http://app/echo/info"


def test_names_the_browser(ask):
    (found,) = ask(unavailable, PLAIN, OTHERS)
    assert (found.about, found.cause, found.hop) == ("websocket", "unavailable", None)
    assert found.sentence.startswith(
        "The browser closed websocket after 3 ms without a request that anyone else saw:"
    )


@pytest.mark.parametrize(
    "tables",
    [
        (PLAIN, "2 1c request flow=1 url=ws://app/echo/000/abcd/websocket"),
        # the clocks of the browser and the server do not agree to the millisecond
        (PLAIN, "9 s request request=1 path=/echo/000/abcd/websocket"),
        (PLAIN, "2 1c connect flow=1 host=app port=80"),
        (FAILED.format(scheme="ws", end=400),),
        (PLAIN.replace("attempt.close", "attempt.timeout"),),
        # no URL, so that no request can be told to be its own
        (PLAIN.replace("url=ws://app/echo/000/abcd/websocket", ""),),
        # what goes through an open tunnel goes unseen
        (FAILED.format(scheme="wss", end=3), "-9 1c connect flow=1 host=app port=443"),
    ],
)
def test_says_nothing_where_somebody_saw_or_could_not_see(ask, tables):
    assert ask(unavailable, *tables) == []


def test_names_the_browser_where_hops_read_inside_tls(ask):
    assert len(ask(unavailable, FAILED.format(scheme="wss", end=3), OTHERS)) == 1
