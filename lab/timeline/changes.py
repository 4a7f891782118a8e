"""Changes: what of a request's or an answer's head is one at one vantage and another at the next."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal
from urllib.parse import urlsplit

from lab.timeline.exchanges import Exchange, hop_of
from lab.timeline.tree import Change

Head = dict[str, tuple[str, list[str]]]
"""By the name in small letters: the name as written, and its values."""


def changes_of(sights: Sequence[Exchange]) -> list[Change]:
    """Every difference between neighbours, requests on their way up, then answers on their way down."""
    return [
        *(change for near, far in pairwise(sights) for change in _changes("request", near, far)),
        *(
            change
            for near, far in reversed(list(pairwise(sights)))
            if near.response is not None and far.response is not None
            for change in _changes("response", far, near)
        ),
    ]


def _changes(of: Literal["request", "response"], source: Exchange, target: Exchange) -> Iterator[Change]:
    before, after = _head(source, of), _head(target, of)
    hop = hop_of(source.side) if hop_of(source.side) == hop_of(target.side) else None
    for key in {**before, **after}:
        was, now = (head.get(key, (key, [])) for head in (before, after))
        if was[1] != now[1]:
            name = was[0] if was[1] else now[0]
            yield Change(
                of=of, name=name, before=was[1], after=now[1], source=source.side, target=target.side, hop=hop
            )


def _head(exchange: Exchange, of: Literal["request", "response"]) -> Head:
    """The head; first what is no header: method and path, or the status."""
    event = exchange.request if of == "request" else exchange.response
    values: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    if of == "request":
        url = urlsplit(str(exchange.request.data.get("url") or exchange.request.data.get("path") or ""))
        values[":method"], values[":path"] = [exchange.method], [f"{url.path}?{url.query}" if url.query else url.path]
    elif exchange.status is not None:
        values[":status"] = [str(exchange.status)]
    for name, value in event.data.get("headers", ()) if event else ():
        names.setdefault(str(name).lower(), str(name))
        values[str(name).lower()].append(str(value))
    return {key: (names.get(key, key), found) for key, found in values.items()}
