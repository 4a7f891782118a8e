"""The timeline of a case, as ``timeline.json`` in its folder holds it; `lab.timeline.build` makes it.

Connections have attempts, attempts have requests, and each request has a span for every vantage that saw it.
All times are milliseconds on the case's clock, as in events.ndjson. What nobody saw is absent, never guessed.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lab.timeline.results import Attempt

TIMELINE_VERSION = 1
"""Raised when a key of timeline.json changes its meaning or goes away; new keys do not raise it."""

Point = tuple[float, int]
"""(t_ms, total): so many bytes had been seen by then."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Frame(_Record):
    """One websocket frame, or in the browser one SockJS frame, as one vantage saw it."""

    t_ms: float
    direction: Literal["up", "down"]
    """up: to the server; down: to the browser."""
    bytes: int
    """Of its payload."""
    text: str = ""
    """Its beginning; in the browser its type: o, h, a, m, c."""


class Span(_Record):
    """One request as one vantage saw it."""

    vantage: str
    """``browser``, ``hop1.client``, ``hop1.server`` ... ``server`` (or ``server.node1``)."""
    node: str | None = None
    """The server node that it was sent to, where a balancer says so."""
    start_ms: float
    """When the request was seen here. Where the page saw only frames of it, that is when the client began the
    attempt, and for the polls that follow when the first frame came."""
    answered_ms: float | None = None
    """When the head of the answer was seen here."""
    status: int | None = None
    end_ms: float | None = None
    """When it was over here; None where it was not when the case ended."""
    ended: str = ""
    """How it was over, in words: ``complete``, ``closed with 1000 by client``, ``FIN``, or the error's text."""
    by: str = ""
    """Who ended it, where the vantage knows: ``hop``, ``client``, ``server``."""
    counts: Literal["body", "frames", "wire"] = "body"
    """What the points count: bytes of the bodies, payload of frames, or all bytes on the wire."""
    only: Literal["", "frames"] = ""
    """frames: the browser did not tell the page of this request (SockJS's own iframe made it, or it was given up
    before the browser tells of its kind), and only frames that came of it were seen."""
    up: list[Point] = Field(default_factory=list)
    """Bytes towards the server."""
    down: list[Point] = Field(default_factory=list)
    """Bytes towards the browser."""
    frames: list[Frame] = Field(default_factory=list)

    @property
    def side(self) -> str:
        """The vantage, without the node."""
        return "server" if self.vantage.startswith("server") else self.vantage


class Change(_Record):
    """A header (or method, path, status) that is one at one vantage and another at its neighbour."""

    of: Literal["request", "response"]
    name: str
    """The header's name; ``:method``, ``:path``, ``:status`` for what is no header."""
    before: list[str]
    """Its values where it came from; none where it was absent."""
    after: list[str]
    """Its values where it went to."""
    source: str
    """The vantage that saw it before."""
    target: str
    """The vantage that saw it after."""
    hop: str | None
    """The hop between the two; None where they are sides of different hops."""


class Request(_Record):
    """One request, joined over the vantages by hop, session, URL and order."""

    what: Literal["info", "preflight", "page", "transport", "send", "other"]
    """transport: what carries frames to the browser; page: an iframe's; send: what carries messages up."""
    method: str
    path: str
    """As the vantage nearest to the browser saw it, with the query."""
    session: str = ""
    start_ms: float
    end_ms: float | None
    """When the last vantage was through with it."""
    spans: list[Span]
    """In path order, the browser first, the server last."""
    changes: list[Change] = Field(default_factory=list)

    def span(self, side: str) -> Span | None:
        """What this side saw of it; ``server`` means any node."""
        return next((span for span in self.spans if span.side == side), None)


class Sighting(_Record):
    """A message at one vantage."""

    vantage: str
    t_ms: float


class Message(_Record):
    """One message of the application, at each vantage that can tell it apart."""

    direction: Literal["up", "down"]
    n: int
    """Its number among those of its direction on this connection, from 0."""
    text: str
    """Its first 200 characters."""
    bytes: int
    seen: list[Sighting]
    """In the order of the path that it takes."""
    arrived: bool
    """Whether it was seen at the far end: at the server for up, in the page for down."""


class Try(_Record):
    """One attempt with its requests."""

    attempt: Attempt
    """Transport, outcome, budget and times, as in results.json."""
    url: str | None
    session: str = ""
    until_ms: float | None
    """When the transport was over: for one that opened, the end of the connection; None while it lasts."""
    requests: list[Request]


class Closed(_Record):
    """How a connection ended, as the page was told."""

    t_ms: float
    code: int
    reason: str
    was_clean: bool


class Connection(_Record):
    """One client of the page."""

    name: str
    url: str
    start_ms: float
    opened_ms: float | None = None
    transport: str | None = None
    closed: Closed | None = None
    """None where it was still open, or still being opened, when the case ended."""
    info: list[Request]
    """Its requests for ``/info``, with what the browser asked before."""
    tries: list[Try]
    messages: list[Message]


class Clocks(_Record):
    """How far the browser's clock can be from that of all other vantages, which share the lab's own.

    Causes come before effects, so the events themselves bound it: a request is seen outside after the browser has
    made it, and a frame in the browser after the server has sent it.
    """

    uncertainty_ms: float | None = None
    """What was measured when the page was loaded: the two are at most so far apart."""
    ahead_at_most_ms: float | None = None
    """The browser's times can be late by no more than this: the quickest way of a frame into the page."""
    behind_at_most_ms: float | None = None
    """The browser's times can be early by no more than this: the quickest way of a request out of it."""


class Timeline(_Record):
    """One try of one case."""

    version: int = TIMELINE_VERSION
    hops: list[str]
    """From the browser to the server: hop1, hop2 ..."""
    vantages: list[str]
    """All that saw a request, in path order."""
    blind: list[str] = Field(default_factory=list)
    """Hops that saw connections but could read no request in them: links, and tunnels of TLS."""
    clocks: Clocks = Clocks()
    end_ms: float
    """The time of the last event."""
    connections: list[Connection]
    other: list[Request] = Field(default_factory=list)
    """Requests that belong to no connection's attempts."""
