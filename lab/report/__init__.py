"""What people and machines read after a run: one file per kind of report.

A reporter is a module of this folder with a ``NAME`` and a function ``write(run, folder, changes) -> Path``. It is
found by its place: a new report is one new file. ``console`` is no reporter: it speaks while the run goes on.
"""

import importlib
import pkgutil
from pathlib import Path
from typing import Protocol, cast

from lab.errors import DEFECT, EnvironmentFailure
from lab.report.compare import Changes
from lab.timeline.results import RunResult


class Reporter(Protocol):
    """What a reporter's module offers."""

    NAME: str
    """The name of the file that it writes, ``report.html``."""

    def write(self, run: RunResult, folder: Path, changes: Changes | None = None) -> Path:
        """Write the report of ``run``, and of ``changes`` since another, into ``folder``; return its path."""


def reporters() -> list[Reporter]:
    """Every module of this folder that has a ``NAME`` and a ``write``, by the names of their files."""
    found: list[Reporter] = []
    for module in pkgutil.iter_modules(__path__):
        candidate = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(candidate, "NAME") and hasattr(candidate, "write"):
            found.append(cast(Reporter, candidate))
    return sorted(found, key=lambda reporter: reporter.NAME)


def write_all(run: RunResult, folder: Path, changes: Changes | None = None) -> list[Path]:
    """Write every report into ``folder``, which is made if need be, and return their paths.

    One report that cannot be written does not cost the others: all get their turn first.

    Raises:
        EnvironmentFailure: A file could not be written.
    """
    paths: list[Path] = []
    failures: list[Exception] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for reporter in reporters():
            try:
                paths.append(reporter.write(run, folder, changes))
            except Exception as error:  # one report's defect must not cost the others
                failures.append(error)
    except OSError as error:
        failures.append(error)
    if failures:
        reasons = "; ".join(dict.fromkeys(_told(failure) for failure in failures))
        raise EnvironmentFailure(
            f"The reports could not all be written to {folder}: {reasons}",
            remedy="Free the disk or name another folder with --out."
            if all(isinstance(failure, OSError) for failure in failures)
            else DEFECT,
        ) from failures[0]
    return paths


def _told(failure: Exception) -> str:
    return str(failure) if isinstance(failure, OSError) else f"{type(failure).__name__}: {failure}"
