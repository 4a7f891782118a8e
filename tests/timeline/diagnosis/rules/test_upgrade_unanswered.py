import pytest

from lab.timeline.diagnosis.rules import upgrade_unanswered

TIMED_OUT = """
    0   b attempt.start transport=websocket budget_ms=622 url=ws://app/echo/000/abcd/websocket
    622 b attempt.timeout transport=websocket timer_of=websocket
"""
CAME = "2 1c request flow=1 url=ws://app/echo/000/abcd/websocket upgrade=true\n"
WENT = CAME + "3 1s request flow=1 url=/echo/000/abcd/websocket upgrade=true\n"
ASKED = WENT + "4 s request request=1 path=/echo/000/abcd/websocket upgrade=true\n"
ANSWERED = ASKED + "5 s response request=1 status=101\n6 1s response flow=1 status=101\n"


@pytest.mark.parametrize(
    ("seen", "hop", "sentence"),
    [
        (CAME, "hop1", "hop1 had the request after 2 ms and had neither answered nor passed it on"),
        (ASKED, None, "The server had the request after 4 ms and had not answered"),
        (ANSWERED, "hop1", "hop1 had the answer 101 after 6 ms and had not passed it on"),
        (
            "2 1c connect flow=1 host=app port=80",
            "hop1",
            "hop1 had been asked to CONNECT after 2 ms and had not answered",
        ),
    ],
)
def test_names_who_had_it_last(ask, seen, hop, sentence):
    (found,) = ask(upgrade_unanswered, TIMED_OUT, seen)
    assert (found.about, found.cause, found.hop) == ("websocket", "upgrade_unanswered", hop)
    assert found.sentence == f"{sentence} when the budget of 622 ms ran out."
    assert found.proof


def test_names_the_second_of_two_hops(ask):
    second = "3 2c request flow=1 url=/echo/000/abcd/websocket upgrade=true"
    (found,) = ask(upgrade_unanswered, TIMED_OUT, WENT, second)
    assert found.hop == "hop2"


@pytest.mark.parametrize(
    "tables",
    [
        # answered, with what else then happened
        (TIMED_OUT, ANSWERED, "7 1c response flow=1 status=101"),
        (TIMED_OUT, CAME, "7 1c response flow=1 status=403"),
        # nobody saw it, or it was lost between two vantages
        (TIMED_OUT,),
        (TIMED_OUT, WENT),
        (TIMED_OUT.replace("attempt.timeout", "attempt.close"), CAME),
        (TIMED_OUT.replace("websocket", "eventsource"), CAME.replace("websocket", "eventsource")),
    ],
)
def test_says_nothing_where_nobody_swallowed_it(ask, tables):
    assert ask(upgrade_unanswered, *tables) == []
