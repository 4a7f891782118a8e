"""Clocks: how far the browser's clock can be from the others', measured twice."""

from collections.abc import Iterable, Sequence

from lab.events import Event
from lab.timeline.tree import Clocks, Connection


def clocks_of(events: Iterable[Event], connections: Sequence[Connection]) -> Clocks:
    """What was measured at the start, and what the events themselves allow."""
    stated = [float(e.data["uncertainty_ms"]) for e in events if e.kind == "clock" and "uncertainty_ms" in e.data]
    firsts = (
        next((request for request in one.requests if request.what == "transport"), None)
        for connection in connections
        for one in connection.tries
    )
    out, into = [], []
    for request in firsts:
        browser = request.span("browser") if request else None
        outside = [span for span in request.spans if span.side != "browser"] if request else []
        if request is None or browser is None or not outside:
            continue
        out.append(min(span.start_ms for span in outside) - browser.start_ms)
        server = request.span("server")
        if browser.frames and server is not None:
            into.append(browser.frames[0].t_ms - (server.answered_ms or server.start_ms))
    return Clocks(
        uncertainty_ms=max(stated, default=None),
        ahead_at_most_ms=round(min(into), 3) if into else None,
        behind_at_most_ms=round(min(out), 3) if out else None,
    )
