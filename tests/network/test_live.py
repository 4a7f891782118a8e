from typing import Any

from lab.events import Clock
from lab.network.live import LiveLines


class Hand(Clock):
    """A clock that is set by hand."""

    now = 0.0

    def now_ms(self) -> float:
        return self.now


def told(*rows: tuple[float, str, dict[str, Any]], connections: bool = False) -> list[str]:
    clock, lines = Hand(), list[str]()
    live = LiveLines(lines.append, clock)
    emit = live.client(connections=connections)
    for clock.now, kind, data in rows:
        (live.hop() if kind in ("behaviour", "hop.failed") else emit)(kind, **data)
    return lines


ASKED = (0.0, "request", {"flow": 1, "method": "GET", "url": "http://h/x"})


def test_one_line_tells_of_a_short_exchange() -> None:
    rows = (5.0, "response", {"flow": 1, "status": 200}), (9.0, "response.end", {"flow": 1, "bytes": 3})
    assert told(ASKED, *rows) == ["   1 GET http://h/x -> 200 (5 ms)"]


def test_stream_is_told_of_at_its_end_too() -> None:
    rows = (5.0, "response", {"flow": 1, "status": 200}), (900.0, "response.end", {"flow": 1, "bytes": 3})
    assert told(ASKED, *rows) == ["   1 GET http://h/x -> 200 (5 ms)", "   1 GET http://h/x -> 3 bytes (900 ms)"]


def test_ends_of_other_kinds_are_told() -> None:
    rows: list[tuple[float, str, dict[str, Any]]] = [
        (1.0, "ws.close", {"flow": 1, "code": 1006, "by": "hop"}),
        (2.0, "connect", {"flow": 2, "host": "h", "port": 443}),
        (3.0, "connect.answer", {"flow": 2, "status": 403}),
        (4.0, "request", {"flow": 3, "method": "POST", "url": "http://h/y"}),
        (6.0, "error", {"flow": 3, "text": "gone", "by": "server"}),
        (6.0, "tls.failed", {"host": "h", "text": "unknown ca"}),
        (7.0, "behaviour", {"flow": 3, "behaviour": "no_upgrade", "did": "removed the Upgrade header"}),
        (7.0, "hop.failed", {"behaviour": None, "text": "boom"}),
        (7.0, "request.end", {"flow": 3, "bytes": 0}),
    ]
    assert told(ASKED, *rows) == [
        "   1 GET http://h/x -> closed with 1006 by the hop (1 ms)",
        "   2 CONNECT h:443 -> 403 (1 ms)",
        "   3 POST http://h/y -> ended by the server: gone (2 ms)",
        "     TLS for h failed: unknown ca",
        "   3   no_upgrade: removed the Upgrade header",
        "       the hop itself failed: boom",
    ]


def test_link_tells_of_connections() -> None:
    rows: list[tuple[float, str, dict[str, Any]]] = [
        (0.0, "tcp.open", {"conn": 1}),
        (0.0, "tcp.data", {"conn": 1, "direction": "up", "bytes": 9, "total": 9, "request": "GET /x"}),
        (0.0, "tcp.data", {"conn": 1, "direction": "down", "bytes": 9, "total": 9}),
        (0.0, "tcp.end", {"conn": 1, "direction": "down", "how": "rst", "total": 9}),
    ]
    assert told(*rows, connections=True) == [
        "   1 connected",
        "   1 GET /x",
        "   1 RST from the server after 9 bytes",
    ]


def test_dead_end_of_a_link_is_told_in_place_of_the_reset() -> None:
    lines = list[str]()
    live = LiveLines(lines.append, Hand())
    live.client(connections=True)("tcp.open", conn=1)
    live.server("h:1")("tcp.end", conn=1, direction="down", how="refused", total=0)
    live.client(connections=True)("tcp.end", conn=1, direction="down", how="rst", total=0)
    live.close()
    assert lines == ["   1 connected", "   1 refused: nobody takes connections at h:1"]


def test_what_is_open_at_the_end_is_told() -> None:
    clock, lines = Hand(), list[str]()
    live = LiveLines(lines.append, clock)
    emit, conn = live.client(connections=False), live.client(connections=True)
    emit("request", flow=1, method="GET", url="http://h/a")
    emit("request", flow=2, method="GET", url="http://h/b")
    emit("response", flow=2, status=200)
    emit("request", flow=3, method="GET", url="http://h/c")
    emit("response", flow=3, status=200)
    emit("response.end", flow=3, bytes=0)
    for number in (7, 8, 9):
        conn("tcp.open", conn=number)
    conn("tcp.end", conn=7, direction="up", how="fin", total=1)
    conn("tcp.end", conn=7, direction="down", how="fin", total=1)
    conn("tcp.end", conn=8, direction="up", how="rst", total=1)
    conn("tcp.end", conn=9, direction="up", how="fin", total=1)
    lines.clear()
    clock.now = 40.0
    live.close()
    assert lines == [
        "   1 GET http://h/a -> still open (40 ms)",
        "   2 GET http://h/b -> still open (40 ms)",
        "   9 still open",
    ]
