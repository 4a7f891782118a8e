"""Lets only so much data pass on a connection.

On the wire: of each direction, or of the one that ``when`` names, exactly so many bytes pass. Then the connection
is closed with FIN or RST, on both sides or on one, or the rest is dropped while the connection stays (``end:
drop``).

Who does it: no product is known that counts the bytes of a connection. It serves to end a stream at a certain byte,
such as the middle of a frame; Toxiproxy has it as limit_data (https://github.com/Shopify/toxiproxy).

What survives: what needs less. A stream of SockJS is ended by the server itself after 128 KiB, and the client opens
the next; polling on one kept-alive connection adds up.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lab.network.filter import Direction
from lab.network.link.act import NEVER, Act, Cut, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.ends import SIDE, Side, ending
from lab.units import Bytes


class DataLimit(LinkBehaviour):
    """Ends a connection when it has carried so much."""

    class Parameters(LinkBehaviour.Parameters):
        """The limit, and what happens at it."""

        limit: Bytes = Field(1024 * 1024, ge=1, description="How many bytes pass in a direction.")
        end: Literal["fin", "rst", "drop"] = Field(
            "fin", description="fin: close the connection; rst: reset it; drop: keep it, and drop what is more."
        )
        side: Side = SIDE

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Count what passes on this connection."""
        return _Limited(self.parameters, scope)


class _Limited(Act):
    def __init__(self, parameters: DataLimit.Parameters, scope: Scope) -> None:
        self._parameters = parameters
        self._scope = scope
        self._left = {"up": parameters.limit, "down": parameters.limit}

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece | Cut]:
        end = self._parameters.end
        passes = min(size, self._left[direction])
        self._left[direction] -= passes
        if passes:
            yield Piece(passes, at_ms)
        if end == "drop":
            if size > passes:
                self._scope.once(f"began to drop what goes {direction}, after {self._parameters.limit} bytes")
                yield Piece(size - passes, at_ms, drop=True)
            elif size == 0:
                yield Piece(0, at_ms if self._left[direction] else NEVER)
        elif self._left[direction] == 0 and size:
            yield Cut(at_ms, ending(end, self._parameters.side, f"after {self._parameters.limit} bytes {direction}"))
        elif size == 0:
            yield Piece(0, at_ms)
