"""Lets nothing pass, and tells nobody.

On the wire: the connection stays, and neither data nor its end goes on, in both directions or in the one that
``when`` names. It begins at once, or in each direction after a number of bytes. ``data: hold`` is a path that loses
packets: what is sent waits, at most 256 KiB in each direction before the link stops reading and TCP makes the
sender wait, and when the path heals all of it arrives. ``data: drop`` is a box that takes everything and passes
nothing on: what was sent is lost for good, the end of the connection apart. It heals after ``heal``, counted from
when it began on this connection in that direction, when its ``for`` is over, or when a step removes it.

Who does it: with ``when: {direction: up}`` after the handshake, Privoxy 3.0.34, which passes 101 and what the
server says and nothing of what the client says (measured on Debian 12, 4 of 4), and NOD32 and Kaspersky with Chrome
(https://github.com/socketio/socket.io/issues/412). Both ways, after 101, an old Kaspersky
(https://github.com/LearnBoost/engine.io/issues/123) and a Titanium proxy
(https://github.com/justcoding121/titanium-web-proxy/issues/471). Cables that are pulled out, tunnels under
mountains.

What survives: before the open frame, the client gives up on the transport when its time is up and tries the next.
After it nothing is noticed: the client has no watchdog, and its ``send`` says nothing. The server's ping on a
websocket is missed 10 s after it was due.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lab.network.filter import Direction
from lab.network.link.act import NEVER, Act, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.units import Bytes, Milliseconds


class BlackHole(LinkBehaviour):
    """Swallows everything, for good or until it heals."""

    class Parameters(LinkBehaviour.Parameters):
        """What becomes of the data, and when it begins and ends."""

        data: Literal["hold", "drop"] = Field(
            "hold", description="hold: data waits until the hole heals; drop: it is lost."
        )
        begin: Bytes = Field(0, description="How many bytes of a direction pass before the hole opens.")
        heal: Milliseconds | None = Field(
            None, description="How long after its opening the hole closes; never: null."
        )

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Swallow this connection."""
        return _Hole(self.parameters, scope)


class _Hole(Act):
    def __init__(self, parameters: BlackHole.Parameters, scope: Scope) -> None:
        self._parameters = parameters
        self._scope = scope
        self._left = {"up": parameters.begin, "down": parameters.begin}
        heal = NEVER if parameters.heal is None else scope.now_ms + parameters.heal
        self._heals_ms = {"up": heal, "down": heal} if parameters.begin == 0 else {}

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        passes = min(size, self._left[direction])
        self._left[direction] -= passes
        if passes:
            yield Piece(passes, at_ms)
        if self._left[direction] == 0 and direction not in self._heals_ms:
            heal = self._parameters.heal
            self._heals_ms[direction] = NEVER if heal is None else at_ms + heal
        if size and passes == size:
            return
        # The end of a stream that ends before the hole opens is not held.
        heals_ms = at_ms if self._left[direction] else self._heals_ms[direction]
        if at_ms < heals_ms:
            self._scope.once(f"began to swallow what goes {direction}")
        if self._parameters.data == "drop" and size and at_ms < heals_ms:
            yield Piece(size - passes, at_ms, drop=True)
        else:
            yield Piece(size - passes, max(at_ms, heals_ms))
