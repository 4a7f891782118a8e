"""Cuts: why a hop ended an open connection, as far as the times of what passed there tell."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.ends import Cut, cut_of, cuts_of_wires
from lab.timeline.join import GRAIN_MS
from lab.timeline.lives import Life

BUSY_MS = 100.0
"""A cut so soon after something passed is no cut for silence."""
CLOSE_MS = 50.0
"""Silences that differ by less are one length: a hop's timer and the events have that grain."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A cut of an open connection, and what it was for."""

    life: Life
    cut: Cut
    kind: Literal["idle", "lifetime", "volume", "unsure"]


def verdicts_of(case: Evidence) -> Iterator[Verdict]:
    """The cut of each life that is in trouble, where there was one."""
    for life in case.lives:
        if not life.trouble:
            continue
        requests = [one for one in reversed(life.requests) if not one.path.endswith("_send")]
        cuts = (cut_of(one, case.hops, life.until_ms + GRAIN_MS, case.tcp_ends) for one in requests)
        cut = next((one for one in cuts if one is not None), None) or _unread(case, life)
        if cut is not None:
            cut = _from_client(cut, life)
            yield Verdict(life, cut, kind_of(cut))


def _from_client(cut: Cut, life: Life) -> Cut:
    """The cut, of a connection that is no older than the client: what hops of the lab do begins with that."""
    began = max(cut.began_ms, life.created_ms)
    return replace(cut, began_ms=began, activity=tuple(at for at in cut.activity if at >= began))


def _unread(case: Evidence, life: Life) -> Cut | None:
    """The cut of a connection that a link could not read (TLS), by when others saw what it carried break off."""
    broken = [
        event.t_ms
        for one in life.requests
        for sight in one.read().values()
        for event in (sight.error, sight.closed)
        if event is not None and event.t_ms <= life.until_ms + GRAIN_MS
    ]
    if not broken:
        return None
    wires = [wire for wire in case.wires if not wire.lines]
    cuts = [cut for cut in cuts_of_wires(wires) if 0 <= min(broken) - cut.t_ms <= GRAIN_MS]
    return max(cuts, key=lambda cut: cut.t_ms, default=None)


def kind_of(cut: Cut) -> Literal["idle", "lifetime", "volume", "unsure"]:
    """What the times tell.

    With something passing until the cut it is the volume or the message. Having survived a longer silence rules an
    idle limit out. Else both are possible, and the figure decides that people would set: silence and age
    are rarely both round. Where both are, or neither is, the evidence does not suffice.
    """
    if cut.silence_ms < BUSY_MS:
        return "volume"
    if cut.dropped:
        return "unsure"
    if cut.longest_gap_ms > cut.silence_ms + CLOSE_MS:
        return "lifetime"
    idle, lifetime = is_round(cut.silence_ms), is_round(cut.age_ms)
    if idle == lifetime:
        return "unsure"
    return "idle" if idle else "lifetime"


def is_round(value_ms: float) -> bool:
    """Whether a limit that somebody set can have run out here: whole tenths of a second, from 10 s on whole seconds.

    Timers fire late, by some milliseconds in the lab and by 30 to 60 ms in products (60.03 s measured with nginx
    1.22.1 and 50.06 s with HAProxy 2.6.12 on Debian 12, of 60 s and 50 s set).
    """
    if value_ms >= 10_000:
        return value_ms % 1000.0 <= 150.0
    return value_ms % 100.0 <= 12.0
