from types import SimpleNamespace

from lab.timeline import diagnosis
from lab.timeline.attempts import attempts_of
from lab.timeline.diagnosis import all_rules, diagnose
from lab.timeline.results import Diagnosis


def test_all_rules_are_found_by_their_place_and_sorted():
    names = [rule.__name__.rpartition(".")[2] for rule in all_rules()]
    assert "upgrade_removed" in names
    assert names[-1] == "unknown"
    orders = [rule.ORDER for rule in all_rules()]
    assert orders == sorted(set(orders)), "two rules of one order: which is asked first is left to chance"


def test_all_rules_have_a_docstring():
    assert [rule.__name__ for rule in all_rules() if not rule.__doc__] == []


def _rule(order, *abouts, seen=None):
    def explain(case):
        if seen is not None:
            seen.append([trial.about for trial in case.trials])
        for about in abouts:
            yield Diagnosis(about=about, cause=f"rule{order}", hop=None, sentence="So it was.")

    return SimpleNamespace(ORDER=order, explain=explain)


TWO = """
    0 b attempt.start transport=websocket
    1 b attempt.close transport=websocket code=1006
    2 b attempt.start transport=xhr-streaming
    9 b attempt.timeout transport=xhr-streaming timer_of=xhr-streaming
    9 b attempt.start transport=xhr-polling
   12 b attempt.open transport=xhr-polling
"""


def _diagnose(see, monkeypatch, *rules):
    monkeypatch.setattr(diagnosis, "all_rules", lambda: rules)
    events = see(TWO)
    return [(one.about, one.cause) for one in diagnose(events, attempts_of(events))]


def test_diagnose_lets_the_first_rule_that_explains_an_attempt_win(see, monkeypatch):
    asked = []
    rules = [_rule(1, "websocket"), _rule(2, "websocket", "xhr-streaming", seen=asked), _rule(3, seen=asked)]
    assert _diagnose(see, monkeypatch, *rules) == [("websocket", "rule1"), ("xhr-streaming", "rule2")]
    assert asked == [["xhr-streaming"], []]


def test_diagnose_keeps_all_that_is_said_of_the_connection_and_puts_it_first(see, monkeypatch):
    rules = [_rule(1, "xhr-streaming"), _rule(2, "connection"), _rule(3, "connection", "websocket")]
    assert _diagnose(see, monkeypatch, *rules) == [
        ("connection", "rule2"),
        ("connection", "rule3"),
        ("websocket", "rule3"),
        ("xhr-streaming", "rule1"),
    ]


def test_diagnose_leaves_no_failed_attempt_without_a_word(diagnosed):
    assert [about for about, _, _ in diagnosed(TWO)] == ["websocket", "xhr-streaming"]


def test_diagnose_says_nothing_where_all_went_well(diagnosed):
    assert diagnosed("0 b attempt.start transport=websocket", "9 b attempt.open transport=websocket") == []
    assert diagnosed() == []


# A whole case: hop1 refuses the upgrade and holds every answer; Chromium with sockjs-client 1.6.1.
CORPORATE = """
     0 b client.new url=http://app/echo version=1.6.1
     1 b info.start
     3 1c request  flow=1 method=GET url=http://app/echo/info
     4 1s request  flow=1 method=GET url=http://app/echo/info
     5 s  request  request=1 method=GET path=/echo/info
     6 s  response request=1 status=200
     7 1s response flow=1 status=200
     9 1c response flow=1 status=200
    12 b info.end ok=true rtt_ms=11 rto_ms=311
    16 b attempt.start transport=websocket budget_ms=622 url=ws://app/echo/000/aaaa/websocket
    18 1c request  flow=2 method=GET url=ws://app/echo/000/aaaa/websocket upgrade=true
    19 1c response flow=2 status=403
    26 b attempt.close transport=websocket code=1006
    27 b attempt.start transport=xhr-streaming budget_ms=622 url=http://app/echo/000/bbbb/xhr_streaming
    30 1c request  flow=3 method=POST url=http://app/echo/000/bbbb/xhr_streaming
    31 1s request  flow=3 method=POST url=http://app/echo/000/bbbb/xhr_streaming
    32 s  request  request=3 method=POST path=/echo/000/bbbb/xhr_streaming session=bbbb
    33 s  response request=3 status=200
    33 s  frame.out session=bbbb type=o bytes=1
    34 1s response flow=3 status=200
    35 1s response.data flow=3 bytes=2051 total=2051
   638 b attempt.timeout transport=xhr-streaming timer_of=websocket age_ms=611
   638 b attempt.start transport=eventsource budget_ms=622 url=http://app/echo/000/cccc/eventsource
   640 1c request  flow=4 method=GET url=http://app/echo/000/cccc/eventsource
   641 1s request  flow=4 method=GET url=http://app/echo/000/cccc/eventsource
   642 s  request  request=4 method=GET path=/echo/000/cccc/eventsource session=cccc
   643 s  frame.out session=cccc type=o bytes=1
   644 1s response flow=4 status=200
   645 1s response.data flow=4 bytes=13 total=13
   649 b attempt.timeout transport=eventsource timer_of=xhr-streaming age_ms=11
   650 b attempt.start transport=xhr-polling budget_ms=622 url=http://app/echo/000/dddd/xhr
   680 b attempt.open transport=xhr-polling
"""


def test_diagnose_explains_a_whole_fallback(diagnosed):
    assert diagnosed(CORPORATE) == [
        ("websocket", "upgrade_answered", "hop1"),
        ("xhr-streaming", "response_held", "hop1"),
        ("eventsource", "timer_defect", None),
    ]


def test_diagnose_does_not_read_what_a_hop_says_it_did(diagnosed):
    lies = "\n".join(
        f"{t} hop2 behaviour flow=2 behaviour=no_upgrade did='removed the Upgrade header'" for t in (18, 31, 641)
    )
    assert diagnosed(CORPORATE, lies) == diagnosed(CORPORATE)


def test_diagnose_tells_the_attempts_of_two_connections_apart(diagnosed):
    other = """
        20 b attempt.start connection=second transport=websocket budget_ms=622 url=ws://app/echo/000/eeee/websocket
        30 b attempt.close connection=second transport=websocket code=1006
    """
    found = diagnosed(CORPORATE, other)
    assert ("websocket", "upgrade_answered", "hop1") in found
    assert ("websocket of second", "unavailable", None) in found
