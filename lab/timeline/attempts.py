"""Attempts: every transport that a client tried, read off the browser's own events.

An attempt begins with ``attempt.start``. It ends with the first of ``attempt.open`` (it opened),
``attempt.close`` (it failed by itself), ``attempt.timeout`` (a timer of the client ended it) and
``client.close`` (the page closed the client first: abandoned). With none of these it is undecided.
An attempt that opened ends when it opens; what becomes of the connection later is no part of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lab.events import Event
from lab.timeline.results import Attempt
from lab.timeline.words import ms

MAIN = "main"
"""The name of a case's first connection."""

_ENDS = {"attempt.open", "attempt.close", "attempt.timeout", "client.close"}


@dataclass(frozen=True, slots=True)
class Info:
    """What became of a connection's request for ``/info``, without which no transport is tried."""

    start_ms: float
    end_ms: float | None
    """None where the case ended first."""
    ok: bool
    info: dict[str, Any] | None
    rtt_ms: float | None
    """How long the request took."""
    rto_ms: float | None
    """What the client made of it: its unit for the budgets of transports."""


def in_order(events: Sequence[Event]) -> list[Event]:
    """The events as they happened; those of one moment stay as they came."""
    return sorted(events, key=lambda event: event.t_ms)


def of_browser(events: Sequence[Event], connection: str | None = None) -> list[Event]:
    """The browser's events in order; of one connection where it is named."""
    return [
        event
        for event in in_order(events)
        if event.vantage == "browser" and (connection is None or connection_of(event) == connection)
    ]


def connection_of(event: Event) -> str:
    """The connection that a browser's event belongs to."""
    return str(event.data.get("connection", MAIN))


def attempts_of(events: Sequence[Event]) -> list[Attempt]:
    """Every attempt of every connection, by its start."""
    seen = of_browser(events)
    last_ms = max((event.t_ms for event in events), default=0.0)
    ends = dict(_ends(seen))
    return [
        _attempt(event, ends.get(index), last_ms) for index, event in enumerate(seen) if event.kind == "attempt.start"
    ]


def _ends(seen: list[Event]) -> Iterator[tuple[int, Event]]:
    """For the index of each ``attempt.start`` the event that ended it."""
    running: dict[str, int] = {}
    for index, event in enumerate(seen):
        connection = connection_of(event)
        if event.kind == "attempt.start":
            if connection in running:
                # The recorder lost the end. The start of the next at least bounds it.
                yield running[connection], event
            running[connection] = index
        elif event.kind in _ENDS and connection in running:
            yield running.pop(connection), event


def _attempt(start: Event, end: Event | None, last_ms: float) -> Attempt:
    budget = start.data.get("budget_ms")
    outcome, reason, timer_of = _outcome(start, end, budget, last_ms)
    return Attempt.model_validate(
        {
            "transport": start.data["transport"],
            "outcome": outcome,
            "reason": reason,
            "start_ms": start.t_ms,
            "end_ms": end.t_ms if end else None,
            "budget_ms": budget,
            "timer_of": timer_of,
            "connection": connection_of(start),
        }
    )


def _outcome(start: Event, end: Event | None, budget: float | None, last_ms: float) -> tuple[str, str, str | None]:
    """Outcome, reason, and whose timer ended it."""
    if end is None:
        return "undecided", f"still on after {ms(last_ms - start.t_ms)} when the case ended", None
    age = end.t_ms - start.t_ms
    match end.kind:
        case "attempt.open":
            return "opened", f"opened after {ms(age)}" + (f" of its {ms(budget)}" if budget else ""), None
        case "attempt.close":
            code = end.data.get("code")
            return "failed", f"closed by itself after {ms(age)}" + (f" with code {code}" if code else ""), None
        case "attempt.timeout":
            own = start.data["transport"]
            timer_of = end.data.get("timer_of") or own
            if timer_of == own:
                return "timed out", f"no open frame within its {ms(budget or age)}", own
            sentence = (
                f"ended after {ms(age)} by the timer that sockjs-client had set for {timer_of} and never cleared"
            )
            return "timed out", sentence, timer_of
        case "client.close":
            return "abandoned", f"the client was closed after {ms(age)}, before it had opened", None
        case _:
            after = end.data.get("transport")
            return "undecided", f"the client went on to {after} after {ms(age)}, and nobody saw why", None


def info_of(events: Sequence[Event], connection: str = MAIN) -> Info | None:
    """What became of the connection's ``/info``; None where it was never asked for."""
    start: Event | None = None
    for event in of_browser(events, connection):
        if event.kind == "info.start" and start is None:
            start = event
        elif event.kind == "info.end":
            data = event.data
            begun = start.t_ms if start else event.t_ms
            return Info(
                begun, event.t_ms, bool(data.get("ok")), data.get("info"), data.get("rtt_ms"), data.get("rto_ms")
            )
    return Info(start.t_ms, None, False, None, None, None) if start else None


def open_ms_of(events: Sequence[Event], connection: str = MAIN) -> float | None:
    """Milliseconds from creating the client to its onopen; None where it never opened."""
    new: Event | None = None
    for event in of_browser(events, connection):
        if event.kind == "client.new" and new is None:
            new = event
        elif event.kind == "client.open" and new is not None:
            return event.t_ms - new.t_ms
    return None


def transport_of(attempts: Sequence[Attempt], connection: str = MAIN) -> str | None:
    """The transport that the connection opened on; None where it never opened."""
    return next((a.transport for a in attempts if a.connection == connection and a.outcome == "opened"), None)


def version_of(events: Sequence[Event]) -> str | None:
    """The release of sockjs-client, as the page's client gives it."""
    versions = (event.data.get("version") for event in of_browser(events) if event.kind == "client.new")
    return next((str(version) for version in versions if version), None)


def client_of(events: Sequence[Event]) -> str:
    """What reports call the client: its release, and where it came from if that is no release's name.

    ``1.6.1``, ``0.3.4 (old/sockjs.js)``; empty where a page that brings its own has made none.
    """
    asked = next((str(event.data.get("client_version") or "") for event in events if event.kind == "case"), "")
    version = version_of(events) or asked
    return version if asked in ("", version) else f"{version} ({asked})"


def keeps_timers(version: str | None) -> bool:
    """Whether this release leaves the timer of a transport that failed fast running, to hit its successors.

    Found in 1.0.0 and its betas, 1.0.3, 1.1.0, 1.1.5 and 1.6.1 (lib/main.js, ``_connect``); 0.3.4 clears it, and so
    does what follows 1.6.1.
    """
    try:
        numbers = tuple(int(part) for part in (version or "").partition("-")[0].split("."))
    except ValueError:
        return False
    return (1, 0, 0) <= numbers <= (1, 6, 1)
