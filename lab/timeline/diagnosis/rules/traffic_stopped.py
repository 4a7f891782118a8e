"""A hop kept an open connection and let nothing more pass in one direction: a black hole."""

from collections.abc import Iterator

from lab.timeline.diagnosis.evidence import Evidence
from lab.timeline.lives import Life
from lab.timeline.results import Diagnosis
from lab.timeline.stops import Stop, stops_of, unread_stops_of
from lab.timeline.words import ms, number, plural

ORDER = 210

_TO = {"up": "the server", "down": "the browser"}


def explain(case: Evidence) -> Iterator[Diagnosis]:
    """Speaks where more came to a hop than left it, and what was missing had time to leave."""
    for life in case.lives:
        if not life.trouble:
            continue
        stops = [stop for one in reversed(life.requests) for stop in stops_of(one, life.hops, life.until_ms)]
        stops = stops or list(unread_stops_of(case.wires, life.opened_ms, life.until_ms))
        if stops:
            yield _diagnosis(life, min(stops, key=lambda stop: stop.since_ms))


def _diagnosis(life: Life, stop: Stop) -> Diagnosis:
    missing = stop.came - stop.left
    return Diagnosis(
        about=life.about,
        cause="traffic_stopped",
        hop=stop.hop,
        sentence=f"{stop.hop} had {plural(stop.came, stop.units)} for {_TO[stop.direction]} and passed "
        f"{number(stop.left)} of them on: from {ms(life.age_ms(stop.since_ms))} after the connection had opened "
        f"it kept {plural(missing, stop.units)}, for {ms(life.until_ms - stop.since_ms)}.",
        proof=[
            f"{stop.hop}.{'client' if stop.direction == 'up' else 'server'} saw {plural(stop.came, stop.units)}",
            f"{stop.hop}.{'server' if stop.direction == 'up' else 'client'} saw {plural(stop.left, stop.units)}",
        ],
        hint=f"nobody is told of this: let the application send something and expect an answer within a time of its "
        f"own; the transports over HTTP may pass {stop.hop} where a websocket does not",
    )
