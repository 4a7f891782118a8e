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
from lab.timeline.results import CaseResult, Outcome

TRIES_ALONE = 2
"""How often a case that the machine or a dying engine may have decided is run again, alone."""
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
        client_version=case.scenario.client.version,
        matrix=dict(case.values),
        network=network_lines(case.scenario.network),
        outcome=outcome,
        message=message,
        remedy=remedy,
    )


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
        self._controls = Controls(lambda case: self._until_decided(case, lambda what: None))

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
        first = last = await self._until_decided(case, waits)
        for _ in range(self.retries):
            if last.result.outcome != "failed":
                break
            last = await self._until_decided(case, waits, number=last.result.tries + 1)
        outcome = combined(first.result.outcome, last.result.outcome)
        if outcome == "flaky":
            message = f"passed at try {last.result.tries}; before: {first.result.message}"
            return last.result.model_copy(update={"outcome": outcome, "message": message})
        return last.result if last.result.outcome == outcome else first.result

    async def _until_decided(self, case: Case, waits: Callable[[str], None], *, number: int = 1) -> Concluded:
        """Try the case, and again alone while it was the machine or the engine that decided."""
        concluded = await self._try(case, waits, number, alone=False)
        for again in range(1, TRIES_ALONE + 1):
            if not concluded.again:
                break
            waits("the machine for itself")
            concluded = await self._try(case, waits, number + again, alone=True)
        return concluded

    async def _try(self, case: Case, waits: Callable[[str], None], number: int, *, alone: bool) -> Concluded:
        name = case_folder(case.id) + (f"/try{number}" if number > 1 else "")
        async with self._places.all() if alone else self._places.one():
            waits(f"{case.engine} to start")
            try:
                engine = await self.pool.get(case.engine)
            except LabError as error:
                return Concluded(without_events(case, "error", str(error), error.remedy))
            concluded = await OneTry(case, self.tools, self.folder / name, waits).run(engine, number=number)
            if concluded.engine_failed:
                await self.pool.discard(engine)
        artefacts = {kind: f"{name}/{path}" for kind, path in concluded.result.artefacts.items()}
        result = concluded.result.model_copy(update={"tries": number, "artefacts": artefacts})
        return Concluded(result, concluded.again, concluded.engine_failed)
