"""Cuts: why a hop ended an open connection, as far as the times of what passed there tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.ends import Cut, cut_of
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
    tcp_ends = [event for event in case.events if event.kind == "tcp.end"]
    for life in case.lives:
        if not life.trouble:
            continue
        requests = [one for one in reversed(life.requests) if not one.path.endswith("_send")]
        cuts = (cut_of(one, case.hops, life.until_ms + GRAIN_MS, tcp_ends) for one in requests)
        cut = next((one for one in cuts if one is not None), None)
        if cut is not None:
            yield Verdict(life, cut, kind_of(cut))


def kind_of(cut: Cut) -> Literal["idle", "lifetime", "volume", "unsure"]:
    """What the times tell.

    With something passing until the cut, or more coming than left, it is the volume or the message; having survived a
    longer silence rules an idle limit out; with a silence longer than any before, an idle limit is likely, unless
    nothing but the opening had passed before it: then age and silence are the same.
    """
    if cut.dropped or cut.silence_ms < BUSY_MS:
        return "volume" if cut.silence_ms < BUSY_MS else "unsure"
    if cut.longest_gap_ms > cut.silence_ms + CLOSE_MS:
        return "lifetime"
    if cut.age_ms - cut.silence_ms < max(2 * CLOSE_MS, cut.silence_ms / 10):
        return "unsure"
    if is_round(cut.age_ms) and not is_round(cut.silence_ms):
        return "lifetime"
    return "idle"


def is_round(value_ms: float) -> bool:
    """Whether a limit of a round figure can have run out here: people set limits to whole tenths of a second."""
    grain = 1000.0 if value_ms >= 10_000 else 100.0
    return value_ms % grain <= 0.3 * grain
