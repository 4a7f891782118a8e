"""Events in, a result out: each way in which a try can end."""

from typing import Any

import pytest

from lab.browser.engine import EngineFailure
from lab.errors import EnvironmentFailure
from lab.runner.conclude import Seen, conclude
from lab.timeline.results import Check
from tests.runner.kit import case, table

MAIN = {"connection": "main"}
WS = {**MAIN, "transport": "websocket"}

OPENED = [
    (90.0, "lab", "step", {"index": 0, "step": "connect", "state": "begin"}),
    (95.0, "lab", "lock", {"waited_ms": 3.0}),
    (100.0, "browser", "client.new", {**MAIN, "url": "http://a/echo", "options": {}, "version": "1.6.1"}),
    (110.0, "browser", "attempt.start", {**WS, "budget_ms": 600, "url": "ws://a/echo/websocket"}),
    (120.0, "browser", "attempt.open", WS),
    (121.5, "browser", "client.open", WS),
    (125.0, "lab", "unlock", {}),
    (195.0, "lab", "step", {"index": 0, "step": "connect", "state": "done"}),
]


def seen(*rows: Any, **more: Any) -> Seen:
    return Seen(more.pop("case", case()), table(*rows), waited_for="the client's attempts", **more)


def test_case_whose_expectations_hold_passes() -> None:
    result = conclude(seen(*OPENED, engine_version="1.2.3", artefacts={"events": "events.ndjson"})).result
    assert (result.outcome, result.message, result.transport) == ("passed", "", "websocket")
    assert result.open_ms == pytest.approx(21.5) and result.client_ms == pytest.approx(100.0)
    assert result.engine_version == "1.2.3" and result.head_room.waited_for_lock_ms == 3.0
    assert [(attempt.transport, attempt.outcome) for attempt in result.attempts] == [("websocket", "opened")]
    assert result.artefacts == {"events": "events.ndjson"}


def test_client_is_called_as_the_page_says_and_as_the_scenario_does() -> None:
    told = (99.5, "browser", "client.new", {"connection": "main", "version": "0.3.4"})
    named = case(client={"path": "old.js"})
    rows = [(0.0, "lab", "case", {"client_version": named.scenario.client_label}), told]
    assert conclude(seen(*rows, case=named)).result.client_version == "0.3.4 (old.js)"
    assert conclude(seen(case=named)).result.client_version == "old.js", "it ended before anything was seen"
    own = case(page={"url": "{origin}/app"}, steps=[{"wait for": {"text": "ready"}}])
    assert own.scenario.client_label == "", "the page brings a client of its own"


def test_events_may_come_in_any_order() -> None:
    assert conclude(seen(*reversed(OPENED))).result.open_ms == pytest.approx(21.5)


def test_broken_expectation_fails_the_case_and_asks_for_no_other_try() -> None:
    ended = conclude(seen(*OPENED, case=case(expect={"transport": "xhr-polling"})))
    assert ended.result.outcome == "failed" and not ended.again and not ended.engine_failed
    assert ended.result.message == "transport: expected xhr-polling, was websocket"


def test_expectation_of_the_engine_wins() -> None:
    own = case(expect={"transport": "xhr-polling", "chromium": {"transport": "websocket"}})
    assert conclude(seen(*OPENED, case=own)).result.outcome == "passed"


def test_case_that_says_nothing_of_transports_must_open() -> None:
    result = conclude(seen(case=case(expect={}))).result
    assert result.outcome == "failed" and result.message == "opens: expected an open connection, was none"
    assert result.transport is None and result.open_ms is None and result.client_ms == 0.0


@pytest.mark.parametrize("name", ["gateway", r"C:\proxy\g<0>"])
def test_diagnosis_calls_hops_as_the_scenario_does(name: str) -> None:
    data = {"conn": 1, "direction": "up", "bytes": 9, "total": 9}
    rows = [
        (1.0, "hop1.client", "tcp.open", {"conn": 1}),
        (1.5, "hop1.server", "tcp.open", {"conn": 1}),
        (2.0, "hop1.client", "tcp.data", data),
        (3.0, "hop1.server", "tcp.data", data),
        (50.0, "browser", "attempt.start", {**WS, "budget_ms": 600, "url": "ws://a/echo/1/abc/websocket"}),
        (70.0, "hop1.client", "tcp.open", {"conn": 2}),
        (650.0, "browser", "attempt.timeout", {**WS, "timer_of": "websocket"}),
    ]
    own = case(network=[{"name": name, "link": ["connection_limit"]}], expect={"transport": "none"})
    (found,) = conclude(seen(*rows, case=own)).result.diagnosis
    assert found.sentence.startswith(f"{name} (hop1) took a connection")
    assert found.hint.startswith(f"look for a limit of connections in {name},")


def test_client_that_never_opens_passes_where_that_is_expected() -> None:
    gave_up = (700.0, "browser", "client.close", {**MAIN, "code": 1002, "reason": "", "was_clean": False})
    ended = conclude(seen(*OPENED[:3], gave_up, case=case(expect={"transport": "none"})))
    assert ended.result.outcome == "passed", ended.result.message


def test_failed_step_fails_the_case() -> None:
    step = Check(what="step 2, receive", expected="a message", actual="none came", held=False)
    result = conclude(seen(*OPENED, steps=[step])).result
    assert result.outcome == "failed" and result.message == "step 2, receive: expected a message, but none came"


def test_attempt_that_the_machine_decided_is_an_error_worth_another_try() -> None:
    late = [row for row in OPENED if row[2] not in ("attempt.open", "client.open", "unlock")]
    late += [(1500.0, "browser", "attempt.open", WS), (1501.0, "browser", "client.open", WS)]
    ended = conclude(seen(*late))
    assert ended.result.outcome == "error" and ended.again and not ended.engine_failed
    assert ended.result.message.startswith("machine too busy: ") and ended.result.remedy


def test_engine_that_died_is_an_error_worth_another_try_with_a_new_engine() -> None:
    ended = conclude(seen(*OPENED, failure=EngineFailure("chromium ended.", remedy="Run: lab doctor")))
    assert (ended.result.outcome, ended.again, ended.engine_failed) == ("error", True, True)
    assert (ended.result.message, ended.result.remedy) == ("chromium ended.", "Run: lab doctor")


def test_failure_of_the_environment_is_an_error_that_another_try_would_not_mend() -> None:
    ended = conclude(seen(failure=EnvironmentFailure("the port is taken")))
    assert (ended.result.outcome, ended.again, ended.engine_failed) == ("error", False, False)


def test_case_that_took_too_long_says_what_it_waited_for() -> None:
    result = conclude(seen(failure=TimeoutError())).result
    assert result.outcome == "error"
    assert result.message == "the lab gave the case up: it still waited for the client's attempts"


def test_defect_of_the_lab_is_named_as_such() -> None:
    result = conclude(seen(failure=ZeroDivisionError("division by zero"))).result
    assert result.outcome == "error" and "ZeroDivisionError: division by zero" in result.message
    assert "defect of the lab" in result.remedy


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"behaviour": "wobble", "text": "request: KeyError: 'x'"}, "the behaviour wobble of hop1 failed: request:"),
        ({"behaviour": None, "text": "no memory"}, "hop1 failed: no memory"),
    ],
)
def test_hop_that_failed_makes_the_case_an_error_whatever_it_shows(data: dict[str, Any], said: str) -> None:
    result = conclude(seen(*OPENED, (112.0, "hop1", "hop.failed", data))).result
    assert result.outcome == "error" and result.message.startswith(said)
