import pytest

from lab.runner.status import of_run
from lab.timeline.results import CaseResult, Outcome, RunResult


def run_of(*outcomes: Outcome, interrupted: bool = False) -> RunResult:
    cases = [
        CaseResult(id=f"{index}", scenario="a.yaml", title="a", engine="chromium", outcome=outcome)
        for index, outcome in enumerate(outcomes)
    ]
    return RunResult(lab_version="0", run="r", began_at=0, duration_ms=0, cases=cases, interrupted=interrupted)


@pytest.mark.parametrize(
    ("outcomes", "forbid_flaky", "expected"),
    [
        (["passed", "passed"], False, 0),
        (["passed", "failed"], False, 1),
        (["error", "failed", "flaky"], True, 1),
        (["passed", "error"], False, 3),
        (["error", "flaky"], True, 3),
        (["passed", "flaky"], False, 0),
        (["passed", "flaky"], True, 4),
        (["passed", "skipped"], False, 0),
    ],
)
def test_status_tells_what_weighs_most(outcomes: list[Outcome], forbid_flaky: bool, expected: int) -> None:
    assert of_run(run_of(*outcomes), forbid_flaky=forbid_flaky) == expected


def test_status_of_an_interrupted_run_is_130_whatever_it_found() -> None:
    assert of_run(run_of("failed", "skipped", interrupted=True)) == 130
