"""Holds everything back and lets it go at intervals.

On the wire: what comes is held and goes on together, either at every multiple of the interval since the connection
began (``start: connection``), or an interval after the first byte that is held (``start: byte``). At most 256 KiB
are held in each direction; then the link stops reading until the next flush. The end of the stream waits for the
flush too.

Who does it: kernels that cork output, which on Linux hold an incomplete segment for at most 200 ms
(https://man7.org/linux/man-pages/man7/tcp.7.html, TCP_CORK): HAProxy does so with a response in progress, each
chunk of which arrives 200 ms late (measured with HAProxy 2.6.12 on Debian 12). Batching gateways and radio links
that wake up at intervals look the same.

What survives: every transport while the interval is well below the 600 ms that the client gives to open. Since
``/info`` is held as well the client allows for some of it: it waits eight times as long as ``/info`` took (four
times for jsonp-polling), where that is more than 100 ms.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lab.network.filter import Direction
from lab.network.link.act import Act, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.units import Milliseconds


class Hold(LinkBehaviour):
    """Holds data back and flushes it at intervals."""

    class Parameters(LinkBehaviour.Parameters):
        """The interval."""

        flush: Milliseconds = Field(200.0, gt=0, description="The interval at which what is held goes on.")
        start: Literal["connection", "byte"] = Field(
            "connection",
            description="What the interval counts from: the connection's begin, again and again, or a held byte.",
        )

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Hold what comes on this connection."""
        return _Held(self.parameters, scope)


class _Held(Act):
    def __init__(self, parameters: Hold.Parameters, scope: Scope) -> None:
        self._every_ms = parameters.flush
        self._ticks = parameters.start == "connection"
        self._scope = scope
        self._flush_ms = {"up": 0.0, "down": 0.0}

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
        self._scope.once(f"began to hold what goes {direction}")
        if self._ticks:
            since_ms = at_ms - self._scope.now_ms
            flush_ms = self._scope.now_ms + (since_ms // self._every_ms + 1) * self._every_ms
        elif at_ms < self._flush_ms[direction]:
            flush_ms = self._flush_ms[direction]
        else:
            flush_ms = at_ms + self._every_ms
        self._flush_ms[direction] = flush_ms
        yield Piece(size, flush_ms)
