"""What changed since another run: case by case, by their ids."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from lab.report.words import duration
from lab.timeline.results import CaseResult, RunResult

Kind = Literal["worse", "better", "moved", "slower"]

_RANK = {"passed": 0, "flaky": 1, "error": 2, "failed": 3}
"""How bad an outcome is; a skipped case says nothing and is compared with nothing."""

SLOWER_BY_MS = 500.0
"""A connection that opens so much later, and in twice the time, is told of: less is the machine's mood."""


@dataclass(frozen=True)
class Change:
    """One case that is not as it was."""

    id: str
    kind: Kind
    """worse, better: the outcome; moved: the transport or the way to it; slower: to open."""
    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    """This run held against another."""

    against: str
    """The other run, in words: ``the last run, 2026-11-22_14-03-07``."""
    began_at: float
    """When that one began, in seconds since the epoch."""
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    """Cases of both runs that are as they were."""
    new: list[str] = field(default_factory=list)
    """Ids of cases that only this run has."""
    gone: list[str] = field(default_factory=list)
    """Ids of cases that only the other has."""

    def of(self, id: str) -> Change | None:
        """What became of a case; None where it is as it was, or new."""
        return next((change for change in self.changed if change.id == id), None)


def compare(run: RunResult, other: RunResult, *, against: str, whole: bool = True) -> Changes:
    """What is otherwise in ``run``: what got worse first, then what moved, got slower, got better.

    ``whole``: whether the two were asked for the same cases, so that one that is missing is worth a word.
    """
    before = {case.id: case for case in other.cases if case.outcome != "skipped"}
    now = {case.id: case for case in run.cases}
    judged = [case for case in run.cases if case.outcome != "skipped"]
    both = [(before[case.id], case) for case in judged if case.id in before]
    changed = [change for old, new in both if (change := _change(old, new))]
    order: Sequence[Kind] = ("worse", "moved", "slower", "better")
    return Changes(
        against=against,
        began_at=other.began_at,
        changed=sorted(changed, key=lambda change: order.index(change.kind)),
        same=len(both) - len(changed),
        new=[case.id for case in judged if case.id not in before],
        gone=[id for id in before if id not in now] if whole else [],
    )


def _change(old: CaseResult, new: CaseResult) -> Change | None:
    if old.outcome != new.outcome:
        kind: Kind = "worse" if _RANK[new.outcome] > _RANK[old.outcome] else "better"
        return Change(new.id, kind, _ended(old), _ended(new))
    if new.outcome == "error":  # Two errors say nothing of the client.
        return None
    if _way(old) != _way(new):
        return Change(new.id, "moved", *(_by_way(one, other) for one, other in ((old, new), (new, old))))
    if _much_slower(old.open_ms, new.open_ms):
        return Change(new.id, "slower", _opened(old), _opened(new))
    return None


def _way(case: CaseResult) -> list[tuple[str, str, str]]:
    return [(attempt.connection, attempt.transport, attempt.outcome) for attempt in case.attempts]


def _by_way(case: CaseResult, other: CaseResult) -> str:
    """The transport, or all attempts where the transport alone does not tell the two apart."""
    if case.transport != other.transport:
        return case.transport or "not open"
    return ", ".join(f"{attempt.transport} {attempt.outcome}" for attempt in case.attempts) or "nothing tried"


def _ended(case: CaseResult) -> str:
    return f"{case.outcome} on {case.transport}" if case.transport else case.outcome


def _opened(case: CaseResult) -> str:
    return "" if case.open_ms is None else f"open after {duration(case.open_ms)}"


def _much_slower(before: float | None, now: float | None) -> bool:
    return before is not None and now is not None and now >= before * 2 and now >= before + SLOWER_BY_MS


def in_words(changes: Changes) -> str:
    """The whole in one sentence: ``1 worse, 2 moved, 9 as before, compared with ...``."""
    counted = {kind: 0 for kind in ("worse", "moved", "slower", "better")}
    for change in changes.changed:
        counted[change.kind] += 1
    parts = [f"{count} {kind}" for kind, count in counted.items() if count]
    parts += [f"{changes.same} as before"] if changes.same else []
    parts += [f"{len(changes.new)} new"] if changes.new else []
    parts += [f"{len(changes.gone)} gone"] if changes.gone else []
    return f"{', '.join(parts) or 'nothing to compare'}, compared with {changes.against}"
