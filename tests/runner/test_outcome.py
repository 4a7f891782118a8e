import pytest

from lab.runner.outcome import combined, ending, must_open
from lab.timeline.results import Check

HELD = Check(what="transport", expected="websocket", actual="websocket", held=True)
BROKEN = Check(what="transport", expected="websocket", actual="xhr-polling", held=False)


def test_ending_passes_when_every_check_held() -> None:
    assert ending([HELD], []).outcome == "passed"


def test_ending_fails_with_the_first_broken_check() -> None:
    found = ending([HELD, BROKEN, BROKEN], [])
    assert found.outcome == "failed"
    assert found.message == "transport: expected websocket, was xhr-polling (and 1 more)"
    assert not found.again


@pytest.mark.parametrize("checks", [[HELD], [BROKEN], []])
def test_ending_is_an_error_wherever_the_machine_may_have_decided(checks: list[Check]) -> None:
    found = ending(checks, ["xhr-streaming opened 90 ms after its time was over"])
    assert found.outcome == "error" and found.again
    assert found.message.startswith("machine too busy: xhr-streaming")


def test_ending_is_an_error_when_nothing_was_checked() -> None:
    assert ending([], []).outcome == "error"


def test_must_open_adds_a_check_where_no_expectation_names_a_transport() -> None:
    delivery = Check(what="delivery", expected="", actual="", held=True)
    assert [check.held for check in must_open([delivery], None)] == [True, False]
    assert [check.held for check in must_open([delivery], "websocket")] == [True, True]


def test_must_open_leaves_an_expected_transport_alone() -> None:
    none = Check(what="transport", expected="none", actual="none", held=True)
    assert must_open([none], None) == [none]


@pytest.mark.parametrize(
    ("first", "last", "outcome"),
    [
        ("failed", "passed", "flaky"),
        ("failed", "failed", "failed"),
        ("passed", "passed", "passed"),
        ("failed", "error", "failed"),
        ("error", "passed", "passed"),
    ],
)
def test_combined_calls_a_pass_after_a_failure_flaky(first: str, last: str, outcome: str) -> None:
    assert combined(first, last) == outcome  # type: ignore[arg-type] # the table holds plain strings
