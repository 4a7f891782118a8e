"""The browser kept a message because it had as many requests to the host under way as it allows.

Browsers allow six connections to a host at once over HTTP/1.1 (https://github.com/rstudio/shiny/issues/842,
https://github.com/freenet/freenet-core/issues/5213). A polling or streaming client needs two; sockjs-client
1.0.3 leaves the requests of attempts that timed out open, and every further tab has its own.
"""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.lives import Life
from lab.timeline.results import Diagnosis
from lab.timeline.sightings import sightings_of_connection
from lab.timeline.words import ms

ORDER = 190

ALLOWED = 6
"""Connections to a host at once."""
LONG_MS = 500.0
"""A request leaves the browser within some 30 ms, unless it has to wait."""


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where a message had not been asked to go by anyone's account while six requests were under way."""
    for life in case.lives:
        if not life.messages.lost or life.kind == "websocket":
            continue
        waited = _waited(case, life)
        if waited is None:
            continue
        since, kept = waited
        under_way = _under_way(case, life, since)
        if len(under_way) < ALLOWED:
            continue
        strange = [path for path in under_way if f"/{life.session}/" not in path]
        yield Diagnosis(
            about=life.about,
            cause="connections_used_up",
            hop=None,
            sentence=f"The browser kept a message for {ms(kept)}: {len(under_way)} requests to the host were under "
            f"way, which is all that it allows at once, {len(strange)} of them of other sessions.",
            proof=[f"still under way: {path}" for path in under_way],
            hint="leave transports that time out out of the client's `transports` (sockjs-client 1.0.3 does not end "
            "their requests), give each connection a host name of its own, or use websocket",
        )


def _waited(case: Evidence, life: Life) -> tuple[float, float] | None:
    """When the first message that did not arrive was sent, and how long no request could have carried it."""
    lost = sightings_of_connection(case.events, life.connection)
    since = next((m.seen[0].t_ms for m in lost if m.direction == "up" and not m.arrived), None)
    if since is None:
        return None
    sends = [one.first.t_ms for one in life.requests if one.path.endswith("_send")]
    kept = min((at for at in sends if at >= since), default=life.until_ms) - since
    return (since, kept) if kept >= LONG_MS else None


def _under_way(case: Evidence, life: Life, at: float) -> list[str]:
    """The requests that the side nearest to the browser had then, and not ended."""
    found = []
    for one in case.requests:
        nearest = next(iter(one.read().values()), None)
        if nearest is None or nearest.t_ms > at or nearest.asks_upgrade:
            continue
        ends = [event.t_ms for event in (nearest.end, nearest.error, nearest.closed) if event is not None]
        if min(ends, default=float("inf")) > at + LONG_MS:
            found.append(one.path)
    return found
