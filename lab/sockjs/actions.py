"""What a session's machine asks for: the actions, and the receivers that they are about."""

from typing import Literal, NamedTuple


class Receiver:
    """A connection that takes a session's frames; the skins derive theirs from it.

    The machine reads `limit` and `pings` and calls `wrap`. It never calls `push`, `finish` and `ping`: they are
    what the skin that performs the actions calls for `Write`, `End` and `Ping`.
    """

    __slots__ = ("limit", "pings", "sent")

    def __init__(self, *, limit: int | None = None, pings: bool = False) -> None:
        self.limit = limit
        """Bytes after which it has to end and another is to come: 1 for polling, None for a websocket."""
        self.pings = pings
        """Whether it can be pinged, and answers."""
        self.sent = 0
        """Bytes written to it so far, without the transport's prelude."""

    def wrap(self, frame: str) -> bytes:
        """``frame`` as it goes over the wire on this transport."""
        return frame.encode()

    def push(self, data: bytes) -> None:
        """Write ``data``, without waiting."""
        raise NotImplementedError

    def finish(self, end: "End") -> None:
        """Write what was pushed, then end the connection, without waiting."""
        raise NotImplementedError

    def ping(self) -> None:
        """Ask for a sign of life, without waiting."""
        raise NotImplementedError


class Write(NamedTuple):
    """Write ``data``, the wrapped ``frame``, to the receiver."""

    receiver: Receiver
    frame: str
    data: bytes


class Ping(NamedTuple):
    """Ask the receiver for a sign of life; tell `Session.answered` when one comes."""

    receiver: Receiver


class End(NamedTuple):
    """End the receiver's connection; on a websocket with this code and reason.

    `abort` is for a connection that takes nothing any more: what was written to it is given up.
    """

    receiver: Receiver
    why: Literal["done", "limit"]
    code: int = 1000
    reason: str = ""
    abort: bool = False


class Opened(NamedTuple):
    """Tell the service that the session is open."""


class Closed(NamedTuple):
    """Tell the service that the session is over."""

    code: int
    reason: str
    by: Literal["server", "client", "gone"]


class Forget(NamedTuple):
    """Nothing will come of this session any more."""


Action = Write | Ping | End | Opened | Closed | Forget
