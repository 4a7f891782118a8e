"""Records what passes the two sides of a link, as docs/reference/events.md lists it."""

import re
from collections.abc import Callable
from typing import Any, Protocol

from lab.events import Emit
from lab.network.filter import Direction
from lab.network.gate import Gate
from lab.network.link.act import How, Side

PIECES = 50
"""How many pieces of a direction are recorded as they come."""

QUIET_S = 0.1
"""After those, one event in so long tells the sum of the pieces."""

_REQUEST = re.compile(rb"([A-Z]{3,10} [^\s]{1,2000}) HTTP/1\.[01]\r\n")
_LOOKED_AT = 2048


class Later(Protocol):
    """How a tally asks to be called: an event loop's ``call_later``."""

    def __call__(self, delay: float, callback: Callable[[], object], /) -> Any:
        """Call ``callback`` in ``delay`` seconds; what is returned has a ``cancel()``."""


def request_line(data: bytes | memoryview) -> str | None:
    """``GET /echo/info`` where ``data`` begins with such a request line of HTTP/1, else None."""
    if not data or not 65 <= data[0] <= 90:
        return None
    found = _REQUEST.match(bytes(data[:_LOOKED_AT]))
    return found[1].decode("latin-1") if found else None


class Tally:
    """Counts what passes one side in one direction, and tells of it without telling of each piece."""

    def __init__(self, emit: Emit, later: Later, conn: int, direction: Direction) -> None:
        self.total = 0
        """Bytes so far."""
        self._emit = emit
        self._later = later
        self._conn = conn
        self._direction = direction
        self._told = 0
        self._untold = 0
        self._request: str | None = None
        self._quiet: Any = None  # a timer, until the end of which nothing is told

    def add(self, data: bytes | memoryview) -> None:
        """Count a piece."""
        self.total += len(data)
        self._untold += len(data)
        if self._direction == "up" and self._request is None:
            self._request = request_line(data)
        if self._quiet is None:
            self._tell()

    def end(self, how: How) -> None:
        """Tell what is left, and that there is no more."""
        self.hush()
        self._emit("tcp.end", conn=self._conn, direction=self._direction, how=how, total=self.total)

    def hush(self) -> None:
        """Tell what is left, and let no timer remain."""
        if self._quiet is not None:
            self._quiet.cancel()
            self._quiet = None
        if self._untold:
            self._tell(last=True)

    def _tell(self, *, last: bool = False) -> None:
        more = {"request": self._request} if self._request is not None else {}
        data = {"bytes": self._untold, "total": self.total, **more}
        self._emit("tcp.data", conn=self._conn, direction=self._direction, **data)
        self._untold, self._request = 0, None
        self._told += 1
        if self._told >= PIECES and not last:
            self._quiet = self._later(QUIET_S, self._woken)

    def _woken(self) -> None:
        self._quiet = None
        if self._untold:
            self._tell()


class LinkRecorder(Gate):
    """The events of one link."""

    def __init__(self, hop: Emit, client: Emit, server: Emit) -> None:
        super().__init__()
        self._hop = self.through(hop)
        self._sides: dict[Side, Emit] = {"client": self.through(client), "server": self.through(server)}

    def opened(self, side: Side, conn: int) -> None:
        """The connection of this number is there on this side."""
        self._sides[side]("tcp.open", conn=conn)

    def refused(self, conn: int) -> None:
        """Nobody took the link's own connection: it is not the link that turns the client away."""
        self._sides["server"]("tcp.end", conn=conn, direction="down", how="refused", total=0)

    def tally(self, side: Side, conn: int, direction: Direction, later: Later) -> Tally:
        """What counts the bytes of a connection that pass this side in this direction."""
        return Tally(self._sides[side], later, conn, direction)

    def did(self, behaviour: str, conn: int, did: str, /, **more: Any) -> None:
        """A behaviour did something (see `lab.network.link.behaviour.Report`)."""
        self._hop("behaviour", conn=conn, behaviour=behaviour, did=did, **more)

    def failed(self, text: str, *, behaviour: str | None = None) -> None:
        """A behaviour raised an exception: the hop is not to be trusted."""
        self._hop("hop.failed", behaviour=behaviour, text=text)
