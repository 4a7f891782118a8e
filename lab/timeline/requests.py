"""Requests: what the vantages saw of one request, joined by hop, URL and order.

What the page saw comes first, where the browser told it (`joined_with_page`). The two sides of a hop that reads HTTP
are joined by its ``flow``, those of a link by connection and offset. From one hop to the next, and to the server, the
earliest request goes with the earliest that has the same method and URL and was not seen before it; the query is held
against the query where both show one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lab.events import Event
from lab.timeline.exchanges import Exchange, exchanges_of, exchanges_of_page, hop_of, hops_of
from lab.timeline.join import GRAIN_MS
from lab.timeline.wires import Segment, segments_of, wires_of

Sight = Exchange | Segment
"""One request as one side saw it."""

_EARLY_MS = 1.0
"""Vantages outside the browser share one clock, whose events are written as they happen."""


@dataclass(slots=True)
class Joined:
    """One request at every side that saw it, in path order."""

    sights: dict[str, Sight] = field(default_factory=dict)

    @property
    def first(self) -> Sight:
        """As the side nearest to the browser saw it."""
        return next(iter(self.sights.values()))

    @property
    def last(self) -> Sight:
        """As the side nearest to the server saw it."""
        return list(self.sights.values())[-1]

    @property
    def path(self) -> str:
        """The path as the nearest side saw it."""
        return urlsplit(target_of(self.first)).path

    def read(self) -> dict[str, Exchange]:
        """What those sides saw that read HTTP; a page reads no headers."""
        return {
            side: sight for side, sight in self.sights.items() if isinstance(sight, Exchange) and side != "browser"
        }


def target_of(sight: Sight) -> str:
    """Path and query."""
    if isinstance(sight, Segment):
        parts = urlsplit(sight.target)
    else:
        parts = urlsplit(str(sight.request.data.get("url") or sight.request.data.get("path") or ""))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def joined_of(events: Sequence[Event]) -> list[Joined]:
    """Every request that a hop or the server saw, in order."""
    by_hop: dict[str | None, list[Joined]] = {hop: [] for hop in (*hops_of(events), None)}
    flows: dict[tuple[str, object], Joined] = {}
    for one in exchanges_of(events):
        hop = hop_of(one.side)
        flow = one.request.data.get("flow")
        unit = flows.get((hop, flow)) if hop and flow is not None else None
        if unit is None or one.side in unit.sights:
            unit = Joined()
            by_hop[hop].append(unit)
            if hop:
                flows[(hop, flow)] = unit
        unit.sights[one.side] = one
    for outer, inner in segments_of(wires_of(events)):
        hop = hop_of(outer.side)
        if hop and not any(isinstance(unit.first, Exchange) for unit in by_hop[hop]):
            by_hop[hop].append(Joined({sight.side: sight for sight in (outer, inner) if sight is not None}))
    found: list[Joined] = []
    for units in by_hop.values():
        _attach(found, sorted(units, key=lambda unit: unit.first.t_ms))
    for joined in found:
        # The client's side of a hop goes before its server's side, whichever event came first.
        joined.sights = dict(sorted(joined.sights.items(), key=lambda item: _place(item[0], by_hop)))
    return sorted(found, key=lambda one: one.first.t_ms)


def joined_with_page(events: Sequence[Event]) -> list[Joined]:
    """Likewise with what the page saw of each, and those that nobody else saw."""
    found = [Joined({"browser": one}) for one in exchanges_of_page(events)]
    _attach(found, joined_of(events))
    return sorted(found, key=lambda one: one.first.t_ms)


def _place(side: str, hops: Iterable[str | None]) -> tuple[int, bool]:
    return list(hops).index(hop_of(side)), side.endswith(".server")


def _attach(found: list[Joined], units: list[Joined]) -> None:
    """Put what one hop (or the server) saw with what the hops before it saw of the same requests."""
    # What a hop did not pass on was seen by no one further.
    open_ones = sorted(
        (one for one in found if not one.last.side.endswith(".client")), key=lambda one: one.first.t_ms
    )
    for unit in units:
        match = next((one for one in open_ones if _goes_on(one.last, unit.first, exactly=True)), None)
        match = match or next((one for one in open_ones if _goes_on(one.last, unit.first, exactly=False)), None)
        if match is None:
            found.append(unit)
        else:
            open_ones.remove(match)
            match.sights.update(unit.sights)


def _goes_on(near: Sight, far: Sight, *, exactly: bool) -> bool:
    """Whether ``far`` can be the same request as ``near``, one vantage further."""
    early_ms = GRAIN_MS if near.side == "browser" else _EARLY_MS
    if near.method != far.method or far.t_ms < near.t_ms - early_ms:
        return False
    (path, _, query), (other, _, asked) = (target_of(one).partition("?") for one in (near, far))
    return path == other and (query == asked or (not exactly and not (query and asked)))
