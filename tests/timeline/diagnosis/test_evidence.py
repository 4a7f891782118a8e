import pytest

from lab.timeline.attempts import attempts_of
from lab.timeline.diagnosis.answers import answer_of
from lab.timeline.diagnosis.evidence import (
    evidence_of,
    journey,
    ran_out,
    request_of,
    through_hops,
)

TABLE = """
    0  b  client.new version=1.6.1
    0  b  attempt.start transport=xhr-polling budget_ms=622 url=http://app/echo/000/abcd/xhr
    1  1c request flow=1 url=/echo/000/abcd/xhr
    2  1s request flow=1 url=/echo/000/abcd/xhr
    3  2c request flow=1 url=/echo/000/abcd/xhr
    4  2s request flow=1 url=/echo/000/abcd/xhr
    5  s  request request=1 path=/echo/000/abcd/xhr
    90 b  attempt.close transport=xhr-polling code=1006
"""


def _evidence(see, *tables):
    events = see(*tables)
    return evidence_of(events, attempts_of(events))


def test_evidence_of_holds_what_failed_or_timed_out(see):
    case = _evidence(
        see,
        TABLE,
        "91 b attempt.start transport=jsonp-polling",
        "95 b attempt.timeout transport=jsonp-polling",
        "96 b attempt.start transport=websocket",
        "99 b attempt.open transport=websocket",
    )
    assert [trial.about for trial in case.trials] == ["xhr-polling", "jsonp-polling"]
    assert len(case.attempts) == 3
    assert (case.hops, case.version, case.info) == (("hop1", "hop2"), "1.6.1", None)


@pytest.mark.parametrize(
    ("answers", "made"),
    [
        # as (status at 1c, 1s, 2c, 2s, server): who made it, whether it had asked, what it was given
        ((403, 403, 403, 403, 403), (403, None, True, None)),
        ((403, 403, 403, None, None), (403, "hop2", True, None)),
        ((403, None, None, None, None), (403, "hop1", True, None)),
        ((502, 502, 502, 101, 101), (502, "hop2", True, 101)),
        ((502, 200, 200, 200, 200), (502, "hop1", True, 200)),
        ((None, 200, 200, 200, 200), None),
    ],
)
def test_answer_of_finds_who_made_the_answer(see, answers, made):
    sides = ("1c", "1s", "2c", "2s", "s")
    lines = [
        f"9 {side} response flow=1 request=1 status={status}" for side, status in zip(sides, answers, strict=True)
    ]
    case = _evidence(see, TABLE, *(line for line in lines if "None" not in line))
    answer = answer_of(request_of(case.trials[0]), case.hops, 90)
    assert (answer and (answer.status, answer.hop, answer.asked, answer.was)) == made


def test_answer_of_knows_a_hop_that_did_not_ask(see):
    case = _evidence(see, *TABLE.splitlines()[:4], TABLE.splitlines()[-1], "9 1c response flow=1 status=403")
    answer = answer_of(request_of(case.trials[0]), case.hops, 90)
    assert answer is not None
    assert (answer.hop, answer.asked) == ("hop1", False)


def test_answer_of_does_not_count_an_answer_that_came_later(see):
    case = _evidence(see, TABLE, "91 1c response flow=1 status=403")
    sides = request_of(case.trials[0])
    assert answer_of(sides, case.hops, 90) is None
    assert answer_of({}, case.hops, 90) is None
    assert answer_of(sides, case.hops, 91) is not None


def test_through_hops_pairs_the_two_sides_of_each_hop(see):
    case = _evidence(see, TABLE, "7 1c request flow=2 url=/echo/info", "7 2s request flow=2 url=/echo/info")
    pairs = [(hop, outward.side, inward.side) for hop, outward, inward in through_hops(case.exchanges, case.hops)]
    assert pairs == [("hop1", "hop1.client", "hop1.server"), ("hop2", "hop2.client", "hop2.server")]


def test_journey_tells_what_each_side_saw(see):
    (trial,) = _evidence(see, TABLE, "8 s response request=1 status=200", "91 1s response flow=1 status=200").trials
    lines = journey(trial)
    assert lines[0] == "hop1.client saw the request after 1 ms and no answer"
    assert lines[1] == "hop1.server saw the request after 2 ms and no answer"
    assert lines[-1] == "server saw the request after 5 ms and the answer 200 after 8 ms"


def test_ran_out_speaks_of_the_budget_only_where_it_was_the_attempts_own(see):
    def told(end):
        (trial,) = _evidence(see, *TABLE.splitlines()[:-1], end).trials
        return ran_out(trial)

    assert told("622 b attempt.timeout timer_of=xhr-polling") == "when the budget of 622 ms ran out"
    assert told("10 b attempt.timeout timer_of=websocket") == "when the attempt ended after 10 ms"
    assert told("10 b attempt.close code=1006") == "when the attempt ended after 10 ms"
