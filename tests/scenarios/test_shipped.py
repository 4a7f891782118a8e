"""The shipped scenarios end to end: real browsers, real client, real server, real proxies.

All of them are a thousand cases, which take longer than anybody waits for a test. So each scenario is run at least
once, which of its cases and in which engine is drawn by its name, and those that show one thing in all engines
in all of them. ``LAB_ALL_CASES=1`` runs everything, as ``lab run scenarios`` does.
"""

import asyncio
import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from lab.commands import _cases
from lab.runner.session import Options, run_all
from lab.scenario.matrix import Case
from lab.shipped import SCENARIOS
from lab.timeline.results import CaseResult

EVERY = _cases.selected([SCENARIOS], None, "", None)
IN_EVERY_ENGINE = (
    *("upgrade/hangs", "upgrade/http2-announced-in-vain", "upgrade/stripped"),
    *("corporate/no-upgrade-and-buffering", "clear/chain-of-three"),
)
"""Scenarios whose first combination is run in every engine."""


def sampled(cases: Sequence[Case]) -> list[Case]:
    """At least one case of each scenario, the same ones each time."""
    sample: list[Case] = []
    for name, group in groupby(cases, key=lambda case: case.id.partition("[")[0]):
        own = list(group)
        if name.startswith(IN_EVERY_ENGINE):
            first = own[0].values
            sample += [case for case in own if case.values == first]
        else:
            sample.append(own[crc32(name.encode()) % len(own)])
            if len(own) >= MANY:
                sample.append(own[(crc32(name.encode()) + len(own) // 2 + 1) % len(own)])
    return sample


MANY = 100
"""A scenario with so many cases has two of them run."""
CASES = EVERY if os.environ.get("LAB_ALL_CASES") else sampled(EVERY)


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


def test_sample_leaves_no_scenario_out() -> None:
    assert {case.path for case in sampled(EVERY)} == {case.path for case in EVERY}
