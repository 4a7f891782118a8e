"""What a hop that runs on its own shows: a line for each exchange, connection and act of a behaviour."""

from collections.abc import Callable
from typing import Any

from lab.events import Clock, Emit

LONG_MS = 100.0
"""A response that lasts this long is told of at its end, too."""


class LiveLines:
    """Makes lines of a hop's events, as they come."""

    def __init__(self, show: Callable[[str], None], clock: Clock | None = None) -> None:
        """``show`` is given each line."""
        self._show = show
        self._clock = clock or Clock()
        self._asked: dict[int, tuple[str, float]] = {}
        self._answered: dict[int, float] = {}

    def hop(self) -> Emit:
        """Where goes what the hop does."""

        def emit(kind: str, /, **data: Any) -> None:
            if kind == "behaviour":
                where = data.get("flow") or data.get("conn")
                self._show(f"{self._number(where)}   {data['behaviour']}: {data['did']}")
            elif kind == "hop.failed":
                self._show(
                    f"{self._number(None)}   {data.get('behaviour') or 'the hop itself'} failed: {data['text']}"
                )

        return emit

    def client(self, *, connections: bool) -> Emit:
        """Where goes what its side towards the client sees; with ``connections``, those are shown, not requests."""

        def emit(kind: str, /, **data: Any) -> None:
            line = self._of_connection(kind, data) if connections else self._of_request(kind, data)
            if line:
                self._show(line)

        return emit

    def _number(self, number: int | None) -> str:
        return f"{number or '':>4}"

    def _of_connection(self, kind: str, data: dict[str, Any]) -> str:
        number = self._number(data.get("conn"))
        match kind:
            case "tcp.open":
                return f"{number} connected"
            case "tcp.data" if "request" in data:
                return f"{number} {data['request']}"
            case "tcp.end":
                who = "client" if data["direction"] == "up" else "server"
                return f"{number} {data['how'].upper()} from the {who} after {data['total']} bytes"
        return ""

    def _of_request(self, kind: str, data: dict[str, Any]) -> str:
        flow = data.get("flow", 0)
        number = self._number(flow)
        now_ms = self._clock.now_ms()
        if kind == "request":
            self._asked[flow] = (f"{data['method']} {data['url']}", now_ms)
        elif kind == "connect":
            self._asked[flow] = (f"CONNECT {data['host']}:{data['port']}", now_ms)
        what, since_ms = self._asked.get(flow, ("", now_ms))
        if kind == "response.end" and now_ms - self._answered.pop(flow, now_ms) < LONG_MS:
            self._asked.pop(flow, None)
            return ""
        took = f"({now_ms - since_ms:.0f} ms)"
        match kind:
            case "response" | "connect.answer":
                self._answered[flow] = now_ms
                return f"{number} {what} -> {data['status']} {took}"
            case "response.end":
                self._asked.pop(flow, None)
                return f"{number} {what} -> {data['bytes']} bytes {took}"
            case "ws.close":
                self._asked.pop(flow, None)
                return f"{number} {what} -> closed with {data['code']} by the {data['by']} {took}"
            case "error":
                self._asked.pop(flow, None)
                return f"{number} {what} -> ended by the {data['by']}: {data['text']} {took}"
            case "tls.failed":
                return f"{number} TLS for {data['host'] or 'no name'} failed: {data['text']}"
        return ""
