from collections.abc import Callable
from typing import Any

import pytest

from lab.network.link.recorder import PIECES, QUIET_S, LinkRecorder, Tally, request_line


class Timers:
    """A call_later whose time comes when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], object]]] = []

    def __call__(self, delay: float, callback: Callable[[], object], /) -> Any:
        entry = (delay, callback)
        self.waiting.append(entry)

        class Handle:
            def cancel(self_) -> None:
                self.waiting.remove(entry)

        return Handle()

    def fire(self) -> None:
        ((_, callback),) = self.waiting
        self.waiting.clear()
        callback()


def tally_of(direction: Any = "down") -> tuple[Tally, Timers, list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []
    timers = Timers()
    return Tally(lambda kind, /, **data: told.append({"kind": kind, **data}), timers, 1, direction), timers, told


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"GET /echo/info?t=1 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /echo/info?t=1"),
        (b"POST /echo/0/a/xhr HTTP/1.0\r\n", "POST /echo/0/a/xhr"),
        (b"CONNECT www.lab.home.arpa:443 HTTP/1.1\r\n", "CONNECT www.lab.home.arpa:443"),
        (b"GET ws://h/ws HTTP/1.1\r\n", "GET ws://h/ws"),
        (memoryview(b"xGET / HTTP/1.1\r\n")[1:], "GET /"),
        (b"GET /" + b"a" * 1900 + b" HTTP/1.1\r\n", "GET /" + "a" * 1900),
        (b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\n", None),
        (b"GET /echo HTTP/1.1", None),  # not the whole line
        (b"GET /echo HTTP/2\r\n", None),
        (b"GET  / HTTP/1.1\r\n", None),
        (b"get / HTTP/1.1\r\n", None),
        (b"\x81\x05hello", None),
        (b"\r\nGET / HTTP/1.1\r\n", None),
        (b"", None),
    ],
)
def test_request_line(data: bytes, expected: str | None) -> None:
    assert request_line(data) == expected


def test_first_pieces_are_told_as_they_come() -> None:
    tally, timers, told = tally_of()
    for _ in range(PIECES):
        tally.add(b"ab")
    assert [event["bytes"] for event in told] == [2] * PIECES
    assert told[-1] == {"kind": "tcp.data", "conn": 1, "direction": "down", "bytes": 2, "total": 2 * PIECES}
    assert [delay for delay, _ in timers.waiting] == [QUIET_S]


def test_later_pieces_are_told_as_a_sum() -> None:
    tally, timers, told = tally_of()
    for _ in range(PIECES + 3):
        tally.add(b"ab")
    assert len(told) == PIECES
    timers.fire()
    assert (told[-1]["bytes"], told[-1]["total"]) == (6, 2 * PIECES + 6)
    timers.fire()  # nothing came meanwhile
    assert len(told) == PIECES + 1
    assert timers.waiting == []
    tally.add(b"c")  # after a silence it is told at once
    assert (told[-1]["bytes"], len(told)) == (1, PIECES + 2)


def test_end_tells_what_is_left_before() -> None:
    tally, timers, told = tally_of()
    for _ in range(PIECES + 1):
        tally.add(b"ab")
    tally.end("rst")
    assert [event["kind"] for event in told[-2:]] == ["tcp.data", "tcp.end"]
    assert told[-1] == {"kind": "tcp.end", "conn": 1, "direction": "down", "how": "rst", "total": 2 * PIECES + 2}
    assert timers.waiting == []


def test_request_is_told_with_its_piece_even_where_that_is_summed_up() -> None:
    tally, timers, told = tally_of("up")
    tally.add(b"GET /a HTTP/1.1\r\n\r\n")
    assert told[-1]["request"] == "GET /a"
    for _ in range(PIECES):
        tally.add(b"x")
    assert "request" not in told[-1]
    tally.add(b"GET /b HTTP/1.1\r\n\r\n")
    tally.add(b"GET /c HTTP/1.1\r\n\r\n")
    timers.fire()
    assert told[-1]["request"] == "GET /b"
    down, _, told_down = tally_of("down")
    down.add(b"GET /a HTTP/1.1\r\n\r\n")
    assert "request" not in told_down[-1]


def test_recorder_tells_at_the_vantage_that_it_belongs_to_until_it_is_closed() -> None:
    told: list[tuple[str, str, dict[str, Any]]] = []

    def emit_at(vantage: str) -> Any:
        return lambda kind, /, **data: told.append((vantage, kind, data))

    recorder = LinkRecorder(emit_at("hop"), emit_at("client"), emit_at("server"))
    tally = recorder.tally("server", 3, "up", Timers())
    for _ in range(2):
        recorder.opened("client", 3)
        tally.add(b"ab")
        recorder.did("latency", 3, "began", ms=1)
        recorder.failed("no", behaviour="latency")
        recorder.close()
    assert told == [
        ("client", "tcp.open", {"conn": 3}),
        ("server", "tcp.data", {"conn": 3, "direction": "up", "bytes": 2, "total": 2}),
        ("hop", "behaviour", {"conn": 3, "behaviour": "latency", "did": "began", "ms": 1}),
        ("hop", "hop.failed", {"behaviour": "latency", "text": "no"}),
    ]
