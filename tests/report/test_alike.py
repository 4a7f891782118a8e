import pytest

from lab.report.alike import alike
from lab.timeline.results import CaseResult, Diagnosis
from tests.report.sample import broken, case, direct, failed


def late(engine: str, ms: int) -> CaseResult:
    return broken(engine, message=f"machine too busy: {engine}'s timers fired {ms} ms late")


def test_alike_puts_failed_cases_before_errors_and_leaves_out_what_passed() -> None:
    cases = [direct("chromium"), late("webkit", 9), case("firefox", "flaky"), failed("webkit"), late("firefox", 12)]
    assert alike([*cases, direct("chromium", outcome="skipped")]) == [[3], [1, 4], [2]]


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": "flaky"},
        {"message": "machine too busy: its timers fired 9 ms late, twice"},
        {
            "diagnosis": [
                Diagnosis(about="websocket", cause="upgrade_removed", hop="hop1", sentence="It was removed.")
            ]
        },
    ],
)
def test_alike_keeps_apart_what_has_another_reason(other: dict[str, object]) -> None:
    assert len(alike([late("webkit", 9), late("webkit", 9).model_copy(update=other)])) == 2
