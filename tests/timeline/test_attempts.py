import random

import pytest

from lab.timeline.attempts import attempts_of, client_of, info_of, keeps_timers, open_ms_of, transport_of, version_of

# What was seen in Chromium with sockjs-client 1.6.1 behind a hop that refuses upgrades and holds answers.
CASCADE = """
     0 b client.new      connection=main version=1.6.1 url=http://app.localhost/echo
     2 b info.start      connection=main
    14 b info.end        connection=main ok=true info='{"websocket": true}' rtt_ms=11 rto_ms=311
    16 b attempt.start   connection=main transport=websocket budget_ms=622
    30 b attempt.close   connection=main transport=websocket code=1006
    31 b attempt.start   connection=main transport=xhr-streaming budget_ms=622
   638 b attempt.timeout connection=main transport=xhr-streaming timer_of=websocket age_ms=607
   639 b attempt.start   connection=main transport=eventsource budget_ms=622
   649 b attempt.timeout connection=main transport=eventsource timer_of=xhr-streaming age_ms=10
   650 b attempt.start   connection=main transport=iframe-eventsource budget_ms=933
  1583 b attempt.timeout connection=main transport=iframe-eventsource timer_of=iframe-eventsource age_ms=933
  1584 b attempt.start   connection=main transport=xhr-polling budget_ms=622
  1619 b attempt.open    connection=main transport=xhr-polling
  1619 b client.open     connection=main transport=xhr-polling
"""


def test_attempts_of_reads_each_outcome_and_reason(see):
    told = [(a.transport, a.outcome, a.reason, a.timer_of) for a in attempts_of(see(CASCADE))]
    assert told == [
        ("websocket", "failed", "closed by itself after 14 ms with code 1006", None),
        (
            "xhr-streaming",
            "timed out",
            "ended after 607 ms by the timer that sockjs-client had set for websocket and never cleared",
            "websocket",
        ),
        (
            "eventsource",
            "timed out",
            "ended after 10 ms by the timer that sockjs-client had set for xhr-streaming and never cleared",
            "xhr-streaming",
        ),
        ("iframe-eventsource", "timed out", "no open frame within its 933 ms", "iframe-eventsource"),
        ("xhr-polling", "opened", "opened after 35 ms of its 622 ms", None),
    ]


def test_attempts_of_keeps_times_and_budget(see):
    first = attempts_of(see(CASCADE))[0]
    assert (first.start_ms, first.end_ms, first.budget_ms) == (16, 30, 622)


def test_attempts_of_does_not_depend_on_the_order_of_arrival(see):
    events = see(CASCADE)
    shuffled = random.Random(7).sample(events, len(events))
    # Two events of one moment may change places: no attempt begins and ends in one moment here.
    assert attempts_of(shuffled) == attempts_of(events)


@pytest.mark.parametrize(
    ("last", "outcome", "reason", "end"),
    [
        ("40 b client.close code=1000", "abandoned", "the client was closed after 24 ms, before it had opened", 40),
        ("40 l unlock", "undecided", "still on after 24 ms when the case ended", None),
        ("40 b attempt.close transport=websocket", "failed", "closed by itself after 24 ms", 40),
        (
            "40 b attempt.start transport=xhr-streaming",
            "undecided",
            "the client went on to xhr-streaming after 24 ms, and nobody saw why",
            40,
        ),
    ],
)
def test_attempts_of_ends_an_attempt(see, last, outcome, reason, end):
    first = attempts_of(see("16 b attempt.start transport=websocket budget_ms=622", last))[0]
    assert (first.outcome, first.reason, first.end_ms) == (outcome, reason, end)


def test_attempts_of_tells_connections_apart(see):
    attempts = attempts_of(
        see("""
            10 b attempt.start connection=main  transport=websocket
            11 b attempt.start connection=other transport=websocket
            20 b attempt.open  connection=other transport=websocket
            30 b attempt.close connection=main  transport=websocket code=1006
        """)
    )
    assert [(a.connection, a.outcome) for a in attempts] == [("main", "failed"), ("other", "opened")]
    assert transport_of(attempts) is None
    assert transport_of(attempts, "other") == "websocket"


def test_attempts_of_finds_none_where_info_failed(see):
    events = see("0 b client.new", "1 b info.start", "9 b info.end ok=false info=null", "9 b client.close code=1002")
    assert attempts_of(events) == []
    info = info_of(events)
    assert info is not None
    assert (info.ok, info.start_ms, info.end_ms) == (False, 1, 9)


def test_info_of_reads_the_answer(see):
    info = info_of(see(CASCADE))
    assert info is not None
    assert (info.ok, info.info, info.rtt_ms, info.rto_ms) == (True, {"websocket": True}, 11, 311)


def test_info_of_tells_unanswered_from_never_asked(see):
    unanswered = info_of(see("1 b info.start"))
    assert unanswered is not None
    assert unanswered.end_ms is None
    assert info_of(see("0 b client.new")) is None


def test_open_ms_of_counts_from_the_creation_of_the_client(see):
    assert open_ms_of(see("5 b client.new", CASCADE.replace("     0 b client.new", "#"))) == 1614
    assert open_ms_of(see("5 b client.new")) is None


def test_client_of_names_the_release_that_the_page_told_and_where_it_came_from(see):
    told = "1 b client.new version=0.3.4"
    assert client_of(see("0 l case client_version=1.6.1", "1 b client.new version=1.6.1")) == "1.6.1"
    assert client_of(see("0 l case client_version=old/sockjs.js", told)) == "0.3.4 (old/sockjs.js)"
    assert client_of(see("0 l case client_version=old/sockjs.js")) == "old/sockjs.js"
    assert client_of(see('0 l case client_version=""', told)) == "0.3.4", "a page that brings its own"
    assert client_of(see('0 l case client_version=""')) == "" == client_of([])


def test_version_of_reads_the_client(see):
    assert version_of(see(CASCADE)) == "1.6.1"
    assert version_of([]) is None


@pytest.mark.parametrize(
    ("version", "keeps"),
    [
        ("1.0.0-beta.4", True),
        ("1.0.0", True),
        ("1.6.1", True),
        ("1.1.5", True),
        ("0.3.4", False),
        ("1.6.2", False),
        (None, False),
        ("x", False),
    ],
)
def test_keeps_timers_knows_the_releases_with_the_defect(version, keeps):
    assert keeps_timers(version) is keeps
