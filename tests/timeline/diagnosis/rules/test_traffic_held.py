from lab.timeline.diagnosis.rules import traffic_held
from tests.timeline.tables import answer, opened, request

SEND = "/echo/1/abc/xhr_send"
SENT = "100 b message.out n=0 hash=x text=a bytes=1"
END = "900 l step index=2 step=receive state=failed"
LATE = f"""
    110 1c request flow=1 method=POST url=http://app{SEND}
    860 1s request flow=1 method=POST url=http://app{SEND}
    861 s request request=1 method=POST path={SEND}
"""


def test_names_the_hop_that_kept_a_request(ask):
    (found,) = ask(traffic_held, opened(closed=None), SENT, LATE, END)
    assert (found.about, found.cause, found.hop) == ("open connection", "traffic_held", "hop1")
    assert found.sentence == (
        "hop1 kept what was sent for 750 ms (POST /echo/1/abc/xhr_send): messages were still on their way when the "
        "watching ended, 850 ms after the connection had opened."
    )


def test_names_the_hop_that_kept_an_answer(ask):
    kept = request(110, SEND, sides=["1c", "1s", "s"]), answer(120, 204, sides=["s", "1s"])
    (found,) = ask(traffic_held, opened(closed=None), SENT, *kept, END)
    assert "hop1 kept what came back for 779 ms" in found.sentence


def test_says_nothing_where_all_arrived_or_no_hop_kept_anything(ask):
    assert ask(traffic_held, opened(closed=None), LATE, END) == []
    quick = request(110, SEND), answer(120, 204)
    assert ask(traffic_held, opened(closed=None), SENT, *quick, END) == []
