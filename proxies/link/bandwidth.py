"""Lets only so many bytes per second pass.

On the wire: the bytes of a direction go on one after the other at the rate given, each when its turn has come; an
idle link saves nothing up for later. Up and down each have the whole rate, and so has each connection. What has
come and not gone on waits in a queue, and when that is full the link stops reading: TCP makes the sender wait. A
long queue is what is called bufferbloat: a small message waits behind all of it.

Who does it: every network. Lighthouse's standard for mobile is 1.6 Mbit/s (195 KiB/s) down and 750 kbit/s (92
KiB/s) up (https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md). On links so slow that a large
message takes a minute the pong waits behind the data for more than 10 s, and sockjs-node ends a healthy websocket
with 3000 "No response from heartbeat" (https://github.com/sockjs/sockjs-node/pull/169,
https://github.com/sockjs/sockjs-node/issues/219).

What survives: every transport, at rates that bring the open frame in time. xhr-streaming needs 2 KiB and its
headers for that, the others a few hundred bytes.
"""

from collections.abc import Iterator

from pydantic import Field

from lab.network.filter import Direction
from lab.network.link.act import Act, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.units import Bytes

_PACKET = 1460
_STEP_MS = 5.0


class Bandwidth(LinkBehaviour):
    """Limits the rate of each direction of each connection."""

    class Parameters(LinkBehaviour.Parameters):
        """The rate."""

        rate: Bytes = Field(195 * 1024, ge=1, description="How much passes per second, in each direction.")
        queue: Bytes = Field(64 * 1024, ge=1, description="How much may wait before the link stops reading.")

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Limit this connection."""
        return _Narrow(self.parameters, scope)


class _Narrow(Act):
    def __init__(self, parameters: Bandwidth.Parameters, scope: Scope) -> None:
        self.room = parameters.queue
        self._bytes_per_ms = parameters.rate / 1000
        # Packets, or what passes in 5 ms where that is more: nobody can tell finer steps apart.
        self._step = max(_PACKET, int(self._bytes_per_ms * _STEP_MS))
        self._scope = scope
        self._free_ms = {"up": 0.0, "down": 0.0}

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        self._scope.once(f"began to limit the rate of what goes {direction}")
        free_ms = max(at_ms, self._free_ms[direction])
        if size == 0:
            yield Piece(0, free_ms)
        while size > 0:
            step = min(size, self._step)
            size -= step
            free_ms += step / self._bytes_per_ms
            self._free_ms[direction] = free_ms
            yield Piece(step, free_ms)
