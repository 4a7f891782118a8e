"""Joining: which requests, at which vantages, belong to which attempt.

What sockjs-client 1.6.1 asks for (lib/main.js, lib/transport/*.js): the URL of a transport is the endpoint's,
then ``/<server>/<session>``, with a fresh session for each attempt, then a path of the transport's own:

    websocket            /websocket        (ws: or wss:)
    xhr-, xdr-streaming  /xhr_streaming    ?t=<time>
    xhr-, xdr-polling    /xhr              ?t=<time>, again and again
    eventsource          /eventsource
    htmlfile             /htmlfile         ?c=<callback>
    jsonp-polling        /jsonp            ?c=<callback>, again and again
    iframe-<one of them> first <endpoint>/iframe.html (older releases: iframe-<version>.html), and from inside
                         that page the path of the one transport, under the session of the attempt

So the session joins the requests of an attempt across vantages, whatever scheme, host, port or query each of
them shows. An ``attempt.start`` may carry the URL with or without the transport's own path: both are read.

A hop inside whose tunnel the request travels unread sees none of it: it is *blind* to that attempt.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lab.events import Event
from lab.timeline.attempts import connection_of, in_order
from lab.timeline.exchanges import Connect, Exchange, connects_of, exchanges_of, hops_of, is_server, sides_of
from lab.timeline.results import Attempt
from lab.timeline.wires import Segment, Wire, segments_of, wires_of

GRAIN_MS = 30.0
"""How far the browser's clock, as the recorder reads it, may be from that of the other vantages."""

_PATHS = {
    "websocket": "websocket",
    "xhr-streaming": "xhr_streaming",
    "xdr-streaming": "xhr_streaming",
    "eventsource": "eventsource",
    "htmlfile": "htmlfile",
    "xhr-polling": "xhr",
    "xdr-polling": "xhr",
    "jsonp-polling": "jsonp",
}
_IFRAME = re.compile(r"/iframe[0-9a-z.\-_]*\.html")


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt with everything that was seen of it, side by side in path order."""

    attempt: Attempt
    url: str | None
    hops: tuple[str, ...]
    """All hops of the network, from the browser."""
    sides: Mapping[str, tuple[Exchange, ...]]
    """The requests for the transport's own URL, at those sides that saw any; ``server`` is the last."""
    pages: Mapping[str, tuple[Exchange, ...]]
    """Likewise those for the page of an iframe transport, while the attempt ran."""
    connects: tuple[Connect, ...]
    """The CONNECTs to the endpoint's host while the attempt ran."""
    wires: Mapping[str, tuple[tuple[Segment, Segment | None], ...]]
    """What passed the links for it, by hop: as the side towards the browser saw it, and the other."""
    open_frame_ms: float | None
    """When the server sent the open frame of this session."""
    until_ms: float
    """When the attempt ended; infinite where it did not."""

    @property
    def about(self) -> str:
        """What a diagnosis calls this attempt: the transport, and the connection where it is not the first."""
        attempt = self.attempt
        return attempt.transport if attempt.connection == "main" else f"{attempt.transport} of {attempt.connection}"

    @property
    def kind(self) -> str:
        """The transport that works inside: eventsource for iframe-eventsource."""
        return self.attempt.transport.removeprefix("iframe-")

    @property
    def age_ms(self) -> float:
        """How long the attempt lasted."""
        return self.until_ms - self.attempt.start_ms

    @property
    def allowed_ms(self) -> float:
        """The time it was given; where no budget is known, the time that it took."""
        return self.attempt.budget_ms or self.age_ms

    def seen(self) -> list[str]:
        """The sides that saw a request of the transport by the time it ended, in path order."""
        return [side for side in sides_of(self.hops) if self.first(side) is not None]

    def first(self, side: str) -> Exchange | None:
        """The first request of the transport that this side saw before the attempt ended."""
        return next((one for one in self.sides.get(side, ()) if one.t_ms <= self.until_ms), None)

    def after(self, t_ms: float) -> float:
        """A time as milliseconds since the attempt's start."""
        return t_ms - self.attempt.start_ms


def session_path(url: str, transport: str) -> tuple[str, str] | None:
    """``(endpoint's path, "/server/session")`` of a transport's URL; None where it has no such shape."""
    path = urlsplit(url).path.rstrip("/")
    own = _PATHS.get(transport.removeprefix("iframe-"), "")
    parts = path.removesuffix(f"/{own}").split("/") if own else []
    if len(parts) < 3 or not parts[-1] or not parts[-2]:
        return None
    return "/".join(parts[:-2]), f"/{parts[-2]}/{parts[-1]}"


