"""Events: one thing seen at one vantage at one time, on one clock.

Everything that the lab says of a case is derived from its events. The skins (server, network, browser)
get an `Emit` that is already bound to their vantage and know nothing else of the log.

Vantages are ``browser``, ``server``, ``lab``, and for each hop ``hop1`` (what the hop did),
``hop1.client`` (its side towards the browser) and ``hop1.server`` (its side towards the server); hops are
counted from the browser, starting with 1. docs/reference/events.md lists the kinds.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Event:
    """One thing seen at one vantage at one time."""

    t_ms: float
    """Milliseconds since the case's clock was started."""
    vantage: str
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The event as one flat object, as it stands in events.ndjson."""
        return {"t_ms": round(self.t_ms, 3), "vantage": self.vantage, "kind": self.kind, **self.data}


class Emit(Protocol):
    """What a skin calls when it sees something: ``emit("request", method="GET", url="/echo/info")``."""

    def __call__(self, kind: str, /, **data: Any) -> None:
        """Record one event now."""


def ignore(kind: str, /, **data: Any) -> None:
    """An `Emit` for whoever wants no events."""


class Clock:
    """Milliseconds since a case began, from the monotonic clock, and the wall clock that it began at."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.began_at = time.time()
        """Seconds since the epoch when the clock was started."""

    def now_ms(self) -> float:
        """Milliseconds since the clock was started."""
        return (time.perf_counter() - self._start) * 1000

    def from_epoch_ms(self, epoch_ms: float) -> float:
        """The time on this clock of a moment that another process read off the machine's wall clock."""
        return epoch_ms - self.began_at * 1000


def _well_formed(event: Event) -> Event:
    """The event with lone halves of surrogate pairs in its texts spelt out: no file could hold them (RFC 3629)."""
    texts = {key: value for key, value in event.data.items() if isinstance(value, str) and not value.isascii()}
    try:
        "".join(texts.values()).encode()
    except UnicodeEncodeError:
        spelt = {key: value.encode("utf-8", "backslashreplace").decode() for key, value in texts.items()}
        return replace(event, data={**event.data, **spelt})
    return event


class EventLog:
    """The events of one case, in the order in which they became known, and a way to wait for one."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self._events: list[Event] = []
        self._waiters: set[asyncio.Future[None]] = set()

    def __iter__(self) -> Iterator[Event]:
        """The events as they became known; use `ordered` for the order in which they happened."""
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def index(self, event: Event, since: int = 0) -> int:
        """Where in the order of becoming known this very event stands, at ``since`` or later."""
        return next(index for index in range(since, len(self._events)) if self._events[index] is event)

    def ordered(self) -> list[Event]:
        """The events in the order in which they happened."""
        return sorted(self._events, key=lambda event: event.t_ms)

    def add(self, event: Event) -> None:
        """Add an event and wake whoever waits for one."""
        self._events.append(_well_formed(event))
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    def bind(self, vantage: str) -> Emit:
        """An `Emit` whose events are seen at ``vantage`` now."""

        def emit(kind: str, /, **data: Any) -> None:
            self.add(Event(self.clock.now_ms(), vantage, kind, data))

        return emit

    async def wait_for(self, wanted: Callable[[Event], bool], *, timeout_s: float, since: int = 0) -> Event | None:
        """The first event from index ``since`` on that is wanted, or None when the time is up."""
        deadline = time.monotonic() + timeout_s
        index = since
        while True:
            while index < len(self._events):
                if wanted(self._events[index]):
                    return self._events[index]
                index += 1
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return None
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await asyncio.wait_for(waiter, remaining)
            except TimeoutError:
                return None
            finally:
                self._waiters.discard(waiter)
