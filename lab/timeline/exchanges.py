"""Exchanges: each request as the page, one side of a hop, or the server saw it, with what it saw of the answer.

The sides of the hops in path order (hop1.client, hop1.server, hop2.client ... server) are the vantages from which the
rules judge; what the page saw (`exchanges_of_page`) is kept apart, for it has no headers and not of every request.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from lab.events import Event
from lab.timeline.attempts import connection_of, in_order


@dataclass(slots=True)
class Exchange:
    """One request as one side saw it, and what it saw of the answer."""

    side: str
    """``browser``, ``hop1.client`` ... or ``server``, whichever node it was."""
    request: Event
    node: str | None = None
    """The server node that saw it, or that a balancer sent it to; None where there is only one."""
    sent: Event | None = None
    """``request.end``, with the bytes of the request's body."""
    response: Event | None = None
    data: list[Event] = field(default_factory=list)
    """The pieces of the answer's body, ``response.data``."""
    frames: list[Event] = field(default_factory=list)
    """Websocket frames, in both directions."""
    end: Event | None = None
    closed: Event | None = None
    error: Event | None = None

    @property
    def t_ms(self) -> float:
        """When the request was seen here."""
        return self.request.t_ms

    @property
    def path(self) -> str:
        """The path of the URL, without the query."""
        return urlsplit(str(self.request.data.get("url") or self.request.data.get("path") or "")).path

    @property
    def method(self) -> str:
        """The request's method."""
        return str(self.request.data.get("method", "GET"))

    @property
    def status(self) -> int | None:
        """The answer's status; None where none was seen."""
        status = self.response.data.get("status") if self.response else None
        return None if status is None else int(status)

    @property
    def asks_upgrade(self) -> bool:
        """Whether the request, as this side saw it, asks for a websocket: it takes both headers (RFC 6455, 4.1)."""
        if not self.request.data.get("headers"):
            return bool(self.request.data.get("upgrade"))
        return _has_token(self.values("Upgrade"), "websocket") and _has_token(self.values("Connection"), "upgrade")

    @property
    def over_http2(self) -> bool:
        """Whether the request came, or went, by HTTP/2."""
        return str(self.request.data.get("http", "")).startswith("HTTP/2")

    def values(self, name: str, of: Literal["request", "response"] = "request") -> list[str]:
        """The values of a header of the request or of the answer, whatever the case of its name."""
        event = self.request if of == "request" else self.response
        headers = event.data.get("headers", ()) if event else ()
        return [str(value) for key, value in headers if str(key).lower() == name.lower()]

    def pieces(self) -> list[tuple[float, int]]:
        """When how many bytes of the answer's body had been seen, as (t_ms, total)."""
        seen = [(event.t_ms, int(event.data.get("total", 0))) for event in self.data]
        if self.end is not None and self.end.data.get("bytes", 0) is not None:
            seen.append((self.end.t_ms, int(self.end.data.get("bytes", 0))))
        return seen

    def total_by(self, t_ms: float) -> int:
        """How many bytes of the answer's body had been seen by then."""
        return max((total for at, total in self.pieces() if at <= t_ms), default=0)


def _has_token(values: Iterable[str], token: str) -> bool:
    """Whether a list of comma-separated header values holds the token."""
    return any(part.strip().lower() == token for value in values for part in value.split(","))


@dataclass(frozen=True, slots=True)
class Connect:
    """A CONNECT that a forward proxy was sent, and its answer."""

    hop: str
    host: str
    port: int
    t_ms: float
    answered_ms: float | None
    status: int | None


def is_server(vantage: str) -> bool:
    """Whether a vantage is the server, or one node of it: ``server``, ``server.node2``."""
    return vantage == "server" or vantage.startswith("server.")


def hop_of(side: str) -> str | None:
    """The hop that a side belongs to; None for the server."""
    return None if is_server(side) else side.rpartition(".")[0]


def sides_of(hops: Iterable[str]) -> list[str]:
    """The sides in path order, the server last."""
    return [side for hop in hops for side in (f"{hop}.client", f"{hop}.server")] + ["server"]


def hops_of(events: Iterable[Event]) -> tuple[str, ...]:
    """The hops in path order: by number, or else by who saw anything first, for requests come from the browser."""
    first: dict[str, float] = {}
    for event in events:
        hop, _, side = event.vantage.rpartition(".")
        if side in ("client", "server") and hop and not is_server(event.vantage):
            first[hop] = min(event.t_ms, first.get(hop, event.t_ms))
    numbers = {hop: int(hop[3:]) for hop in first if re.fullmatch(r"hop\d+", hop)}
    return tuple(sorted(first, key=lambda hop: numbers[hop] if len(numbers) == len(first) else first[hop]))


def exchanges_of(events: Sequence[Event]) -> list[Exchange]:
    """Every request that a hop's side or the server saw, with its answer, in order."""
    found: dict[tuple[str, object], Exchange] = {}
    for event in in_order(events):
        if event.vantage == "browser":
            continue
        at_server = is_server(event.vantage)
        key = (event.vantage, event.data.get("request" if at_server else "flow"))
        if event.kind == "request":
            node = event.vantage.partition(".")[2] if at_server else event.data.get("node")
            found[key] = Exchange("server" if at_server else event.vantage, event, node or None)
        elif key in found:
            _add(found[key], event)
    return list(found.values())


def exchanges_of_page(events: Sequence[Event]) -> list[Exchange]:
    """Every request that the browser told the page of, in order."""
    found: dict[tuple[str, object], Exchange] = {}
    for event in in_order(events):
        if event.vantage != "browser" or "request" not in event.data:
            continue
        key = (connection_of(event), event.data["request"])
        if event.kind == "request":
            found[key] = Exchange("browser", event)
        elif key in found:
            _add(found[key], event)
    return list(found.values())


def _add(exchange: Exchange, event: Event) -> None:
    match event.kind:
        case "request.end":
            exchange.sent = event
        case "response":
            exchange.response = exchange.response or event
        case "response.data":
            exchange.data.append(event)
        case "ws.frame":
            exchange.frames.append(event)
        case "response.end":
            exchange.end = event
        case "ws.close":
            exchange.closed = event
        case "error":
            exchange.error = exchange.error or event


def connects_of(events: Sequence[Event]) -> list[Connect]:
    """Every CONNECT that a hop was sent, in order."""
    answers = {(e.vantage, e.data.get("flow")): e for e in in_order(events) if e.kind == "connect.answer"}
    found = []
    for event in in_order(events):
        if event.kind == "connect" and (hop := hop_of(event.vantage)):
            answer = answers.get((event.vantage, event.data.get("flow")))
            host, port = str(event.data.get("host", "")), int(event.data.get("port", 0))
            status = int(answer.data["status"]) if answer else None
            found.append(Connect(hop, host, port, event.t_ms, answer.t_ms if answer else None, status))
    return found
