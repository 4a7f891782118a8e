"""Which run this one is held against: the one that was named, or the newest before it that has a case of it."""

from collections.abc import Iterable
from pathlib import Path

from lab.errors import UsageError
from lab.report import json_file
from lab.report.compare import Changes, compare
from lab.timeline.results import RunResult

MOST_LOOKED_AT = 10
"""So many earlier runs are looked through."""


def read(path: Path) -> RunResult:
    """The run that ``--baseline`` names: a results.json, or a run's folder.

    Raises:
        UsageError: There is none.
    """
    return json_file.read(path)


def changes_since(run: RunResult, out: Path, baseline: RunResult | None) -> Changes | None:
    """What changed since ``baseline``, else since the last run below ``out``; None where there is none to compare."""
    if baseline is not None:
        return compare(run, baseline, against=f"the baseline, {baseline.run}")
    ids = {case.id for case in run.cases}
    for other in _earlier(out, run.run):
        if any(case.id in ids and case.outcome != "skipped" for case in other.cases):
            return compare(run, other, against=f"the last run, {other.run}", whole=False)
    return None


def _earlier(out: Path, than: str) -> Iterable[RunResult]:
    """The runs below ``out``, the newest first; those that cannot be read are passed over."""
    found = sorted(out.glob(f"*/{json_file.NAME}"), key=_when, reverse=True)
    for path in [path for path in found if path.parent.name not in ("latest", than)][:MOST_LOOKED_AT]:
        try:
            yield json_file.read(path)
        except UsageError:
            continue


def _when(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
