"""Removes or rewrites the Origin header of requests.

On the wire: ``Origin`` is taken out of each request that has one, websocket handshakes included, or says what ``to``
says.

Who does it: privacy proxies (inferred; no product was found that documents it), and proxies that rewrite Host and
Origin together so that a server sees its own name.

What survives: on the page's own origin, everything, unless the server checks the Origin of websockets. Across origins
a SockJS server answers a request without Origin with ``Access-Control-Allow-Origin: *``
(https://github.com/sockjs/sockjs-node, lib/middleware.js), and one with another Origin with that one: either way the
browser keeps ``/info`` from the page, and the client closes with 1002.
"""

from mitmproxy import http
from pydantic import Field

from lab.network.behaviour import Behaviour


class RewriteOrigin(Behaviour):
    """Removes the Origin header, or says another."""

    class Parameters(Behaviour.Parameters):
        """What it says."""

        to: str | None = Field(
            None, description="What Origin says then, such as http://localhost; removed where null."
        )

    parameters: Parameters

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Change the header."""
        if "origin" not in flow.request.headers:
            return
        if self.parameters.to is None:
            origin = flow.request.headers.pop("origin")
            self.did(flow, f"removed the Origin {origin}", origin=origin)
        else:
            origin, flow.request.headers["Origin"] = flow.request.headers["origin"], self.parameters.to
            self.did(flow, f"changed the Origin {origin} to {self.parameters.to}", origin=origin)


addons = [RewriteOrigin.addon()]
