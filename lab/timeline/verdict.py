"""The verdict: each expectation that is set, held against the events."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.events import Event
from lab.scenario.model import Expectation, ExpectedAttempt
from lab.texts import quoted
from lab.timeline.attempts import MAIN, in_order, of_browser, open_ms_of, transport_of
from lab.timeline.diagnosis import diagnose
from lab.timeline.exchanges import is_server
from lab.timeline.messages import messages_of
from lab.timeline.results import Attempt, Check
from lab.timeline.words import listed, ms, number, plural

_Held = tuple[str, str, bool]
"""What was expected, what was found, and whether the two agree."""
_SHOWN = 5
"""How many of the URLs that do not fit are shown."""


@dataclass(frozen=True)
class _Seen:
    """What one connection is judged by."""

    events: Sequence[Event]
    """All of the case."""
    attempts: Sequence[Attempt]
    """Of all connections."""
    connection: str

    @property
    def own(self) -> list[Attempt]:
        """The connection's own attempts."""
        return [attempt for attempt in self.attempts if attempt.connection == self.connection]

    def browser(self, kind: str) -> list[Event]:
        """What the browser saw of this kind on the connection."""
        return [event for event in of_browser(self.events, self.connection) if event.kind == kind]


def judge(
    expectation: Expectation, events: Sequence[Event], attempts: Sequence[Attempt], connection: str = MAIN
) -> list[Check]:
    """One check per expectation that is set, in the order of the model; none where nothing is set.

    Transport, attempts, times, state and close code are those of the connection. An expectation that stands at
    null is not set: that is how an engine takes back what holds for the others.
    """
    seen = _Seen(events, attempts, connection)
    checks = []
    for what in Expectation.model_fields:
        value = getattr(expectation, what)
        if what in expectation.model_fields_set and value is not None:
            expected, actual, held = _RULES[what](value, seen)
            name = what if connection == MAIN else f"{what} of {connection}"
            checks.append(Check(what=name, expected=expected, actual=actual, held=held))
    return checks


def _transport(wanted: str, seen: _Seen) -> _Held:
    actual = transport_of(seen.own, seen.connection) or "none"
    return wanted, actual, actual == wanted


def _written(attempts: Sequence[Attempt] | Sequence[ExpectedAttempt]) -> list[str]:
    return [f"{attempt.transport}: {attempt.outcome}" for attempt in attempts]


def _some_attempts(wanted: Sequence[ExpectedAttempt], seen: _Seen) -> _Held:
    """Those wanted must be among those made, in this order: a subsequence."""
    made = _written(seen.own)
    rest = iter(made)
    held = all(one in rest for one in _written(wanted))
    return ", ".join(_written(wanted)) or "none", ", ".join(made) or "none", held


def _only_attempts(wanted: Sequence[ExpectedAttempt], seen: _Seen) -> _Held:
    expected, actual, _ = _some_attempts(wanted, seen)
    return expected, actual, _written(wanted) == _written(seen.own)


def _opened_within(wanted: float, seen: _Seen) -> _Held:
    took = open_ms_of(seen.events, seen.connection)
    return (
        f"within {ms(wanted)}",
        "never" if took is None else f"after {ms(took)}",
        took is not None and took <= wanted,
    )


def _delivery(wanted: str, seen: _Seen) -> _Held:
    """Nothing sent is nothing shown: it does not hold."""
    found = messages_of(seen.events, seen.connection)
    total = found.sent + found.pushed
    if not total:
        return wanted, "no message was sent", False
    faults = {key: getattr(found, key) for key in ("lost", "duplicated", "reordered", "corrupted")}
    wrong = [f"{count} {key}" for key, count in faults.items() if count]
    if wrong:
        return wanted, f"of {plural(total, 'message')}: {listed(wrong)}", False
    return wanted, f"{plural(total, 'message')}, each once, in order", True


def _session_cookie(wanted: str, seen: _Seen) -> _Held:
    """Where no request of a session reached the server, neither presence nor absence was shown."""
    requests = [
        e for e in in_order(seen.events) if is_server(e.vantage) and e.kind == "request" and e.data.get("session")
    ]
    if not requests:
        return wanted, "no request of a session reached the server", False
    carrying = sum(_carries_session(request) for request in requests)
    actual = "present" if carrying else "absent"
    return wanted, f"{actual} ({carrying} of {plural(len(requests), 'request')} had it)", actual == wanted


def _carries_session(request: Event) -> bool:
    cookies = [value for name, value in request.data.get("headers", ()) if name.lower() == "cookie"]
    return any(pair.split("=")[0].strip() == "JSESSIONID" for value in cookies for pair in value.split(";"))


def _close_code(wanted: int, seen: _Seen) -> _Held:
    codes = [event.data.get("code") for event in seen.browser("client.close")]
    return str(wanted), str(codes[-1]) if codes else "never closed", bool(codes) and codes[-1] == wanted


def _close_reason(wanted: str, seen: _Seen) -> _Held:
    reasons = [str(event.data.get("reason", "")) for event in seen.browser("client.close")]
    return quoted(wanted), quoted(reasons[-1]) if reasons else "never closed", reasons[-1:] == [wanted]


def _state(wanted: str, seen: _Seen) -> _Held:
    opened = "open" if seen.browser("client.open") else "never opened"
    actual = "closed" if seen.browser("client.close") else opened
    return wanted, actual, actual == wanted


def _heartbeats(wanted: int, seen: _Seen) -> _Held:
    """Counted is what the client told the page: a heartbeat on the wire that it kept to itself is none."""
    count = len(seen.browser("heartbeat"))
    return f"at least {number(wanted)}", number(count), count >= wanted


def _requested(wanted: str, seen: _Seen) -> _Held:
    """Where none fits, those of sessions are shown: they are what a client's options decide about."""
    requests = [e for e in in_order(seen.events) if is_server(e.vantage) and e.kind == "request"]
    urls = list(dict.fromkeys(str(event.data.get("path", "")) for event in requests))
    fitting = [url for url in urls if _pattern(wanted).fullmatch(url)]
    if fitting:
        return wanted, fitting[0], True
    of_sessions = list(dict.fromkeys(str(e.data["path"]) for e in requests if e.data.get("session")))
    return wanted, ", ".join((of_sessions or urls)[:_SHOWN]) or "no request reached the server", False


def _pattern(text: str) -> re.Pattern[str]:
    expression = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in text)
    return re.compile(expression, re.DOTALL)


def _diagnosis(wanted: Sequence[str], seen: _Seen) -> _Held:
    causes = list(dict.fromkeys(one.cause for one in diagnose(seen.events, seen.attempts)))
    return ", ".join(wanted), ", ".join(causes) or "nothing", set(wanted) <= set(causes)


_RULES: dict[str, Callable[..., _Held]] = {
    "transport": _transport,
    "attempts": _some_attempts,
    "only_attempts": _only_attempts,
    "opened_within": _opened_within,
    "delivery": _delivery,
    "session_cookie": _session_cookie,
    "close_code": _close_code,
    "close_reason": _close_reason,
    "state": _state,
    "heartbeats": _heartbeats,
    "requested": _requested,
    "diagnosis": _diagnosis,
}
