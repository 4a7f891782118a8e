"""A link took a new connection and for a while neither read from it nor made its own: slow to accept, or full."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.exchanges import hop_of
from lab.timeline.join import GRAIN_MS
from lab.timeline.progress import progress_of
from lab.timeline.results import Diagnosis
from lab.timeline.wires import Wire, wires_of
from lab.timeline.words import ms

ORDER = 95

LONG_MS = 300.0
"""A link makes its own connection within a few milliseconds."""


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a link had a connection for so long without a byte read and without one of its own."""
    wires = wires_of(case.events)
    # Proxies number the connections of their two sides apart, and count no bytes.
    links = {hop_of(wire.side) for wire in wires if wire.has_data}
    outers = [wire for wire in wires if wire.side.endswith(".client") and hop_of(wire.side) in links]
    waits = [(outer, _until(outer, wires)) for outer in outers]
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


def _until(outer: Wire, wires: list[Wire]) -> float:
    """When the hop read from the connection or made its own; infinite where it did neither."""
    hop = outer.side.removesuffix(".client")
    inner = next((one for one in wires if one.side == f"{hop}.server" and one.conn == outer.conn), None)
    return min(inner.opened_ms if inner else float("inf"), outer.up[0][0] if outer.up else float("inf"))


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
