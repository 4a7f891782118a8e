"""What was one thing at one vantage and another at the next: headers, and when each message passed by."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from lab.timeline.tree import Change, Message, Request, Timeline

MOST_MESSAGES = 200
"""So many messages of a connection are listed."""
FIRST_MESSAGES = 20
"""So many of them at once; the rest can be folded out."""
_MOST_NAMED = 3
"""So many requests are named where the same was done to more."""


@dataclass(frozen=True)
class Difference:
    """One change, with the requests that it was made to."""

    name: str
    of: str
    before: list[str]
    after: list[str]
    requests: str
    """Which: ``websocket``, ``xhr_streaming and 4 more``, ``all 7 requests``."""


@dataclass
class Step:
    """Two neighbouring vantages, and all that was changed between them."""

    where: str
    source: str
    target: str
    changes: list[Difference] = field(default_factory=list)


@dataclass(frozen=True)
class Passed:
    """One message, or its beginning, and when each vantage saw it; None where it did not, or cannot tell."""

    direction: str
    text: str
    bytes: int
    arrived: bool
    at: list[float | None]


@dataclass(frozen=True)
class Talk:
    """The messages of one connection."""

    connection: str
    vantages: list[str]
    messages: list[Passed]
    rest: list[Passed]
    """Those after the first few."""
    left_out: int


def requests_of(timeline: Timeline) -> Iterator[tuple[str, Request]]:
    """Every request of the case, each with the transport that it belongs to (empty where none)."""
    for connection in timeline.connections:
        for request in connection.info:
            yield "", request
        for attempt in connection.tries:
            for request in attempt.requests:
                yield attempt.attempt.transport, request
    for request in timeline.other:
        yield "", request


def differences_of(timeline: Timeline) -> list[Step]:
    """The changes, by the place where they were made; one that was made to many requests stands once."""
    steps: dict[tuple[str, str], Step] = {}
    seen: dict[tuple[str, str], dict[str, tuple[Change, list[str]]]] = {}
    passed: dict[tuple[str, str], int] = {}
    for _, request in requests_of(timeline):
        sides = [span.side for span in request.spans]
        for pair in pairwise(sides):
            passed[pair] = passed.get(pair, 0) + 1
        for change in request.changes:
            # On the way down an answer's source is further from the browser: both ways share a place.
            up = change.of == "request"
            pair = (change.source, change.target) if up else (change.target, change.source)
            steps.setdefault(pair, Step(_where(change), *pair))
            key = repr((change.of, change.name, change.before, change.after))
            seen.setdefault(pair, {}).setdefault(key, (change, []))[1].append(_name(request))
    for pair, found in seen.items():
        steps[pair].changes = [_difference(change, names, passed.get(pair, 0)) for change, names in found.values()]
    return [steps[pair] for pair in sorted(steps, key=lambda pair: _order(timeline, pair))]


def _difference(change: Change, names: list[str], passed: int) -> Difference:
    # Columns are in path order: what an answer had before stands further right.
    left, right = (change.before, change.after) if change.of == "request" else (change.after, change.before)
    return Difference(change.name, change.of, left, right, _which(names, passed))


def _which(names: list[str], passed: int) -> str:
    distinct = list(dict.fromkeys(names))
    if len(names) > _MOST_NAMED and len(names) >= passed:
        return f"all {len(names)} requests"
    shown = distinct[:_MOST_NAMED]
    more = len(distinct) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _name(request: Request) -> str:
    """The last part of the path, with the method where it is not GET or POST."""
    last = request.path.partition("?")[0].rstrip("/").rpartition("/")[2] or "/"
    return f"{request.method} {last}" if request.method not in ("GET", "POST") else last


def _where(change: Change) -> str:
    return f"Between {change.source} and {change.target}" if change.hop is None else f"Inside {change.hop}"


def _order(timeline: Timeline, pair: tuple[str, str]) -> int:
    return next((place for place, vantage in enumerate(timeline.vantages) if vantage.startswith(pair[0])), 0)


def talks_of(timeline: Timeline) -> list[Talk]:
    """The messages of each connection that has any, on the clock of the drawing."""
    talks = []
    for connection in timeline.connections:
        if not connection.messages:
            continue
        seen = {sighting.vantage for message in connection.messages for sighting in message.seen}
        vantages = [vantage for vantage in timeline.vantages if vantage in seen]
        shown = sorted(connection.messages, key=_first_seen)[:MOST_MESSAGES]
        messages = [_passed(message, vantages, timeline.connections[0].start_ms) for message in shown]
        few, rest = messages[:FIRST_MESSAGES], messages[FIRST_MESSAGES:]
        talks.append(Talk(connection.name, vantages, few, rest, len(connection.messages) - len(shown)))
    return talks


def _first_seen(message: Message) -> float:
    return min((sighting.t_ms for sighting in message.seen), default=0.0)


def _passed(message: Message, vantages: list[str], zero_ms: float) -> Passed:
    cut = message.bytes > len(message.text.encode("utf-8", "surrogatepass"))
    text = message.text + "…" if cut and message.text else message.text
    times = {sighting.vantage: sighting.t_ms - zero_ms for sighting in message.seen}
    return Passed(message.direction, text, message.bytes, message.arrived, [times.get(name) for name in vantages])