def trials_of(events: Sequence[Event], attempts: Sequence[Attempt]) -> list[Trial]:
    """Each attempt with what the vantages saw of it. An attempt whose URL is unknown gets no requests."""
    hops = hops_of(events)
    order = {side: place for place, side in enumerate(sides_of(hops))}
    exchanges = sorted(exchanges_of(events), key=lambda one: (order.get(one.side, -1), one.t_ms))
    by_tail: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        if exchange.method != "OPTIONS":
            by_tail["/".join(exchange.path.split("/")[-3:])].append(exchange)
    opened: dict[str, float] = {}
    for event in in_order(events):
        if is_server(event.vantage) and event.kind == "frame.out" and event.data.get("type") == "o":
            opened.setdefault(str(event.data.get("session")).split("/")[-1], event.t_ms)
    starts = {(connection_of(e), e.data.get("transport"), e.t_ms): e for e in events if e.kind == "attempt.start"}
    connects = connects_of(events)
    wires = wires_of(events)
    segments = segments_of(wires)

    trials = []
    for attempt in attempts:
        start = starts.get((attempt.connection, attempt.transport, attempt.start_ms))
        url = str(start.data["url"]) if start and start.data.get("url") else None
        until = attempt.end_ms if attempt.end_ms is not None else float("inf")
        prefix, session = (session_path(url, attempt.transport) if url else None) or (None, None)
        begun = attempt.start_ms - GRAIN_MS
        own: list[Exchange] = []
        pages: list[Exchange] = []
        if session:
            tail = f"{session}/{_PATHS[attempt.transport.removeprefix('iframe-')]}"[1:]
            own = [one for one in by_tail[tail] if one.t_ms >= begun]
        if prefix is not None and attempt.transport.startswith("iframe-"):
            pages = [one for one in exchanges if begun <= one.t_ms <= until and is_page(one.path, prefix)]
        trials.append(
            Trial(
                attempt=attempt,
                url=url,
                hops=hops,
                sides=_by_side(own),
                pages=_by_side(pages),
                connects=tuple(c for c in connects if begun <= c.t_ms <= until and _same_host(c, url)),
                wires=_on_links(wires, segments, session, attempt, until) if session else {},
                open_frame_ms=opened.get(session.split("/")[-1]) if session else None,
                until_ms=until,
            )
        )
    return trials


Pair = tuple[Segment, Segment | None]


def _on_links(
    wires: Sequence[Wire], segments: Sequence[Pair], session: str, attempt: Attempt, until: float
) -> dict[str, tuple[Pair, ...]]:
    """What passed each link for an attempt: the requests of its session, or where none can be read, what is new."""
    begun = attempt.start_ms - GRAIN_MS
    found: dict[str, list[Pair]] = defaultdict(list)
    for pair in segments:
        if is_own(urlsplit(pair[0].target).path, session, attempt.transport) and begun <= pair[0].t_ms <= until:
            found[pair[0].side.removesuffix(".client")].append(pair)
    inner = {(wire.side, wire.conn): wire for wire in wires}
    read = set(found)
    for wire in wires:
        hop, _, side = wire.side.rpartition(".")
        if side != "client" or hop in read or wire.lines or not wire.has_data:
            continue
        # Unread (TLS): what was made, or first spoke again, after the attempt had begun.
        outer = wire.since(attempt.start_ms)
        if begun <= outer.t_ms <= until and (outer.up or wire.opened_ms >= begun):
            other = inner.get((f"{hop}.server", wire.conn))
            found[hop].append((outer, other.since(attempt.start_ms) if other else None))
    return {hop: tuple(pairs) for hop, pairs in found.items()}


def is_page(path: str, prefix: str) -> bool:
    """Whether this is the page of an iframe transport of the endpoint below ``prefix``."""
    return path.startswith(prefix) and _IFRAME.fullmatch(path[len(prefix) :]) is not None


def is_own(path: str, session: str, transport: str) -> bool:
    """Whether this is the transport's own path below ``/server/session``."""
    return path.endswith(f"{session}/{_PATHS.get(transport.removeprefix('iframe-'), '')}")


def _by_side(exchanges: list[Exchange]) -> dict[str, tuple[Exchange, ...]]:
    sides: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        sides.setdefault(exchange.side, []).append(exchange)
    return {side: tuple(found) for side, found in sides.items()}


def _same_host(connect: Connect, url: str | None) -> bool:
    if url is None:
        return False
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme in ("https", "wss") else 80)
    return (parts.hostname, port) == (connect.host.lower(), connect.port)
