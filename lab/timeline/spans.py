"""Spans: what one vantage saw of one request, in the words of the timeline."""

from collections.abc import Sequence

from lab.events import Event
from lab.timeline.exchanges import Exchange
from lab.timeline.requests import Sight
from lab.timeline.tree import Frame, Point, Span
from lab.timeline.wires import Segment


def span_of(sight: Sight) -> Span:
    """The span of what the page, a hop's side or the server saw."""
    return _of_segment(sight) if isinstance(sight, Segment) else _of_exchange(sight)


def _of_segment(segment: Segment) -> Span:
    end = segment.end
    return Span(
        vantage=segment.side,
        start_ms=segment.t_ms,
        end_ms=end.t_ms if end else None,
        ended=str(end.data.get("how", "")).upper() if end else "",
        by=str(end.data.get("by", "")) if end else "",
        counts="wire",
        up=segment.up,
        down=segment.down,
    )


def _of_exchange(exchange: Exchange) -> Span:
    up: list[Point] = []
    if exchange.sent is not None and exchange.sent.data.get("bytes"):
        up.append((exchange.sent.t_ms, int(exchange.sent.data["bytes"])))
    frames = [_frame(event) for event in exchange.frames]
    end, how = _end(exchange)
    by = end.data.get("by") if end is not None and end is not exchange.end else None
    return Span(
        vantage=_vantage(exchange),
        node=exchange.node,
        start_ms=exchange.t_ms,
        answered_ms=exchange.response.t_ms if exchange.response else None,
        status=exchange.status,
        end_ms=end.t_ms if end else None,
        ended=how,
        by=str(by or ""),
        counts="frames" if frames else "body",
        up=totals(frames, "up") if frames else up,
        down=totals(frames, "down") if frames else exchange.pieces(),
        frames=frames,
    )


def _vantage(exchange: Exchange) -> str:
    return exchange.request.vantage


def _frame(event: Event) -> Frame:
    direction = "up" if event.data.get("direction") == "up" else "down"
    text = str(event.data.get("text", ""))
    return Frame(t_ms=event.t_ms, direction=direction, bytes=int(event.data.get("bytes", 0)), text=text)


def totals(frames: Sequence[Frame], direction: str) -> list[Point]:
    """The frames of one direction as points: all their bytes together."""
    points: list[Point] = []
    for frame in frames:
        if frame.direction == direction:
            points.append((frame.t_ms, frame.bytes + (points[-1][1] if points else 0)))
    return points


def _end(exchange: Exchange) -> tuple[Event | None, str]:
    """The first event that ends the request here, in words."""
    ends = [event for event in (exchange.closed, exchange.error, exchange.end) if event is not None]
    if not ends:
        return None, ""
    end = min(ends, key=lambda event: event.t_ms)
    if end is exchange.closed:
        by = f" by {end.data['by']}" if end.data.get("by") else ""
        return end, f"closed with {end.data.get('code')}{by}"
    if end is exchange.error:
        return end, str(end.data.get("text", "error"))
    why = end.data.get("why", "done")
    return end, "complete" if why == "done" else str(why or "")
