import pytest

from lab.scenario.model import Expectation, Expectations
from lab.timeline.attempts import attempts_of
from lab.timeline.verdict import judge

OPENED = """
    0   b client.new version=1.6.1
    16  b attempt.start transport=websocket budget_ms=622
    30  b attempt.close transport=websocket code=1006
    31  b attempt.start transport=xhr-streaming budget_ms=622
    90  b attempt.open transport=xhr-streaming
    90  b client.open transport=xhr-streaming
    100 b message.out n=0 hash=aa
    110 b message.in  n=0 hash=aa
    200 b client.close code=1000
"""
NEVER = """
    0  b client.new version=1.6.1
    5  b info.end ok=false info=null
    6  b client.close code=1002
"""


def _one(see, table, **expected):
    events = see(table)
    (check,) = judge(Expectation(**expected), events, attempts_of(events))
    assert check.what in expected
    return check.expected, check.actual, check.held


def test_judge_checks_nothing_where_nothing_is_set(see):
    events = see(OPENED)
    assert judge(Expectation(), events, attempts_of(events)) == []
    assert judge(Expectation(transport=None), events, attempts_of(events)) == []


def test_judge_reads_an_engines_own_expectation(see):
    common = Expectations.model_validate(
        {"transport": "websocket", "close_code": 1000, "webkit": {"transport": "xhr-streaming"}}
    )
    events = see(OPENED)
    held = {
        engine: [check.held for check in judge(common.for_engine(engine), events, attempts_of(events))]
        for engine in ("chromium", "webkit")
    }
    assert held == {"chromium": [False, True], "webkit": [True, True]}


@pytest.mark.parametrize(
    ("table", "wanted", "actual", "held"),
    [
        (OPENED, "xhr-streaming", "xhr-streaming", True),
        (OPENED, "websocket", "xhr-streaming", False),
        (OPENED, "none", "xhr-streaming", False),
        (NEVER, "none", "none", True),
        (NEVER, "websocket", "none", False),
    ],
)
def test_judge_checks_the_transport(see, table, wanted, actual, held):
    assert _one(see, table, transport=wanted) == (wanted, actual, held)


MADE = "websocket: failed, xhr-streaming: opened"


@pytest.mark.parametrize(
    ("wanted", "among", "exactly"),
    [
        ([], True, False),
        ([{"websocket": "failed"}], True, False),
        ([{"xhr-streaming": "opened"}], True, False),
        ([{"websocket": "failed"}, {"xhr-streaming": "opened"}], True, True),
        # in another order, with another outcome, once too often
        ([{"xhr-streaming": "opened"}, {"websocket": "failed"}], False, False),
        ([{"websocket": "timed out"}], False, False),
        ([{"websocket": "failed"}, {"websocket": "failed"}], False, False),
    ],
)
def test_judge_checks_attempts_among_those_made_or_all_of_them(see, wanted, among, exactly):
    written = ", ".join(f"{k}: {v}" for one in wanted for k, v in one.items()) or "none"
    assert _one(see, OPENED, attempts=wanted) == (written, MADE, among)
    assert _one(see, OPENED, only_attempts=wanted) == (written, MADE, exactly)


def test_judge_holds_that_no_attempt_was_made(see):
    assert _one(see, NEVER, only_attempts=[]) == ("none", "none", True)


@pytest.mark.parametrize(
    ("table", "limit", "actual", "held"),
    [
        (OPENED, "90ms", "after 90 ms", True),
        (OPENED, "89ms", "after 90 ms", False),
        (NEVER, "4s", "never", False),
    ],
)
def test_judge_checks_the_time_to_open(see, table, limit, actual, held):
    expected, *found = _one(see, table, opened_within=limit)
    assert expected.startswith("within")
    assert found == [actual, held]


@pytest.mark.parametrize(
    ("more", "actual", "held"),
    [
        ("", "1 message, each once, in order", True),
        ("120 b message.in n=1 hash=aa", "of 1 message: 1 duplicated", False),
        ("120 b message.out n=1 hash=bb", "of 2 messages: 1 lost", False),
        (
            "120 b message.out n=1 hash=bb\n121 b message.out n=2 hash=cc\n122 b message.in n=1 hash=dd",
            "of 3 messages: 1 lost and 1 corrupted",
            False,
        ),
    ],
)
def test_judge_checks_the_delivery(see, more, actual, held):
    wanted = "exactly once, in order"
    assert _one(see, OPENED + more, delivery=wanted) == (wanted, actual, held)


def test_judge_does_not_take_silence_for_delivery(see):
    assert _one(see, NEVER, delivery="exactly once, in order")[1:] == ("no message was sent", False)


@pytest.mark.parametrize(
    ("cookie", "found"),
    [
        ("Cookie: JSESSIONID=dummy", "present"),
        ("cookie: a=b; JSESSIONID=dummy", "present"),
        ("Cookie: NOTJSESSIONID=dummy; a=JSESSIONID", "absent"),
        ("Accept: JSESSIONID=dummy", "absent"),
        ("", "absent"),
    ],
)
@pytest.mark.parametrize("wanted", ["present", "absent"])
def test_judge_checks_the_session_cookie(see, cookie, found, wanted):
    table = f"""
        1 s request request=1 session=abcd path=/echo/000/abcd/xhr headers=""
        2 s request request=2 session=abcd path=/echo/000/abcd/xhr headers="{cookie}"
        3 s request request=3 path=/echo/info headers="Cookie: JSESSIONID=dummy"
    """
    count = 1 if found == "present" else 0
    assert _one(see, table, session_cookie=wanted) == (
        wanted,
        f"{found} ({count} of 2 requests had it)",
        found == wanted,
    )


