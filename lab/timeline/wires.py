"""Wires: TCP connections through a link, and the requests that can be told apart on them.

A link counts bytes and knows no HTTP; where a piece that goes up begins with a plain request line, its event says
so. What the two sides saw of a request is told apart by offsets, not by lines: the request that begins at byte
*n* of what came up also begins at byte *n* of what went on, however it was cut into pieces.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

from lab.events import Event
from lab.timeline.attempts import in_order
from lab.timeline.exchanges import hop_of

Points = list[tuple[float, int]]


@dataclass(slots=True)
class Wire:
    """One side of one TCP connection through a hop."""

    side: str
    conn: object
    opened_ms: float
    up: Points = field(default_factory=list)
    down: Points = field(default_factory=list)
    lines: list[tuple[float, int, str]] = field(default_factory=list)
    """(t_ms, offset, request line) of each request that began here."""
    ends: list[Event] = field(default_factory=list)

    @property
    def end(self) -> Event | None:
        """The first end that was seen: of one direction, or of the whole by a reset."""
        return self.ends[0] if self.ends else None

    @property
    def has_data(self) -> bool:
        """Whether a byte passed here."""
        return bool(self.up or self.down)

    def add(self, event: Event) -> None:
        """Take in one ``tcp.data`` or ``tcp.end``."""
        if event.kind == "tcp.end":
            self.ends.append(event)
            return
        points = self.up if event.data.get("direction") == "up" else self.down
        total = int(event.data.get("total", 0))
        points.append((event.t_ms, total))
        if line := event.data.get("request"):
            self.lines.append((event.t_ms, total - int(event.data.get("bytes", 0)), str(line)))

    def since(self, t_ms: float) -> "Segment":
        """All that passed from then on, as one request that cannot be read."""
        low, floor = _at(self.up, t_ms), _at(self.down, t_ms)
        up = _between(self.up, low, None)
        began = up[0][0] if up else max(t_ms, self.opened_ms)
        down = _between(self.down, floor, None)
        return Segment(self.side, self.conn, "", "", began, up, down, tuple(self.ends), self.opened_ms)


@dataclass(frozen=True, slots=True)
class Segment:
    """One request, and all that went back for it, on one side of a link."""

    side: str
    conn: object
    method: str
    target: str
    """Path and query."""
    t_ms: float
    up: Points
    """Bytes since its beginning."""
    down: Points
    ends: tuple[Event, ...]
    """How each direction of the connection ended, where no other request began on it before."""
    opened_ms: float
    """When the connection was made."""

    @property
    def end(self) -> Event | None:
        """The first of them."""
        return self.ends[0] if self.ends else None

    def total_by(self, direction: str, t_ms: float) -> int:
        """How many bytes had passed in this direction by then."""
        return max((total for at, total in getattr(self, direction) if at <= t_ms), default=0)

    def reached(self, direction: str, total: int) -> float | None:
        """When so many bytes had passed in this direction."""
        return next((at for at, sofar in getattr(self, direction) if sofar >= total), None)


def wires_of(events: Sequence[Event]) -> list[Wire]:
    """Every TCP connection that a side of a hop saw, in order."""
    found: dict[tuple[str, object], Wire] = {}
    for event in in_order(events):
        key = (event.vantage, event.data.get("conn"))
        if event.kind == "tcp.open":
            found[key] = Wire(event.vantage, event.data.get("conn"), event.t_ms)
        elif event.kind in ("tcp.data", "tcp.end"):
            if key not in found:
                found[key] = Wire(event.vantage, event.data.get("conn"), event.t_ms)
            found[key].add(event)
    return list(found.values())


def waits_in(wires: Sequence[Wire]) -> list[tuple[Wire, float]]:
    """Every connection that a link took, and until when it neither read from it nor had made one of its own.

    That is infinite where it did neither. Proxies are left out: they number the connections of their two sides
    apart, and count no bytes.
    """
    links = {hop_of(wire.side) for wire in wires if wire.has_data}
    inner = _made_in(wires)
    return [
        (wire, min(inner.get((hop_of(wire.side), wire.conn), inf), wire.up[0][0] if wire.up else inf))
        for wire in wires
        if wire.side.endswith(".client") and hop_of(wire.side) in links
    ]


def turned_away_in(wires: Sequence[Wire]) -> list[Wire]:
    """Connections that a link ended before it had read a byte or had made one of its own."""
    inner = _made_in(wires)
    return [
        wire
        for wire in wires
        if wire.side.endswith(".client")
        and not wire.has_data
        and wire.end is not None
        and wire.end.data.get("direction") == "down"
        and (hop_of(wire.side), wire.conn) not in inner
    ]


def _made_in(wires: Iterable[Wire]) -> dict[tuple[str | None, object], float]:
    """When a link made its own connection, by hop and number."""
    return {(hop_of(wire.side), wire.conn): wire.opened_ms for wire in wires if wire.side.endswith(".server")}


def segments_of(wires: Iterable[Wire]) -> list[tuple[Segment, Segment | None]]:
    """Each request that can be told apart, as both sides of its link saw it (the browser's side first), in order."""
    by_key = {(wire.side, wire.conn): wire for wire in wires}
    found = []
    for (side, conn), outer in by_key.items():
        hop, _, which = side.rpartition(".")
        if which != "client":
            continue
        inner = by_key.get((f"{hop}.server", conn))
        for place, (t_ms, offset, line) in enumerate(outer.lines):
            following = outer.lines[place + 1] if place + 1 < len(outer.lines) else None
            found.append(_pair(outer, inner, t_ms, offset, line, following))
    return sorted(found, key=lambda pair: pair[0].t_ms)


def _pair(
    outer: Wire, inner: Wire | None, t_ms: float, offset: int, line: str, following: tuple[float, int, str] | None
) -> tuple[Segment, Segment | None]:
    method, _, rest = line.partition(" ")
    target = rest.split(" ")[0]
    until = following[1] if following else None
    # What comes down for this request begins where the counter stood when the request began.
    low = _at(outer.down, t_ms)
    high = _at(outer.down, following[0]) if following else None

    def segment(wire: Wire, t_ms: float) -> Segment:
        return Segment(
            side=wire.side,
            conn=wire.conn,
            method=method,
            target=target,
            t_ms=t_ms,
            up=_between(wire.up, offset, until),
            down=_between(wire.down, low, high),
            ends=tuple(wire.ends) if following is None else (),
            opened_ms=wire.opened_ms,
        )

    began = next((at for at, total in inner.up if total > offset), None) if inner else None
    return segment(outer, t_ms), segment(inner, began) if inner and began is not None else None


def _at(points: Points, t_ms: float) -> int:
    return max((total for at, total in points if at <= t_ms), default=0)


def _between(points: Points, low: int, high: int | None) -> Points:
    """The points beyond ``low``, counted from there, as far as the first that reaches ``high``."""
    found: Points = []
    for at, total in points:
        if total <= low:
            continue
        found.append((at, (total if high is None else min(total, high)) - low))
        if high is not None and total >= high:
            break
    return found
