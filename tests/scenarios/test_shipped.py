"""Every shipped scenario, in every engine, end to end: real browsers, real client, real server, real proxies."""

import asyncio
from typing import Any

import pytest

from lab.commands import _cases
from lab.runner.session import Options, run_all
from lab.scenario.matrix import Case
from lab.shipped import SCENARIOS
from lab.timeline.results import RunResult

CASES = _cases.selected([SCENARIOS], None, "", None)


class Silent:
    """A teller that tells nobody."""

    def __getattr__(self, name: str) -> Any:
        return lambda *told: None


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """All the shipped scenarios, run once, as `lab run scenarios` does."""
    out = tmp_path_factory.mktemp("reports")
    return asyncio.run(run_all(CASES, Options(out=out, jobs=2), Silent()))


@pytest.mark.browser
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_shipped_scenario_passes(case: Case, run: RunResult) -> None:
    (result,) = [result for result in run.cases if result.id == case.id]
    assert result.outcome == "passed", f"{result.message}\n{result.model_dump_json(indent=1)}"
    assert result.expectations, "a case that checks nothing proves nothing"


@pytest.mark.browser
def test_shipped_scenarios_reach_every_engine(run: RunResult) -> None:
    assert {result.engine for result in run.cases} == {"chromium", "firefox", "webkit"}
