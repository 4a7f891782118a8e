"""A link took a new connection and for a while neither read from it nor made its own: slow to accept, or full."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.join import GRAIN_MS
from lab.timeline.progress import progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.wires import Wire, waits_in
from lab.timeline.words import ms

ORDER = 95

LONG_MS = 300.0
"""A link makes its own connection within a few milliseconds."""


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a link had a connection for so long without a byte read and without one of its own."""
    waits = waits_in(case.wires)
    for trial in case.trials:
        if progress_of(trial).place in ("wire", "browser"):
            start = trial.attempt.start_ms
            yield from _said(
                trial.about, start, trial.until_ms, waits, f"so {trial.attempt.transport} could not open"
            )
    for life in case.lives:
        if life.trouble:
            so = f"so the open connection {life.fate}"
            yield from _said(life.about, life.opened_ms, life.until_ms, waits, so)


def _said(about: str, since: float, until: float, waits: list[tuple[Wire, float]], so: str) -> Iterator[Diagnosis]:
    for outer, over in waits:
        kept = min(over, until) - outer.opened_ms
        if not since - GRAIN_MS <= outer.opened_ms <= until or kept < LONG_MS or _ended(outer, until):
            continue
        hop = outer.side.removesuffix(".client")
        begun = "the connection had opened" if "open connection" in about else "the attempt began"
        yield Diagnosis(
            about=about,
            cause="connection_held",
            hop=hop,
            sentence=f"{hop} took a connection {ms(max(0.0, outer.opened_ms - since))} after {begun} "
            f"and for {ms(kept)} neither read from it nor made one of its own, {so}.",
            proof=[f"{outer.side} saw the connection open, {hop}.server saw none"],
            hint=f"look for a limit of connections in {hop}, or for what makes it slow to accept; a client over HTTP "
            "needs two connections at once",
        )
        return


def _ended(outer: Wire, until: float) -> bool:
    return outer.end is not None and outer.end.t_ms <= until
