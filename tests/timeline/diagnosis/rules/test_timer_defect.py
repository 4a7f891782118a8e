import pytest

from lab.timeline.diagnosis.rules import timer_defect

NEW = "0 b client.new version=1.6.1"


def _ended(after, timer_of="xhr-streaming"):
    return f"""
        600 b attempt.start transport=eventsource budget_ms=622 url=http://app/echo/000/abcd/eventsource
        {600 + after} b attempt.timeout transport=eventsource timer_of={timer_of}
    """


def _held(by):
    return f"""
        602 1c request flow=1 url=http://app/echo/000/abcd/eventsource
        603 1s request flow=1 url=/echo/000/abcd/eventsource
        604 s  request request=1 path=/echo/000/abcd/eventsource
        605 s  frame.out session=abcd type=o
        {600 + by} 1s response.data flow=1 bytes=13 total=13
    """


def test_names_the_client_its_release_and_the_timers_owner(ask):
    (found,) = ask(timer_defect, NEW, _ended(10))
    assert (found.about, found.cause, found.hop) == ("eventsource", "timer_defect", None)
    assert found.sentence == (
        "eventsource had 10 ms of its 622 ms: then the timer that sockjs-client 1.6.1 had set for xhr-streaming "
        "ended it. This is a defect of the client, found in 1.0.0 to 1.6.1."
    )


@pytest.mark.parametrize("by", [6, 400])
def test_speaks_where_a_hop_held_it_only_for_a_while(ask, by):
    assert len(ask(timer_defect, NEW, _ended(by + 200), _held(by))) == 1


@pytest.mark.parametrize(
    "tables",
    [
        (_ended(622, "eventsource"),),
        (_ended(10).replace("attempt.timeout", "attempt.close"),),
        # it had most of its time, and a hop held it: that is the reason
        (_ended(610), _held(6)),
    ],
)
def test_says_nothing_where_the_timer_decided_nothing(ask, tables):
    assert ask(timer_defect, NEW, *tables) == []
