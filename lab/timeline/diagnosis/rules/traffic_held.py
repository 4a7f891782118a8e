"""A hop passed on what it was given on an open connection, but so late that nobody waited for it any more."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.exchanges import Exchange
from lab.timeline.lives import Life
from lab.timeline.requests import Joined, Sight
from lab.timeline.results import Diagnosis
from lab.timeline.wires import Segment
from lab.timeline.words import ms

ORDER = 215

LONG_MS = 200.0
"""A hop passes a thing on within a few milliseconds."""


@dataclass(frozen=True, slots=True)
class _Hold:
    hop: str
    one: Joined
    up_ms: float
    """How long it kept the request."""
    down_ms: float
    """How long it kept the answer."""

    @property
    def total_ms(self) -> float:
        return self.up_ms + self.down_ms


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks for an open connection whose messages had not arrived when it, or the case, ended."""
    for life in case.lives:
        if not life.messages.lost:
            continue
        holds = [hold for one in life.requests for hop in life.hops if (hold := _hold(life, one, hop)) is not None]
        longest = max(holds, key=lambda hold: hold.total_ms, default=None)
        if longest is not None and longest.total_ms >= LONG_MS:
            yield _diagnosis(life, longest)


def _diagnosis(life: Life, hold: _Hold) -> Diagnosis:
    parts = [("what was sent", hold.up_ms), ("what came back", hold.down_ms)]
    kept = " and ".join(f"{what} for {ms(time)}" for what, time in parts if time >= LONG_MS / 2)
    return Diagnosis(
        about=life.about,
        cause="traffic_held",
        hop=hold.hop,
        sentence=f"{hold.hop} kept {kept} ({hold.one.first.method} {hold.one.path}): messages were still on their "
        f"way when the watching ended, {ms(life.age_ms(life.until_ms))} after the connection had opened.",
        proof=[f"{side} saw {one.method} {hold.one.path} at {ms(one.t_ms)}" for side, one in hold.one.sights.items()],
        hint=f"nothing is lost yet: wait longer than {ms(hold.total_ms)} for an answer, or find out what is slow in "
        f"{hold.hop}",
    )


def _hold(life: Life, one: Joined, hop: str) -> _Hold | None:
    outward, inward = one.sights.get(f"{hop}.client"), one.sights.get(f"{hop}.server")
    until = life.until_ms
    if isinstance(outward, Segment) and isinstance(inward, Segment):
        up = _longest(outward, inward, "up", life.opened_ms, until)
        return _Hold(hop, one, up, _longest(inward, outward, "down", life.opened_ms, until))
    if outward is None or outward.t_ms < life.opened_ms:
        return None
    up = min(inward.t_ms if inward else until, until) - outward.t_ms
    came, left = (_answered(sight) for sight in (inward, outward))
    down = min(left if left is not None else until, until) - came if came is not None and came <= until else 0.0
    return _Hold(hop, one, max(0.0, up), max(0.0, down))


def _longest(source: Segment, target: Segment, direction: str, since: float, until: float) -> float:
    """The longest time that a piece took from one side of a link to the other, of those that came meanwhile."""
    points = source.up if direction == "up" else source.down
    times = [
        (left if (left := target.reached(direction, total)) is not None and left <= until else until) - at
        for at, total in points
        if since <= at <= until
    ]
    return max(times, default=0.0)


def _answered(sight: Sight | None) -> float | None:
    """When the first of the answer was seen."""
    if isinstance(sight, Segment):
        return sight.down[0][0] if sight.down else None
    if isinstance(sight, Exchange):
        return sight.response.t_ms if sight.response else None
    return None
