"""Resets connections, after a number of bytes or after a while.

On the wire: RST, on both sides or on one. With ``bytes``, exactly so many pass, both directions counted together or
only the one that ``when`` names; with ``time``, it comes so long after the connection, or after the behaviour was
put in. With both, whichever comes first; with neither, at once. What has not passed by then is dropped.

Who does it: security appliances of Zscaler's kind, which let a websocket open and kill it 100 to 500 ms later
(https://github.com/phoenixframework/phoenix/issues/6766), a web application firewall that did so within a second
(https://github.com/socfortress/waf-platform-public/issues/3), and every firewall that answers what it does not know
with RST.

What survives: where the reset comes before the open frame, whatever transport it spares. After the open frame
nothing does: the client never falls back from a transport that has opened, and a page that connects again meets the
same.
"""

from collections.abc import Iterator

from pydantic import Field

from lab.network.filter import Direction
from lab.network.link.act import Act, Cut, Ending, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.ends import SIDE, Side, ending, seconds
from lab.units import Bytes, Milliseconds


class Reset(LinkBehaviour):
    """Resets a connection after so many bytes or so long."""

    class Parameters(LinkBehaviour.Parameters):
        """When."""

        bytes: Bytes | None = Field(None, description="How many bytes pass before; any number where null.")
        time: Milliseconds | None = Field(
            None, description="How long it takes; for ever where null. Where both are null, it comes at once."
        )
        side: Side = SIDE

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Set this connection's end."""
        return _Doomed(self.parameters, scope)


class _Doomed(Act):
    def __init__(self, parameters: Reset.Parameters, scope: Scope) -> None:
        self._parameters = parameters
        self._left = parameters.bytes
        time_ms = parameters.time
        if time_ms is None and parameters.bytes is None:
            time_ms = 0.0
        if time_ms is not None:
            self.due_ms = scope.now_ms + time_ms
        self._time_ms = time_ms

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece | Cut]:
        if self._left is None or size < self._left or size == 0:
            if self._left is not None:
                self._left -= size
            yield Piece(size, at_ms)
            return
        if self._left:
            yield Piece(self._left, at_ms)
        yield Cut(at_ms, ending("rst", self._parameters.side, f"after {self._parameters.bytes} bytes"))

    def woken(self, at_ms: float) -> Ending:
        return ending("rst", self._parameters.side, f"after {seconds(self._time_ms or 0.0)}")
