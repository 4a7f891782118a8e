"""Building the timeline of a case from its events."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from lab.events import Event
from lab.timeline.attempts import attempts_of, connection_of, in_order, info_of, of_browser
from lab.timeline.changes import changes_of
from lab.timeline.clocks import clocks_of
from lab.timeline.exchanges import hops_of, is_server
from lab.timeline.join import GRAIN_MS, is_own, is_page, session_path
from lab.timeline.requests import Joined, joined_with_page, target_of
from lab.timeline.results import Attempt
from lab.timeline.sightings import sightings_of
from lab.timeline.spans import span_of, totals
from lab.timeline.tree import Closed, Connection, Frame, Request, Span, Timeline, Try

_SENDS = ("/xhr_send", "/jsonp_send")
_LAB = "/lab/"


def timeline_of(events: Iterable[Event]) -> Timeline:
    """The timeline of one try of a case; what its hops say they did is not read."""
    events = [event for event in in_order(list(events)) if event.kind != "behaviour"]
    rest = [one for one in joined_with_page(events) if not one.path.startswith(_LAB)]
    hops = hops_of(events)
    read = {span.rpartition(".")[0] for one in rest for span in one.read()}
    connections = [_connection(events, name, rest) for name in _names(events)]
    return Timeline(
        hops=list(hops),
        vantages=_vantages(events, hops),
        blind=[hop for hop in hops if hop not in read],
        clocks=clocks_of(events, connections),
        end_ms=events[-1].t_ms if events else 0.0,
        connections=connections,
        other=[_request(one, "other") for one in rest],
    )


def _names(events: Sequence[Event]) -> list[str]:
    """The connections in the order in which they were made."""
    return list(dict.fromkeys(connection_of(e) for e in of_browser(events) if "connection" in e.data))


def _vantages(events: Sequence[Event], hops: Sequence[str]) -> list[str]:
    seen = {event.vantage for event in events}
    servers = sorted(vantage for vantage in seen if is_server(vantage))
    return [
        *(["browser"] if "browser" in seen else []),
        *(side for hop in hops for side in (f"{hop}.client", f"{hop}.server") if side in seen),
        *servers,
    ]


def _connection(events: Sequence[Event], name: str, rest: list[Joined]) -> Connection:
    """The connection, with its requests taken out of ``rest``."""
    seen = of_browser(events, name)
    new = next((event for event in seen if event.kind == "client.new"), None)
    opened = next((event for event in seen if event.kind == "client.open"), None)
    closed = next((event for event in seen if event.kind == "client.close"), None)
    url = str(new.data.get("url", "")) if new else ""
    attempts = [attempt for attempt in attempts_of(events) if attempt.connection == name]
    over_ms = closed.t_ms if closed else None
    tries = [_try(events, attempt, rest, over_ms) for attempt in attempts]
    return Connection(
        name=name,
        url=url,
        start_ms=new.t_ms if new else seen[0].t_ms,
        opened_ms=opened.t_ms if opened else None,
        transport=str(opened.data.get("transport")) if opened else None,
        closed=_closed(closed) if closed else None,
        info=_info(events, name, url, rest),
        tries=tries,
        messages=sightings_of(events, name, tries),
    )


def _closed(event: Event) -> Closed:
    data = event.data
    code, reason = int(data.get("code") or 0), str(data.get("reason", ""))
    return Closed(t_ms=event.t_ms, code=code, reason=reason, was_clean=bool(data.get("was_clean")))


def _info(events: Sequence[Event], name: str, url: str, rest: list[Joined]) -> list[Request]:
    info = info_of(events, name)
    path = urlsplit(url).path.rstrip("/") + "/info"
    if info is None:
        return []
    until = info.end_ms if info.end_ms is not None else float("inf")
    taken = [one for one in rest if one.path == path and info.start_ms - GRAIN_MS <= one.first.t_ms <= until]
    browser = Span(vantage="browser", start_ms=info.start_ms, end_ms=info.end_ms, counts="frames", only="frames")
    found = []
    for one in taken:
        rest.remove(one)
        own = one.first.method == "GET"
        unseen = own and "browser" not in one.sights
        found.append(_request(one, "info" if own else "preflight", browser=browser if unseen else None))
    return found


def _try(events: Sequence[Event], attempt: Attempt, rest: list[Joined], over_ms: float | None) -> Try:
    """The attempt, with its requests taken out of ``rest``."""
    start = next(
        e
        for e in of_browser(events, attempt.connection)
        if e.kind == "attempt.start" and e.t_ms == attempt.start_ms and e.data.get("transport") == attempt.transport
    )
    url = str(start.data["url"]) if start.data.get("url") else None
    prefix, session = (session_path(url, attempt.transport) if url else None) or (None, None)
    until = over_ms if attempt.outcome == "opened" else attempt.end_ms
    taken = []
    for one in list(rest):
        early = one.first.t_ms < attempt.start_ms - GRAIN_MS
        page = (
            prefix is not None
            and attempt.transport.startswith("iframe-")
            and is_page(one.path, prefix)
            and (attempt.end_ms is None or one.first.t_ms <= attempt.end_ms)
        )
        # Under a session id that the scenario fixes, each attempt has only its own path, until one has opened.
        own = session is not None and (
            is_own(one.path, session, attempt.transport)
            or (attempt.outcome == "opened" and f"{session}/" in one.path)
        )
        if not early and (page or own):
            rest.remove(one)
            taken.append(one)
    name = (session or "").split("/")[-1]
    requests = [_request(one, _what(one), session=name) for one in taken]
    return Try(
        attempt=attempt,
        url=url,
        session=name,
        until_ms=until,
        requests=_with_browser(events, attempt, requests, until),
    )


def _what(one: Joined) -> str:
    if one.first.method == "OPTIONS":
        return "preflight"
    if one.path.endswith(_SENDS):
        return "send"
    return "page" if one.path.endswith(".html") else "transport"


def _request(one: Joined, what: str, *, session: str = "", browser: Span | None = None) -> Request:
    spans = [*([browser] if browser else []), *(span_of(sight) for sight in one.sights.values())]
    ends = [span.end_ms for span in spans]
    return Request.model_validate(
        {
            "what": what,
            "method": one.first.method,
            "path": target_of(one.first),
            "session": session,
            "start_ms": spans[0].start_ms,
            "end_ms": None if None in ends else max(end for end in ends if end is not None),
            "spans": spans,
            "changes": changes_of(list(one.read().values())),
        }
    )


def _with_browser(
    events: Sequence[Event], attempt: Attempt, requests: list[Request], until_ms: float | None
) -> list[Request]:
    """The requests, those that carry frames with what the page got of them.

    Each frame belongs to the last request that had begun before it.
    """
    carriers = [place for place, request in enumerate(requests) if request.what == "transport"]
    frames = [
        Frame(
            t_ms=event.t_ms,
            direction="down",
            bytes=int(event.data.get("bytes", 0)),
            text=str(event.data.get("type", "")),
        )
        for event in of_browser(events, attempt.connection)
        if event.kind == "frame.in" and event.data.get("transport") == attempt.transport
    ]
    found = list(requests)
    for turn, place in enumerate(carriers):
        request = requests[place]
        told = request.span("browser")
        begin = attempt.start_ms if turn == 0 else request.start_ms
        until = requests[carriers[turn + 1]].start_ms if turn + 1 < len(carriers) else float("inf")
        own = [frame for frame in frames if begin <= frame.t_ms < until]
        if told is not None:
            found[place] = request.model_copy(update={"spans": [_with_frames(told, own), *request.spans[1:]]})
            continue
        if turn and not own:
            continue
        last = turn + 1 == len(carriers)
        end = until_ms if last else own[-1].t_ms if own else until
        seen_ms = begin if turn == 0 else own[0].t_ms
        span = Span(
            vantage="browser",
            start_ms=seen_ms,
            end_ms=end,
            counts="frames",
            only="frames",
            frames=own,
            down=totals(own, "down"),
        )
        found[place] = request.model_copy(
            update={"spans": [span, *request.spans], "start_ms": min(seen_ms, request.start_ms)}
        )
    return found


def _with_frames(told: Span, frames: list[Frame]) -> Span:
    """What the page saw of a request, with its frames: they count where the browser says no number of bytes."""
    if told.down or not frames:
        return told.model_copy(update={"frames": frames})
    return told.model_copy(update={"counts": "frames", "frames": frames, "down": totals(frames, "down")})
