"""Answers ``/info`` late: the one request by which the client measures the network.

On the wire: a request for a path that ends with ``/info`` is held for the delay before it goes on; everything else
passes at once.

Who does it: what is slow with the first request only: a connection that has to be made, with TLS inspection in
between, a name that has to be looked up, a server that has to wake up. The other way round (``/info`` fast, the rest
slow) is ``slow_requests``; that is what breaks connections (https://github.com/sockjs/sockjs-client/issues/445).

What survives: everything, up to 8 s; then the client closes with 1002. Up to there a slow ``/info`` makes it patient:
above 100 ms it gives a transport 8 times what ``/info`` took (4 times for jsonp-polling, 12 times in an iframe), so a
streaming transport that is held back costs 16 s after a delay of 2 s.
"""

from mitmproxy import http
from pydantic import Field

from lab.network import term
from lab.network.behaviour import Behaviour
from lab.units import Milliseconds


class SlowInfo(Behaviour):
    """Holds requests for /info for some time."""

    class Parameters(Behaviour.Parameters):
        """How long."""

        delay: Milliseconds = Field("2s", validate_default=True, description="How long such a request is held.")

    parameters: Parameters

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Hold the request if it is for /info."""
        if flow.request.path.partition("?")[0].endswith("/info"):
            self.did(flow, f"held /info for {self.parameters.delay:g} ms")
            await term.lasts(self.parameters.delay / 1000)


addons = [SlowInfo.addon()]
