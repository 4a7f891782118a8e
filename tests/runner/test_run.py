"""The scheduling of cases, with tries that end as each test says."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.runner import run as run_module
from lab.runner.conclude import Concluded
from lab.runner.engines import EnginePool
from lab.runner.run import TRIES_AFRESH, TRIES_ALONE, Run
from lab.scenario.matrix import Case
from lab.tasks import spawn
from lab.timeline.results import OtherTry, Replaced
from tests.runner.kit import FakeEngine, Silent, by_id, case, concluded, tools

Ends = Callable[[Case, int], Concluded]


class Stand:
    """A `Run` whose tries end as ``ends`` says; what was tried, in which engine, and how many at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ends: Ends = lambda case, number: concluded(case)
        self.tried: list[str] = []
        self.engines: list[FakeEngine] = []
        self.under_way = 0
        self.most: dict[str, int] = {}
        self.hold: asyncio.Event | None = None
        self.held = asyncio.Event()
        self.breaks = ""
        self.teller = Silent()

    def run(self, *cases: Case, **more: Any) -> Run:
        def make(name: str) -> FakeEngine:
            self.engines.append(FakeEngine(name, self.breaks))
            return self.engines[-1]

        return Run(cases, tools(self.folder), EnginePool(make), self.folder, self.teller, **more)

    def one_try(self, case: Case, tools: object, folder: Path, waits: Callable[[str], None]) -> Any:
        stand = self

        class Try:
            async def run(self, engine: FakeEngine, *, number: int = 1) -> Concluded:
                stand.tried.append(f"{case.id} {number}" if number > 1 else case.id)
                stand.under_way += 1
                try:
                    for _ in range(5):
                        await asyncio.sleep(0)
                        stand.most[stand.tried[-1]] = max(stand.most.get(stand.tried[-1], 0), stand.under_way)
                    if stand.hold is not None and not case.id.startswith("control"):
                        stand.held.set()
                        await stand.hold.wait()
                    return stand.ends(case, number)
                finally:
                    stand.under_way -= 1

        return Try()

    @property
    def tried_cases(self) -> list[str]:
        return [name for name in self.tried if not name.startswith("control/")]


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    made = Stand(tmp_path)
    monkeypatch.setattr(run_module, "OneTry", made.one_try)
    yield made


def script(*ends: tuple[str, dict[str, Any]]) -> Ends:
    """One case's tries end so, one after the other; the controls pass."""
    left = iter(ends)

    def end(case: Case, number: int) -> Concluded:
        if case.id.startswith("control/"):
            return concluded(case)
        outcome, more = next(left)
        return concluded(case, outcome, **more)  # type: ignore[arg-type] # the tests' own words

    return end


BUSY = ("error", {"message": "machine too busy", "again": True})
DIED = ("error", {"message": "chromium ended", "again": True, "engine_failed": True})
FAILED = ("failed", {"message": "transport: expected a, was b"})
PASSED: tuple[str, dict[str, Any]] = ("passed", {})


@pytest.mark.parametrize("jobs", [1, 3])
async def test_results_stand_in_the_order_of_the_cases(stand: Stand, jobs: int) -> None:
    cases = [case(name, engine) for name in ("b", "a", "c") for engine in ("webkit", "chromium")]
    run = stand.run(*cases, jobs=jobs)
    await run.all()
    assert list(by_id(run.results)) == [case.id for case in cases]
    assert set(by_id(run.results).values()) == {"passed"}
    assert max(stand.most.values()) <= jobs
    assert [done for _, done, _ in stand.teller.named("case_ended")] == [1, 2, 3, 4, 5, 6]


async def test_one_engine_of_each_kind_serves_all_cases(stand: Stand) -> None:
    await stand.run(*(case(name, engine) for name in "ab" for engine in ("chromium", "firefox"))).all()
    assert [engine.name for engine in stand.engines] == ["chromium", "firefox"]


