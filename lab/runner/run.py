"""All the cases of a run: scheduled, tried again where the machine or an engine failed, reported as they end."""

import asyncio
import contextlib
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lab.errors import DEFECT, LabError
from lab.runner.case import OneTry, Tools
from lab.runner.conclude import Concluded
from lab.runner.control import Controls
from lab.runner.engines import EnginePool
from lab.runner.measuring import Places
from lab.runner.names import case_folder
from lab.runner.outcome import combined
from lab.runner.setup import network_lines
from lab.scenario.matrix import Case
from lab.timeline.results import CaseResult, OtherTry, Outcome, Replaced

TRIES_ALONE = 2
"""How often a case that the machine may have decided is run again, alone."""
TRIES_AFRESH = 1
"""How often a case in which the engine crashed or hung is run again, alone and in a new one."""
DOCTOR = "Run `lab doctor`: it says what is wrong with this engine or this machine."


class Progress(Protocol):
    """Who is told how the run goes (lab.report.console.Console is one)."""

    def case_began(self, id: str) -> None:
        """A case has begun."""

    def case_waits(self, id: str, what: str) -> None:
        """A case waits for something."""

    def case_ended(self, case: CaseResult, done: int, total: int) -> None:
        """A case has ended."""


def without_events(case: Case, outcome: Outcome, message: str, remedy: str = "") -> CaseResult:
    """The result of a case that was never brought to life."""
    return CaseResult(
        id=case.id,
        scenario=case.path.as_posix(),
        title=case.scenario.title,
        why=case.scenario.why,
        reason=case.reason,
        tags=list(case.scenario.tags),
        engine=case.engine,
        client_version=case.scenario.client_label,
        matrix=dict(case.values),
        network=network_lines(case.scenario.network),
        outcome=outcome,
        message=message,
        remedy=remedy,
    )


def _again(tries: Sequence[Concluded]) -> bool:
    """Whether another try is worth its time after these."""
    last = tries[-1]
    if not last.again:
        return False
    alike = sum(one.again and one.engine_failed == last.engine_failed for one in tries)
    return alike <= (TRIES_AFRESH if last.engine_failed else TRIES_ALONE)


def _other(number: int, ended: Concluded) -> OtherTry:
    """What is kept of a try that the result of the case is not of."""
    result = ended.result
    return OtherTry(number=number, outcome=result.outcome, message=result.message, engine_failed=ended.engine_failed)


@dataclass
class Run:
    """One run: its cases, what they share, and their results in the order of the cases."""

    cases: Sequence[Case]
    tools: Tools
    pool: EnginePool
    folder: Path
    progress: Progress
    jobs: int = 1
    retries: int = 0
    """How often a case that failed is tried again; one that passes then is flaky."""

    def __post_init__(self) -> None:
        self._results: dict[str, CaseResult] = {}
        self._places = Places(self.jobs)
        self._controls = Controls(lambda case: self._until_decided(case, lambda what: None, []))
        self.replaced: list[Replaced] = []
        """The engines that were replaced so far."""

    @property
    def results(self) -> list[CaseResult]:
        """A result for every case: one that has not ended is there as skipped."""
        return [
            self._results.get(case.id) or without_events(case, "skipped", "the run ended before this case")
            for case in self.cases
        ]

    async def all(self) -> None:
        """Run all the cases; when cancelled, what was under way is ended and counts as skipped."""
        waiting = iter(self.cases)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.jobs, len(self.cases))):
                group.create_task(self._work(waiting))

    async def _work(self, waiting: Iterator[Case]) -> None:
        for case in waiting:
            self.progress.case_began(case.id)
            began = time.perf_counter()
            try:
                result = await self._case(case)
            except Exception as error:  # one case's trouble (a full disk, a defect) must not cost the others
                message = f"the lab itself failed: {type(error).__name__}: {error}"
                result = without_events(case, "error", message, DEFECT)
                result = result.model_copy(update={"artefacts": self._traceback(case, error)})
            took: dict[str, Any] = {"duration_ms": (time.perf_counter() - began) * 1000}
            self._results[case.id] = result.model_copy(update=took)
            self.progress.case_ended(self._results[case.id], len(self._results), len(self.cases))

    def _traceback(self, case: Case, error: Exception) -> dict[str, str]:
        """Keep where a defect of the lab was met, for whoever mends it; a full disk may not let us."""
        path = f"{case_folder(case.id)}/traceback.txt"
        with contextlib.suppress(OSError):
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            text = "".join(traceback.format_exception(error))
            (self.folder / path).write_text(text, encoding="utf-8", errors="backslashreplace")
            return {"traceback": path}
        return {}

    async def _case(self, case: Case) -> CaseResult:
        def waits(what: str) -> None:
            self.progress.case_waits(case.id, what)

        waits(f"the control run of {case.engine}")
        fault = await self._controls.fault(case)
        if fault is not None:
            message = f"the control run in {case.engine} failed: {fault.message}"
            result = without_events(case, "error", message, fault.remedy or DOCTOR)
            return result.model_copy(update={"artefacts": fault.artefacts})
        tries: list[Concluded] = []
        first = last = await self._until_decided(case, waits, tries)
        for _ in range(self.retries):
            if last.result.outcome != "failed":
                break
            last = await self._until_decided(case, waits, tries)
        outcome = combined(first.result.outcome, last.result.outcome)
        told = last if outcome in (last.result.outcome, "flaky") else first
        message = told.result.message
        if outcome == "flaky":
            message = f"passed at try {len(tries)}; before: {first.result.message}"
        others = [_other(number, one) for number, one in enumerate(tries, start=1) if one is not told]
        changed = {"outcome": outcome, "message": message, "tries": len(tries), "other_tries": others}
        return told.result.model_copy(update=changed)

    async def _until_decided(self, case: Case, waits: Callable[[str], None], tries: list[Concluded]) -> Concluded:
        """Try the case, and again alone while it was the machine or the engine that decided; adds to ``tries``."""
        tries.append(await self._try(case, waits, len(tries) + 1, alone=False))
        while _again(tries):
            waits("the machine for itself")
            tries.append(await self._try(case, waits, len(tries) + 1, alone=True))
        return tries[-1]

    async def _try(self, case: Case, waits: Callable[[str], None], number: int, *, alone: bool) -> Concluded:
        name = case_folder(case.id) + (f"/try{number}" if number > 1 else "")
        async with self._places.all() if alone else self._places.one():
            waits(f"{case.engine} to start")
            try:
                engine = await self.pool.get(case.engine)
            except LabError as error:
                return Concluded(without_events(case, "error", str(error), error.remedy))
            concluded = await OneTry(case, self.tools, self.folder / name, waits).run(engine, number=number)
            if concluded.engine_failed and await self.pool.discard(engine):
                message = concluded.result.message
                self.replaced.append(Replaced(engine=case.engine, case=case.id, message=message))
        artefacts = {kind: f"{name}/{path}" for kind, path in concluded.result.artefacts.items()}
        result = concluded.result.model_copy(update={"tries": number, "artefacts": artefacts})
        return Concluded(result, concluded.again, concluded.engine_failed)
