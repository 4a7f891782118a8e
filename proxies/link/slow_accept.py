"""Takes its time before it takes a connection.

On the wire: the kernel completes TCP's handshake, as it does for every program that is slow to call ``accept()``;
then for a while nothing of what the client says is read, and the server is not asked. What the client has sent by
then waits in the kernel and is passed on. A program cannot delay the handshake itself.

Who does it: servers and balancers under load, whose queue of pending connections is long, and platforms that first
start what is to answer. Slow tunnels, VPNs and TLS inspection do it to every new connection, while ``/info`` may
have found a warm one: https://github.com/sockjs/sockjs-client/issues/445,
https://github.com/rstudio/shinyloadtest/issues/41 (gives up after 640 ms),
https://github.com/sockjs/sockjs-client/issues/640.

What survives: with every connection slow, the client gives a transport eight times as long as ``/info`` took, which
is enough. With ``nth`` sparing the connection of ``/info``, every transport that needs a new connection fails above
600 ms or so: websocket always, the rest where no kept-alive connection is free.
"""

from pydantic import Field

from lab.network.link.act import Scope
from lab.network.link.behaviour import LinkBehaviour
from lab.units import Milliseconds


class SlowAccept(LinkBehaviour):
    """Makes every new connection wait."""

    class Parameters(LinkBehaviour.Parameters):
        """How long."""

        delay: Milliseconds = Field(1000.0, ge=0, description="How long a new connection waits.")

    parameters: Parameters

    def admit(self, scope: Scope, at_ms: float, inside: int) -> float:
        """Not before its time."""
        if self.parameters.delay:
            scope.once("made the connection wait")
        return scope.opened_ms + self.parameters.delay