async def test_failed_control_makes_its_cases_errors_and_leaves_the_others(stand: Stand) -> None:
    def ends(case: Case, number: int) -> Concluded:
        if case.id == "control/https-same-direct[chromium]":
            return concluded(case, "failed", "opens: expected a, was b", artefacts={"events": "events.ndjson"})
        return concluded(case)

    stand.ends = ends
    run = stand.run(case("tls", page={"scheme": "https"}), case("plain"), case("tls2", page={"scheme": "https"}))
    await run.all()
    assert by_id(run.results) == {"tls[chromium]": "error", "plain[chromium]": "passed", "tls2[chromium]": "error"}
    assert stand.tried_cases == ["plain[chromium]"]
    first = run.results[0]
    assert (
        first.message == "the control run in chromium failed: opens: expected a, was b" and "doctor" in first.remedy
    )
    assert first.artefacts == {"events": "control-https-same-direct.chromium/events.ndjson"}


async def test_engine_that_does_not_start_is_an_error_with_its_remedy(stand: Stand) -> None:
    stand.breaks = "start"
    run = stand.run(case("a"), case("b"))
    await run.all()
    assert {result.outcome for result in run.results} == {"error"}
    assert "the browser did not start" in run.results[0].message and run.results[0].remedy == "Install it."
    assert stand.tried == [] and all(engine.stopped for engine in stand.engines)


async def test_case_that_the_machine_decided_is_run_again_alone(stand: Stand) -> None:
    busy = {"one[chromium]": 1}

    def ends(case: Case, number: int) -> Concluded:
        again = busy.pop(case.id, 0)
        return concluded(case, "error", "machine too busy", again=True) if again else concluded(case)

    stand.ends = ends
    cases = [case(name) for name in ("one", "two", "three")]
    run = stand.run(*cases, jobs=3)
    await run.all()
    assert [result.tries for result in run.results] == [2, 1, 1]
    assert set(by_id(run.results).values()) == {"passed"}
    assert stand.most["one[chromium] 2"] == 1, "nothing else was under way"


async def test_case_that_the_machine_always_decides_is_given_up(stand: Stand) -> None:
    stand.ends = script(BUSY, BUSY, BUSY)
    run = stand.run(case())
    await run.all()
    (result,) = run.results
    assert (result.outcome, result.tries) == ("error", 1 + TRIES_ALONE)
    assert len(stand.tried_cases) == 1 + TRIES_ALONE


async def test_engine_that_died_is_replaced_and_the_case_run_again(stand: Stand) -> None:
    stand.ends = script(DIED, PASSED)
    run = stand.run(case())
    await run.all()
    (result,) = run.results
    assert (result.outcome, result.tries) == ("passed", 2)
    assert [engine.stopped for engine in stand.engines] == [1, 0]
    assert result.other_tries == [OtherTry(number=1, outcome="error", message="chromium ended", engine_failed=True)]
    assert run.replaced == [Replaced(engine="chromium", case="one[chromium]", message="chromium ended")]


async def test_case_whose_engine_dies_again_is_given_up(stand: Stand) -> None:
    stand.ends = script(DIED, DIED)
    run = stand.run(case())
    await run.all()
    (result,) = run.results
    assert (result.outcome, result.message, result.tries) == ("error", "chromium ended", 1 + TRIES_AFRESH)
    assert [engine.stopped for engine in stand.engines] == [1, 1] and len(run.replaced) == 2


async def test_dead_engine_and_busy_machine_are_counted_apart(stand: Stand) -> None:
    stand.ends = script(BUSY, DIED, BUSY, PASSED)
    run = stand.run(case())
    await run.all()
    (result,) = run.results
    assert (result.outcome, result.tries) == ("passed", 4)
    assert [(one.number, one.engine_failed) for one in result.other_tries] == [(1, False), (2, True), (3, False)]


