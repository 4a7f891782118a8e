"""Every shipped scenario, in every engine, end to end: real browsers, real client, real server, real proxies."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lab.commands import _cases
from lab.runner.session import Options, run_all
from lab.scenario.matrix import Case
from lab.shipped import SCENARIOS
from lab.timeline.results import CaseResult

CASES = _cases.selected([SCENARIOS], None, "", None)


class Silent:
    """A teller that tells nobody."""

    def __getattr__(self, name: str) -> Any:
        return lambda *told: None


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CaseResult]:
    """Every shipped case by its id, run as `lab run scenarios` does.

    A case that the machine was too busy for was not judged, so it gets one more chance after all the others.
    """
    out = tmp_path_factory.mktemp("reports")
    found = _run(CASES, out, jobs=2)
    if unjudged := [case for case in CASES if found[case.id].outcome == "error"]:
        found |= _run(unjudged, out, jobs=1)
    return found


def _run(cases: Sequence[Case], out: Path, *, jobs: int) -> dict[str, CaseResult]:
    run = asyncio.run(run_all(cases, Options(out=out, jobs=jobs), Silent()))
    return {result.id: result for result in run.cases}


@pytest.mark.browser
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_shipped_scenario_passes(case: Case, results: dict[str, CaseResult]) -> None:
    result = results[case.id]
    assert result.outcome == "passed", f"{result.message}\n{result.model_dump_json(indent=1)}"
    assert result.expectations, "a case that checks nothing proves nothing"


@pytest.mark.browser
def test_shipped_scenarios_reach_every_engine(results: dict[str, CaseResult]) -> None:
    assert {result.engine for result in results.values()} == {"chromium", "firefox", "webkit"}
