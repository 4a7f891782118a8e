"""What of the traffic, and when, a behaviour acts on: ``when``, ``after``, ``for``, ``every`` and ``nth``.

A filter decides from plain values and holds no state: who counts (the pipeline of a proxy, the relay of a link)
tells it the number, and who has the clock tells it the time. All times are of the hop's clock (lab/network/clock.py).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from lab.sockjs import paths
from lab.sockjs.transports import URL_NAMES

Direction = Literal["up", "down"]
"""``up``: from the browser to the server; ``down``: from the server to the browser."""


@dataclass(frozen=True)
class Filter:
    """The limits of one use of a behaviour; as it stands here it has none."""

    transports: frozenset[str] = frozenset()
    """Only requests of these transports, by the client's names; of any where empty."""
    url: str = ""
    """Only URLs that contain this, or match it as a whole where it has a ``*``."""
    methods: frozenset[str] = frozenset()
    """Only requests with one of these methods, in capitals."""
    header: str = ""
    """Only requests with this header: ``Name``, or ``Name: value`` where the value is a pattern as in ``url``."""
    direction: Direction | None = None
    """Only what goes this way."""
    after_ms: float = 0.0
    """It begins so long after the clock has, or after it was installed."""
    for_ms: float | None = None
    """It ends so long after it began; never where None."""
    every_ms: float | None = None
    """It begins anew at this interval; once only where None."""
    nth: frozenset[int] = frozenset()
    """Only these of the requests or connections that it would act on, counted from 1; all where empty."""
    installed_ms: float = 0.0
    """When it was put into the hop."""

    @classmethod
    def of(cls, limits: Any | None) -> Self:
        """The filter of what a scenario says (lab.scenario.limits.Limits, or whatever has its attributes)."""
        if limits is None:
            return cls()
        when = limits.when
        return cls(
            transports=frozenset(_several(when.transport)) if when else frozenset(),
            url=(when.url or "") if when else "",
            methods=frozenset(method.upper() for method in _several(when.method)) if when else frozenset(),
            header=(when.header or "") if when else "",
            direction=when.direction if when else None,
            after_ms=limits.after,
            for_ms=limits.for_,
            every_ms=limits.every,
            nth=frozenset(_several(limits.nth)),
        )

    def starting(self, now_ms: float) -> Self:
        """The same filter, installed at ``now_ms``."""
        return replace(self, installed_ms=now_ms)

    def active(self, now_ms: float) -> bool:
        """Whether it is its time."""
        since = self._phase(now_ms)
        return since is not None and (self.for_ms is None or since < self.for_ms)

    def next_change_ms(self, now_ms: float) -> float | None:
        """When `active` changes next, on the same clock; None where it never does."""
        begin = self.installed_ms + self.after_ms
        if now_ms < begin:
            return begin
        since = self._phase(now_ms)
        if self.for_ms is None or since is None:
            return None
        if since < self.for_ms:
            return now_ms - since + self.for_ms
        return None if self.every_ms is None else now_ms - since + self.every_ms

    def _phase(self, now_ms: float) -> float | None:
        """Milliseconds since it last began; None before it first does."""
        since = now_ms - self.installed_ms - self.after_ms
        if since < 0:
            return None
        return since if self.every_ms is None else since % self.every_ms

    def matches_direction(self, direction: Direction) -> bool:
        """Whether it acts on what goes this way."""
        return self.direction in (None, direction)

    def matches_number(self, number: int) -> bool:
        """Whether ``nth`` lets the request or connection of this number through, counted from 1."""
        return not self.nth or number in self.nth

    @property
    def looks_into_requests(self) -> bool:
        """Whether it can say nothing of what is no request."""
        return bool(self.transports or self.url or self.methods or self.header or self.nth)

    def matches_connection(self, number: int, direction: Direction) -> bool:
        """Whether it acts on the connection of this number (counted from 1), on what goes this way."""
        return self.matches_number(number) and self.matches_direction(direction)

    def matches_flow(self, url: str, method: str, headers: Iterable[tuple[str, str]]) -> bool:
        """Whether a request is one that it acts on, ``nth`` apart.

        Args:
            url: All of it; for CONNECT the authority, ``www.example.test:443``.
            method: Its method.
            headers: Its headers as name and value.
        """
        if self.methods and method.upper() not in self.methods:
            return False
        if self.url and not self._patterns["url"].search(url):
            return False
        if self.transports and _named(url) not in self._url_names:
            return False
        return not self.header or self._has_header(headers)

    def _has_header(self, headers: Iterable[tuple[str, str]]) -> bool:
        name, colon, _ = self.header.partition(":")
        wanted = name.strip().lower()
        return any(
            key.lower() == wanted and (not colon or self._patterns["value"].search(value)) for key, value in headers
        )

    @cached_property
    def _url_names(self) -> frozenset[str]:
        own: Mapping[Any, frozenset[str]] = URL_NAMES
        return frozenset().union(*(own[name] for name in self.transports))

    @cached_property
    def _patterns(self) -> Mapping[str, re.Pattern[str]]:
        return {"url": _pattern(self.url), "value": _pattern(self.header.partition(":")[2].strip())}


def _several(value: Any) -> list[Any]:
    """A list of what may be nothing, one value or a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def _pattern(text: str) -> re.Pattern[str]:
    """Finds ``text`` anywhere, or matches the whole where it has a ``*``. ``?`` is itself: URLs have it."""
    expression = ".*".join(map(re.escape, text.split("*")))
    return re.compile(rf"\A{expression}\Z" if "*" in text else expression, re.IGNORECASE | re.DOTALL)


def _named(url: str) -> str:
    """What the URL names below a session, whatever the endpoint's prefix: ``xhr_streaming``; empty for the rest."""
    path = paths.parse("/" + "/".join(urlsplit(url).path.split("/")[-3:]))
    return path.name if path is not None and path.session else ""