async def test_case_is_run_again_once_for_a_dead_engine_whatever_its_retries(stand: Stand) -> None:
    stand.ends = script(DIED, FAILED, DIED)
    run = stand.run(case(), retries=2)
    await run.all()
    (result,) = run.results
    assert (result.outcome, result.message, result.tries) == ("failed", "transport: expected a, was b", 3)
    assert [(one.number, one.outcome) for one in result.other_tries] == [(1, "error"), (3, "error")]


async def test_engine_that_died_in_a_control_run_is_told_of(stand: Stand) -> None:
    left = iter((DIED, PASSED))

    def ends(case: Case, number: int) -> Concluded:
        outcome, more = next(left) if case.id.startswith("control/") else PASSED
        return concluded(case, outcome, **more)  # type: ignore[arg-type] # the tests' own words

    stand.ends = ends
    run = stand.run(case())
    await run.all()
    assert (run.results[0].outcome, run.results[0].tries) == ("passed", 1)
    assert [one.case for one in run.replaced] == ["control/http-same-direct[chromium]"]


async def test_engine_that_died_under_several_cases_is_replaced_once(stand: Stand) -> None:
    died: set[str] = set()

    def ends(case: Case, number: int) -> Concluded:
        if case.id.startswith("control/") or case.id in died:
            return concluded(case)
        died.add(case.id)
        return concluded(case, "error", "chromium ended", again=True, engine_failed=True)

    stand.ends = ends
    run = stand.run(case("one"), case("two"), jobs=2)
    await run.all()
    assert [result.tries for result in run.results] == [2, 2]
    assert len(run.replaced) == 1


async def test_failed_case_is_not_tried_again_unasked(stand: Stand) -> None:
    stand.ends = script(FAILED)
    run = stand.run(case())
    await run.all()
    assert (run.results[0].outcome, run.results[0].tries) == ("failed", 1)


async def test_failed_case_that_passes_at_a_retry_is_flaky(stand: Stand) -> None:
    stand.ends = script(FAILED, FAILED, PASSED)
    run = stand.run(case(), retries=3)
    await run.all()
    (result,) = run.results
    assert (result.outcome, result.tries) == ("flaky", 3)
    assert [one.outcome for one in result.other_tries] == ["failed", "failed"]
    assert result.message == "passed at try 3; before: transport: expected a, was b"


async def test_case_that_fails_at_every_retry_has_failed(stand: Stand) -> None:
    stand.ends = script(FAILED, FAILED, FAILED)
    run = stand.run(case(), retries=2)
    await run.all()
    assert (run.results[0].outcome, run.results[0].tries) == ("failed", 3)


async def test_tries_are_counted_through(stand: Stand) -> None:
    """Retries and tries alone: each has a number, and a folder, of its own."""
    stand.ends = script(BUSY, FAILED, BUSY, FAILED, PASSED)
    run = stand.run(case(), retries=2)
    await run.all()
    assert stand.tried_cases == ["one[chromium]", *(f"one[chromium] {number}" for number in (2, 3, 4, 5))]
    assert run.results[0].tries == 5


async def test_artefacts_lie_below_the_folder_of_the_run(stand: Stand) -> None:
    stand.ends = script(("error", {"again": True}), ("failed", {"artefacts": {"screenshot": "screenshot.png"}}))
    run = stand.run(case("folder/name", "firefox"))
    await run.all()
    assert run.results[0].artefacts == {"screenshot": "folder-name.firefox/try2/screenshot.png"}


async def test_cancelled_run_skips_what_has_not_ended(stand: Stand) -> None:
    stand.hold = asyncio.Event()
    run = stand.run(*(case(name) for name in ("first", "second", "third")))
    working = spawn(run.all(), name="run")
    await stand.held.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert by_id(run.results) == {
        "first[chromium]": "skipped",
        "second[chromium]": "skipped",
        "third[chromium]": "skipped",
    }
    assert stand.under_way == 0 and stand.tried_cases == ["first[chromium]"]