@pytest.mark.parametrize("wanted", ["present", "absent"])
def test_judge_shows_no_cookie_where_no_session_reached_the_server(see, wanted):
    table = '3 s request request=3 path=/echo/info headers="Cookie: JSESSIONID=dummy"'
    assert _one(see, table, session_cookie=wanted)[1:] == ("no request of a session reached the server", False)


@pytest.mark.parametrize(
    ("table", "wanted", "actual", "held"),
    [
        (OPENED, 1000, "1000", True),
        (NEVER, 1002, "1002", True),
        (NEVER, 1000, "1002", False),
        ("0 b client.new", 1000, "never closed", False),
    ],
)
def test_judge_checks_the_close_code(see, table, wanted, actual, held):
    assert _one(see, table, close_code=wanted) == (str(wanted), actual, held)


FURTHER = """
    300 b attempt.start connection=second transport=websocket budget_ms=622 url=ws://app/echo/1/abc/websocket
    310 b attempt.open  connection=second transport=websocket
    310 b client.open   connection=second transport=websocket
    311 b frame.in      connection=second transport=websocket type=o
    320 b frame.in      connection=second transport=websocket type=h
    320 b heartbeat     connection=second
    325 b frame.in      connection=second transport=websocket type=h   # the client keeps this one to itself
    330 b heartbeat     connection=second
"""
CLOSED = "400 b client.close connection=second code=3000 reason='Go away!'"


@pytest.mark.parametrize(
    ("tables", "expected", "actual", "held"),
    [
        ([FURTHER], {"state": "open"}, "open", True),
        ([FURTHER], {"state": "closed"}, "open", False),
        ([FURTHER, CLOSED], {"state": "closed"}, "closed", True),
        ([], {"state": "open"}, "never opened", False),
        ([], {"state": "closed"}, "never opened", False),
        ([FURTHER], {"heartbeats": 2}, "2", True),
        ([FURTHER], {"heartbeats": 3}, "2", False),
        ([FURTHER, CLOSED], {"close_reason": "Go away!"}, '"Go away!"', True),
        ([FURTHER, CLOSED], {"close_reason": "Go"}, '"Go away!"', False),
        ([FURTHER], {"close_reason": ""}, "never closed", False),
        ([FURTHER], {"transport": "websocket"}, "websocket", True),
        ([FURTHER], {"delivery": "exactly once, in order"}, "no message was sent", False),
    ],
)
def test_judge_checks_a_further_connection_by_its_own_events(see, tables, expected, actual, held):
    events = see(OPENED, *tables)
    (check,) = judge(Expectation(**expected), events, attempts_of(events), "second")
    assert check.what == f"{next(iter(expected))} of second"
    assert (check.actual, check.held) == (actual, held)


ASKED = """
    1 b request request=1 path=/echo/node-7/fixed/xhr
    2 s request request=1 path=/echo/info?t=1
    3 server.node2 request request=1 session=a1b2 path=/echo/node-7/a1b2/xhr?t=5
    4 server.node2 request request=2 session=a1b2 path=/echo/node-7/a1b2/xhr_send?t=6
"""
OF_THE_SESSION = "/echo/node-7/a1b2/xhr?t=5, /echo/node-7/a1b2/xhr_send?t=6"


@pytest.mark.parametrize(
    ("wanted", "actual", "held"),
    [
        ("/echo/node-7/????/xhr*", "/echo/node-7/a1b2/xhr?t=5", True),
        ("/echo/info?t=1", "/echo/info?t=1", True),
        ("*/xhr_send?t=6", "/echo/node-7/a1b2/xhr_send?t=6", True),
        # as a whole, of so many characters, in the same letters, at the server
        ("/echo/node-7", OF_THE_SESSION, False),
        ("/echo/node-7/?????/*", OF_THE_SESSION, False),
        ("/ECHO/*", OF_THE_SESSION, False),
        ("/echo/node-7/fixed/*", OF_THE_SESSION, False),
        ("/echo/node.7/*", OF_THE_SESSION, False),
    ],
)
def test_judge_checks_what_the_server_was_asked_for(see, wanted, actual, held):
    assert _one(see, ASKED, requested=wanted) == (wanted, actual, held)


def test_judge_tells_that_the_server_was_asked_for_nothing(see):
    assert _one(see, OPENED, requested="*") == ("*", "no request reached the server", False)
    assert _one(see, "2 s request request=1 path=/echo/info", requested="/x") == ("/x", "/echo/info", False)


def test_judge_counts_pushes_as_messages(see):
    events = see(
        FURTHER,
        "312 s message.out session=abc text=tick bytes=4",
        "313 b message.in connection=second text=tick bytes=4 n=0 hash=x",
    )
    (check,) = judge(Expectation(delivery="exactly once, in order"), events, attempts_of(events), "second")
    assert (check.actual, check.held) == ("1 message, each once, in order", True)


def test_judge_checks_the_causes_that_the_diagnosis_names(see):
    events = see(OPENED)
    checks = [
        judge(Expectation(diagnosis=wanted), events, attempts_of(events))[0]
        for wanted in (["unknown"], ["unknown", "too_slow"], [])
    ]
    assert [(check.actual, check.held) for check in checks] == [
        ("unknown", True),
        ("unknown", False),
        ("unknown", True),
    ]
