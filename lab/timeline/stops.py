"""Stops: what came to a hop on an open connection and did not leave it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lab.events import Event
from lab.timeline.exchanges import Exchange
from lab.timeline.requests import Joined
from lab.timeline.wires import Segment, Wire

PATIENCE_MS = 200.0
"""What came later than this before the end may still have been on its way."""

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Stop:
    """A hop that kept what it was given."""

    hop: str
    direction: Direction
    came: int
    left: int
    units: str
    """``byte`` or ``frame``."""
    since_ms: float
    """When the first of what is missing had come."""


def stops_of(one: Joined, hops: Sequence[str], until_ms: float) -> Iterator[Stop]:
    """Each hop and direction in which something came by ``until_ms`` and never left."""
    for hop in hops:
        outward, inward = one.sights.get(f"{hop}.client"), one.sights.get(f"{hop}.server")
        for direction in ("up", "down"):
            source, target = (outward, inward) if direction == "up" else (inward, outward)
            stop = _stop(hop, direction, source, target, until_ms)
            if stop is not None:
                yield stop


def unread_stops_of(wires: Sequence[Wire], since_ms: float, until_ms: float) -> Iterator[Stop]:
    """The same on connections through links that cannot be read (TLS), counted from ``since_ms`` on."""
    by_key = {(wire.side, wire.conn): wire for wire in wires if not wire.lines}
    for (side, conn), outer in by_key.items():
        hop, _, which = side.rpartition(".")
        inner = by_key.get((f"{hop}.server", conn))
        if which == "client" and inner is not None and outer.has_data:
            outward, inward = outer.since(since_ms), inner.since(since_ms)
            for direction, source, target in (("up", outward, inward), ("down", inward, outward)):
                stop = _stop(hop, direction, source, target, until_ms)
                if stop is not None:
                    yield stop


def _stop(hop: str, direction: str, source: object, target: object, until_ms: float) -> Stop | None:
    way: Direction = "up" if direction == "up" else "down"
    if isinstance(source, Segment):
        came = [(at, total) for at, total in getattr(source, way) if at <= until_ms - PATIENCE_MS]
        left = target.total_by(way, until_ms) if isinstance(target, Segment) else 0
        if not came or came[-1][1] <= left:
            return None
        since = next(at for at, total in came if total > left)
        return Stop(hop, way, came[-1][1], left, "byte", since)
    if isinstance(source, Exchange) and isinstance(target, Exchange) and source.frames:
        came_frames = [e for e in _frames(source, way) if e.t_ms <= until_ms - PATIENCE_MS]
        left = sum(event.t_ms <= until_ms for event in _frames(target, way))
        if len(came_frames) <= left:
            return None
        return Stop(hop, way, len(came_frames), left, "frame", came_frames[left].t_ms)
    if way == "down" and isinstance(source, Exchange) and isinstance(target, Exchange) and not source.frames:
        pieces = [(at, total) for at, total in source.pieces() if at <= until_ms - PATIENCE_MS]
        left = target.total_by(until_ms)
        if not pieces or pieces[-1][1] <= left or target.end is not None:
            return None
        return Stop(hop, way, pieces[-1][1], left, "byte", next(at for at, total in pieces if total > left))
    return None


def _frames(exchange: Exchange, direction: Direction) -> list[Event]:
    return [event for event in exchange.frames if event.data.get("direction") == direction]
