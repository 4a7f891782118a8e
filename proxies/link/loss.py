"""A model of packet loss: stalls, as TCP makes them of lost packets.

On the wire: nothing is lost. A relay sits above TCP, where a lost packet shows only as time: the sender waits for
its retransmission timer and sends again, and all that came behind waits too. So the bytes of each direction are
taken as packets of 1460 bytes, lots are drawn for each by the seed, and a lost one goes on a retransmission timeout
later, twice as long for each time that it is lost again, at most 5 times in a row. This is a model and no network:
it knows no fast retransmit, no congestion window and no loss of acknowledgements, and it errs on the slow side
where many packets are under way. For real loss use the kernel's ``tc netem``.

Who does it: radio links above all. The timeout is at least 200 ms on Linux, 1 s by RFC 6298
(https://www.rfc-editor.org/rfc/rfc6298), which has it double at each try.

What survives: every transport, mostly. A stall of 200 ms that meets ``/info`` gives the transports more time; one
that meets a transport takes 200 ms of its 600.
"""

from collections.abc import Iterator
from random import Random

from pydantic import Field

from lab.network.filter import Direction
from lab.network.link.act import Act, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.units import Milliseconds

_PACKET = 1460
_TRIES = 5
_TOLD = 50
"""How many stalls of a connection are told: a long transfer has thousands."""


class Loss(LinkBehaviour):
    """Stalls a connection as lost packets would."""

    class Parameters(LinkBehaviour.Parameters):
        """How often, and for how long."""

        rate: float = Field(0.01, ge=0, le=1, description="The share of packets that are lost: 0.01 is 1 %.")
        timeout: Milliseconds = Field(200.0, ge=0, description="How long it takes until a lost packet is sent again.")

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Draw lots for this connection."""
        return _Lossy(self.parameters, scope)


class _Lossy(Act):
    def __init__(self, parameters: Loss.Parameters, scope: Scope) -> None:
        self._parameters = parameters
        self._scope = scope
        self._random = {"up": scope.random("up"), "down": scope.random("down")}
        self._told = 0
        self._left = {"up": 0, "down": 0}  # bytes of the packet that was begun

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        # Lots go by the position in the stream, so that the same seed loses the same bytes however they are read.
        # What is left of a packet that was begun is not late itself: it waits behind the packet's first byte.
        while size > 0:
            late_ms = 0.0
            if self._left[direction] == 0:
                self._left[direction] = _PACKET
                late_ms = stall_ms(self._parameters, self._random[direction])
                if late_ms and self._told < _TOLD:
                    self._told += 1
                    self._scope.did(f"stalled what goes {direction}", ms=late_ms)
            step = min(size, self._left[direction])
            self._left[direction] -= step
            size -= step
            yield Piece(step, at_ms + late_ms)


def stall_ms(parameters: Loss.Parameters, random: Random) -> float:
    """How late one packet is."""
    late_ms, timeout_ms = 0.0, parameters.timeout
    for _ in range(_TRIES):
        if random.random() >= parameters.rate:
            break
        late_ms += timeout_ms
        timeout_ms *= 2
    return late_ms
