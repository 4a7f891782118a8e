"""Ends a connection on which nothing has passed for a while.

On the wire: each byte that passes starts the time anew, in either direction, or only in the one that ``when``
names. When it is up the connection is closed with FIN or RST on both sides or on one, or it is forgotten: with
``silent`` nothing passes from then on and nobody is told, with ``silent_rst`` whoever speaks next is answered with
RST.

Who does it, with FIN: nginx after 60 s (``proxy_read_timeout``, which counts what the server says; measured 60.0 s
with nginx 1.22.1 on Debian 12; https://nginx.org/en/docs/http/websocket.html), HAProxy as Debian configures it
after 50 s (measured with 2.6.12), Varnish after 60 s, Heroku's router after 55 s
(https://devcenter.heroku.com/articles/request-timeout-bamboo), AWS ALB after 60 s. Forgetting: Azure Load Balancer
after 4 min without RST (https://github.com/reactor/reactor-netty/issues/764); AWS NLB after 350 s, then RST to
whoever speaks
(https://aws.amazon.com/blogs/networking-and-content-delivery/introducing-nlb-tcp-configurable-idle-timeout/).

What survives: every transport where the server's heartbeat comes more often: every 25 s by default, on websockets
and streams. A raw ``/websocket`` has no heartbeat and ends. A client that is forgotten never notices by itself: the
SockJS client has no watchdog, so a silent connection stays open for ever.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lab.network.filter import Direction
from lab.network.link.act import NEVER, Act, Cut, Ending, Piece, Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.network.link.ends import SIDE, Side, ending, seconds
from lab.units import Milliseconds


class IdleTimeout(LinkBehaviour):
    """Ends, or forgets, a connection that is silent for too long."""

    class Parameters(LinkBehaviour.Parameters):
        """How long is too long, and what happens then."""

        timeout: Milliseconds = Field(60_000.0, gt=0, description="How long nothing may pass.")
        end: Literal["fin", "rst", "silent", "silent_rst"] = Field(
            "fin",
            description=(
                "fin: close the connection; rst: reset it; silent: let nothing pass any more and tell nobody; "
                "silent_rst: the same, and reset it when somebody speaks."
            ),
        )
        side: Side = SIDE

    parameters: Parameters

    def act(self, scope: Scope) -> Act:
        """Watch this connection."""
        return _Watch(self.parameters, scope)


class _Watch(Act):
    def __init__(self, parameters: IdleTimeout.Parameters, scope: Scope) -> None:
        self._parameters = parameters
        self._scope = scope
        self._forgotten = False
        self.due_ms = scope.now_ms + parameters.timeout

    def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece | Cut]:
        if not self._forgotten:
            if size:
                self.due_ms = at_ms + self._parameters.timeout
            yield Piece(size, at_ms)
        elif self._parameters.end == "silent_rst":
            yield Cut(at_ms, ending("rst", self._parameters.side, "when it was spoken on after it was forgotten"))
        elif size:
            yield Piece(size, at_ms, drop=True)
        else:
            yield Piece(0, NEVER)

    def woken(self, at_ms: float) -> Ending | None:
        end, timeout = self._parameters.end, seconds(self._parameters.timeout)
        if end == "fin" or end == "rst":
            return ending(end, self._parameters.side, f"after {timeout} of silence")
        self._forgotten = True
        self._scope.did(f"forgot the connection after {timeout} of silence")
        return None
