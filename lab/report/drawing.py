"""What the page of a case gives its script to draw: lanes, attempts, spans and marks, as JSON.

Times are milliseconds since the first client was created, rounded to a hundredth.
"""

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from lab.report.differences import requests_of
from lab.timeline.results import Attempt, CaseResult
from lab.timeline.tree import Connection, Frame, Point, Request, Span, Timeline

T = TypeVar("T")

MOST_POINTS = 60
"""Of so many pieces of a body, or frames, each gets a mark; of more, so many spread over the whole."""


def drawing_of(timeline: Timeline, case: CaseResult) -> dict[str, Any]:
    """The drawing: see lab/report/assets/timeline.js for what becomes of each part."""
    zero = timeline.connections[0].start_ms
    lanes = [vantage for vantage in timeline.vantages if vantage != "lab"]
    attempts = [
        _attempt(attempt.attempt, connection, len(timeline.connections) > 1, zero)
        for connection in timeline.connections
        for attempt in connection.tries
    ]
    spans = [
        _span(span, request, transport, lanes.index(span.vantage), zero)
        for transport, request in requests_of(timeline)
        for span in request.spans
        if span.vantage in lanes and not span.only
    ]
    return {
        "zero": round(zero, 2),
        "end": _at(timeline.end_ms, zero),
        "lanes": [
            {"name": lane, "hop": _untold(timeline) if lane == "browser" else _hop_in_words(lane, case)}
            for lane in lanes
        ],
        "attempts": attempts,
        "frames": _frames(timeline, zero),
        "spans": spans,
        "moments": [moment for connection in timeline.connections for moment in _moments(connection, zero)],
    }


def _attempt(attempt: Attempt, connection: Connection, several: bool, zero: float) -> dict[str, Any]:
    return {
        "name": f"{connection.name}: {attempt.transport}" if several else attempt.transport,
        "outcome": attempt.outcome,
        "from": _at(attempt.start_ms, zero),
        "to": _at(attempt.end_ms, zero),
        "budget": None if attempt.budget_ms is None else round(attempt.budget_ms, 2),
        "why": attempt.reason,
    }


def _span(span: Span, request: Request, transport: str, lane: int, zero: float) -> dict[str, Any]:
    return {
        "lane": lane,
        "name": f"{request.method} {request.path}",
        "what": request.what,
        "transport": transport,
        "from": _at(span.start_ms, zero),
        "answered": _at(span.answered_ms, zero),
        "to": _at(span.end_ms, zero),
        "status": span.status,
        "hidden": _is_hidden(span),
        "ended": f"{span.ended} (by the {span.by})" if span.by and span.by not in span.ended else span.ended,
        "counts": span.counts,
        "down": _points(span.down, zero),
        "up": _points(span.up, zero),
        "frames": [_frame(frame, zero) for frame in _spread(span.frames)],
        "left": max(0, len(span.frames) - MOST_POINTS),
    }


def _frames(timeline: Timeline, zero: float) -> list[list[Any]]:
    """The SockJS frames that the page got, each with the place of its attempt."""
    place = -1
    found = []
    for connection in timeline.connections:
        for attempt in connection.tries:
            place += 1
            frames = [
                frame
                for request in attempt.requests
                for span in request.spans
                if span.vantage == "browser"
                for frame in span.frames
            ]
            found += [[place, *_frame(frame, zero)] for frame in _spread(frames)]
    return found


def _moments(connection: Connection, zero: float) -> list[dict[str, Any]]:
    found = []
    if connection.opened_ms is not None:
        found.append(
            {"at": _at(connection.opened_ms, zero), "kind": "open", "name": f"open on {connection.transport}"}
        )
    if connection.closed is not None:
        closed = connection.closed
        reason = f" {closed.reason}" if closed.reason else ""
        found.append({"at": _at(closed.t_ms, zero), "kind": "closed", "name": f"closed with {closed.code}{reason}"})
    return found


def _frame(frame: Frame, zero: float) -> list[Any]:
    return [_at(frame.t_ms, zero), frame.direction, frame.bytes, frame.text[:80]]


def _points(points: Sequence[Point], zero: float) -> list[list[float | int | None]]:
    return [[_at(at, zero), total] for at, total in _spread(points)]


def _spread(items: Sequence[T]) -> list[T]:
    """All of a few, else so many of them, the first and the last among them."""
    if len(items) <= MOST_POINTS:
        return list(items)
    step = (len(items) - 1) / (MOST_POINTS - 1)
    return [items[round(index * step)] for index in range(MOST_POINTS)]


def _at(ms: float | None, zero: float) -> float | None:
    return None if ms is None else round(ms - zero, 2)


def _is_hidden(span: Span) -> bool:
    """Whether a browser says when an answer was over, and not when it came: a script of another origin."""
    return span.vantage == "browser" and span.answered_ms is None and span.end_ms is not None and not span.ended


def _untold(timeline: Timeline) -> str:
    """How many requests the browser did not tell the page of. Of preflights it never does."""
    told = {True: 0, False: 0}
    for _, request in requests_of(timeline):
        if request.what != "preflight":
            span = request.span("browser")
            told[span is not None and not span.only] += 1
    return f"the page was not told of {told[False]} of {sum(told.values())} requests" if told[False] else ""


def _hop_in_words(vantage: str, case: CaseResult) -> str:
    """What a lane is of: the hop's line without its number, and which side."""
    found = re.fullmatch(r"hop(\d+)\.(client|server)", vantage)
    if not found or int(found[1]) > len(case.network):
        return ""
    line = case.network[int(found[1]) - 1]
    name = line.partition(":")[0]
    side = "towards the browser" if found[2] == "client" else "towards the server"
    return f"{name}, {side}" if name != f"hop{found[1]}" else side
