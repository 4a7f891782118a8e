"""A whole `lab run`: engines and folder made, cases run, everything ended and every report written."""

import asyncio
import contextlib
import functools
import os
import platform
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lab import __version__, report
from lab.network.authority import Authority
from lab.network.behaviour import Catalogue
from lab.report.compare import Changes
from lab.runner.artefacts import Keeping
from lab.runner.baseline import changes_since
from lab.runner.case import Tools
from lab.runner.engines import EnginePool
from lab.runner.measuring import MeasuringLock
from lab.runner.names import new_run_folder, point_latest
from lab.runner.run import Progress, Run
from lab.scenario.matrix import Case
from lab.tasks import end, spawn
from lab.timeline.results import RunResult


class Teller(Progress, Protocol):
    """Who is told of the run as a whole, too."""

    def run_began(self, total: int, folder: Path) -> None:
        """The run has begun."""

    def run_ended(self, run: RunResult, paths: list[Path], changes: Changes | None = None) -> None:
        """The run has ended and its reports are written; ``changes``: what it was held against."""

    def note(self, text: str) -> None:
        """Something that the user should know."""


@dataclass(frozen=True)
class Options:
    """What `lab run` was asked for beyond the cases."""

    out: Path = Path("reports")
    jobs: int = 1
    headed: bool = False
    retries: int = 0
    trace: bool | None = None
    proxies: Sequence[Path] = ()
    """Folders with behaviours of the user's own, besides ``proxies/`` beside each scenario."""
    command: Sequence[str] = field(default_factory=tuple)
    keeping: Keeping = field(default_factory=Keeping)
    baseline: RunResult | None = None
    """What the run is held against; where None, the last run below ``out``."""


def catalogues(extra: Sequence[Path]) -> Callable[[Path], Catalogue]:
    """The behaviours that a scenario may use, by its path: shipped, given, and in ``proxies/`` beside it."""

    @functools.cache
    def of_folder(folder: Path) -> Catalogue:
        beside = folder / "proxies"
        return Catalogue([*extra, *([beside] if beside.is_dir() else [])])

    return of_folder


def _machine() -> dict[str, str]:

    return {"system": platform.platform(), "python": platform.python_version(), "cores": str(os.cpu_count())}


@contextlib.contextmanager
def _cancelled_by_signals(task: "asyncio.Task[None]", teller: Teller) -> Iterator[list[signal.Signals]]:
    """Cancel ``task`` at the first SIGINT or SIGTERM; later ones are told that the end is under way."""
    seen: list[signal.Signals] = []

    def caught(which: signal.Signals) -> None:
        seen.append(which)
        if len(seen) == 1:
            teller.note("Interrupted: ending browsers, proxies and servers, and writing the report.")
            task.cancel()
        else:
            teller.note("Still ending; it takes a few seconds at most.")

    loop = asyncio.get_running_loop()
    for which in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(which, caught, which)
    try:
        yield seen
    finally:
        for which in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(which)


async def run_all(cases: Sequence[Case], options: Options, teller: Teller) -> RunResult:
    """Run the cases and write the reports; however it ends, nothing that was started is left behind."""
    began_at, began = time.time(), time.perf_counter()
    authority = Authority()
    folder = new_run_folder(options.out, began_at)
    pool = EnginePool.of_browsers(headed=options.headed, trusted_spki=authority.spki)
    of_folder = catalogues(options.proxies)
    tools = Tools(
        authority, MeasuringLock(), lambda path: of_folder(path.parent), trace=options.trace, keeping=options.keeping
    )
    run = Run(cases, tools, pool, folder, teller, jobs=options.jobs, retries=options.retries)
    teller.run_began(len(cases), folder)
    # A task of its own: what a signal cancels is the cases, never the end of the engines.
    working = spawn(run.all(), name="cases")
    interrupted = False
    with _cancelled_by_signals(working, teller) as signals:
        try:
            await working
        except asyncio.CancelledError:
            if not signals:
                raise
            interrupted = True
        finally:
            await end(working)
            await pool.stop()
        result = RunResult(
            lab_version=__version__,
            run=folder.name,
            command=list(options.command),
            began_at=began_at,
            duration_ms=(time.perf_counter() - began) * 1000,
            machine=_machine(),
            interrupted=interrupted,
            replaced=run.replaced,
            cases=run.results,
        )
        changes = changes_since(result, options.out, options.baseline)
        paths = report.write_all(result, folder, changes)
        point_latest(folder)
        teller.run_ended(result, paths, changes)
    return result
