"""Lives: what became of each connection after it had opened.

A life begins with ``client.open`` and ends with ``client.close``, or with the case's last step: what the lab ends
then was ended by nobody else. It is in trouble where it ended otherwise than by the page or the application, or
where messages were lost, doubled, changed or out of order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.events import Event
from lab.timeline.attempts import MAIN, of_browser
from lab.timeline.exchanges import is_server
from lab.timeline.join import session_path
from lab.timeline.messages import RAW, messages_of, sessions_of
from lab.timeline.requests import Joined
from lab.timeline.results import Messages
from lab.timeline.wires import Segment

GOOD = frozenset({101, 200, 204, 304})
"""The statuses that a SockJS server gives to what it takes (sockjs-protocol 0.3.3)."""


@dataclass(frozen=True, slots=True)
class Life:
    """One connection after it had opened."""

    connection: str
    transport: str
    session: str
    created_ms: float
    """When the client was made."""
    opened_ms: float
    closed: Event | None
    """``client.close``; None where it was still open when the case ended."""
    until_ms: float
    """When it ended, or the case's last step."""
    messages: Messages
    hops: tuple[str, ...]
    requests: tuple[Joined, ...]
    """All requests of the session, in order: the first is what it opened on."""
    session_closed: Event | None
    """How the server saw the session end."""

    @property
    def about(self) -> str:
        """What a diagnosis calls it."""
        return "open connection" if self.connection == MAIN else f"open connection of {self.connection}"

    @property
    def kind(self) -> str:
        """The transport that works inside: eventsource for iframe-eventsource."""
        return self.transport.removeprefix("iframe-")

    @property
    def died(self) -> bool:
        """Whether it ended otherwise than by the page or the application.

        sockjs-client calls a close clean, too, where a server that has lost the session says 1002 or 2010.
        """
        if self.closed is None:
            return False
        code = int(self.closed.data.get("code") or 0)
        return not self.closed.data.get("was_clean") or (code != 1000 and code < 3000)

    @property
    def trouble(self) -> str:
        """What was wrong with it, in words; nothing where nothing was."""
        found = self.messages
        counts = {"lost": found.lost, "duplicated": found.duplicated, "out of order": found.reordered}
        wrong = [f"{count} {what}" for what, count in (counts | {"changed": found.corrupted}).items() if count]
        if self.died and self.closed is not None:
            return f"closed with {self.closed.data.get('code')}"
        return f"messages: {', '.join(wrong)}" if wrong else ""

    @property
    def fate(self) -> str:
        """What became of it, behind "the open connection"."""
        if self.died and self.closed is not None:
            return f"closed with {self.closed.data.get('code')}"
        return "lost messages"

    @property
    def carrier(self) -> Joined | None:
        """The last request that carried frames to the browser."""
        return next((one for one in reversed(self.requests) if not one.path.endswith(("_send", ".html"))), None)

    def age_ms(self, t_ms: float) -> float:
        """A time as milliseconds since it opened."""
        return t_ms - self.opened_ms


def lives_of(events: Sequence[Event], hops: Sequence[str], requests: Sequence[Joined]) -> list[Life]:
    """Every connection that opened, by its opening."""
    steps = [event.t_ms for event in events if event.kind == "step"]
    last_ms = max(steps or [event.t_ms for event in events], default=0.0)
    found = []
    for opened in of_browser(events):
        if opened.kind != "client.open":
            continue
        name = str(opened.data.get("connection", MAIN))
        transport = str(opened.data.get("transport", ""))
        seen = of_browser(events, name)
        url = next(
            (
                str(e.data.get("url", ""))
                for e in reversed(seen)
                if e.kind == "attempt.start" and e.data.get("transport") == transport and e.t_ms <= opened.t_ms
            ),
            "",
        )
        closed = next((e for e in seen if e.kind == "client.close" and e.t_ms >= opened.t_ms), None)
        sessions = sessions_of(events, name)
        path = (session_path(url, transport) or ("", ""))[1]
        own = [one for one in requests if _is_own(one, path, transport, opened.t_ms)]
        session = path.split("/")[-1]
        found.append(
            Life(
                connection=name,
                transport=transport,
                session=session,
                created_ms=next((e.t_ms for e in seen if e.kind == "client.new"), opened.t_ms),
                opened_ms=opened.t_ms,
                closed=closed,
                until_ms=closed.t_ms if closed else last_ms,
                messages=messages_of(events, name),
                hops=tuple(hops),
                requests=tuple(own),
                session_closed=next(
                    (
                        e
                        for e in events
                        if is_server(e.vantage)
                        and e.kind == "session.close"
                        and (e.data.get("session") == session or (not session and e.data.get("session") in sessions))
                    ),
                    None,
                ),
            )
        )
    return sorted(found, key=lambda life: life.opened_ms)


def _is_own(one: Joined, path: str, transport: str, opened_ms: float) -> bool:
    if one.first.method == "OPTIONS":
        return False
    if transport == RAW:
        upgrade = isinstance(one.first, Segment) or one.first.asks_upgrade
        return (
            upgrade and one.path.endswith("/websocket") and one.path.count("/") == 2 and one.first.t_ms <= opened_ms
        )
    return bool(path) and f"{path}/" in one.path
