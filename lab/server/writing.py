"""What is written on the lab's own connections: heads, chunks, and the frames that a response consists of."""

import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from http import HTTPStatus

from lab.server.exchange import Reception
from lab.server.receivers import LiveReceiver
from lab.sockjs.actions import End

CHUNKED = {"Transfer-Encoding": "chunked"}
LAST_CHUNK = b"0\r\n\r\n"
_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


class _Clock:
    """The Date header, made once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._line = ""

    def line(self) -> str:
        second = int(time.time())
        if second != self._second:
            self._second, self._line = second, f"Date: {formatdate(second, usegmt=True)}\r\n"
        return self._line


_clock = _Clock()


def head_of(status: int, headers: Mapping[str, str], *, length: int | None = None, keeps: bool = True) -> bytes:
    """The head of an answer whose body has ``length`` bytes (None: there is none, or the headers say how it ends)."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    size = "" if length is None else f"Content-Length: {length}\r\n"
    last = "\r\n" if keeps else "Connection: close\r\n\r\n"
    return f"{_LINES[status]}{lines}{size}{_clock.line()}{last}".encode("latin-1")


def lines_of(head: bytes) -> list[list[str]]:
    """Names and values of the headers in ``head``."""
    lines = head.decode("latin-1").split("\r\n")[1:-2]
    return [line.split(": ", 1) for line in lines]


def chunk(data: bytes) -> bytes:
    """``data`` as a chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class HttpReceiver(LiveReceiver):
    """A receiver over one HTTP response: polling where there is no prelude, else streaming."""

    __slots__ = ("_finish", "_gathers", "_parts", "_wrap", "before", "headers")

    def __init__(self, reception: Reception, finish: Callable[["HttpReceiver", End], None]) -> None:
        """A receiver without a connection yet; ``finish`` is what ends the response."""
        super().__init__(None, limit=reception.limit)
        self._wrap = reception.wrap
        self._finish = finish
        self._parts: list[bytes] = []
        self._gathers = False
        self.headers = reception.headers
        self.before = None if reception.prelude is None else len(reception.prelude)
        """Bytes of the prelude; None for polling."""

    @property
    def size(self) -> int:
        """Bytes of the body so far."""
        return self.sent if self.before is None else self.before + self.sent

    def wrap(self, frame: str) -> bytes:
        """The frame in the transport's own wrapping."""
        return self._wrap(frame)

    def gather(self, data: bytes) -> None:
        """Keep ``data`` and what is pushed, until `flush`: one write costs less than two."""
        self._gathers = True
        self._parts.append(data)

    def flush(self) -> None:
        """Write what was gathered."""
        if self._gathers:
            self._gathers = False
            if self.transport is not None and not self.transport.is_closing():
                self.transport.write(b"".join(self._parts))
            self._parts.clear()

    def push(self, data: bytes) -> None:
        """Write ``data``, or keep it until the poll is answered."""
        if self.before is None:
            self._parts.append(data)
        elif self._gathers:
            self._parts.append(chunk(data))
        elif self.transport is not None and not self.transport.is_closing():
            self.transport.write(chunk(data))

    def finish(self, end: End) -> None:
        """End the response."""
        self.ended = end
        self._finish(self, end)

    def body(self) -> bytes:
        """The answer to a poll."""
        return b"".join(self._parts)
