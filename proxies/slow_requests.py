"""Passes requests on late, each by the same time, all but ``/info``.

On the wire: a request is held for the delay before it goes on to the server; what follows on the same exchange, such
as the pieces of a streaming response or the messages of a websocket, is not. ``info: slow`` holds ``/info``, too. For
a delay of every packet see the link behaviour ``latency``.

Who does it: slow tunnels, VPNs and TLS inspection that cost time on each new connection, where ``/info`` came over a
warm one (https://github.com/sockjs/sockjs-client/issues/445, https://github.com/sockjs/sockjs-client/issues/640,
https://github.com/arunoda/meteor-up-legacy/issues/200; https://github.com/rstudio/shinyloadtest/issues/41 saw the
client give up after 640 ms).

What survives: by its own clock the client gives a transport about 600 ms after a fast ``/info`` (300 ms for
jsonp-polling, 900 ms for those in an iframe). With a longer delay nothing opens in time, and the client closes with
2000 ("All transports failed"), although every one of them would have worked. Its option ``timeout`` (since 1.4.0) is
the cure.
"""

from typing import Literal

from mitmproxy import http
from pydantic import Field

from lab.network import term
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds


class SlowRequests(Behaviour):
    """Holds every request for some time."""

    class Parameters(Behaviour.Parameters):
        """How long, and which."""

        delay: Milliseconds = Field("900ms", validate_default=True, description="How long a request is held.")
        info: Literal["fast", "slow"] = Field("fast", description="Whether /info passes at once, or is held as well.")

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Hold the request."""
        if self.parameters.info == "fast" and flow.request.path.partition("?")[0].endswith("/info"):
            return
        self.did(flow, f"held the request for {self.parameters.delay:g} ms")
        await term.lasts(self.parameters.delay / 1000)


addons = [SlowRequests.addon()]
