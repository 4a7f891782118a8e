"""How a case ended: pure rules over what was checked, what the steps met and what the machine did."""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.timeline.results import Check, Outcome


@dataclass(frozen=True, slots=True)
class Ending:
    """An outcome and, for anything but passed, one sentence that says why."""

    outcome: Outcome
    message: str = ""
    remedy: str = ""
    again: bool = False
    """Whether the case is worth another try, alone on the machine."""


BUSY_REMEDY = "Run it again with less beside it."


def ending(checks: Sequence[Check], doubts: Sequence[str]) -> Ending:
    """The ending of a case whose steps could be performed.

    A doubt (an attempt that the machine may have decided) is neither a failure nor a silent pass: whatever
    the checks say then is worth nothing.
    """
    if doubts:
        return Ending("error", f"machine too busy: {doubts[0]}", BUSY_REMEDY, again=True)
    broken = [check for check in checks if not check.held]
    if broken:
        first = broken[0]
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        return Ending("failed", f"{first.what}: {first.missed}{more}")
    if not checks:
        return Ending("error", "nothing was checked", "Write an expectation.")
    return Ending("passed")


def must_open(checks: Sequence[Check], transport: str | None) -> list[Check]:
    """The checks, and where none of them (those of steps too) speaks of a transport, that the client opened."""
    if any(check.what.rpartition(", ")[2] in ("transport", "only_attempts") for check in checks):
        return list(checks)
    opened = transport is not None
    return [*checks, Check(what="opens", expected="an open connection", actual=transport or "none", held=opened)]


def combined(first: Outcome, last: Outcome) -> Outcome:
    """The outcome of a case that was tried again: a pass after a failure is flaky, an error does not undo one."""
    if first == "failed":
        return "flaky" if last == "passed" else "failed"
    return last
