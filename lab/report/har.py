"""case.har: the exchanges of a case as the vantage nearest to the browser saw them, in HAR 1.2.

It is made of the lab's own events and not by the engine, so that it is the same for all engines, costs the browser
that is being measured nothing, and knows websockets: their frames stand where Chromium's developer tools put them,
in ``_webSocketMessages``. The lab keeps sizes of bodies, not bodies; of a text, its first 200 characters.

The format: http://www.softwareishard.com/blog/har-12-spec/
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lab import __version__
from lab.events import Event
from lab.timeline.exchanges import Exchange, exchanges_of, hops_of, sides_of

_CUT = "The lab records the size of a body, not the body."


def har_of(events: Sequence[Event], *, title: str, browser: tuple[str, str], began_at: float) -> dict[str, Any]:
    """The HAR; ``browser`` is its name and version, ``began_at`` when the events' clock began, in epoch seconds.

    Each request stands once, as the first vantage on its way that could read it saw it: for what travels through
    a tunnel of TLS that is the server.
    """
    order = sides_of(hops_of(events))
    seen = sorted(exchanges_of(events), key=lambda one: order.index(one.side) if one.side in order else len(order))
    scheme = next((urlsplit(str(e.data.get("url"))).scheme for e in events if e.kind == "client.new"), "http")
    first: list[Exchange] = []
    for one in seen:
        if not any(_same(one, other) for other in first):
            first.append(one)
    first.sort(key=lambda one: one.t_ms)
    page = {
        "startedDateTime": _moment(began_at),
        "id": "page_1",
        "title": title,
        "pageTimings": {"onContentLoad": -1, "onLoad": -1},
    }
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "SockJS Lab", "version": __version__},
            "browser": {"name": browser[0], "version": browser[1]},
            "pages": [page],
            "entries": [_entry(one, events, began_at, scheme or "http") for one in first],
        }
    }


def _same(one: Exchange, other: Exchange) -> bool:
    """Whether ``one`` is what another vantage saw of ``other``: further on, and while that was under way."""
    if one.side == other.side or one.method != other.method or _target(one) != _target(other):
        return False
    return other.t_ms - 1.0 <= one.t_ms <= _end_ms(other) + 1.0


def _target(one: Exchange) -> str:
    parts = urlsplit(str(one.request.data.get("url") or one.request.data.get("path") or ""))
    return f"{parts.path}?{parts.query}"


def _end_ms(one: Exchange) -> float:
    last = one.closed or one.end or one.error
    return last.t_ms if last else float("inf")


def _entry(one: Exchange, events: Sequence[Event], began_at: float, scheme: str) -> dict[str, Any]:
    end = _end_ms(one)
    answered = one.response.t_ms if one.response else None
    over = end if end != float("inf") else max([one.t_ms, answered or 0.0, *(event.t_ms for event in one.data)])
    wait = (answered if answered is not None else over) - one.t_ms
    entry = {
        "pageref": "page_1",
        "startedDateTime": _moment(began_at + one.t_ms / 1000),
        "time": round(over - one.t_ms, 3),
        "request": _request(one, scheme),
        "response": _response(one),
        "cache": {},
        "timings": {"send": 0, "wait": round(wait, 3), "receive": round(over - one.t_ms - wait, 3)},
        "_vantage": one.side,
        "comment": f"as seen at {one.side}",
    }
    if one.asks_upgrade:
        entry["_resourceType"] = "websocket"
        entry["_webSocketMessages"] = _frames(one, events, began_at)
    return entry


def _request(one: Exchange, scheme: str) -> dict[str, Any]:
    data = one.request.data
    url = str(data.get("url") or "")
    if not url:
        host = next(iter(one.values("Host")), "localhost")
        url = f"{scheme}://{host}{data.get('path', '')}"
    if one.asks_upgrade:
        url = "ws" + url.removeprefix("http") if url.startswith("http") else url
    size = one.sent.data.get("bytes") if one.sent else None
    return {
        "method": one.method,
        "url": url,
        "httpVersion": str(data.get("http", "HTTP/1.1")),
        "cookies": [],
        "headers": _headers(one.request),
        "queryString": [
            {"name": name, "value": value} for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": -1 if size is None else int(size),
    }


def _response(one: Exchange) -> dict[str, Any]:
    """The answer; a status of 0, as developer tools have it, where none came."""
    status = one.status or 0
    size = max((total for _, total in one.pieces()), default=0)
    try:
        words = HTTPStatus(status).phrase if status else ""
    except ValueError:
        words = ""
    found: dict[str, Any] = {
        "status": status,
        "statusText": words,
        "httpVersion": "HTTP/1.1" if status else "unknown",
        "cookies": [],
        "headers": _headers(one.response) if one.response else [],
        "content": {
            "size": size,
            "mimeType": next(iter(one.values("Content-Type", "response")), "x-unknown"),
            "comment": _CUT,
        },
        "redirectURL": next(iter(one.values("Location", "response")), ""),
        "headersSize": -1,
        "bodySize": size if status else -1,
    }
    if one.error is not None:
        found["_error"] = str(one.error.data.get("text", ""))
    return found


def _headers(event: Event) -> list[dict[str, str]]:
    return [{"name": str(name), "value": str(value)} for name, value in event.data.get("headers", ())]


def _frames(one: Exchange, events: Sequence[Event], began_at: float) -> list[dict[str, Any]]:
    """The frames that a hop saw; where only the server read the websocket, its messages, which frames carried."""
    found = [(event, event.data.get("direction") == "up") for event in one.frames]
    if not found and one.side == "server":
        session = one.request.data.get("session")
        at_server = [event for event in events if event.vantage == one.request.vantage]
        found = [
            (event, event.kind == "message.in")
            for event in at_server
            if event.kind in ("message.in", "message.out") and event.data.get("session") == session
        ]
    return [
        {
            "type": "send" if up else "receive",
            "time": round(began_at + event.t_ms / 1000, 6),
            "opcode": 1,
            "data": str(event.data.get("text", "")),
        }
        for event, up in found
    ]


def _moment(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
