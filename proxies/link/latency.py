"""Makes everything arrive later.

On the wire: every piece of data, and the end of the stream, goes on so long after it came. The delay is drawn anew
for each piece that is read; nothing overtakes anything, so a piece that drew a long delay holds up those behind it,
as a late packet does on a TCP connection. It counts per direction: 50 ms make a round trip of 100 ms. The handshake
of TCP is not delayed, since the link itself accepts the connection. Up to 4 MiB are under way in each direction;
then the link stops reading.

Who does it: every network. Lighthouse's standard for mobile is a round trip of 150 ms
(https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md). HAProxy without ``option http-no-delay``
delivers each chunk of a response in progress 200 ms late (measured with HAProxy 2.6.12 on Debian 12), Avira's web
protection about 5 s (https://github.com/SignalR/SignalR/issues/2571), Avast's about 20 s
(https://github.com/tracim/tracim/issues/3235).

What survives: every transport, as long as the delay is the same for all: the client measures it with ``/info`` and
gives a transport 600 ms and more. A delay with a long tail, or one that begins only after ``/info``, exhausts that
time at random.
"""

from collections.abc import Iterator
from random import Random
from typing import Literal

from pydantic import Field

from lab.network.filter import Direction
from lab.network.link.act import Act, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.units import Milliseconds


class Latency(LinkBehaviour):
    """Delays what passes, with jitter."""

    class Parameters(LinkBehaviour.Parameters):
        """The delay."""

        delay: Milliseconds = Field(50.0, ge=0, description="How late everything arrives, in each direction.")
        jitter: Milliseconds = Field(0.0, ge=0, description="How much the delay varies.")
        distribution: Literal["uniform", "normal", "pareto"] = Field(
            "uniform",
            description=(
                "uniform: the delay plus or minus up to the jitter; normal: with the jitter as standard deviation; "
                "pareto: the delay plus a long tail whose mean is the jitter. Never less than 0."
            ),
        )

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Delay this connection."""
        return _Late(self.parameters, scope)


class _Late(Act):
    room = 4 * 1024 * 1024

    def __init__(self, parameters: Latency.Parameters, scope: Scope) -> None:
        self._parameters = parameters
        self._scope = scope
        self._random = {"up": scope.random("up"), "down": scope.random("down")}

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        self._scope.once(f"began to delay what goes {direction}")
        yield Piece(size, at_ms + drawn_ms(self._parameters, self._random[direction]))


def drawn_ms(parameters: Latency.Parameters, random: Random) -> float:
    """One delay."""
    delay, jitter = parameters.delay, parameters.jitter
    if jitter == 0:
        return delay
    if parameters.distribution == "uniform":
        drawn = random.uniform(delay - jitter, delay + jitter)
    elif parameters.distribution == "normal":
        drawn = random.gauss(delay, jitter)
    else:
        # A Pareto variate with alpha 3 is 1 at least and 1.5 on average.
        drawn = delay + jitter * 2 * (random.paretovariate(3) - 1)
    return max(0.0, drawn)
