"""Cuts what passes into small pieces.

On the wire: each piece that is read goes on as several writes of about the size given, with Nagle's algorithm off,
so that each can be a TCP segment of its own; with a gap they are so far apart. No byte is held longer than the gaps
ask for, and none is lost.

Who does it: any path may. TCP carries bytes, not messages: where segments begin and end means nothing
(https://www.rfc-editor.org/rfc/rfc9293). Small segments with gaps are what finds a parser that takes one read for
one message. Toxiproxy calls it slicer (https://github.com/Shopify/toxiproxy).

What survives: every transport whose two ends parse as they should. A gap counts against the time that the client
gives to open: the 2 KiB that xhr-streaming begins with are 21 pieces of 100 bytes.
"""

from collections.abc import Iterator

from pydantic import Field, model_validator

from lab.network.filter import Direction
from lab.network.link.act import Act, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.units import Bytes, Milliseconds


class Slicing(LinkBehaviour):
    """Cuts data into small pieces, with a gap between them."""

    class Parameters(LinkBehaviour.Parameters):
        """The pieces."""

        size: Bytes = Field(100, ge=1, description="The size of a piece.")
        variation: Bytes = Field(0, description="By how much the size of a piece may differ, up or down.")
        gap: Milliseconds = Field(0.0, ge=0, description="The time from one piece to the next.")

        @model_validator(mode="after")
        def _positive(self) -> "Slicing.Parameters":
            if self.variation >= self.size:
                raise ValueError("expected a variation smaller than the size")
            return self

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Slice this connection."""
        return _Slices(self.parameters, scope)


class _Slices(Act):
    def __init__(self, parameters: Slicing.Parameters, scope: Scope) -> None:
        self._parameters = parameters
        self._scope = scope
        self._random = {"up": scope.random("up"), "down": scope.random("down")}
        self._free_ms = {"up": 0.0, "down": 0.0}

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        self._scope.once(f"began to slice what goes {direction}")
        wanted, vary = self._parameters.size, self._parameters.variation
        while size > 0:
            step = min(size, wanted + (self._random[direction].randint(-vary, vary) if vary else 0))
            size -= step
            at_ms = max(at_ms, self._free_ms[direction])
            self._free_ms[direction] = at_ms + self._parameters.gap
            yield Piece(step, at_ms)
