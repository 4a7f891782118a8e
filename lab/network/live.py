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
        self._connections: dict[int, set[str]] = {}
        """Of a link: the directions of each connection that have ended."""

    def hop(self) -> Emit:
        """Where goes what the hop does."""

        def emit(kind: str, /, **data: Any) -> None:
            if kind == "behaviour":
                self.line(data.get("flow") or data.get("conn"), f"  {data['behaviour']}: {data['did']}")
            elif kind == "hop.failed":
                self.line(None, f"  {data.get('behaviour') or 'the hop itself'} failed: {data['text']}")

        return emit

    def client(self, *, connections: bool) -> Emit:
        """Where goes what its side towards the client sees; with ``connections``, those are shown, not requests."""

        def emit(kind: str, /, **data: Any) -> None:
            text = self._of_connection(kind, data) if connections else self._of_request(kind, data)
            if text:
                self.line(data.get("conn" if connections else "flow"), text)

        return emit

    def server(self, target: str) -> Emit:
        """Where goes what a link's side towards the server, which is at ``target``, sees: whether it is there."""

        def emit(kind: str, /, **data: Any) -> None:
            if kind == "tcp.end" and data["how"] == "refused":
                self._connections.pop(data["conn"], None)
                self.line(data["conn"], f"refused: nobody takes connections at {target}")

        return emit

    def line(self, number: int | None, text: str) -> None:
        """Show a line; ``number`` is that of what it tells of."""
        self._show(f"{number or '':>4} {text}")

    def now_ms(self) -> float:
        """The time by which it says how long something took."""
        return self._clock.now_ms()

    def close(self) -> None:
        """The hop has stopped: tell what was not over yet."""
        for number, (what, since_ms) in self._asked.items():
            self.line(number, f"{what} -> still open {self.took(since_ms)}")
        for number in self._connections:
            self.line(number, "still open")
        self._asked.clear()
        self._connections.clear()

    def took(self, since_ms: float) -> str:
        """How long it has taken since then, in brackets."""
        return f"({self.now_ms() - since_ms:.0f} ms)"

    def _of_connection(self, kind: str, data: dict[str, Any]) -> str:
        conn = data.get("conn", 0)
        match kind:
            case "tcp.open":
                self._connections[conn] = set()
                return "connected"
            case "tcp.data" if "request" in data:
                return str(data["request"])
            case "tcp.end" if conn in self._connections:
                ended = self._connections[conn] | {data["direction"]}
                self._connections[conn] = ended
                if data["how"] == "rst" or len(ended) == 2:
                    del self._connections[conn]
                who = "client" if data["direction"] == "up" else "server"
                return f"{data['how'].upper()} from the {who} after {data['total']} bytes"
        return ""

    def _of_request(self, kind: str, data: dict[str, Any]) -> str:
        flow = data.get("flow", 0)
        now_ms = self.now_ms()
        if kind == "request":
            self._asked[flow] = (f"{data['method']} {data['url']}", now_ms)
        elif kind == "connect":
            self._asked[flow] = (f"CONNECT {data['host']}:{data['port']}", now_ms)
        what, since_ms = self._asked.get(flow, ("", now_ms))
        took = self.took(since_ms)
        match kind:
            case "response":
                self._answered[flow] = now_ms
                return f"{what} -> {data['status']} {took}"
            case "connect.answer":
                del self._asked[flow]
                return f"{what} -> {data['status']} {took}"
            case "response.end":
                self._asked.pop(flow, None)
                was_short = now_ms - self._answered.pop(flow, now_ms) < LONG_MS
                return "" if was_short else f"{what} -> {data['bytes']} bytes {took}"
            case "ws.close":
                self._asked.pop(flow, None)
                return f"{what} -> closed with {data['code']} by the {data['by']} {took}"
            case "error":
                self._asked.pop(flow, None)
                return f"{what} -> ended by the {data['by']}: {data['text']} {took}"
            case "tls.failed":
                return f"TLS for {data['host'] or 'no name'} failed: {data['text']}"
        return ""
