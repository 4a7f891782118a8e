"""Sightings: each message of the application at every vantage that can tell it apart.

The page and the server know messages; a hop knows them where they pass it as websocket frames. Messages with the same
beginning cannot be told apart, so the n-th sighting at one vantage goes with the n-th at the next.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from lab.events import Event
from lab.timeline.attempts import of_browser
from lab.timeline.exchanges import is_server
from lab.timeline.messages import sessions_of
from lab.timeline.tree import Frame, Message, Request, Sighting, Try

KEY = 100
"""Characters by which messages are told apart: what all vantages keep of a text, escaped or not."""

Seen = dict[str, list[tuple[float, str]]]
"""By vantage, in the order of the path: when which text was seen."""


def sightings_of(events: Sequence[Event], connection: str, tries: Sequence[Try]) -> list[Message]:
    """The messages of one connection, up and down together, by the time at which each was first seen."""
    own = of_browser(events, connection)
    out, into = ([e for e in own if e.kind == kind] for kind in ("message.out", "message.in"))
    sessions = {one.session for one in tries if one.session}
    server = [e for e in events if is_server(e.vantage) and str(e.data.get("session", "")).split("/")[-1] in sessions]
    requests = [request for one in tries for request in one.requests]
    up: Seen = {"browser": [(e.t_ms, _text(e)) for e in out]}
    up |= _in_frames(requests, "up")
    up |= {"server": [(e.t_ms, _text(e)) for e in server if e.kind == "message.in"]}
    down: Seen = {"server": [(e.t_ms, _text(e)) for e in server if e.kind == "message.out"]}
    down |= dict(reversed(_in_frames(requests, "down").items()))
    down |= {"browser": [(e.t_ms, _text(e)) for e in into]}
    found = [*_messages("up", up, out), *_messages("down", down, into)]
    return sorted(found, key=lambda message: message.seen[0].t_ms)


def sightings_of_connection(events: Sequence[Event], connection: str) -> list[Message]:
    """Likewise from the events alone: in the page and at the server, without what hops saw."""
    own = of_browser(events, connection)
    sessions = sessions_of(events, connection)
    server = [e for e in events if is_server(e.vantage) and e.data.get("session") in sessions]
    kinds = ("message.out", "message.in")
    page = [[e for e in own if e.kind == kind] for kind in kinds]
    there = [[(e.t_ms, _text(e)) for e in server if e.kind == kind] for kind in kinds]
    up: Seen = {"browser": [(e.t_ms, _text(e)) for e in page[0]], "server": there[1]}
    down: Seen = {"server": there[0], "browser": [(e.t_ms, _text(e)) for e in page[1]]}
    return [*_messages("up", up, page[0]), *_messages("down", down, page[1])]


def _text(event: Event) -> str:
    return str(event.data.get("text", ""))


def _in_frames(requests: Iterable[Request], direction: str) -> Seen:
    """What the sides of hops saw in websocket frames, in path order."""
    seen: Seen = {}
    for request in requests:
        raw = not request.session
        for span in request.spans:
            if span.vantage != "browser" and not is_server(span.vantage) and span.frames:
                texts = seen.setdefault(span.vantage, [])
                for frame in span.frames:
                    if frame.direction == direction:
                        texts += [(frame.t_ms, text) for text in ([frame.text] if raw else texts_in(frame))]
    return seen


def texts_in(frame: Frame) -> list[str]:
    """The messages in a SockJS frame (``["a","b"]``, ``a["a","b"]``, ``m"a"``); of the last, what was kept."""
    text = frame.text
    if frame.direction == "down":
        if text[:1] not in ("a", "m"):
            return []
        text = text[1:]
    return list(_strings(text.removeprefix("[")))


def _strings(text: str) -> Iterator[str]:
    """The JSON strings in a row, the last of them perhaps cut."""
    decoder = json.JSONDecoder(strict=False)
    while text.startswith('"'):
        try:
            value, at = decoder.raw_decode(text)
        except ValueError:
            yield _cut(text)
            return
        yield str(value)
        text = text[at:].lstrip(", ")


def _cut(text: str) -> str:
    """A JSON string whose end is missing, as far as it goes."""
    for end in range(len(text), max(0, len(text) - 13), -1):
        try:
            return str(json.loads(text[:end] + '"', strict=False))
        except ValueError:
            continue
    return text[1:]


def _messages(direction: Literal["up", "down"], seen: Seen, told: Sequence[Event]) -> Iterator[Message]:
    """The messages of one direction; ``told`` are the page's own events, which know the size and the number."""
    places: dict[tuple[str, int], list[Sighting]] = {}
    texts: dict[tuple[str, int], str] = {}
    for vantage, sightings in seen.items():
        count: dict[str, int] = defaultdict(int)
        for t_ms, text in sightings:
            key = text[:KEY], count[text[:KEY]]
            count[text[:KEY]] += 1
            places.setdefault(key, []).append(Sighting(vantage=vantage, t_ms=t_ms))
            texts.setdefault(key, text)
    far = "server" if direction == "up" else "browser"
    sizes = {(_text(event), place): event for place, event in enumerate(told)}
    by_key: dict[tuple[str, int], Event] = {}
    count = defaultdict(int)
    for text, place in sizes:
        by_key[(text[:KEY], count[text[:KEY]])] = sizes[(text, place)]
        count[text[:KEY]] += 1
    number = len(told)
    for key, sightings_here in places.items():
        event = by_key.get(key)
        yield Message(
            direction=direction,
            n=int(event.data.get("n", 0)) if event else number,
            text=texts[key][:200],
            bytes=int(event.data.get("bytes", 0)) if event else len(texts[key].encode(errors="replace")),
            seen=sightings_here,
            arrived=any(sighting.vantage == far for sighting in sightings_here),
        )
        number += event is None
