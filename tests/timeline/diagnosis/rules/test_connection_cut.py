import pytest

from lab.timeline.diagnosis.rules import connection_cut

FAILED = """
    0  b attempt.start transport=websocket budget_ms=622 url=ws://app/echo/000/abcd/websocket
    14 b attempt.close transport=websocket code=1006
"""
CAME = "2 1c request flow=1 url=ws://app/echo/000/abcd/websocket\n"
WENT = (
    CAME + "3 1s request flow=1 url=/echo/000/abcd/websocket\n4 s request request=1 path=/echo/000/abcd/websocket\n"
)
RESET = """
    8 1c error flow=1 text="the client went away"
    9 1s error flow=1 text="the hop closed the connection"
    10 s response.end request=1 bytes=0 why="client gone"
"""


def test_names_the_hop_that_gave_no_answer(ask):
    (found,) = ask(connection_cut, FAILED, CAME)
    assert (found.about, found.cause, found.hop) == ("websocket", "connection_cut", "hop1")
    assert found.sentence == (
        "hop1 had the request after 2 ms and gave no answer; "
        "the browser saw the connection end 14 ms after the attempt began."
    )


def test_names_the_hop_that_cut_what_it_had_passed_on(ask):
    (found,) = ask(connection_cut, FAILED, WENT, RESET)
    assert found.hop == "hop1"
    assert found.sentence.startswith("hop1 ended the connection after 8 ms;")
    assert "hop1.client saw after 8 ms: the client went away" in found.proof


def test_speaks_of_a_stream_where_http2_carried_it(ask):
    (found,) = ask(connection_cut, FAILED, WENT.replace("1c request", "1c request http=HTTP/2.0"), RESET)
    assert found.sentence.startswith("hop1 ended the stream after 8 ms;")
    assert "RFC 8441" in found.hint


def test_names_the_hop_where_the_first_error_was_seen(ask):
    second = "3 2c request flow=1 url=/echo/000/abcd/websocket\n3 2s request flow=1 url=/echo/000/abcd/websocket"
    error = '7 2c error flow=1 text="the hop closed the connection"'
    (found,) = ask(connection_cut, FAILED, WENT, second, error, RESET)
    assert found.hop == "hop2"


@pytest.mark.parametrize(
    "tables",
    [
        (FAILED,),
        (FAILED, WENT),
        # an attempt that the client's timer ended: the errors are what the client left behind
        (FAILED.replace("attempt.close", "attempt.timeout"), WENT, RESET),
        # the hop's answer is another rule's matter
        (FAILED, CAME, "5 1c response flow=1 status=403"),
        # the server ended its answer first
        (FAILED, WENT, RESET.replace("10 s", "7 s").replace("client gone", "done")),
        # the browser had begun to get an answer, and may have turned away by itself
        (FAILED, WENT, "5 1c response flow=1 status=200", RESET),
        # the error came long after
        (FAILED, WENT, RESET.replace("8 1c", "98 1c").replace("9 1s", "99 1s").replace("10 s", "99 s")),
    ],
)
def test_says_nothing_where_no_hop_cut_it(ask, tables):
    assert ask(connection_cut, *tables) == []
